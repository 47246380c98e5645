"""Fold the cells of entities to values for every snapshot and window.

Cells are merged pane by pane as the snapshots learn of them. Each snapshot then walks its panes from the
newest to the oldest and tells, at each edge of a window, what has been gathered so far. Nothing is ever
subtracted, so no difference of large sums can leave noise.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.fold.program import Program
from features.fold.telling import tell
from features.panes import KEY, Grid, Layout, Places, SortedCells, Words, clear, compiled, merge, split_key

_NONE = -1
# Rows of the sums: what a window holds, what the window before it holds, what the whole history holds.
_GATHERED, _BEFORE, _HISTORY = 0, 1, 2


class Rows(NamedTuple):
    """What is asked for: rows in the order of their entities, ascending snapshots within each.

    Attributes
    ----------
    entities
        Entities asked for, ascending; shape (E,).
    starts
        Where the rows of each begin, and the end; shape (E + 1,).
    snapshots
        Place of the snapshot of each row in the grid.
    """

    entities: Places
    starts: Words
    snapshots: Places


class Bench(NamedTuple):
    """Scratch memory of the fold, used again for every entity.

    Attributes
    ----------
    panes
        One cell per pane, with all that the snapshot knows.
    sums
        Three cells: what has been gathered of a window, of the window before it, and of the whole history.
    filled
        Panes with events, newest first.
    queues
        First cell that becomes known at each snapshot; -1 for none.
    """

    panes: Words
    sums: Words
    filled: Places
    queues: Words


class Form(NamedTuple):
    """The layout as arrays: see the properties of the same name of :class:`features.panes.Layout`."""

    rules: Words
    blank: Words
    day_sum: int


class Edges(NamedTuple):
    """The grid as arrays: see :class:`features.panes.Grid`."""

    snapshots: Places
    edges: Places
    far_edges: Places


def fold_cells(
    cells: SortedCells, rows: Rows, grid: Grid, layout: Layout, program: Program
) -> NDArray[np.float64]:
    """Return what the program tells of each row; shape (rows, measures).

    A count of nothing is 0, all else is NaN. Texts are their hashes, whose bits stand in the float64 (0 for
    none).
    """
    bench = Bench(
        np.zeros((len(grid.cuts), layout.width), np.int64),
        np.zeros((3, layout.width), np.int64),
        np.zeros(len(grid.cuts), np.int32),
        np.full(len(grid.snapshots), _NONE, np.int64),
    )
    told = np.empty((len(rows.snapshots), program.measure_count))
    _fold(
        cells.words,
        *_find_cells(cells, rows),
        rows,
        Edges(grid.snapshots, grid.edges, grid.far_edges),
        Form(layout.rules, layout.blank, layout.day_sum),
        program,
        bench,
        told,
    )
    return told


def _find_cells(cells: SortedCells, rows: Rows) -> tuple[Words, Words, Places]:
    """Return where the cells of each entity asked for begin and end, and room to put cells in line."""
    starts = np.append(cells.starts, cells.starts[-1])
    places = np.searchsorted(cells.entities, rows.entities)
    known = np.append(cells.entities, _NONE)
    is_there = known[places] == rows.entities
    begins = starts[places]
    return begins, np.where(is_there, starts[places + 1], begins), np.empty((2, len(cells.words)), np.int32)


@compiled
def _fold(
    cells: Words,
    begins: Words,
    ends: Words,
    lines: Places,
    rows: Rows,
    edges: Edges,
    form: Form,
    program: Program,
    bench: Bench,
    told: NDArray[np.float64],
) -> None:
    """Fold entity by entity."""
    for entity in range(len(rows.entities)):
        begin, end = begins[entity], ends[entity]
        is_passing = _queue(cells, begin, end, lines[0], bench.queues)
        filled, due = 0, 0
        clear(bench.sums, _HISTORY, form.blank)
        for row in range(rows.starts[entity], rows.starts[entity + 1]):
            snapshot = rows.snapshots[row]
            if is_passing:
                filled = 0
                clear(bench.sums, _HISTORY, form.blank)
                news = _list_valid(cells, begin, end, snapshot, lines[1])
            else:
                news = _list_due(lines[0], bench.queues, due, snapshot, lines[1])
            due = snapshot + 1
            filled = _learn(cells, lines[1], news, form, program, bench, filled)
            _walk(snapshot, filled, edges, form, program, bench, row, told)


@compiled
def _queue(cells: Words, begin: int, end: int, following: Places, queues: Words) -> bool:
    """Put the cells of an entity in line by the snapshot that first knows them; tell whether any passes."""
    queues[:] = _NONE
    is_passing = False
    for at in range(end - 1, begin - 1, -1):
        _, first, last = split_key(cells[at, KEY])
        following[at] = queues[first]
        queues[first] = at
        is_passing |= last < len(queues)
    return is_passing


@compiled
def _list_due(following: Places, queues: Words, due: int, snapshot: int, news: Places) -> int:
    """List the cells that become known at the snapshots from ``due`` on; return their number."""
    count = 0
    for step in range(due, snapshot + 1):
        at = queues[step]
        while at != _NONE:
            news[count] = at
            count += 1
            at = following[at]
    return count


@compiled
def _list_valid(cells: Words, begin: int, end: int, snapshot: int, news: Places) -> int:
    """List the cells that a snapshot knows and nobody has taken back by then; return their number."""
    count = 0
    for at in range(begin, end):
        _, first, last = split_key(cells[at, KEY])
        if first <= snapshot < last:
            news[count] = at
            count += 1
    return count


@compiled
def _learn(
    cells: Words, news: Places, count: int, form: Form, program: Program, bench: Bench, filled: int
) -> int:
    """Merge cells into their panes and into the history; return the number of panes with events."""
    table, rules, day_sum = program.window_table, form.rules, form.day_sum
    panes, filled_panes = bench.panes, bench.filled
    if program.needs_all:
        merge(bench.sums, _HISTORY, cells, news, 0, count, program.history_table, rules, day_sum)
    for place in range(count):
        at = news[place]
        pane, _, _ = split_key(cells[at, KEY])
        slot = filled
        while slot > 0 and filled_panes[slot - 1] < pane:
            slot -= 1
        if slot > 0 and filled_panes[slot - 1] == pane:
            merge(panes, pane, cells, news, place, place + 1, table, rules, day_sum)
            continue
        for later in range(filled, slot, -1):
            filled_panes[later] = filled_panes[later - 1]
        filled_panes[slot] = pane
        filled += 1
        for word in range(cells.shape[1]):
            panes[pane, word] = cells[at, word]
    return filled


@compiled
def _walk(
    snapshot: int,
    filled: int,
    edges: Edges,
    form: Form,
    program: Program,
    bench: Bench,
    row: int,
    told: NDArray[np.float64],
) -> None:
    """Go through the panes before a snapshot, newest first, and tell what each window holds."""
    steps, starts, sums = program.steps, program.starts, bench.sums
    panes, filled_panes = bench.panes, bench.filled
    table, rules, day_sum = program.window_table, form.rules, form.day_sum
    windows = edges.edges.shape[1]
    day = int(edges.snapshots[snapshot])
    clear(sums, _GATHERED, form.blank)
    gathered = 0
    for window in range(windows):
        edge = edges.edges[snapshot, window]
        reached = gathered
        while reached < filled and filled_panes[reached] > edge:
            reached += 1
        if reached > gathered:
            merge(sums, _GATHERED, panes, filled_panes, gathered, reached, table, rules, day_sum)
            gathered = reached
        if program.changes[window]:
            _gather_before(edges.far_edges[snapshot, window], gathered, filled, form, program, bench)
        tell(sums, _GATHERED, steps, int(starts[window]), int(starts[window + 1]), day, row, told)
    tell(sums, _HISTORY, steps, int(starts[windows]), int(starts[windows + 1]), day, row, told)


@compiled
def _gather_before(
    far_edge: int, gathered: int, filled: int, form: Form, program: Program, bench: Bench
) -> None:
    """Gather what the window before a window holds: the panes behind those gathered, up to an edge."""
    clear(bench.sums, _BEFORE, form.blank)
    reached = gathered
    while reached < filled and bench.filled[reached] > far_edge:
        reached += 1
    table, rules, day_sum = program.window_table, form.rules, form.day_sum
    merge(bench.sums, _BEFORE, bench.panes, bench.filled, gathered, reached, table, rules, day_sum)
