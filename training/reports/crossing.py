"""Which cells of a table of two cuts may be shown, so that no small one can be worked out from the totals."""

from dataclasses import dataclass

import numpy as np

from training.disclosure import shown_groups
from training.statistics import Bools, Floats, Ints

_ZERO = 1e-9


@dataclass(frozen=True)
class Shown:
    """Hold what may be shown of a table with totals.

    Attributes
    ----------
    cells
        Shape (rows, columns).
    rows, columns
        Whether the total of a row or a column may be shown; that of all people always is.
    """

    cells: Bools
    rows: Bools
    columns: Bools


def shown_cells(counts: Ints, minimum: int, *, n_rows: int, n_columns: int) -> Shown:
    """Return what may be shown of a table of counts beside its totals.

    Cells, rows and columns below the minimum are hidden. Then further cells are hidden, smallest first, until
    no hidden small cell follows from rows, columns and the total, and hidden cells of a row or column are at
    least the minimum together. Empty cells count as known.

    Parameters
    ----------
    counts
        Shape (rows, columns), people by cell. Rows from ``n_rows`` and columns from ``n_columns`` on are no
        part of the table: people whose group is not known or not listed.
    minimum
        Fewest people that may be shown.

    Examples
    --------
    >>> import numpy as np
    >>> shown = shown_cells(np.array([[40, 3, 30], [25, 50, 9], [60, 20, 30]]), 5, n_rows=3, n_columns=3)
    >>> shown.cells.astype(int).tolist()
    [[1, 0, 0], [1, 1, 1], [1, 0, 0]]
    """
    rows, columns = (
        _groups(counts.sum(axis=1), n_rows, minimum),
        _groups(counts.sum(axis=0), n_columns, minimum),
    )
    cells = rows[:, None] & columns[None, :] & ((counts >= minimum) | (counts == 0))
    found = Shown(cells, rows, columns)
    while (weak := _weakest(counts, found, minimum)) is not None and (rows.any() or columns.any()):
        _hide_one_more(counts, found, *weak)
    return Shown(cells[:n_rows, :n_columns], rows[:n_rows], columns[:n_columns])


def solvable(unknown: Bools, rows: Bools, columns: Bools) -> Bools:
    """Return the unknown cells that follow from the totals of shown rows and columns and that of all.

    Parameters
    ----------
    unknown
        Shape (rows, columns).
    rows, columns
        Whether their totals are known.
    """
    places = np.argwhere(unknown)
    found = np.zeros_like(unknown)
    if not len(places):
        return found
    of_rows = [places[:, 0] == row for row in np.flatnonzero(rows)]
    of_columns = [places[:, 1] == column for column in np.flatnonzero(columns)]
    equations: Floats = np.array([*of_rows, *of_columns, np.ones(len(places))], dtype=np.float64)
    _, sizes, directions = np.linalg.svd(equations)
    free = directions[int((sizes > _ZERO).sum()) :]
    found[tuple(places.T)] = np.abs(free).max(axis=0, initial=0.0) < _ZERO
    return found


def _groups(totals: Ints, n_listed: int, minimum: int) -> Bools:
    """Return which totals may be shown."""
    shown = shown_groups(
        dict(enumerate(totals[:n_listed].tolist())), minimum, n_without=int(totals[n_listed:].sum())
    )
    return np.isin(np.arange(len(totals)), shown)


def _weakest(counts: Ints, shown: Shown, minimum: int) -> tuple[int, int] | None:
    """Return a hidden cell that is not safe yet, if there is one."""
    unknown = ~shown.cells & (counts > 0)
    is_small = unknown & (counts < minimum)
    weak = is_small & solvable(unknown, shown.rows, shown.columns)
    hidden = np.where(unknown, counts, 0)
    for sums, axis, is_shown in ((hidden.sum(axis=1), 1, shown.rows), (hidden.sum(axis=0), 0, shown.columns)):
        is_few = is_shown & (sums > 0) & (sums < minimum)
        weak |= unknown & np.expand_dims(is_few, axis)
    found = np.argwhere(weak)
    return (int(found[0][0]), int(found[0][1])) if len(found) else None


def _hide_one_more(counts: Ints, shown: Shown, row: int, column: int) -> None:
    """Hide the cheapest rectangle at a weak cell; else a shown cell beside it; else all totals."""
    filled = shown.cells & (counts > 0)
    cost = np.where(filled, counts, 0)
    corners = [
        ((row, far), (other, column), (other, far))
        for other, far in np.ndindex(counts.shape)
        if other != row
        and far != column
        and counts[row, far]
        and counts[other, column]
        and counts[other, far]
    ]
    prices = [sum(int(cost[corner]) for corner in found) for found in corners]
    if any(prices):
        cheapest = min((price, place) for place, price in enumerate(prices) if price)[1]
        for corner in corners[cheapest]:
            shown.cells[corner] = False
        return
    beside = filled.copy()
    beside[np.arange(len(counts)) != row, :] &= np.arange(counts.shape[1]) == column
    beside = beside if beside.any() else filled
    if beside.any():
        smallest = np.where(beside, counts, counts.max() + 1).argmin()
        shown.cells[np.unravel_index(smallest, counts.shape)] = False
        return
    shown.rows[:], shown.columns[:] = False, False
