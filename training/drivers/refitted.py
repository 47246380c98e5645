"""What refits say of a part of the rows: how far models of other entities differ there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from training.drivers.attribution import normalise
from training.drivers.shares import Spread
from training.statistics import Bools, Floats

FEWEST_REFITTED: Final = 10
"""Rows of a part that refits must have explained to tell its spread; with 2 its ranges hold in 83 %."""


@dataclass(frozen=True)
class PartSpread:
    """Hold the chance in the shares of one part of the rows.

    Attributes
    ----------
    inside
        Of the shares inside.
    apart
        Of the shares inside minus those among all other rows; None where there are none.
    has_own_refits
        The refits explained enough rows of the part and of the rest.
    """

    inside: Spread
    apart: Spread | None
    has_own_refits: bool


@dataclass(frozen=True)
class Refitted:
    """Hold what refits explain of the first rows.

    Attributes
    ----------
    size
        Shape (refits, rows, drivers), absolute attributions; no refits are allowed.
    weight
        Shape (rows,).
    """

    size: Floats
    weight: Floats

    @classmethod
    def of(cls, sizes: Sequence[Floats], weight: Floats | None) -> "Refitted":
        """Put the refits together; weights are 1 if absent."""
        size = np.stack(sizes) if sizes else np.zeros((0, 0, 0))
        return cls(size, np.ones(size.shape[1]) if weight is None else weight)

    def spread(self, value: Floats, drawn: Floats, part: Bools) -> PartSpread:
        """Measure the chance in the shares of a part.

        Parameters
        ----------
        value
            Shape (2, drivers): shares inside the part and among the rest.
        drawn
            Shape (draws, 2, drivers): the same in resamples of entities.
        part
            Shape (all rows,): which rows belong to it.
        """
        inside, here = drawn[:, 0], part[: len(self.weight)]
        apart = None if part.all() else inside - drawn[:, 1]
        if len(self.size) == 0:
            between = None if apart is None else Spread.of(apart, None)
            return PartSpread(Spread.of(inside, None), between, has_own_refits=False)
        if not self._tells(here) or (apart is not None and not self._tells(~here)):
            return self._assume(value, drawn, part)
        own = self._shares(here)
        between = None if apart is None else Spread.of(apart, own - self._shares(~here))
        return PartSpread(Spread.of(inside, own), between, has_own_refits=True)

    def _tells(self, rows: Bools) -> bool:
        """Tell whether enough of some rows were explained."""
        return int((rows & (self.weight > 0)).sum()) >= FEWEST_REFITTED

    def _shares(self, rows: Bools) -> Floats:
        """Return the shares among some rows by refit, shape (refits, drivers)."""
        return normalise(np.einsum("n,rnd->rd", self.weight[rows], self.size[:, rows]))

    def _assume(self, value: Floats, drawn: Floats, part: Bools) -> PartSpread:
        """Take the relative spread among all rows, as wide as if each part were learnt from its own rows.

        That a part follows the model of all rows would be a guess: where a driver acts otherwise in it, such
        ranges hold the truth in half of the cases.
        """
        everywhere = np.ones(len(self.weight), dtype=np.bool_)
        shares = self._shares(everywhere)
        middle = shares.mean(axis=0)
        off = np.divide(shares - middle, middle, out=np.zeros_like(shares), where=middle > 0)
        again = [
            share * (off - (off @ share)[:, None]) / np.sqrt(max(mass, 1 / part.size))
            for share, mass in zip(value, (part.mean(), 1 - part.mean()), strict=True)
        ]
        inside, rest = Spread.of(drawn[:, 0], again[0]), Spread.of(drawn[:, 1], again[1])
        both = Spread.of(drawn[:, 0] - drawn[:, 1], again[0])
        apart = Spread(both.over_rows, inside.over_refits + rest.over_refits, inside.n_refits)
        return PartSpread(inside, None if part.all() else apart, has_own_refits=False)
