"""How the explained variance of a rating splits over correlated items: for comparison with older reports."""

from itertools import combinations
from math import comb
from typing import Final

import numpy as np

from training.statistics.arrays import Floats

MAX_ITEMS: Final = 20
_TINY: Final = 1e-12


def relative_weights(correlation: Floats, with_target: Floats) -> Floats:
    """Return Johnson's relative weights, which add up to R squared.

    The items are replaced by the orthogonal variables nearest to them; what those explain is handed back by
    the squared loadings (Johnson 2000, Multivariate Behavioral Research 35).

    Parameters
    ----------
    correlation
        ``[p, p]`` correlations of the items.
    with_target
        ``[p]`` their correlations with the target.

    Raises
    ------
    ValueError
        If the correlations do not fit together, or an item is a combination of others.

    Examples
    --------
    >>> weights = relative_weights(np.array([[1.0, 0.5], [0.5, 1.0]]), np.array([0.6, 0.4]))
    >>> weights.round(4).tolist(), round(float(weights.sum()), 4)
    ([0.2867, 0.0867], 0.3733)
    """
    values, vectors = _decompose(correlation, with_target)
    loadings = vectors * np.sqrt(values) @ vectors.T
    slopes = np.linalg.solve(loadings, with_target)
    weights: Floats = loadings**2 @ slopes**2
    return weights


def shapley_r2(correlation: Floats, with_target: Floats) -> Floats:
    """Return the mean gain in R squared of each item over all orders of entry; the gains add up to R squared.

    Known as LMG (Lindeman, Merenda and Gold 1980) and as general dominance (Budescu 1993).

    Parameters
    ----------
    correlation, with_target
        As for :func:`relative_weights`; at most 20 items, since all subsets are gone through.

    Raises
    ------
    ValueError
        If there are more items, the correlations do not fit together, or an item is a combination of others.
    """
    _decompose(correlation, with_target)
    size = with_target.size
    if size > MAX_ITEMS:
        message = f"{size} items have 2^{size} subsets; pass at most {MAX_ITEMS}"
        raise ValueError(message)
    explained = _explain_subsets(correlation, with_target)
    gains = np.zeros(size)
    subsets = np.arange(1 << size)
    counts = np.array([int(subset).bit_count() for subset in subsets])
    for item in range(size):
        without = subsets[(subsets >> item) & 1 == 0]
        share = 1.0 / (size * np.array([comb(size - 1, int(count)) for count in counts[without]]))
        gains[item] = share @ (explained[without | (1 << item)] - explained[without])
    return gains


def _explain_subsets(correlation: Floats, with_target: Floats) -> Floats:
    """Return R squared of every subset of items; bit ``j`` of the position says that item ``j`` is in."""
    size = with_target.size
    explained = np.zeros(1 << size)
    for n_items in range(1, size + 1):
        chosen = np.array(list(combinations(range(size), n_items)))
        blocks = correlation[chosen[:, :, None], chosen[:, None, :]]
        targets = with_target[chosen]
        slopes = np.linalg.solve(blocks, targets[:, :, None])[:, :, 0]
        explained[(1 << chosen).sum(axis=1)] = (slopes * targets).sum(axis=1)
    return explained


def _decompose(correlation: Floats, with_target: Floats) -> tuple[Floats, Floats]:
    """Return eigenvalues and eigenvectors of correlations that fit together."""
    shape = (with_target.size, with_target.size)
    if with_target.ndim != 1 or correlation.shape != shape:
        message = f"correlation has the shape {correlation.shape}, with_target {with_target.shape}"
        raise ValueError(message)
    if not np.allclose(correlation, correlation.T) or not np.allclose(np.diag(correlation), 1.0):
        message = "correlation is not symmetric with ones on its diagonal"
        raise ValueError(message)
    values, vectors = np.linalg.eigh(correlation)
    if values[0] < _TINY * values[-1]:
        message = f"the smallest eigenvalue is {values[0]:.2g}: an item is a combination of others; drop it"
        raise ValueError(message)
    return values, vectors
