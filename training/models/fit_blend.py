"""Find the weights of a blend out of fold."""

import numpy as np
from scipy.optimize import Bounds, minimize

from training.models.folds import Labels
from training.models.odds import Floats, softplus, to_probability


def fit_weights(scores: Floats, target: Floats, weight: Floats, min_weight: float) -> tuple[float, Floats]:
    """Minimise log loss over an intercept and non-negative weights of the members (stacking; Breiman 1996).

    With one member this is Platt's calibration (1999).

    Parameters
    ----------
    scores
        Out-of-fold log-odds, shape (rows, periods, members).
    target, weight
        Shape (rows, periods); a weight of zero takes a cell out.
    min_weight
        Members with less weight are dropped and the rest fitted again; the heaviest always stays.

    Returns
    -------
    tuple
        Intercept, and weights of shape (members,), zero where dropped.
    """
    at_risk = weight > 0
    cells, outcome, share = scores[at_risk], target[at_risk], weight[at_risk] / weight.sum()
    kept = np.arange(scores.shape[2])
    while True:
        intercept, weights = _minimise(cells[:, kept], outcome, share)
        is_heavy = weights >= min_weight
        is_heavy[np.argmax(weights)] = True
        if is_heavy.all():
            break
        kept = kept[is_heavy]
    all_weights = np.zeros(scores.shape[2])
    all_weights[kept] = weights
    return intercept, all_weights


def cross_fit(scores: Floats, target: Floats, weight: Floats, folds: Labels, min_weight: float) -> Floats:
    """Return calibrated log-odds, shape (rows, periods), with weights that were fitted on the other folds.

    Parameters
    ----------
    scores, target, weight, min_weight
        As for :func:`fit_weights`.
    folds
        Fold of each row.
    """
    blended = np.empty(target.shape)
    for fold in np.unique(folds):
        is_held = folds == fold
        intercept, weights = fit_weights(scores[~is_held], target[~is_held], weight[~is_held], min_weight)
        blended[is_held] = intercept + scores[is_held] @ weights
    return blended


def _minimise(scores: Floats, target: Floats, share: Floats) -> tuple[float, Floats]:
    """Return the best intercept and non-negative weights; ``share`` is the weight of each cell, 1 in all."""
    columns = np.column_stack([np.ones(len(scores)), scores])

    def loss(point: Floats) -> tuple[float, Floats]:
        log_odds = columns @ point
        residual = share * (to_probability(log_odds) - target)
        return float(np.sum(share * (softplus(log_odds) - target * log_odds))), columns.T @ residual

    n_members = scores.shape[1]
    start = np.concatenate([[0.0], np.full(n_members, 1.0 / n_members)])
    bounds = Bounds(np.concatenate([[-np.inf], np.zeros(n_members)]), np.inf)
    found = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"ftol": 1e-14, "gtol": 1e-9, "maxiter": 500},
    )
    return float(found.x[0]), np.asarray(found.x[1:], dtype=np.float64)
