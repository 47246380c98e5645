"""Stratified folds that keep an entity, and exact copies of a row, on one side."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from training.models.odds import Floats

Labels = NDArray[np.int64]


def label_groups(groups: Sequence[Any] | NDArray[Any] | None, n_rows: int) -> Labels:
    """Return a number per row, equal for rows of one group; without groups each row is its own."""
    if groups is None:
        return np.arange(n_rows)
    return np.unique(np.asarray(groups), return_inverse=True)[1].astype(np.int64)


def join_copies(labels: Labels, matrix: Floats, n_folds: int) -> Labels:
    """Join groups that hold the same row, so that no copy of a test row is trained on.

    Parameters
    ----------
    labels
        Group of each row.
    matrix
        Rows; equal ones are copies.
    n_folds
        If joining would make a group larger than half a fold, equal rows are what such a table is made of
        (few levels, many rows) and not copies: the groups then stay as they are.
    """
    copies = np.unique(np.nan_to_num(matrix, nan=np.inf), axis=0, return_inverse=True)[1].reshape(-1)
    n_groups = int(labels.max()) + 1
    edges = coo_array(
        (np.ones(len(labels)), (labels, n_groups + copies)), shape=2 * (n_groups + int(copies.max()) + 1,)
    )
    joined: Labels = connected_components(edges, directed=False)[1][labels].astype(np.int64)
    return joined if np.bincount(joined).max() <= len(labels) / (2 * n_folds) else labels


def deal_folds(labels: Labels, events: Floats, n_folds: int, seed: int) -> Labels:
    """Return the fold of each row: groups are dealt out back and forth, those with most events first.

    Parameters
    ----------
    labels
        Group of each row, 0 .. groups - 1.
    events
        Number of events of each row.
    n_folds
        Number of folds.
    seed
        Decides among equal groups.
    """
    n_groups = int(labels.max()) + 1
    sizes, n_events = (
        np.bincount(labels, minlength=n_groups),
        np.bincount(labels, weights=events, minlength=n_groups),
    )
    chance = np.random.default_rng(seed).permutation(n_groups)
    order = np.lexsort((chance, -sizes, -n_events))
    there_and_back = np.concatenate([np.arange(n_folds), np.arange(n_folds)[::-1]])
    fold_of_group = np.empty(n_groups, dtype=np.int64)
    fold_of_group[order] = np.resize(there_and_back, n_groups)
    return fold_of_group[labels]
