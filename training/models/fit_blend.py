"""Find the weights of a blend out of fold."""

import numpy as np
from scipy.optimize import Bounds, minimize

from training.models.folds import Labels
from training.models.odds import Floats, softplus, to_probability


def fit_weights(scores: Floats, target: Floats, weight: Floats, min_weight: float) -> tuple[Floats, Floats]:
    """Minimise log loss over intercepts and non-negative weights of the members (stacking; Breiman 1996).

    With one member this is Platt's calibration (1999). Each period has an intercept of its own, so that the
    mean risk of each is right although trees stop early.

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
        Intercepts of shape (periods,), and weights of shape (members,), zero where dropped.
    """
    at_risk = weight > 0
    cells, outcome, share = scores[at_risk], target[at_risk], weight[at_risk] / weight.sum()
    periods = np.eye(target.shape[1])[np.nonzero(at_risk)[1]]
    kept = np.arange(scores.shape[2])
    while True:
        intercepts, weights = _minimise(periods, cells[:, kept], outcome, share)
        is_heavy = weights >= min_weight
        is_heavy[np.argmax(weights)] = True
        if is_heavy.all():
            break
        kept = kept[is_heavy]
    all_weights = np.zeros(scores.shape[2])
    all_weights[kept] = weights
    return intercepts, all_weights


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
        intercepts, weights = fit_weights(scores[~is_held], target[~is_held], weight[~is_held], min_weight)
        blended[is_held] = intercepts + scores[is_held] @ weights
    return blended


def _minimise(periods: Floats, scores: Floats, target: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Return the best intercepts and non-negative weights; ``share`` is the weight of each cell, 1 in all."""
    columns = np.column_stack([periods, scores])

    def loss(point: Floats) -> tuple[float, Floats]:
        log_odds = columns @ point
        residual = share * (to_probability(log_odds) - target)
        return float(np.sum(share * (softplus(log_odds) - target * log_odds))), columns.T @ residual

    n_periods, n_members = periods.shape[1], scores.shape[1]
    start = np.concatenate([np.zeros(n_periods), np.full(n_members, 1.0 / n_members)])
    bounds = Bounds(np.concatenate([np.full(n_periods, -np.inf), np.zeros(n_members)]), np.inf)
    found = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"ftol": 1e-14, "gtol": 1e-9, "maxiter": 500},
    )
    point = np.asarray(found.x, dtype=np.float64)
    return point[:n_periods], point[n_periods:]
