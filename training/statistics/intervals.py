"""Closed-form intervals: shares, NPS, means and differences of means."""

import math

import numpy as np
import numpy.typing as npt
from scipy import stats

from training.statistics.arrays import Floats, as_column
from training.statistics.estimate import LEVEL, Estimate

_Z = float(stats.norm.ppf((1 + LEVEL) / 2))


def share(successes: float, n: float) -> Estimate:
    """Return a share with Wilson's interval.

    Parameters
    ----------
    successes, n
        Counts; fractions are allowed, so that a weighted share can be given its effective counts.

    Raises
    ------
    ValueError
        If ``n`` is not positive or ``successes`` lies outside ``0..n``.

    Examples
    --------
    >>> print(share(8, 10))
    0.800 (0.490 to 0.943)
    """
    if not 0 <= successes <= n or n <= 0:
        message = f"{successes:g} of {n:g} is not a share; 0 <= successes <= n and n > 0 are needed"
        raise ValueError(message)
    found = successes / n
    centre = (successes + _Z**2 / 2) / (n + _Z**2)
    half = _Z / (n + _Z**2) * math.sqrt(successes * (1 - found) + _Z**2 / 4)
    return Estimate.around(found, max(0.0, centre - half), min(1.0, centre + half), round(n))


def nps(promoters: float, passives: float, detractors: float) -> Estimate:
    """Return the net promoter score in points (-100 to 100).

    The interval adds three pseudo-answers (.75 promoters, 1.5 passives, .75 detractors) before Wald's formula
    for the difference of two shares of one sample (Rocks 2016, "Interval estimation for the net promoter
    score"): plain Wald covers .66-.94 of truths from 10 answers on, this .93-.96. The value is the plain
    score, which people compare with other tools.

    Raises
    ------
    ValueError
        If a count is negative or there is no answer.

    Examples
    --------
    >>> print(nps(50, 30, 20))
    30.000 (14.051 to 44.201)
    """
    n = promoters + passives + detractors
    if min(promoters, passives, detractors) < 0 or n <= 0:
        found = f"{promoters:g} promoters, {passives:g} passives, {detractors:g} detractors"
        message = f"{found} cannot be scored; counts are >= 0 and at least one is needed"
        raise ValueError(message)
    up, down = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = _Z * math.sqrt((up + down - (up - down) ** 2) / (n + 3))
    low, high = max(-1.0, up - down - half), min(1.0, up - down + half)
    return Estimate.around(100 * (promoters - detractors) / n, 100 * low, 100 * high, round(n))


def mean(values: npt.ArrayLike) -> Estimate:
    """Return a mean with Student's interval; the interval of one value is unlimited.

    Raises
    ------
    ValueError
        If there is no value or one is not finite.
    """
    column = as_column("values", values)
    return _student(float(column.mean()), _variance(column) / column.size, column.size - 1.0, column.size)


def difference(before: npt.ArrayLike, after: npt.ArrayLike) -> Estimate:
    """Return ``mean(after) - mean(before)`` of different people, with Welch's interval (unequal variances).

    ``n`` counts both groups.
    """
    first, second = as_column("before", before), as_column("after", after)
    parts = np.array([_variance(first) / first.size, _variance(second) / second.size])
    total = float(parts.sum())
    freedom = 1.0
    if 0 < total < math.inf:
        freedom = total**2 / float((parts**2 / np.array([first.size - 1, second.size - 1])).sum())
    return _student(float(second.mean() - first.mean()), total, freedom, first.size + second.size)


def _variance(column: Floats) -> float:
    """Return the sample variance, unlimited for one value."""
    return float(column.var(ddof=1)) if column.size > 1 else math.inf


def _student(value: float, squared_error: float, freedom: float, n: int) -> Estimate:
    """Return the interval of Student's t around ``value``."""
    if math.isinf(squared_error):
        return Estimate(value, -math.inf, math.inf, n)
    half = float(stats.t.ppf((1 + LEVEL) / 2, freedom)) * math.sqrt(squared_error)
    return Estimate(value, value - half, value + half, n)
