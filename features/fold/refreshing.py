"""Fold a log with the help of what earlier runs have kept."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.fold.asking import Asked, arrange
from features.fold.engine import Engine
from features.fold.parquet import read_files
from features.fold.partials import Part, Partials, Told, find_changes
from features.measures import Measure
from features.panes import ClosedLog, Roster, SortedCells, Texts, find_starts
from features.progress import Report
from features.sources import EventFiles


def fold_with_partials(
    folder: Path,
    files: EventFiles,
    measures: Sequence[Measure],
    asked: Asked,
    told: NDArray[np.float64],
    texts: Texts,
    report: Report,
) -> None:
    """Compute the values of rows.

    Parameters
    ----------
    folder
        Where partial results are kept.
    files, measures, asked
        The log, what is computed, and of which rows.
    told
        Where the values go, in the order of the table; shape (measures, rows).
    texts
        Learns the texts of the values.
    report
        Told what is read anew.
    """
    with Engine(measures, asked.days, orders_by_known=files.known_at is not None, event_count=0) as engine:
        store = Partials(folder, files, engine.layout, engine.grid, measures)
        names = [store.name_part(path) for path in files.paths]
        earlier = store.read_told(asked, names)
        unchanged = Counter[str]() if earlier is None else earlier.parts.copy()
        changed = np.full(len(asked.roster), len(asked.days), np.int64)
        for path, name in zip(files.paths, names, strict=True):
            if not (parts := store.read_part(name)):
                report(f"reading {path.name}")
                parts = _absorb(path, name, files, measures, asked, store)
            is_new, unchanged[name] = unchanged[name] <= 0, unchanged[name] - 1
            for part in parts:
                cells = part.number(asked.roster)
                engine.add_cells(cells)
                texts.learn(part.texts)
                if is_new:
                    find_changes(cells, changed)
        places = np.full(len(asked.order), -1) if earlier is None else earlier.find(asked, changed)
        if earlier is not None:
            _repeat(earlier, places, asked, told)
            texts.learn(earlier.texts)
        is_asked = places < 0
        if is_asked.any():
            fresh = arrange(asked.owners[is_asked], asked.rows.snapshots[is_asked])
            engine.tell(fresh, told, asked.order[is_asked])
        if is_asked.any() or earlier is None or earlier.parts != Counter(names):
            store.write_told(asked, told, names, texts.known)
        store.tidy(names)


def _repeat(earlier: Told, places: NDArray[np.int64], asked: Asked, told: NDArray[np.float64]) -> None:
    """Write down what an earlier run told of the rows that stand somewhere in it."""
    is_told = places >= 0
    rows, sources = asked.order[is_told], places[is_told]
    for line, values in zip(told, earlier.values, strict=True):
        line[rows] = values[sources]


def _absorb(
    path: Path, name: str, files: EventFiles, measures: Sequence[Measure], asked: Asked, store: Partials
) -> list[Part]:
    """Read one file of the log and keep its cells, those of entities that nobody asks for as well.

    Of erased ones nothing is kept.
    """
    roster, texts, parts = Roster(grows=True), Texts(), list[Part]()

    def keep(log: ClosedLog, *, is_last: bool = False) -> None:
        part = _sort_by_id(log.read_all(), roster.ids, texts)
        part = part.without(files.tombstones.covers) if files.tombstones else part
        parts.append(store.write_part(name, len(parts), part, is_last=is_last))

    with Engine(measures, asked.days, orders_by_known=files.known_at is not None, put_aside=keep) as engine:
        for batch in read_files(files, [path], engine.layout):
            engine.read(batch, roster, texts, delay_days=files.delay_days)
        keep(engine.close(), is_last=True)
    return parts


def _sort_by_id(cells: SortedCells, ids: pa.Array, texts: Texts) -> Part:
    """Return cells in the order of the ids of their entities."""
    present = ids.take(pa.array(cells.entities))
    order = pc.array_sort_indices(present).to_numpy()
    sizes = np.diff(cells.starts)[order]
    starts = find_starts(sizes)
    steps = np.arange(starts[-1]) - np.repeat(starts[:-1], sizes)
    words = cells.words[np.repeat(cells.starts[:-1][order], sizes) + steps]
    return Part(present.take(pa.array(order)), starts, words, texts.known)
