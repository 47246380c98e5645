"""Fold a log with the help of what earlier runs have kept."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.fold.asking import Asked, arrange
from features.fold.batches import to_events
from features.fold.engine import Engine
from features.fold.parquet import read_files
from features.fold.partials import Part, Partials, find_changes
from features.measures import Measure
from features.panes import ClosedLog, Roster, SortedCells, Texts
from features.progress import Report
from features.sources import EventFiles


def fold_with_partials(
    folder: Path, files: EventFiles, measures: Sequence[Measure], asked: Asked, texts: Texts, report: Report
) -> NDArray[np.float64]:
    """Return the values of rows, in the order in which they are folded; shape (measures, rows).

    Parameters
    ----------
    folder
        Where partial results are kept.
    files, measures, asked
        The log, what is computed, and of which rows.
    texts
        Learns the texts of the values.
    report
        Told what is read anew.
    """
    with Engine(measures, asked.days, orders_by_known=files.known_at is not None, event_count=0) as engine:
        store = Partials(folder, files, engine.layout, engine.grid)
        names = [store.name_part(path) for path in files.paths]
        earlier = store.read_told(asked, names)
        changed = np.full(len(asked.roster), len(asked.days), np.int64)
        for path, name in zip(files.paths, names, strict=True):
            if not (parts := store.read_part(name)):
                report(f"reading {path.name}")
                _absorb(path, name, files, measures, asked, store)
                parts = store.read_part(name)
            for part in parts:
                cells = part.number(asked.roster)
                engine.add_cells(cells)
                texts.learn(part.texts)
                if earlier is None or name not in earlier.parts:
                    find_changes(cells, changed)
        told = np.empty((len(measures), len(asked.order)))
        places = np.full(len(asked.order), -1) if earlier is None else earlier.find(asked, changed)
        if earlier is not None:
            texts.learn(earlier.texts)
            for line, values in zip(told, earlier.values, strict=True):
                line[places >= 0] = values[places[places >= 0]]
        is_new = places < 0
        if is_new.any():
            fresh = arrange(asked.owners[is_new], asked.rows.snapshots[is_new])
            told[:, is_new] = engine.tell(fresh)
        store.write_told(asked, told, names, texts.known)
    return told


def _absorb(
    path: Path, name: str, files: EventFiles, measures: Sequence[Measure], asked: Asked, store: Partials
) -> None:
    """Read one file of the log and keep its cells, those of entities that nobody asks for as well.

    Of erased ones nothing is kept.
    """
    roster, texts, count = Roster(grows=True), Texts(), 0

    def keep(log: ClosedLog) -> None:
        nonlocal count
        part = _sort_by_id(log.read_all(), roster.ids, texts)
        store.write_part(name, count, part.without(files.tombstones.covers) if files.tombstones else part)
        count += 1

    with Engine(measures, asked.days, orders_by_known=files.known_at is not None, put_aside=keep) as engine:
        for batch in read_files(files, [path], engine.layout):
            events = to_events(batch, engine.layout.shapes, roster, texts, delay_days=files.delay_days)
            engine.add(events, len(roster))
        keep(engine.close())


def _sort_by_id(cells: SortedCells, ids: pa.Array, texts: Texts) -> Part:
    """Return cells in the order of the ids of their entities."""
    present = ids.take(pa.array(cells.entities))
    order = pc.array_sort_indices(present).to_numpy()
    sizes = np.diff(cells.starts)[order]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    steps = np.arange(starts[-1]) - np.repeat(starts[:-1], sizes)
    words = cells.words[np.repeat(cells.starts[:-1][order], sizes) + steps]
    return Part(present.take(pa.array(order)), starts, words, texts.known)
