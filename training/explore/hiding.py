"""Which cells of a cross table may be shown beside its totals, so that no small group can be computed.

Cells are hidden first, then attacked as a reader would: by solving the totals, and by asking how narrow the
totals make each hidden size. Wherever an attack succeeds one more cell is hidden.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import optimize

from training.disclosure import shown_groups
from training.statistics import Bools, Floats, Ints

_NARROW: Final = 3.0  # a size known to less than this is as good as known


@dataclass(frozen=True)
class Shown:
    """Hold what of a cross table is shown.

    Attributes
    ----------
    rows, columns
        ``[r]`` and ``[c]`` which totals.
    cells
        ``[r, c]`` which cells.
    """

    rows: Bools
    columns: Bools
    cells: Bools


def choose_shown(counts: Ints, minimum: int) -> Shown:
    """Return what may be shown of a table of counts together with its total.

    Parameters
    ----------
    counts
        ``[r, c]`` people in each cell.
    minimum
        Fewest people that may be shown; everything is shown for 0.

    Examples
    --------
    >>> choose_shown(np.array([[9, 8, 7], [6, 2, 9], [8, 9, 9]]), 5).cells.tolist()
    [[True, False, False], [False, False, False], [True, False, True]]
    """
    rows = _choose_totals(counts.sum(axis=1), minimum)
    columns = _choose_totals(counts.sum(axis=0), minimum)
    cells = (counts >= minimum) & rows[:, None] & columns
    if minimum == 0:
        return Shown(rows, columns, cells)
    while (lines := _find_weak(counts, Shown(rows, columns, cells), minimum)) is not None:
        if not _hide_one(counts, cells, lines):
            return Shown(rows, columns, np.zeros_like(cells))
    return Shown(rows, columns, cells)


def _choose_totals(sizes: Ints, minimum: int) -> Bools:
    """Return which totals of one side may be shown beside the total of all."""
    shown = shown_groups(dict(enumerate(sizes.tolist())), minimum)
    return np.isin(np.arange(sizes.size), shown)


def _find_weak(counts: Ints, shown: Shown, minimum: int) -> Bools | None:
    """Return the cells of lines in which one more has to be hidden; None where nothing can be computed."""
    hidden = ~shown.cells
    lines = np.zeros_like(hidden)
    for axis, has_total in ((1, shown.rows), (0, shown.columns)):
        rests = np.where(hidden, counts, 0).sum(axis=axis)
        weak = np.flatnonzero(has_total & (rests > 0) & (rests < minimum))
        if weak.size:
            lines[weak[0] if axis == 1 else (slice(None), weak[0])] = True
            return lines
    found = _attack(counts, shown, minimum)
    if found is None:
        return None
    lines[found[0]], lines[:, found[1]] = True, True
    return lines


def _attack(counts: Ints, shown: Shown, minimum: int) -> tuple[int, int] | None:
    """Return a hidden small cell whose size the totals make narrow; None where there is none."""
    places = np.argwhere(~shown.cells)
    if not len(places):
        return None
    equations, totals = _list_equations(counts, shown, places)
    if not len(equations):
        return None
    for at, (row, column) in enumerate(places):
        if 0 < counts[row, column] < minimum:
            goal = np.zeros(len(places))
            goal[at] = 1.0
            ends = [
                optimize.linprog(sign * goal, A_eq=equations, b_eq=totals, bounds=(0, None))
                for sign in (1, -1)
            ]
            is_solved = all(end.status == 0 for end in ends)
            if is_solved and -float(ends[1].fun or 0.0) - float(ends[0].fun or 0.0) < _NARROW:
                return int(row), int(column)
    return None


def _list_equations(counts: Ints, shown: Shown, places: Ints) -> tuple[Floats, Floats]:
    """Return what totals say of hidden cells: rests of lines, and of all lines without a total together."""
    sides = ((places[:, 0], shown.rows), (places[:, 1], shown.columns))
    sizes = counts[places[:, 0], places[:, 1]].astype(np.float64)
    equations = []
    for lines, has_total in sides:
        equations += [(lines == line) for line in np.flatnonzero(has_total) if (lines == line).any()]
        rest = ~has_total[lines]
        if rest.any():
            equations.append(rest)
    matrix = np.array(equations, dtype=np.float64)
    return matrix, matrix @ sizes


def _hide_one(counts: Ints, cells: Bools, lines: Bools) -> bool:
    """Hide the smallest shown cell of the lines, or of the table; False where nothing is shown."""
    options = np.argwhere(lines & cells)
    if not len(options):
        options = np.argwhere(cells)
    if not len(options):
        return False
    smallest = options[int(np.argmin(counts[options[:, 0], options[:, 1]]))]
    cells[smallest[0], smallest[1]] = False
    return True
