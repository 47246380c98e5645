"""Quantiles with ranges that hold for every distribution."""

import math

import numpy as np
import numpy.typing as npt
from scipy import stats

from training.statistics.arrays import as_column
from training.statistics.estimate import LEVEL, Estimate


def quantile(values: npt.ArrayLike, level: float) -> Estimate:
    """Return a quantile with the range of order statistics that holds it in 95 % of samples or more.

    Where there are too few values for such a range, it reaches from the lowest to the highest.

    Parameters
    ----------
    values
        The values.
    level
        Between 0 and 1; 0.5 is the median.

    Raises
    ------
    ValueError
        If there is no value, or the level lies outside.

    Examples
    --------
    >>> quantile(range(1, 22), 0.5)
    Estimate(value=11.0, low=6.0, high=16.0, n=21)
    """
    if not 0 < level < 1:
        message = f"the level {level:g} is no share between 0 and 1"
        raise ValueError(message)
    ordered = np.sort(as_column("values", values))
    n = ordered.size
    below = stats.binom(n, level)
    low = max(0, int(below.ppf((1 - LEVEL) / 2)) - 1)
    high = min(n - 1, math.ceil(below.ppf((1 + LEVEL) / 2)))
    return Estimate.around(float(np.quantile(ordered, level)), float(ordered[low]), float(ordered[high]), n)
