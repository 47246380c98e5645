"""Where to draw the line between classes of very different size: offsets that make macro-F1 largest."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_GRID = np.round(np.arange(-2.0, 2.05, 0.1), 1)
_SMOOTH = np.array([0.1, 0.2, 0.4, 0.2, 0.1])
_ROUNDS = 3
_DRAWS = 500
_STEEPNESS = np.geomspace(0.1, 10.0, 41)


def macro_f1(target: Codes, decided: Codes, n_classes: int) -> float:
    """Return the mean F1 of all classes; a class that is neither there nor decided counts 0.

    Examples
    --------
    >>> round(macro_f1(np.array([0, 0, 1]), np.array([0, 1, 1]), 2), 3)
    0.667
    """
    cells = np.bincount(target * n_classes + decided, minlength=n_classes * n_classes)
    matrix = cells.reshape(n_classes, n_classes)
    both = matrix.sum(axis=0) + matrix.sum(axis=1)
    return float(np.mean(2.0 * np.diag(matrix) / np.maximum(both, 1)))


def macro_f1_interval(
    target: Codes, decided: Codes, groups: Codes, n_classes: int, seed: int = 0
) -> tuple[float, float]:
    """Return the 95 % interval of :func:`macro_f1`, by drawing groups with replacement (percentiles).

    Parameters
    ----------
    groups
        Group of each verbatim; a group is drawn as a whole.

    Examples
    --------
    >>> codes = np.array([0, 1] * 50)
    >>> macro_f1_interval(codes, codes, np.arange(100), 2)
    (1.0, 1.0)
    """
    low, high = np.quantile(draw_macro_f1(target, decided, groups, n_classes, seed), [0.025, 0.975])
    return float(low), float(high)


def draw_macro_f1(target: Codes, decided: Codes, groups: Codes, n_classes: int, seed: int = 0) -> Floats:
    """Return macro-F1 of groups drawn with replacement, 500 times; equal seeds draw the same groups."""
    names, group = np.unique(groups, return_inverse=True)
    cells = np.zeros((names.size, n_classes * n_classes))
    np.add.at(cells, (group, target * n_classes + decided), 1.0)
    drawn = np.random.default_rng(seed).multinomial(names.size, np.full(names.size, 1 / names.size), _DRAWS)
    matrix = (drawn @ cells).reshape(_DRAWS, n_classes, n_classes)
    both = matrix.sum(axis=1) + matrix.sum(axis=2)
    return np.asarray(np.mean(2.0 * np.diagonal(matrix, axis1=1, axis2=2) / np.maximum(both, 1.0), axis=1))


def choose_offsets(log_odds: Floats, target: Codes) -> Floats:
    """Return what to add to each class's log-odds before the largest decides.

    One class after the other moves along a grid, three rounds. The curve over the grid is smoothed, so that
    a lucky peak of few verbatims does not win.

    Parameters
    ----------
    log_odds
        Shape (verbatims, classes), of models that did not see the verbatim.
    target
        Class codes from 0.

    Examples
    --------
    >>> log_odds = np.array([[0.0, -1.0], [0.0, -0.6], [0.0, -1.2], [0.0, -0.3]])
    >>> choose_offsets(log_odds, np.array([0, 1, 0, 1])).tolist()
    [0.0, 0.9]
    """
    n_classes = log_odds.shape[1]
    offsets = np.zeros(n_classes)
    for _ in range(_ROUNDS):
        for moved in range(1, n_classes):
            offsets[moved] = _best_offset(log_odds, target, offsets, moved)
    return offsets


def choose_steepness(log_odds: Floats, target: Codes) -> float:
    """Return the factor on log-odds with the least log loss, all classes counting alike."""
    weights = (1.0 / np.bincount(target, minlength=log_odds.shape[1]).clip(1))[target]
    losses = []
    for steepness in _STEEPNESS:
        probabilities = to_probabilities(steepness * log_odds)
        losses.append(-float(weights @ np.log(probabilities[np.arange(target.size), target].clip(1e-12))))
    return float(_STEEPNESS[int(np.argmin(losses))])


def to_probabilities(log_odds: Floats) -> Floats:
    """Return shares that sum to 1 in each row."""
    raised = np.exp(log_odds - log_odds.max(axis=1, keepdims=True))
    total = raised[:, 0].copy()
    for column in raised.T[1:]:  # column by column: the same order of adding in every batch
        total += column
    return np.asarray(raised / total[:, None], dtype=np.float64)


def _best_offset(log_odds: Floats, target: Codes, offsets: Floats, moved: int) -> float:
    """Return the offset of one class, the others held."""
    n_classes = offsets.size
    others = np.flatnonzero(np.arange(n_classes) != moved)
    rest = log_odds[:, others] + offsets[others]
    best, rival = rest.max(axis=1), others[rest.argmax(axis=1)]
    gains = [
        macro_f1(target, np.where(log_odds[:, moved] + offset > best, moved, rival), n_classes)
        for offset in _GRID
    ]
    reach = _SMOOTH.size // 2
    smooth = np.convolve(np.pad(gains, reach, mode="edge"), _SMOOTH, mode="valid")
    # Of equally good offsets the middle one: far from the verbatims on either side.
    top = np.flatnonzero(smooth >= smooth.max() - 1e-12)
    return float(_GRID[top[top.size // 2]])
