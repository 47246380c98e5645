"""Tests of equal means without equal variances, and the share of variance behind an F statistic."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy import stats

from training.statistics.arrays import Floats
from training.statistics.estimate import Estimate
from training.statistics.testing.outcome import Effect
from training.statistics.testing.ranges import f_noncentrality

FEWEST_FOR_WELCH: Final = 10


def welch(groups: Sequence[Floats]) -> tuple[float, tuple[float, float], float]:
    """Return F, its degrees of freedom and p of Welch's test of equal means (Welch 1951, Biometrika 38)."""
    sizes = np.array([group.size for group in groups], dtype=np.float64)
    means = np.array([group.mean() for group in groups])
    weights = sizes / np.array([group.var(ddof=1) for group in groups])
    count, total = len(groups), float(weights.sum())
    between = float(weights @ (means - weights @ means / total) ** 2) / (count - 1)
    loss = float(((1 - weights / total) ** 2 / (sizes - 1)).sum())
    statistic = between / (1 + 2 * (count - 2) / (count**2 - 1) * loss)
    freedom = (count - 1.0, (count**2 - 1) / (3 * loss))
    return statistic, freedom, float(stats.f.sf(statistic, *freedom))


def brown_forsythe(groups: Sequence[Floats]) -> tuple[float, tuple[float, float], float]:
    """Return F, its degrees of freedom and p of Brown and Forsythe's test of equal means.

    With the degrees of freedom of Mehrotra 1997 (Communications in Statistics 26). It weights groups by their
    size alone, so that the variance of a small group may be badly known.
    """
    sizes = np.array([group.size for group in groups], dtype=np.float64)
    means = np.array([group.mean() for group in groups])
    variances = np.array([group.var(ddof=1) for group in groups])
    n = float(sizes.sum())
    parts = (1 - sizes / n) * variances
    within = float(parts.sum())
    statistic = float(sizes @ (means - sizes @ means / n) ** 2) / within
    below = within**2 / float((parts**2 / (sizes - 1)).sum())
    pooled = float(sizes @ variances**2 / n), float((sizes @ variances / n) ** 2)
    above = within**2 / (pooled[1] + float((variances**2).sum()) - 2 * pooled[0])
    return statistic, (above, below), float(stats.f.sf(statistic, above, below))


def explained(statistic: float, freedom: tuple[float, float], n: int) -> Effect:
    """Return the share of variance behind an F statistic, freed of chance (epsilon squared)."""
    above, below = freedom
    value = max(0.0, (statistic - 1) * above / (statistic * above + n - above - 1))
    low, high = (shift / (shift + n) for shift in f_noncentrality(statistic, above, below))
    return Effect("epsilon squared", Estimate.around(value, low, high, n), "explained")
