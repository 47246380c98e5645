"""A feature in bins: tenths of a number, levels of a category; fixed once, counted ever after."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from features.catalogue import Kind
from training.encoding import Column
from training.statistics import Bools, Floats

N_BINS = 10
LEAST_PEOPLE = 5
MOST_LEVELS = 30
_DIGITS = 4


@dataclass(frozen=True)
class Counts:
    """Hold how many rows fell into each bin, and where a number lay.

    Attributes
    ----------
    bins
        ``[k]`` rows, or their weights, in each bin.
    missing
        Rows without a value.
    n
        How many equal rows these weights are worth, missing ones included (Kish 1965).
    mean, median
        Of a number; NaN for a category and where all is missing.
    """

    bins: Floats
    missing: float
    n: float
    mean: float = float("nan")
    median: float = float("nan")

    @property
    def present(self) -> float:
        """Return the rows with a value."""
        return float(self.bins.sum())

    @property
    def missing_share(self) -> float:
        """Return the share of rows without a value; NaN without rows."""
        total = self.present + self.missing
        return self.missing / total if total else float("nan")

    @property
    def n_present(self) -> float:
        """Return how many equal rows with a value there are."""
        return self.n * (1 - self.missing_share) if self.n else 0.0

    def to_json(self) -> list[float | None]:
        """Return plain values, in one list."""
        tail = [_plain(self.mean), _plain(self.median)]
        return [_short(self.missing), _short(self.n), *tail, *map(_short, self.bins.tolist())]

    @classmethod
    def from_json(cls, content: Sequence[float | None]) -> Self:
        """Read what :meth:`to_json` gave."""
        missing, n, mean, median, *bins = (np.nan if one is None else float(one) for one in content)
        return cls(np.asarray(bins, np.float64), missing, n, mean, median)


@dataclass(frozen=True)
class Bins:
    """Hold the bins of one feature.

    Attributes
    ----------
    kind
        ``number`` or ``category``.
    edges
        Of a number: where a bin ends and the next begins, rising; a value on an edge is in the upper one.
    levels
        Of a category: levels with a bin each; the last bin is for all others.

    Examples
    --------
    >>> bins = Bins("number", edges=(1.0, 3.0))
    >>> bins.count([0.5, 1.0, 7.0, None]).bins.tolist(), bins.count([None, 2]).missing_share
    ([1.0, 1.0, 1.0], 0.5)
    >>> Bins("category", levels=("a", "b")).count(["a", "c", "c"]).bins.tolist()
    [1.0, 0.0, 2.0]
    """

    kind: Kind
    edges: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()

    @classmethod
    def of_number(cls, values: Column) -> Self:
        """Return bins with about as many values each, at most ten, none of fewer than 5.

        Edges are rounded to four digits, so that they are nobody's exact value.
        """
        known = as_numbers(values)
        known = known[np.isfinite(known)]
        n_bins = min(N_BINS, len(known) // LEAST_PEOPLE)
        if n_bins < 2:
            return cls("number")
        inner = np.quantile(known, np.arange(1, n_bins) / n_bins, method="inverted_cdf")
        rounded = sorted({float(f"{edge:.{_DIGITS}g}") for edge in inner.tolist()})
        return cls("number", edges=tuple(edge for edge in rounded if known.min() < edge))

    @classmethod
    def of_category(cls, values: Column, people: Sequence[Any]) -> Self:
        """Return a bin for each level of at least 5 people, the most frequent ones if there are many."""
        texts, owners = np.asarray(values, object), np.asarray(people, object)
        sizes = {
            str(level): len(set(owners[texts == level].tolist()))
            for level in {text for text in texts.tolist() if text is not None}
        }
        kept = [level for level in sizes if sizes[level] >= LEAST_PEOPLE]
        kept = sorted(kept, key=lambda level: (-sizes[level], level))[:MOST_LEVELS]
        return cls("category", levels=tuple(sorted(kept)))

    def count(self, values: Column, weight: Floats | None = None) -> Counts:
        """Count rows, or add up their weights.

        Parameters
        ----------
        values
            ``[n]`` numbers or texts; None or NaN is missing.
        weight
            ``[n]`` for how many each row stands.
        """
        weights = np.ones(len(values)) if weight is None else weight
        total = float(weights.sum())
        n = total**2 / float((weights**2).sum()) if total else 0.0
        if self.kind == "category":
            return self._count_levels(np.asarray(values, object), weights, n)
        numbers = as_numbers(values)
        is_known = np.isfinite(numbers)
        places = np.searchsorted(np.asarray(self.edges), numbers[is_known], side="right")
        known, mass = numbers[is_known], weights[is_known]
        counted = np.bincount(places, mass, len(self.edges) + 1).astype(np.float64)
        mean = float(np.average(known, weights=mass)) if mass.sum() else np.nan
        median = float(_median(known, mass)) if mass.sum() else np.nan
        return Counts(counted, total - float(mass.sum()), n, mean, median)

    def _count_levels(self, values: np.ndarray[Any, Any], weights: Floats, n: float) -> Counts:
        """Count the rows of each level; others share the last bin."""
        is_known: Bools = np.array([value is not None for value in values.tolist()], dtype=bool)
        place = {level: at for at, level in enumerate(self.levels)}
        known = [place.get(str(value), len(self.levels)) for value in values[is_known].tolist()]
        counted = np.bincount(np.asarray(known, np.int64), weights[is_known], len(self.levels) + 1).astype(
            np.float64
        )
        return Counts(counted, float(weights[~is_known].sum()), n)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {"kind": self.kind, "edges": list(self.edges), "levels": list(self.levels)}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Read what :meth:`to_json` gave."""
        return cls(content["kind"], tuple(map(float, content["edges"])), tuple(content["levels"]))


def as_numbers(values: Column) -> Floats:
    """Return values as numbers; None and what is no number is NaN."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiub":
        return values.astype(np.float64)
    return np.array([np.nan if value is None else float(value) for value in values], np.float64)


def _median(known: Floats, mass: Floats) -> float:
    """Return the value that half of the mass does not exceed."""
    order = np.argsort(known, kind="stable")
    heaped = np.cumsum(mass[order])
    return float(known[order][np.searchsorted(heaped, heaped[-1] / 2)])


def _short(number: float) -> float:
    """Return a count as a whole number where it is one; weights need three decimals."""
    return int(number) if float(number).is_integer() else round(number, 3)


def _plain(number: float) -> float | None:
    """Return a number with five digits, None for NaN."""
    return float(f"{number:.5g}") if np.isfinite(number) else None
