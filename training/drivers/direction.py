"""Direction: whether higher values of a driver's main feature go with a higher or a lower risk."""

from typing import Literal

import numpy as np

from training.statistics import Floats

Direction = Literal["higher", "lower", "mixed", "groups"]

CLEAR_CORRELATION = 0.3
"""Below this rank correlation a direction is called mixed: a U-shape or noise has no single direction."""


def direction_of(values: Floats, contributions: Floats, weight: Floats | None = None) -> Direction:
    """Tell which values go with a higher risk.

    Parameters
    ----------
    values
        The driver's main feature per row; NaN = missing, such rows are left out.
    contributions
        The driver's signed attribution per row.
    weight
        Weight of each row; 1 if absent.

    Returns
    -------
    str
        ``higher`` when higher values go with a higher risk, ``lower`` when lower ones do, else ``mixed``.

    Examples
    --------
    >>> direction_of(np.array([1.0, 2.0, 3.0]), np.array([-0.2, 0.1, 0.4]))
    'higher'
    """
    weights = np.ones(len(values)) if weight is None else weight
    known = np.isfinite(values) & (weights > 0)
    correlation = _rank_correlation(values[known], contributions[known], weights[known])
    if abs(correlation) < CLEAR_CORRELATION:
        return "mixed"
    return "higher" if correlation > 0 else "lower"


def _rank_correlation(first: Floats, second: Floats, weight: Floats) -> float:
    """Return Spearman's correlation of the weighted rows, 0 where one side does not vary."""
    if len(first) < 2 or np.ptp(first) == 0.0 or np.ptp(second) == 0.0:
        return 0.0
    covariance = np.cov(_middle_ranks(first, weight), _middle_ranks(second, weight), aweights=weight, ddof=0)
    return float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))


def _middle_ranks(values: Floats, weight: Floats) -> Floats:
    """Return the weight below each value and half of that at it: what ranks are where rows stand for many."""
    _, places = np.unique(values, return_inverse=True)
    mass = np.bincount(places, weights=weight)
    ranks: Floats = (np.cumsum(mass) - mass / 2)[places]
    return ranks
