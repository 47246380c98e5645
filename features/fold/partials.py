"""Partial results of a log that outlive a run: the cells of every file, and what was told of every row.

A file of the log that has not changed is not read again: its cells are. A row is folded again only if a new
file holds cells of its entity that its snapshot may know. Removed and changed files, and another use case,
lead back to the cells, or to the log itself; the result is that of a run from nothing.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.files import produce_atomically
from features.fold.asking import Asked
from features.panes import KEY, Grid, Layout, Roster, SortedCells, first_snapshots
from features.reading import fingerprint_files
from features.sources import EventFiles

Judge = Callable[[list[str]], list[bool]]
_FORMAT = "1"
_TEXTS, _PARTS, _ID = "texts", "parts", "entity_id"


@dataclass(frozen=True)
class Part:
    """Hold the cells of one run over one file: entities by id, ascending.

    Attributes
    ----------
    ids, starts, words
        As in :class:`features.panes.SortedCells`, with ids in the place of numbers.
    texts
        The texts of the hashes in the cells.
    """

    ids: pa.Array
    starts: NDArray[np.int64]
    words: NDArray[np.int64]
    texts: Mapping[int, str]

    def number(self, roster: Roster) -> SortedCells:
        """Return the cells of the entities of a roster that is in the order of its ids."""
        numbers = roster.number(self.ids)
        is_known = numbers >= 0
        if is_known.all():
            return SortedCells(numbers, self.starts, self.words)
        sizes = np.diff(self.starts)
        starts = np.concatenate([[0], np.cumsum(sizes[is_known])]).astype(np.int64)
        return SortedCells(numbers[is_known], starts, self.words[np.repeat(is_known, sizes)])

    def without(self, is_erased: "Judge") -> "Part":
        """Return the cells of all others, and the texts that these refer to."""
        stays = ~np.array(is_erased(self.ids.to_pylist()), np.bool_)
        sizes = np.diff(self.starts)
        words = self.words[np.repeat(stays, sizes)]
        starts = np.concatenate([[0], np.cumsum(sizes[stays])]).astype(np.int64)
        return Part(self.ids.filter(pa.array(stays)), starts, words, _keep_used(self.texts, words))


class Partials:
    """Keep the partial results of one log in a folder.

    Parameters
    ----------
    folder
        Where they are; made when something is written.
    files
        The log.
    layout, grid
        What a cell remembers and how time is cut: partial results of others are not used.
    """

    def __init__(self, folder: Path, files: EventFiles, layout: Layout, grid: Grid) -> None:
        self._folder = folder
        self._layout = layout
        columns = (files.key, files.event_time, files.known_at, files.delay_days)
        form = repr((_FORMAT, columns, layout, grid.cuts.tolist(), grid.snapshots.tolist()))
        self._form = hashlib.sha256(form.encode()).hexdigest()

    def name_part(self, path: Path) -> str:
        """Return the name of the partial results of a file as it is now."""
        return hashlib.sha256(f"{self._form} {fingerprint_files([path])}".encode()).hexdigest()[:32]

    def read_part(self, name: str) -> list[Part]:
        """Return the cells of a file; none if they have not been kept."""
        parts: list[Part] = []
        while (path := self._folder / f"{name}-{len(parts)}.cells").exists():
            table = _read(path)
            coded = table.column(_ID).combine_chunks()
            counts = np.bincount(coded.indices.to_numpy(), minlength=len(coded.dictionary))
            starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
            words = _to_words(table.column("cell").combine_chunks())
            texts = json.loads(table.schema.metadata[_TEXTS.encode()])
            known = {int(number): text for number, text in texts.items()}
            parts.append(Part(coded.dictionary, starts, words.reshape(-1, self._layout.width), known))
        return parts

    def write_part(self, name: str, place: int, part: Part) -> None:
        """Keep the cells of one run over a file."""
        owners = np.repeat(np.arange(len(part.ids), dtype=np.int32), np.diff(part.starts))
        cell = pa.binary(8 * self._layout.width)
        cells = pa.Array.from_buffers(
            cell, len(owners), [None, pa.py_buffer(np.ascontiguousarray(part.words))]
        )
        content = pa.table({_ID: pa.DictionaryArray.from_arrays(pa.array(owners), part.ids), "cell": cells})
        known = {str(number): text for number, text in part.texts.items()}
        _write(self._folder / f"{name}-{place}.cells", content, {_TEXTS: json.dumps(known)})

    def read_told(self, asked: Asked, names: list[str]) -> "Told | None":
        """Return what was told of the rows of an earlier run whose files are all among ``names``."""
        path = self._folder / f"{self._form[:32]}.told"
        if not path.exists():
            return None
        table = _read(path)
        parts = json.loads(table.schema.metadata[_PARTS.encode()])
        if not set(parts) <= set(names):
            return None
        texts = json.loads(table.schema.metadata[_TEXTS.encode()])
        owners = asked.roster.number(table.column(_ID).combine_chunks())
        places = np.searchsorted(asked.days, table.column("snapshot_day").to_numpy())
        keys = np.where(owners < 0, -1, owners * np.int64(len(asked.days)) + places)
        values = [column.to_numpy() for column in table.columns[2:]]
        return Told(keys, values, set(parts), {int(number): text for number, text in texts.items()})

    def write_told(
        self, asked: Asked, told: NDArray[np.float64], names: list[str], texts: Mapping[int, str]
    ) -> None:
        """Keep what was told of rows, in the order of folding, and forget what is of no use any more."""
        ids = pa.DictionaryArray.from_arrays(pa.array(asked.owners), asked.roster.ids)
        columns = {_ID: ids, "snapshot_day": asked.days[asked.rows.snapshots]}
        columns |= {f"f{place}": values for place, values in enumerate(told)}
        known = {str(number): text for number, text in texts.items()}
        metadata = {_PARTS: json.dumps(names), _TEXTS: json.dumps(known)}
        _write(self._folder / f"{self._form[:32]}.told", pa.table(columns), metadata)
        for path in self._folder.iterdir():
            if path.name.partition("-")[0] not in names and path.name != f"{self._form[:32]}.told":
                path.unlink()


@dataclass(frozen=True)
class Told:
    """Hold what an earlier run told.

    Attributes
    ----------
    keys
        Entity and snapshot of each row as one number, ascending but for rows that nobody asks for (-1).
    values
        One array per measure.
    parts
        Names of the files it was made from.
    texts
        The texts of the hashes in it.
    """

    keys: NDArray[np.int64]
    values: list[NDArray[np.float64]]
    parts: set[str]
    texts: Mapping[int, str]

    def find(self, asked: Asked, changed: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where each row stands in it; -1 where it has to be folded.

        Parameters
        ----------
        asked
            The rows.
        changed
            For each entity the first snapshot that may know something new.
        """
        wanted = asked.owners * np.int64(len(asked.days)) + asked.rows.snapshots
        order = np.argsort(self.keys, kind="stable")
        places = np.minimum(np.searchsorted(self.keys, wanted, sorter=order), len(self.keys) - 1)
        found = order[places]
        is_told = (self.keys[found] == wanted) & (asked.rows.snapshots < changed[asked.owners])
        return np.where(is_told, found, -1)


def find_changes(cells: SortedCells, changed: NDArray[np.int64]) -> None:
    """Lower the first snapshot that may know something new of each entity with cells."""
    if len(cells.entities):
        first = np.minimum.reduceat(first_snapshots(cells.words[:, KEY]), cells.starts[:-1])
        changed[cells.entities] = np.minimum(changed[cells.entities], first)


def list_entities(path: Path) -> list[str]:
    """Return the ids in a file of this module."""
    ids: list[str] = _read(path).column(_ID).combine_chunks().dictionary.to_pylist()
    return ids


def drop_entities(path: Path, is_erased: Judge) -> int:
    """Write a file of this module again without some entities, whole or not at all.

    Texts that no value of the others refers to go as well, be it a value of theirs or one that was replaced.

    Parameters
    ----------
    path
        Cells, or what was told of rows.
    is_erased
        Tells for each id whether it goes.

    Returns
    -------
    int
        Number of cells or rows that went.
    """
    table = _read(path)
    coded = table.column(_ID).combine_chunks()
    stays = ~np.array(is_erased(coded.dictionary.to_pylist()), np.bool_)
    codes = coded.indices.to_numpy()
    kept = table.filter(pa.array(stays[codes])).combine_chunks()
    metadata = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    texts = json.loads(metadata[_TEXTS])
    used = _keep_used({int(number): text for number, text in texts.items()}, _list_words(kept))
    if stays.all() and len(used) == len(texts):
        return 0
    numbers = (np.cumsum(stays) - 1).astype(np.int32)[codes[stays[codes]]]
    ids = pa.DictionaryArray.from_arrays(pa.array(numbers), coded.dictionary.filter(pa.array(stays)))
    metadata[_TEXTS] = json.dumps({str(number): text for number, text in used.items()})
    _write(path, kept.set_column(0, _ID, ids), metadata)
    return int(table.num_rows - kept.num_rows)


def _list_words(table: pa.Table) -> NDArray[np.int64]:
    """Return all values of a file of this module as 64-bit words."""
    columns = [
        column.combine_chunks()
        for name, column in zip(table.column_names, table.columns, strict=True)
        if name == "cell" or name.startswith("f")
    ]
    parts = [_to_words(column) for column in columns]
    return np.concatenate([np.empty(0, np.int64), *parts])


def _to_words(column: pa.Array) -> NDArray[np.int64]:
    """Return the cells or numbers of one column as 64-bit words."""
    if pa.types.is_floating(column.type):
        return np.ascontiguousarray(column.to_numpy(zero_copy_only=False)).view(np.int64)
    width = column.type.byte_width // 8
    words = np.frombuffer(column.buffers()[1] or b"", np.int64)
    return words[column.offset * width : (column.offset + len(column)) * width]


def _keep_used(texts: Mapping[int, str], words: NDArray[np.int64]) -> dict[int, str]:
    """Return the texts whose hash is among some words."""
    numbers = np.array(sorted(texts), np.int64)
    if not len(numbers):
        return {}
    flat = words.reshape(-1)
    places = np.minimum(np.searchsorted(numbers, flat), len(numbers) - 1)
    used = np.unique(places[numbers[places] == flat])
    return {number: texts[number] for number in numbers[used].tolist()}


def _read(path: Path) -> pa.Table:
    """Return a file of this module without copying it into memory."""
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def _write(path: Path, content: pa.Table, metadata: Mapping[str, str]) -> None:
    """Write a file of this module, whole or not at all."""
    content = content.replace_schema_metadata(metadata)

    def produce(draft: Path) -> None:
        with pa.ipc.new_file(str(draft), content.schema) as writer:
            writer.write_table(content)

    produce_atomically(path, produce)
