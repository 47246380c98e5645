"""Shares over journeys when an entity may have several: Wilson's interval at their effective number."""

import math

import numpy as np
from scipy import stats

from training.statistics import Estimate, Floats, Ints, share


def share_of(hits: Floats, entity: Ints) -> Estimate:
    """Return a share with Wilson's interval at its effective number of rows.

    Rows of one entity tell less than rows of as many entities: the variance between entities says how many
    rows they are worth, never more than there are. With one row per entity it is Wilson's interval itself.

    Parameters
    ----------
    hits
        ``[n]`` numbers in 0..1.
    entity
        ``[n]`` whose row it is.

    Examples
    --------
    >>> print(share_of(np.repeat([1.0, 0.0], [8, 2]), np.arange(10)))
    0.800 (0.490 to 0.943)
    """
    found = float(hits.mean())
    parts = influences(hits, entity, int(entity.max()) + 1)
    variance, spread = float(parts @ parts), found * (1 - found)
    if spread <= 0:  # all alike: nothing varies, so only entities can be counted
        worth = float(np.unique(entity).size)
    else:
        worth = max(1.0, min(float(hits.size), spread / variance if variance > 0 else math.inf))
    estimate = share(found * worth, worth)
    return Estimate(found, min(found, estimate.low), max(found, estimate.high), hits.size)


def influences(values: Floats, entity: Ints, n_entities: int) -> Floats:
    """Return ``[n_entities]`` what each entity adds to the error of the mean of ``values``."""
    parts = (values - values.mean()) / values.size
    return np.asarray(np.bincount(entity, weights=parts, minlength=n_entities))


def p_value_of(value: float, error: float) -> float:
    """Return the two-sided normal p-value of no difference; NaN where there is no error to compare with."""
    if not error > 0 or not math.isfinite(value):
        return math.nan
    return float(2 * stats.norm.sf(abs(value) / error))
