"""How the explained variance of a rating splits over correlated items: for comparison with older reports."""

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
        ``[..., p, p]`` correlations of the items; leading dimensions are tables of their own, as resamples
        give them.
    with_target
        ``[..., p]`` their correlations with the target.

    Returns
    -------
    ndarray
        ``[..., p]``.

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
    loadings = vectors * np.sqrt(values)[..., None, :] @ np.swapaxes(vectors, -1, -2)
    slopes = np.linalg.solve(loadings, with_target[..., None])
    weights: Floats = (loadings**2 @ slopes**2)[..., 0]
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
    size = with_target.shape[-1]
    if size > MAX_ITEMS:
        message = f"{size} items have 2^{size} subsets; pass at most {MAX_ITEMS}"
        raise ValueError(message)
    explained = _explain_subsets(correlation, with_target)
    subsets = np.arange(1 << size)
    n_members = np.bitwise_count(subsets)
    share = np.array([1.0 / (size * comb(size - 1, others)) for others in range(size)])
    gains = np.zeros(with_target.shape)
    for item in range(size):
        without = subsets[(subsets >> item) & 1 == 0]
        gain = explained[..., without | (1 << item)] - explained[..., without]
        gains[..., item] = gain @ share[n_members[without]]
    return gains


def _explain_subsets(correlation: Floats, with_target: Floats) -> Floats:
    """Return R squared of every subset of items; bit ``j`` of the position says that item ``j`` is in.

    Item by item all subsets double: once without the item, once with all that is left freed of it. So no
    subset is solved from the start.
    """
    column = with_target[..., None]
    corner = np.ones((*with_target.shape[:-1], 1, 1))
    whole = np.block([[correlation, column], [np.swapaxes(column, -1, -2), corner]])
    rest = whole[..., None, :, :]
    for _ in range(with_target.shape[-1]):
        first, others = rest[..., :1, :1], rest[..., 1:, :1]
        left = rest[..., 1:, 1:]
        freed = left - others * np.swapaxes(others, -1, -2) / first
        rest = np.concatenate([left, freed], axis=-3)
    return np.asarray(1.0 - rest[..., 0, 0])


def _decompose(correlation: Floats, with_target: Floats) -> tuple[Floats, Floats]:
    """Return eigenvalues and eigenvectors of correlations that fit together."""
    shape = (*with_target.shape, *with_target.shape[-1:])
    if with_target.ndim == 0 or correlation.shape != shape:
        message = f"correlation has the shape {correlation.shape}, with_target {with_target.shape}"
        raise ValueError(message)
    is_symmetric = np.allclose(correlation, np.swapaxes(correlation, -1, -2))
    if not is_symmetric or not np.allclose(np.diagonal(correlation, axis1=-2, axis2=-1), 1.0):
        message = "correlation is not symmetric with ones on its diagonal"
        raise ValueError(message)
    values, vectors = np.linalg.eigh(correlation)
    is_empty = values.size == 0
    if not is_empty and (values[..., 0] < _TINY * values[..., -1]).any():
        smallest = float(values.min())
        message = f"the smallest eigenvalue is {smallest:.2g}: an item is a combination of others; drop it"
        raise ValueError(message)
    return values, vectors
