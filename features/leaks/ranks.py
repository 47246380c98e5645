"""Ranks of numbers, without the second that importing a whole library of statistics takes."""

import numpy as np
from numpy.typing import NDArray


def rank(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ranks of values from 1 on; equal values share the mean of their ranks.

    Parameters
    ----------
    values
        Numbers, shape ``(n,)``. Where one is missing no rank is known: all are NaN then.

    Examples
    --------
    >>> rank(np.array([30.0, 10.0, 30.0, 20.0]))
    array([3.5, 1. , 3.5, 2. ])
    """
    if np.isnan(values).any():
        return np.full(len(values), np.nan)
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means: NDArray[np.float64] = last - (counts - 1) / 2
    return means[place]
