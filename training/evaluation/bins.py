"""Tenths of rows by forecast, joined where one holds so few rows that it would speak of single people."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from training.evaluation.rating_record import RatingBin
from training.evaluation.record import CalibrationBin
from training.statistics import Estimate

_Bin = TypeVar("_Bin", CalibrationBin, RatingBin)
# Somebody may stand in a few rows, one per snapshot.
ROWS_PER_PERSON = 5


def join_small_bins(bins: Sequence[_Bin], fewest: int) -> tuple[_Bin, ...]:
    """Return bins of at least so many rows each: a smaller one is joined with the next higher one.

    Rows with equal forecasts stand in one bin, so others can be left with a single row; what became of that
    row would be told.

    Parameters
    ----------
    bins
        By forecast, lowest first.
    fewest
        Rows that a bin needs to stand alone.

    Returns
    -------
    tuple
        Means by rows; ranges are joined as those of independent bins. Empty where all rows together are
        fewer.

    Examples
    --------
    >>> one, many = Estimate(0.0, 0.0, 0.8, 1), Estimate(0.2, 0.1, 0.3, 99)
    >>> (found,) = join_small_bins([CalibrationBin(0.1, one), CalibrationBin(0.2, many)], 5)
    >>> print(round(found.forecast, 3), found.observed, found.observed.n)
    0.199 0.198 (0.099 to 0.297) 100
    """
    joined: list[_Bin] = []
    waiting: list[_Bin] = []
    for bin_ in bins:
        waiting.append(bin_)
        if sum(part.observed.n for part in waiting) >= fewest:
            joined.append(_join(waiting))
            waiting = []
    if waiting and joined:
        last = joined.pop()
        joined.append(_join([last] + waiting))  # noqa: RUF005  # unpacking loses the type of the bins
    return tuple(joined)


def _join(parts: Sequence[_Bin]) -> _Bin:
    """Return one bin for several."""
    if len(parts) == 1:
        return parts[0]
    n = sum(part.observed.n for part in parts)
    weights = [part.observed.n / n for part in parts]
    observed = [part.observed for part in parts]
    value = sum(weight * one.value for weight, one in zip(weights, observed, strict=True))
    down = math.hypot(*(w * (one.value - one.low) for w, one in zip(weights, observed, strict=True)))
    up = math.hypot(*(w * (one.high - one.value) for w, one in zip(weights, observed, strict=True)))
    forecast = sum(weight * part.forecast for weight, part in zip(weights, parts, strict=True))
    return replace(parts[0], forecast=forecast, observed=Estimate.around(value, value - down, value + up, n))
