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
from features.panes import (
    KEY,
    Grid,
    Layout,
    Places,
    SortedCells,
    Words,
    as_whole,
    clear,
    compiled,
    inlined,
    merge,
    split_key,
)

_NONE = -1


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
        What has been gathered: a cell for each window, one for each window before it, and one for the whole
        history; shape (2 N + 1, words).
    filled
        Panes with events, newest first.
    queues
        First cell that becomes known at each snapshot; -1 for none.
    ends
        Where the panes of each window end among those filled.
    """

    panes: Words
    sums: Words
    filled: Places
    queues: Words
    ends: Places


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
    """Return what the program tells of each row; shape (measures, rows).

    A count of nothing is 0, all else is NaN. Texts are their hashes, whose bits stand in the float64 (0 for
    none).
    """
    bench = Bench(
        np.zeros((len(grid.cuts), layout.width), np.int64),
        np.zeros((2 * len(grid.windows) + 1, layout.width), np.int64),
        np.zeros(len(grid.cuts), np.int32),
        np.full(len(grid.snapshots), _NONE, np.int64),
        np.zeros(len(grid.windows) + 1, np.int32),
    )
    told = np.empty((program.measure_count, len(rows.snapshots)))
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
        filled, due = as_whole(0), 0
        clear(bench.sums, len(bench.sums) - 1, form.blank)
        for row in range(rows.starts[entity], rows.starts[entity + 1]):
            snapshot = rows.snapshots[row]
            if is_passing:
                filled = as_whole(0)
                clear(bench.sums, len(bench.sums) - 1, form.blank)
                news = _list_valid(cells, begin, end, snapshot, lines[1])
            else:
                news = _list_due(lines[0], bench.queues, due, snapshot, lines[1])
            due = snapshot + 1
            filled = _learn(cells, lines[1], news, form, program, bench, filled)
            _walk(snapshot, filled, edges, form, program, bench, row, told)


@inlined
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


@inlined
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


@inlined
def _list_valid(cells: Words, begin: int, end: int, snapshot: int, news: Places) -> int:
    """List the cells that a snapshot knows and nobody has taken back by then; return their number."""
    count = 0
    for at in range(begin, end):
        _, first, last = split_key(cells[at, KEY])
        if first <= snapshot < last:
            news[count] = at
            count += 1
    return count


@inlined
def _learn(
    cells: Words, news: Places, count: int, form: Form, program: Program, bench: Bench, filled: int
) -> int:
    """Merge cells into their panes and into the history; return the number of panes with events."""
    rules, day_sum = form.rules, form.day_sum
    panes, filled_panes, ends = bench.panes, bench.filled, bench.ends
    if program.needs_all and count > 0:
        ends[0] = count
        history, table = len(bench.sums) - 1, program.history_table
        merge(bench.sums, history, cells, news, as_whole(0), ends, as_whole(1), table, rules, day_sum)
    for place in range(count):
        at = news[place]
        pane, _, _ = split_key(cells[at, KEY])
        slot = filled
        while slot > 0 and filled_panes[slot - 1] < pane:
            slot -= 1
        if slot > 0 and filled_panes[slot - 1] == pane:
            ends[0] = place + 1
            table = program.window_table
            merge(panes, pane, cells, news, place, ends, as_whole(1), table, rules, day_sum)
            continue
        for later in range(filled, slot, -1):
            filled_panes[later] = filled_panes[later - 1]
        filled_panes[slot] = pane
        filled += 1
        for word in range(cells.shape[1]):
            panes[pane, word] = cells[at, word]
    return filled


@inlined
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
    sums, filled_panes, ends = bench.sums, bench.filled, bench.ends
    windows = edges.edges.shape[1]
    reached = 0
    for window in range(windows):
        while reached < filled and filled_panes[reached] > edges.edges[snapshot, window]:
            reached += 1
        ends[window] = reached
    table, rules, day_sum = program.window_table, form.rules, form.day_sum
    if windows > 0:  # without one, the first cell is that of the whole history
        first = as_whole(0)
        clear(sums, first, form.blank)
        merge(sums, first, bench.panes, filled_panes, first, ends, windows, table, rules, day_sum)
    for window in range(windows):
        if program.changes[window]:
            _gather_before(snapshot, window, filled, edges, form, program, bench)
    tell(sums, program.steps, int(edges.snapshots[snapshot]), row, told)


@compiled
def _gather_before(
    snapshot: int, window: int, filled: int, edges: Edges, form: Form, program: Program, bench: Bench
) -> None:
    """Gather what the window before a window holds: the panes behind its own, up to the far edge."""
    at, begin, ends = edges.edges.shape[1] + window, as_whole(bench.ends[window]), bench.ends[-1:]
    clear(bench.sums, at, form.blank)
    ends[0] = begin
    while ends[0] < filled and bench.filled[ends[0]] > edges.far_edges[snapshot, window]:
        ends[0] += 1
    table, rules, day_sum = program.window_table, form.rules, form.day_sum
    merge(bench.sums, at, bench.panes, bench.filled, begin, ends, as_whole(1), table, rules, day_sum)
