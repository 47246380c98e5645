"""Figures of a feature in bins that are followed over snapshots: where values stand among usual ones."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from training.reference import Counts
from training.statistics import LEVEL, Floats

_SMALLEST_SHARE = 1e-4


@dataclass(frozen=True)
class Standing:
    """Hold where the values of rows stand among usual ones.

    Attributes
    ----------
    place
        Mean place among the usual values: 0.5 where nothing moved, 1 where all are higher (a mean ridit:
        Bross 1958, "How to use ridit analysis", Biometrics 14). Skew and outliers do not touch it.
    spread
        Mean squared distance of the places from 0.5, times 12: 1 where nothing moved.
    place_variance, spread_variance
        Of both, by sampling alone.
    """

    place: float
    spread: float
    place_variance: float
    spread_variance: float


NOWHERE = Standing(math.nan, math.nan, math.nan, math.nan)


def stand(counts: Counts, usual: Floats) -> Standing:
    """Return where rows in bins stand among usual rows in the same bins; NaN without a value.

    Parameters
    ----------
    counts
        The rows.
    usual
        ``[k]`` the usual rows in each bin.

    Examples
    --------
    >>> usual = np.array([10.0, 10.0])
    >>> [stand(Counts(np.array(bins), 0, 20), usual).place for bins in ([10.0, 10.0], [0.0, 20.0])]
    [0.5, 0.75]
    """
    total, known = float(usual.sum()), counts.present
    if not total or not known:
        return NOWHERE
    places = (np.cumsum(usual) - usual / 2) / total
    shares = counts.bins / known
    distances = 12 * (places - 0.5) ** 2
    place, spread = float(shares @ places), float(shares @ distances)
    # A batch of equal values has no variance of its own; that of the usual ones is what sampling does.
    base = usual / total
    own = [_variance(one, shares) for one in (places, distances)]
    common = [_variance(one, base) for one in (places, distances)]
    n = max(counts.n_present, 1.0)
    first, second = (max(both) / n for both in zip(own, common, strict=True))
    return Standing(place, spread, first, second)


def arc(share: float) -> float:
    """Return a share on the scale on which sampling noise is everywhere alike (arcsine of the root).

    Examples
    --------
    >>> round(arc(0.5), 3), round(un_arc(arc(0.2)), 3)
    (0.785, 0.2)
    """
    return math.asin(math.sqrt(min(max(share, 0.0), 1.0))) if math.isfinite(share) else math.nan


def un_arc(angle: float) -> float:
    """Return the share of an angle; angles beyond the ends are their end."""
    return math.sin(min(max(angle, 0.0), math.pi / 2)) ** 2


@dataclass(frozen=True)
class Stability:
    """Hold the population stability index of two sets of rows, and what it reaches by chance.

    Attributes
    ----------
    index
        Sum over the bins of (p - q) log(p / q).
    by_chance
        What it stays below in 95 of 100 cases where both are samples of the same (Yurdakul and Naranjo 2020,
        "Statistical properties of the population stability index", Journal of Risk Model Validation 14):
        chi-squared with one less than the bins, times the sum of the inverse sizes.
    """

    index: float
    by_chance: float


def stability(now: Counts, usual: Floats, n_usual: float) -> Stability:
    """Return how far two sets of rows in bins lie apart.

    Examples
    --------
    >>> found = stability(Counts(np.array([30.0, 70.0]), 0, 100), np.array([50.0, 50.0]), 100)
    >>> round(found.index, 3), round(found.by_chance, 3)
    (0.169, 0.077)
    """
    p, q = (
        np.maximum(bins / bins.sum(), _SMALLEST_SHARE) if bins.sum() else np.full(len(bins), np.nan)
        for bins in (now.bins, usual)
    )
    index = float(((p - q) * np.log(p / q)).sum())
    size = 1 / max(now.n_present, 1.0) + 1 / max(n_usual, 1.0)
    return Stability(index, float(stats.chi2.ppf(LEVEL, max(len(usual) - 1, 1))) * size)


def pool(counts: Sequence[Counts]) -> Floats:
    """Return the rows of several snapshots in each bin."""
    return np.asarray(np.sum([one.bins for one in counts], axis=0), np.float64)


def _variance(values: Floats, shares: Floats) -> float:
    """Return the variance of values that have these shares."""
    mean = float(shares @ values)
    return float(shares @ (values - mean) ** 2)
