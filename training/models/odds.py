"""Log-odds and probabilities without overflow; element by element, so a row scores as it does in a batch."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def to_probability(log_odds: Floats) -> Floats:
    """Return ``1 / (1 + exp(-log_odds))``.

    Examples
    --------
    >>> to_probability(np.array([0.0, 1000.0, -1000.0])).tolist()
    [0.5, 1.0, 0.0]
    """
    small = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1.0, small) / (1.0 + small)


def softplus(log_odds: Floats) -> Floats:
    """Return ``log(1 + exp(log_odds))``: the negative logarithm of the probability that nothing happens."""
    return np.maximum(log_odds, 0.0) + np.log1p(np.exp(-np.abs(log_odds)))


def softplus_of(log_odds: float) -> float:
    """Return :func:`softplus` of one number, without what an array costs."""
    return max(log_odds, 0.0) + math.log1p(math.exp(-abs(log_odds)))


def log_loss(log_odds: Floats, target: Floats, weight: Floats) -> float:
    """Return the weighted mean log loss.

    Parameters
    ----------
    log_odds, target, weight
        Arrays of one shape; a weight of zero takes a cell out, whatever its target is.
    """
    return float(np.sum(weight * (softplus(log_odds) - target * log_odds)) / np.sum(weight))


def prior_log_odds(target: Floats, weight: Floats) -> float:
    """Return the log-odds of the weighted mean of the target, which must lie inside 0..1."""
    share = float(np.sum(weight * target) / np.sum(weight))
    return float(np.log(share / (1.0 - share)))
