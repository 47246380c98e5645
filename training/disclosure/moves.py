"""Moves between worlds: how people could change places so that no shown size changes."""

import numpy as np
from scipy.linalg import qr, solve_triangular

from training.statistics import Ints

_ENTRY = 1e-6
_ROW = 1e-9
_COLUMNS_PER_GROUP = 3  # people who are alike beyond that many add moves that are not needed


def list_moves(shown: Ints, hidden: Ints, people: Ints, rng: np.random.Generator) -> Ints:
    """Return shape (moves, alike): whole numbers that add up to 0 in every shown and not in every hidden group.

    A basis of what shown sizes leave open: of people who are alike as many columns as there are independent
    shown groups answer for the others, those with most people first, so that no move needs more than there
    are. Each move is checked by adding up.

    Parameters
    ----------
    shown, hidden
        Shape (groups, alike): 0/1 rows.
    people
        Shape (alike,): the world to move from.
    rng
        Another state gives another basis.
    """
    columns = _choose_columns(shown, hidden, people)
    rows = shown[:, columns].astype(np.float64)
    strength = people[columns] * rng.uniform(0.5, 1.0, columns.size) + 1.0
    upper, order = qr(rows * strength, mode="r", pivoting=True)[:2]
    size = np.abs(np.diag(upper))
    rank = int(np.sum(size > _ROW * size[0]))
    answers = solve_triangular(upper[:rank, :rank], upper[:rank, rank:])
    basis = np.zeros((columns.size - rank, columns.size))
    basis[:, order[:rank]] = -answers.T * strength[order[rank:], None]
    basis[:, order[:rank]] /= strength[order[:rank]]
    basis[np.arange(len(basis)), order[rank:]] = 1.0
    moves = np.zeros((len(basis), people.size), dtype=np.int64)
    moves[:, columns] = np.rint(basis)
    is_whole = np.abs(basis - np.rint(basis)).max(axis=1, initial=0.0) < _ENTRY
    is_kept = is_whole & ~np.any(moves @ shown.T, axis=1) & np.any(moves @ hidden.T, axis=1)
    return np.concatenate([moves[is_kept], -moves[is_kept]])


def _choose_columns(shown: Ints, hidden: Ints, people: Ints) -> Ints:
    """Return the columns that moves are made of: all if they are few, else those of small hidden groups and the
    largest."""
    most = _COLUMNS_PER_GROUP * len(shown)
    if people.size <= most:
        return np.arange(people.size)
    rarest = np.where(hidden, (hidden @ people)[:, None], np.iinfo(np.int64).max).min(axis=0)
    half = np.argsort(rarest, kind="stable")[: most // 2]
    rest = np.setdiff1d(np.argsort(-people, kind="stable"), half, assume_unique=True)
    return np.sort(np.concatenate([half, rest[: most - half.size]]))
