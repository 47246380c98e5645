"""Shares that are followed over snapshots: their range, and their variance on the arcsine scale."""

import math

from scipy import stats

from training.reference import Counts
from training.statistics import LEVEL, Estimate

_Z = float(stats.norm.ppf((1 + LEVEL) / 2))


def around_share(share: float, n: float) -> Estimate:
    """Return a share with its Wilson range (Wilson 1927).

    Examples
    --------
    >>> print(around_share(0.5, 100))
    0.500 (0.404 to 0.596)
    """
    if n <= 0 or not math.isfinite(share):
        return Estimate(math.nan, math.nan, math.nan, 0)
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    margin = _Z / (1 + _Z**2 / n) * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return Estimate.around(share, max(0.0, centre - margin), min(1.0, centre + margin), round(n))


def variance_of_arc(counts: Counts) -> float:
    """Return the variance of a share of all rows by sampling alone, on the arcsine scale."""
    return 0.25 / max(counts.n, 1.0)
