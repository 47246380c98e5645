"""Split a cumulative figure exactly among features, along the straight path from the base to the row."""

from collections.abc import Callable

import numpy as np

from training.models.binary import Attributions
from training.models.gauss import gauss_nodes
from training.models.odds import Floats

N_NODES = (16, 32, 64, 128)
MAX_REMAINDER = 1e-10
_FEW_ROWS = 16


def walk(
    starts: Floats,
    shares: Floats,
    log_odds_at: Callable[[Floats], Floats],
    slopes_at: Callable[[Floats], Floats],
) -> Attributions:
    """Split what a smooth function of some steps' log-odds gains on the way from the base to the row.

    All steps are walked at once, and what the function gains on each stretch goes to the features in
    proportion to their share of the stretch (Aumann and Shapley 1974; as integrated gradients, Sundararajan,
    Taly and Yan 2017).

    Parameters
    ----------
    starts
        Log-odds of each step at the base, shape (steps, rows).
    shares
        What each feature adds in each step, shape (steps, rows, features).
    log_odds_at
        The function: log-odds (rows,) at log-odds of the steps (steps, rows).
    slopes_at
        Its derivatives, shape (steps, rows).

    Returns
    -------
    Attributions
        The integral is a Gauss-Legendre sum with as many nodes as a remainder below 1e-10 takes, 16 at least;
        what then remains goes to the largest contribution of the row.
    """
    n_rows = starts.shape[1]
    lengths = np.add.accumulate(shares, axis=2)[:, :, -1]
    ends = log_odds_at(np.concatenate((starts, starts + lengths), axis=1))
    base, log_odds = ends[:n_rows], ends[n_rows:]
    gain = log_odds - base
    contributions, remainder = np.zeros(shares.shape[1:]), gain
    for n_nodes in N_NODES:
        slopes = _mean_slopes(starts, lengths, slopes_at, n_nodes)
        contributions = np.add.reduce(slopes[:, :, None] * shares, axis=0)
        remainder = gain - np.add.accumulate(contributions, axis=1)[:, -1]
        if (np.abs(remainder) < MAX_REMAINDER).all():
            break
    largest = np.abs(contributions).argmax(axis=1)
    contributions[np.arange(n_rows), largest] += remainder
    return Attributions(base, contributions, log_odds)


def _mean_slopes(
    starts: Floats, lengths: Floats, slopes_at: Callable[[Floats], Floats], n_nodes: int
) -> Floats:
    """Return the weighted mean of the slopes along the way, shape (steps, rows).

    Few rows stand at all nodes at once: as many rows in one call cost little more than one.
    """
    nodes, weights = gauss_nodes(n_nodes)
    n_steps, n_rows = starts.shape
    if n_rows <= _FEW_ROWS:
        points = starts[:, None, :] + nodes[:, None] * lengths[:, None, :]
        slopes = slopes_at(points.reshape(n_steps, -1)).reshape(n_steps, n_nodes, n_rows)
        return np.asarray(np.add.accumulate(weights[:, None] * slopes, axis=1)[:, -1])
    total = np.zeros(starts.shape)
    for node, weight in zip(nodes, weights, strict=True):
        total += weight * slopes_at(starts + node * lengths)
    return total
