"""Stream events into cells: one open cell per entity, a new one for a new pane or for late news."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from features.panes.adding import Events, Stretch, add_stretch, make_stretch
from features.panes.compiled import Places, Words, as_whole, compiled
from features.panes.grid import Grid
from features.panes.layout import KEY, Layout
from features.panes.merging import clear, merge

_DAY_US = 86_400_000_000
_SHIFT = 20  # bits of a snapshot in a key, and of a pane
_NOBODY = -1
_STRETCH = 4096  # events at a time: their cells stay in the nearer caches


class Cuts(NamedTuple):
    """The grid as arrays, for compiled code: see :class:`features.panes.grid.Grid`."""

    snapshots: Places
    cuts: Places
    natural: Places
    pane_of: Places
    snapshot_of: Places


def find_starts(sizes: Words) -> Words:
    """Return where each of several runs of some sizes begins when they lie one behind the other, and the end.

    Examples
    --------
    >>> find_starts(np.array([2, 0, 3])).tolist()
    [0, 2, 2, 5]
    """
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def make_cuts(grid: Grid) -> Cuts:
    """Return a grid as arrays."""
    return Cuts(grid.snapshots, grid.cuts, grid.natural, grid.pane_of, grid.snapshot_of)


class SortedCells(NamedTuple):
    """Cells in the order of their entities.

    Attributes
    ----------
    entities
        Entities that have cells, ascending; shape (E,).
    starts
        Where the cells of each begin, and the end; shape (E + 1,).
    words
        The cells.
    """

    entities: Places
    starts: Words
    words: Words


@dataclass(frozen=True)
class ClosedLog:
    """Read a full log by entity, a range at a time: the cells are never copied as a whole.

    Attributes
    ----------
    order
        Places of the cells in the log, by entity.
    entities, starts
        Entities that have cells, ascending, and where the places of each begin; and the end.
    copy
        Returns the cells at some places.
    """

    order: Places
    entities: Places
    starts: Words
    copy: Callable[[Places, Places, Words], SortedCells]

    def read_all(self) -> SortedCells:
        """Return all cells."""
        return self.copy(self.order, self.entities, self.starts)

    def read(self, first: int, last: int) -> SortedCells:
        """Return the cells of the entities ``[first, last)``."""
        low, high = np.searchsorted(self.entities, [first, last])
        begin, end = int(self.starts[low]), int(self.starts[high])
        return self.copy(self.order[begin:end], self.entities[low:high], self.starts[low : high + 1] - begin)


class CellLog:
    """Hold the cells of one source until they are folded or put aside.

    Parameters
    ----------
    layout, grid
        What a cell remembers, and how time is cut.
    capacity
        Cells in memory, at least.
    put_aside
        Takes a full log, whose memory is used again.
    """

    def __init__(
        self,
        layout: Layout,
        grid: Grid,
        *,
        capacity: int,
        put_aside: Callable[[ClosedLog], None],
    ) -> None:
        self._layout = layout
        self._grid = grid
        self._put_aside = put_aside
        self._cells = np.empty((capacity + _STRETCH, layout.width), np.int64)
        self._owners = np.empty(capacity + _STRETCH, np.int32)
        self._open = np.full((2, 0), _NOBODY, np.int32)
        self._used = 0
        self._stretch = make_stretch(_STRETCH)

    def add(self, events: Events, entity_count: int) -> None:
        """Add a batch of events; ``entity_count`` is above every number of an entity so far."""
        self._make_room(entity_count)
        layout, place = self._layout, 0
        form = (layout.table, layout.rules, layout.blank, layout.day_sum, make_cuts(self._grid))
        room = (self._stretch, self._cells, self._owners, self._open)
        while place < len(events.entities):
            if self._used + _STRETCH > len(self._owners):
                self._put_aside(self.close())
                self._empty()
            place, self._used = _absorb(events, place, *form, *room, self._used)

    def take(self) -> SortedCells:
        """Return all cells by entity, those of one key as one; the log is empty then."""
        cells = self.close().read_all()
        self._empty()
        return cells

    def _empty(self) -> None:
        """Forget all cells."""
        self._used = 0
        self._open[:] = _NOBODY

    def close(self) -> ClosedLog:
        """Return the log as it is, ready to be read by entity, until something is added."""
        order = _sort_by_owner(self._owners[: self._used], self._open.shape[1])
        return ClosedLog(*order, self._copy)

    def _copy(self, order: Places, entities: Places, starts: Words) -> SortedCells:
        """Return the cells that stand at ``order``, those of one entity and one key as one."""
        layout, grid = self._layout, self._grid
        words = np.empty((len(order), layout.width), np.int64)
        scratch = np.full((len(grid.cuts), len(grid.snapshots)), _NOBODY, np.int64)
        form = (layout.table, layout.rules, layout.day_sum)
        starts = starts.copy()
        count = _merge_equal(self._cells, order, starts, words, *form, scratch)
        return SortedCells(entities, starts, words[:count])

    def _make_room(self, entity_count: int) -> None:
        """Let every entity have an open cell."""
        if entity_count > (have := self._open.shape[1]):
            grown = np.full((2, max(entity_count, 2 * have)), _NOBODY, np.int32)
            grown[:, :have] = self._open
            self._open = grown


@compiled
def make_key(pane: int, first: int, end: int) -> int:
    """Return the key of a cell: its pane, and the snapshots ``[first, end)`` that may know its events."""
    return (pane << (2 * _SHIFT)) | (first << _SHIFT) | end


@compiled
def split_key(key: int) -> tuple[int, int, int]:
    """Return pane, first snapshot and end of a key."""
    mask = (1 << _SHIFT) - 1
    return key >> (2 * _SHIFT), (key >> _SHIFT) & mask, key & mask


def first_snapshots(keys: Words) -> Words:
    """Return the first snapshot that may know the cells of some keys."""
    return (keys >> _SHIFT) & ((1 << _SHIFT) - 1)


@compiled
def _first_midnight_from(time: int) -> int:
    """Return the first day whose midnight is not before a time."""
    return -((-time) // _DAY_US)


@compiled
def _absorb(
    events: Events,
    place: int,
    columns: Words,
    rules: Words,
    blank: Words,
    day_sum: int,
    cuts: Cuts,
    stretch: Stretch,
    cells: Words,
    owners: Places,
    open_cells: Places,
    used: int,
) -> tuple[int, int]:
    """Add events from ``place`` on, stretch by stretch, while there is room for a cell for each."""
    while place < len(events.entities) and used + _STRETCH <= len(owners):
        end = min(place + _STRETCH, len(events.entities))
        length, used = _find_cells(events, place, end, cuts, stretch, cells, owners, open_cells, used, blank)
        add_stretch(cells, events, stretch, length, columns, rules, day_sum)
        place = end
    return place, used


@compiled
def _find_cells(
    events: Events,
    begin: int,
    end: int,
    cuts: Cuts,
    stretch: Stretch,
    cells: Words,
    owners: Places,
    open_cells: Places,
    used: int,
    blank: Words,
) -> tuple[int, int]:
    """Find the cell of each event that some snapshot sees, open it where there is none; tell both numbers."""
    entities, times, knowns, gone = events.entities, events.times, events.known, events.gone
    snapshots, first_cut, pane_of, snapshot_of = cuts.snapshots, cuts.cuts[0], cuts.pane_of, cuts.snapshot_of
    first_day, last_day = snapshots[0], snapshots[-1]
    never = len(snapshots)
    length = 0
    for here in range(begin, end):
        entity, day = entities[here], times[here] // _DAY_US
        known_day = max(day + 1, _first_midnight_from(knowns[here]))
        if entity < 0 or day >= last_day or known_day > last_day:
            continue
        first = int(snapshot_of[max(known_day - first_day, 0)])
        until = never
        if len(gone):
            gone_day = _first_midnight_from(gone[here])
            if gone_day <= last_day:
                until = int(snapshot_of[max(gone_day - first_day, 0)])
            if until <= first:
                continue
        pane = int(pane_of[day - first_cut]) if day >= first_cut else 0
        key = make_key(pane, first, until)
        line = 1 if first != cuts.natural[pane] or until < never else 0
        at = open_cells[line, entity]
        if at < 0 or cells[at, KEY] != key:
            at = used
            used += 1
            clear(cells, at, blank)
            cells[at, KEY] = key
            owners[at] = entity
            open_cells[line, entity] = at
        stretch.cells[length] = at
        stretch.places[length] = here
        stretch.days[length] = day
        length += 1
    return length, used


def _sort_by_owner(owners: Places, entity_count: int) -> tuple[Places, Places, Words]:
    """Return the order of cells by entity, the entities that have any, and where their cells begin."""
    counts = np.bincount(owners, minlength=entity_count)
    entities = np.flatnonzero(counts).astype(np.int32)
    starts = find_starts(counts[entities])
    order = np.empty(len(owners), np.int32)
    _spread(owners, np.cumsum(counts) - counts, order)
    return order, entities, starts


@compiled
def _spread(owners: Places, next_place: Words, order: Places) -> None:
    """Put the place of every cell behind those of the same owner: a stable counting sort."""
    for cell in range(len(owners)):
        owner = owners[cell]
        order[next_place[owner]] = cell
        next_place[owner] += 1


@compiled
def _merge_equal(
    cells: Words,
    order: Places,
    starts: Words,
    into: Words,
    columns: Words,
    rules: Words,
    day_sum: int,
    scratch: Words,
) -> int:
    """Copy cells in an order, merge those of one entity with one key, tell where each entity begins now."""
    used, ends = 0, np.zeros(1, np.int32)
    for place in range(len(starts) - 1):
        begin = used
        for here in range(starts[place], starts[place + 1]):
            cell = order[here]
            pane, first, end = split_key(cells[cell, KEY])
            at = scratch[pane, first] if end == scratch.shape[1] else _NOBODY
            if at >= begin:
                ends[0] = here + 1
                merge(into, at, cells, order, here, ends, as_whole(1), columns, rules, day_sum)
                continue
            for word in range(into.shape[1]):
                into[used, word] = cells[cell, word]
            if end == scratch.shape[1]:
                scratch[pane, first] = used
            used += 1
        starts[place] = begin
    starts[-1] = used
    return used
