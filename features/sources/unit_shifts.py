"""Whether a column of numbers changed its unit or its scale at some day, judged from values and times alone.

The values just before and just after each day are compared. Business moves some values, or all of them by
some amount; another unit multiplies every value by a round number on one day, and nothing else about the
distribution changes: on a log scale it moves as a whole, quantiles, spread and shape. A rating scale that is
replaced by another one keeps the positions on it. Distances between distributions are those of P. Levy: a
difference in share that a small shift does not explain.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

FACTORS = (10.0, 24.0, 60.0, 100.0, 1000.0, 3600.0, 1e6)
SCALES = ((1.0, 5.0), (1.0, 7.0), (0.0, 10.0), (1.0, 10.0), (0.0, 100.0))
_WINDOW = 300  # rows looked at on either side of a day: quantiles to a tenth of the spread
_FEWEST = 60  # rows needed on either side
_FEWEST_MOVED = 40  # rows in the new unit where others keep the old one
_LEAST_LEVELS = 4  # a constant that becomes another one tells nothing of its unit
_MOST_CANDIDATES = 12
_SHIFT = 0.06  # on the log scale: rounding, and what prices do from one month to the next
_APART, _ALIKE, _MOST_UNLIKE = 0.4, 0.08, 0.28


@dataclass(frozen=True)
class Series:
    """Hold how often each value occurs on each day.

    Attributes
    ----------
    days
        Days since 1970-01-01, ascending; only days with rows.
    values
        Sizes of the values without their sign, ascending, rounded where they are many.
    counts
        Rows of each day (lines) and value (columns).
    """

    days: Counts
    values: Floats
    counts: Counts


@dataclass(frozen=True)
class Shift:
    """Say that values are in another unit from a day on.

    Attributes
    ----------
    day
        First day with values in the new unit, since 1970-01-01.
    factor
        What one value of the old unit is in the new one.
    share
        Share of the rows after that day that are in the new unit: 1 for all.
    old, new
        Medians before it, and of what is in the new unit after it.
    scales
        Old and new rating scale, where both are known ones.
    """

    day: int
    factor: float
    share: float
    old: float
    new: float
    scales: tuple[tuple[float, float], tuple[float, float]] | None = None


@dataclass(frozen=True)
class _Side:
    """Values on one side of a day and how often each occurs, in all and in each half of the time."""

    values: Floats
    counts: Counts
    halves: tuple[Counts, Counts]

    @property
    def size(self) -> int:
        """Return the number of rows."""
        return int(self.counts.sum())

    @property
    def levels(self) -> int:
        """Return the number of different values."""
        return int(np.count_nonzero(self.counts))

    def where(self, keep: npt.NDArray[np.bool_]) -> "_Side":
        """Return the part with some of the values."""
        earlier, later = self.halves
        return _Side(self.values[keep], self.counts[keep], (earlier[keep], later[keep]))


def find_shifts(series: Series) -> list[Shift]:
    """Return every day on which a column seems to have changed its unit, the earliest first."""
    passed = np.vstack([np.zeros(len(series.values), np.int64), np.cumsum(series.counts, axis=0)])
    found = [_judge(series, passed, cut) for cut in _list_candidates(passed)]
    return sorted((shift for shift in found if shift is not None), key=lambda shift: shift.day)


def _list_candidates(passed: Counts) -> Iterator[int]:
    """Yield the days before which values differ most from those after, the greatest difference first."""
    rows = passed.sum(axis=1)
    cuts = np.arange(1, len(rows) - 1)
    first, last = _reach(rows, cuts)
    before, after = passed[cuts] - passed[first], passed[last] - passed[cuts]
    sizes = np.minimum(before.sum(axis=1), after.sum(axis=1))
    gap = np.abs(_shares(before) - _shares(after)).max(axis=1, initial=0.0)
    gap[sizes < _FEWEST] = 0.0
    for _ in range(_MOST_CANDIDATES):
        if not len(gap) or gap.max() < 0.12:
            return
        best = int(gap.argmax())
        yield int(cuts[best])
        gap[np.abs(rows[cuts] - rows[cuts[best]]) < _WINDOW] = 0.0
        gap[best] = 0.0


def _reach(rows: Counts, cuts: Counts) -> tuple[Counts, Counts]:
    """Return where the windows before and after each cut begin and end."""
    first = np.maximum(np.searchsorted(rows, rows[cuts] - _WINDOW, "right") - 1, 0)
    last = np.minimum(np.searchsorted(rows, rows[cuts] + _WINDOW, "left"), len(rows) - 1)
    return first, last


def _shares(counts: Counts) -> Floats:
    """Return the share of rows up to each value."""
    summed = np.cumsum(counts, axis=-1).astype(np.float64)
    return np.asarray(summed / np.maximum(summed[..., -1:], 1.0), np.float64)


def _judge(series: Series, passed: Counts, cut: int) -> Shift | None:
    """Return what changed at a day, if that is a unit."""
    (first,), (last,) = _reach(passed.sum(axis=1), np.array([cut]))
    before, after = (_cut_out(series, passed, *ends) for ends in ((first, cut), (cut, last)))
    ever_before = _cut_out(series, passed, 0, cut)
    found = _judge_scales(before, after, ever_before)
    if found is None and (series.values > 0).any():
        is_size = series.values > 0
        parts = (before.where(is_size), after.where(is_size), ever_before.where(is_size))
        found = _judge_all(*parts[:2]) or _judge_some(*parts)
    if found is None:
        return None
    return Shift(_find_day(series, int(first), int(last), cut, found), *found[1:])


def _cut_out(series: Series, passed: Counts, first: int, last: int) -> _Side:
    """Return the values of the days from ``first`` to before ``last``."""
    rows = passed.sum(axis=1)
    middle = first + int(np.abs(rows[first : last + 1] - (rows[first] + rows[last]) / 2).argmin())
    halves = (passed[middle] - passed[first], passed[last] - passed[middle])
    return _Side(series.values, passed[last] - passed[first], halves)


_Found = tuple[float, float, float, float, float, tuple[tuple[float, float], tuple[float, float]] | None]


def _judge_all(before: _Side, after: _Side) -> _Found | None:
    """Tell whether all values were multiplied by a round number."""
    if min(before.size, after.size) < _FEWEST or min(before.levels, after.levels) < _LEAST_LEVELS:
        return None
    step = _median(after) - _median(before)
    factor = _nearest_factor(step)
    log_factor = np.log(factor)
    is_alike = _moved_by(before, after, log_factor) and _distance(before, after, 0.0) >= _APART
    if not is_alike or not _is_sharp(before, after, log_factor):
        return None
    return _describe(before, after, factor, 1.0)


def _judge_some(before: _Side, after: _Side, ever_before: _Side) -> _Found | None:
    """Tell whether some values were multiplied by a round number and all others stayed as they were."""
    if min(before.size, after.size) < _FEWEST or before.levels < _LEAST_LEVELS:
        return None
    for factor in (*FACTORS, *(1 / factor for factor in FACTORS)):
        found = _judge_part(before, after, ever_before, factor)
        if found is not None:
            return found
    return None


def _judge_part(before: _Side, after: _Side, ever_before: _Side, factor: float) -> _Found | None:
    """Tell whether a part of the values, clearly apart from the others, was multiplied by ``factor``."""
    log_factor = float(np.log(factor))
    border = _median(before) + log_factor / 2
    sizes = np.log(before.values)
    is_beyond = sizes > border if log_factor > 0 else sizes < border
    is_near = np.abs(sizes - border) < abs(log_factor) / 8
    moved, stayed = after.where(is_beyond), after.where(~is_beyond)
    share = moved.size / after.size
    is_new = ever_before.where(is_beyond).size <= 0.005 * ever_before.size
    is_apart = after.where(is_near).size <= 0.02 * after.size
    if not (is_new and is_apart and 0.15 <= share <= 0.95 and stayed.size >= _FEWEST_MOVED):
        return None
    if moved.size < _FEWEST_MOVED or moved.levels < _LEAST_LEVELS or not _comes_at_once(after, is_beyond):
        return None
    if not _moved_by(before, moved, log_factor) or not _moved_by(before, stayed, 0.0):
        return None
    return _describe(before, moved, factor, share)


def _comes_at_once(after: _Side, is_beyond: npt.NDArray[np.bool_]) -> bool:
    """Tell whether values beyond the border are about as frequent at first as later: a segment would grow."""
    sizes = [int(half.sum()) for half in after.halves]
    if min(sizes) < _FEWEST // 4:
        return True
    first, later = (half[is_beyond].sum() / size for half, size in zip(after.halves, sizes, strict=True))
    return bool(first >= 0.6 * later)


def _judge_scales(before: _Side, after: _Side, ever_before: _Side) -> _Found | None:
    """Tell whether one known rating scale was replaced by another, with the same positions on it."""
    old, new = _find_scale(before), _find_scale(after)
    if old is None or new is None or old == new or min(before.size, after.size) < _FEWEST:
        return None
    outside = max(_share_outside(after, old), _share_outside(before, new))
    if outside < 0.3 or _share_outside(ever_before, old) > 0.01:
        return None
    steps = min(old[1] - old[0], new[1] - new[0])
    places = [(side.values - low) / (high - low) for side, (low, high) in ((before, old), (after, new))]
    distance = _levy(places[0], before.counts, places[1], after.counts, 0.5 / steps)
    if distance > _tolerated(before, after):
        return None
    factor = (new[1] - new[0]) / (old[1] - old[0])
    return (*_describe(before, after, factor, 1.0)[:5], (old, new))


def _find_scale(side: _Side) -> tuple[float, float] | None:
    """Return the smallest known scale that holds all values and whose ends are in use."""
    used = side.values[side.counts > 0]
    if not len(used):
        return None
    for low, high in SCALES:
        is_fine = high == SCALES[-1][1]
        reaches = side.counts[side.values >= high * (0.93 if is_fine else 1.0)].sum() >= 0.02 * side.size
        is_whole = is_fine or bool((used == np.round(used)).all())
        if used[0] >= low and used[-1] <= high and reaches and is_whole:
            return low, high
    return None


def _share_outside(side: _Side, scale: tuple[float, float]) -> float:
    """Return the share of values that a scale does not have."""
    is_outside = (side.values < scale[0]) | (side.values > scale[1])
    return float(side.counts[is_outside].sum() / side.size)


def _moved_by(before: _Side, after: _Side, log_factor: float) -> bool:
    """Tell whether a distribution is another one moved on the log scale: quantiles, spread and shape."""
    noise = np.sqrt(1 / before.size + 1 / after.size)
    places = (0.25, 0.5, 0.75)
    old, new = (
        np.array([_quantile(side, side.counts, place) for place in places]) for side in (before, after)
    )
    spread = (old[2] - old[0]) / 1.35  # of a normal distribution
    tolerance = min(0.12 + 3.3 * spread * noise, 0.4)
    if (np.abs(new - old - log_factor) > tolerance).any():
        return False
    return _distance(before, after, log_factor) <= _tolerated(before, after)


def _is_sharp(before: _Side, after: _Side, log_factor: float) -> bool:
    """Tell whether the change is one of a day: neither side moves much by itself, the halves beside it do."""
    (first, second), (third, fourth) = (_halve(side) for side in (before, after))
    drift = max(abs(second - first), abs(fourth - third))
    return drift <= 0.3 * abs(log_factor) and abs(third - second - log_factor) <= 0.3 * abs(log_factor)


def _halve(side: _Side) -> tuple[float, float]:
    """Return the medians of the earlier and the later half; twice that of all where one day has it all."""
    if min(int(half.sum()) for half in side.halves) < _FEWEST // 4:
        return _median(side), _median(side)
    earlier, later = (_quantile(side, half, 0.5) for half in side.halves)
    return earlier, later


def _nearest_factor(step: float) -> float:
    """Return the round factor nearest to a move on the log scale."""
    factor = min(FACTORS, key=lambda factor: abs(abs(step) - np.log(factor)))
    return factor if step > 0 else 1 / factor


def _tolerated(before: _Side, after: _Side) -> float:
    """Return how far samples of one distribution may lie apart: Kolmogorov and Smirnov's bound, and slack."""
    return min(_ALIKE + 1.36 * float(np.sqrt(1 / before.size + 1 / after.size)), _MOST_UNLIKE)


def _distance(before: _Side, after: _Side, log_factor: float) -> float:
    """Return how far the values lie apart on the log scale once the later ones have been moved back."""
    old, new = np.log(before.values), np.log(after.values) - log_factor
    return _levy(old, before.counts, new, after.counts, _SHIFT)


def _levy(ones: Floats, one_counts: Counts, others: Floats, other_counts: Counts, slack: float) -> float:
    """Return the greatest difference in share between two distributions that a shift by ``slack`` leaves."""

    def exceeds(ones: Floats, shares: Floats, others: Floats, other_shares: Floats) -> float:
        places = np.searchsorted(others, ones + slack, "right") - 1
        reached = np.where(places >= 0, other_shares[np.maximum(places, 0)], 0.0)
        return float((shares - reached).max(initial=0.0))

    one_shares, other_shares = _shares(one_counts), _shares(other_counts)
    return max(
        exceeds(ones, one_shares, others, other_shares), exceeds(others, other_shares, ones, one_shares)
    )


def _quantile(side: _Side, counts: Counts, place: float) -> float:
    """Return a quantile on the log scale."""
    at = int(np.searchsorted(_shares(counts), place - 1e-12))
    return float(np.log(side.values[at]))


def _median(side: _Side) -> float:
    """Return the median on the log scale."""
    return _quantile(side, side.counts, 0.5)


def _describe(before: _Side, after: _Side, factor: float, share: float) -> _Found:
    """Return what was found: the border between the units, factor, share, both medians."""
    old, new = (
        float(side.values[int(np.searchsorted(_shares(side.counts), 0.5 - 1e-12))])
        for side in (before, after)
    )
    border = float(np.sqrt(max(old, 1e-300) * max(new, 1e-300)))
    return border, factor, share, old, new, None


def _find_day(series: Series, first: int, last: int, cut: int, found: _Found) -> int:
    """Return the first day whose values lie beyond the border: where their share changes most."""
    border, factor = found[:2]
    is_beyond = series.values > border if factor > 1 else series.values < border
    beyond, rows = series.counts[first:last, is_beyond].sum(axis=1), series.counts[first:last].sum(axis=1)
    lead = np.cumsum(beyond - rows * (beyond.sum() / rows.sum()))
    start = int(lead[:-1].argmin()) + 1 if len(lead) > 1 else cut - first
    later = np.flatnonzero(beyond[start:])
    return int(series.days[first + start + (int(later[0]) if len(later) else 0)])
