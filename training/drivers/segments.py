"""Drivers of one segment: what explains there, and what explains more or less than elsewhere."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from training.disclosure import shown_groups
from training.drivers.attribution import DriverGroup, normalise, sum_by_driver
from training.drivers.refitted import PartSpread, Refitted
from training.drivers.row import IntervalMethod
from training.drivers.shares import UNWEIGHTED, DriverShares, RowWeights
from training.statistics import Bools, EntityDraws, Estimate, Floats, plain_values
from training.statistics.families import holm
from training.statistics.rank_intervals import rank_intervals

Contrast = Literal["larger", "smaller"]
Names = npt.NDArray[np.object_]


@dataclass(frozen=True)
class SegmentDriver:
    """Hold what a driver explains inside one segment.

    Attributes
    ----------
    driver
        Its name.
    share
        Part of the explanation of the segment's rows; ``n`` = these rows.
    rank_low, rank_high
        Best and worst rank inside the segment that chance leaves.
    difference
        Share here minus share among all other rows; None where there are none.
    is_clear
        The difference is more than chance, over all drivers of all segments together (Holm); never where too
        few of the segment's rows were refitted to tell.
    """

    driver: str
    share: Estimate
    rank_low: int
    rank_high: int
    difference: Estimate | None
    is_clear: bool

    @property
    def contrast(self) -> Contrast | None:
        """Return whether it explains clearly more or less here than in the rest."""
        if self.difference is None or not self.is_clear:
            return None
        return "larger" if self.difference.value > 0 else "smaller"


@dataclass(frozen=True)
class SegmentDrivers:
    """Hold the drivers of one segment, largest share first.

    Attributes
    ----------
    name
        The segment.
    n_entities
        Entities of it among those explained.
    has_own_refits
        Refits explained enough of its rows to tell how far they differ there; else the spread among all rows
        stands in.
    """

    name: str
    n_entities: int
    interval_method: IntervalMethod
    has_own_refits: bool
    drivers: tuple[SegmentDriver, ...]


@dataclass(frozen=True)
class CutDrivers:
    """Hold the drivers of the segments of one cut.

    Attributes
    ----------
    minimum
        Fewest entities of a segment that is shown.
    segments
        Those shown, largest first.
    suppressed
        Segments that are too small, or would give a small one away by subtraction.
    """

    minimum: int
    segments: tuple[SegmentDrivers, ...]
    suppressed: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        found = dict(plain_values(self))
        for segment, plain in zip(self.segments, found["segments"], strict=True):
            for driver, row in zip(segment.drivers, plain["drivers"], strict=True):
                row["contrast"] = driver.contrast
        return found


def rank_by_segment(
    attributions: Floats,
    groups: Sequence[DriverGroup],
    segments: Sequence[str | None],
    *,
    minimum: int,
    entities: npt.ArrayLike | None = None,
    refits: Sequence[Floats] = (),
    weights: RowWeights = UNWEIGHTED,
    told: Collection[str] | None = None,
    n_draws: int = 500,
    seed: int = 0,
) -> CutDrivers:
    """Rank the drivers inside each segment of a cut, and tell which differ from the rest.

    The shares of a segment are those of the model among the segment's rows. Their ranges hold two sources of
    chance: who the segment's rows are (entity bootstrap), and what was learnt. For the second, refits give
    the shares of the same rows among those that they explained; ten rows of the segment, and of the rest, are
    enough for ranges that hold the truth in 91 to 96 % of cases, also where drivers act otherwise in the
    segment. Where refits explained fewer, the relative spread among all rows stands in, as wide as if the
    model had learnt the segment from its rows alone: much too wide where the segment is like the others, and
    good for no test, so such a segment is never said to differ. Without refits none is.

    Parameters
    ----------
    attributions
        Shape (rows, features), as for :func:`~training.drivers.rank_drivers`.
    segments
        Segment of each row; None where it is not known.
    minimum
        Fewest entities of a segment that is shown: ``privacy.minimum_group_drivers``.
    entities
        Entity of each row; each row is one of its own if absent.
    refits
        Attributions of at least eight models of random halves, of the first of the same rows.
    weights
        ``today`` is not used.
    told
        Segments that may be told of beside those of other cuts; all of them if absent. See
        :func:`training.disclosure.show_driver_groups`.

    Raises
    ------
    ValueError
        If shapes do not fit together or there are one to seven refits.
    """
    size = np.abs(sum_by_driver(attributions, groups))
    of_row = np.array(segments, dtype=object)
    if of_row.shape != size.shape[:1]:
        message = f"{len(of_row)} segments were passed for {len(size)} rows"
        raise ValueError(message)
    if max(map(len, refits), default=0) > len(size):
        message = f"refits explain {max(map(len, refits))} rows; pass the first of the {len(size)} rows"
        raise ValueError(message)
    draws = EntityDraws.of(len(size), entity=entities, weight=weights.rows, n_draws=n_draws, seed=seed)
    counts = _count(of_row, draws)
    n_without = len({code for name, code in zip(of_row, draws.codes.tolist(), strict=True) if name is None})
    shown = shown_groups(counts, minimum, n_without=n_without)
    shown = tuple(name for name in shown if told is None or name in told)
    suppressed = tuple(sorted(set(counts) - set(shown)))
    if not shown:
        return CutDrivers(minimum, (), suppressed)
    parts = np.stack([of_row == name for name in shown])
    again = [np.abs(sum_by_driver(refit, groups)) for refit in refits]
    found = _measure(size, parts, draws, Refitted.of(again, weights.refitted))
    falls = holm(np.concatenate([segment.p_values() for segment in found])).reshape(len(found), -1)
    names = [group.name for group in groups]
    described = [
        segment.describe(names, clear, label, counts[label], seed)
        for segment, clear, label in zip(found, falls, shown, strict=True)
    ]
    described.sort(key=lambda segment: (-segment.n_entities, segment.name))
    return CutDrivers(minimum, tuple(described), suppressed)


def _count(of_row: Names, draws: EntityDraws) -> dict[str, int]:
    """Return the number of entities by segment."""
    pairs = {
        (name, code) for name, code in zip(of_row, draws.codes.tolist(), strict=True) if name is not None
    }
    return dict(sorted(Counter(name for name, _ in pairs).items()))


def _measure(size: Floats, parts: Bools, draws: EntityDraws, refitted: Refitted) -> "list[_Segment]":
    """Return shares and spreads of each part; shapes as for :func:`_split_shares`."""
    value = _split_shares(draws.weight[None], size, parts)[0]
    drawn = draws.apply(lambda mass: _split_shares(mass, size, parts))
    return [_Segment.of(value[place], drawn[:, place], refitted, part) for place, part in enumerate(parts)]


def _split_shares(mass: Floats, size: Floats, parts: Bools) -> Floats:
    """Return the shares inside each part and among all other rows.

    Parameters
    ----------
    mass
        Shape (draws, rows), weights.
    size
        Shape (rows, drivers), absolute attributions.
    parts
        Shape (parts, rows), which rows belong to each.

    Returns
    -------
    numpy.ndarray
        Shape (draws, parts, 2, drivers): inside, then the rest.
    """
    inside = np.stack([mass[:, part] @ size[part] for part in parts], axis=1)
    rest = np.maximum(0.0, (mass @ size)[:, None, :] - inside)  # parts add up: one product instead of many
    return normalise(np.stack([inside, rest], axis=2))


@dataclass(frozen=True)
class _Segment:
    """Hold the shares inside a segment, and by how much they differ from the rest.

    Attributes
    ----------
    inside
        The shares.
    difference
        Shape (drivers,): shares inside minus shares among the rest.
    spread
        How far both would wander.
    """

    inside: DriverShares
    difference: Floats
    spread: PartSpread

    @classmethod
    def of(cls, value: Floats, drawn: Floats, refitted: Refitted, part: Bools) -> "_Segment":
        """Measure one segment; all is meant as in :meth:`training.drivers.refitted.Refitted.spread`."""
        spread = refitted.spread(value, drawn, part)
        return cls(DriverShares(value[0], spread.inside, int(part.sum())), value[0] - value[1], spread)

    def p_values(self) -> Floats:
        """Return of each driver how surprising its difference is; NaN where that cannot be tested."""
        apart = self.spread.apart
        if apart is None or not self.spread.has_own_refits:
            return np.full_like(self.difference, np.nan)
        return apart.p_values(self.difference)

    def differ(self, column: int) -> Estimate | None:
        """Return the difference of one driver with its range."""
        apart = self.spread.apart
        if apart is None:
            return None
        value, half = float(self.difference[column]), apart.half_width(column)
        return Estimate(value, value - half, value + half, self.inside.n_rows)

    def describe(
        self, names: Sequence[str], is_clear: Bools, label: str, n_entities: int, seed: int
    ) -> SegmentDrivers:
        """Write the segment down, the largest share first."""
        value = self.inside.value
        order = sorted(range(len(names)), key=lambda column: (-value[column], names[column]))
        covariance = self.inside.covariance[np.ix_(order, order)]
        ranks = rank_intervals(value[order], covariance, is_signed=True, seed=seed)
        drivers = tuple(
            SegmentDriver(
                driver=names[column],
                share=self.inside.estimate(column),
                rank_low=int(ranks.low[place]),
                rank_high=int(ranks.high[place]),
                difference=self.differ(column),
                is_clear=bool(is_clear[column]),
            )
            for place, column in enumerate(order)
        )
        return SegmentDrivers(
            label, n_entities, self.spread.inside.method, self.spread.has_own_refits, drivers
        )
