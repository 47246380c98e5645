"""Partial results of a log that outlive a run: the cells of every file, and what was told of every row.

A file of the log that has not changed is not read again: its cells are. A row is folded again only if a new
file holds cells of its entity that its snapshot may know. Removed and changed files, and another use case,
lead back to the cells, or to the log itself; the result is that of a run from nothing.

Several runs may share a folder: every file appears whole, what is damaged or was never finished counts as
not there, and a run holds on to what it has read or written although another one may take it away.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.files import produce_atomically
from features.fold.asking import Asked
from features.measures import Measure
from features.panes import KEY, Grid, Layout, Roster, SortedCells, find_starts, first_snapshots
from features.reading import fingerprint_files
from features.sources import EventFiles

Judge = Callable[[list[str]], list[bool]]
_FORMAT = "2"
_TEXTS, _PARTS, _ID, _LAST = "texts", "parts", "entity_id", "is_last"
_DAY_SECONDS = 86_400


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
        starts = find_starts(sizes[is_known])
        return SortedCells(numbers[is_known], starts, self.words[np.repeat(is_known, sizes)])

    def without(self, is_erased: "Judge") -> "Part":
        """Return the cells of all others, and the texts that these refer to."""
        stays = ~np.array(is_erased(self.ids.to_pylist()), np.bool_)
        sizes = np.diff(self.starts)
        words = self.words[np.repeat(stays, sizes)]
        starts = find_starts(sizes[stays])
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
    measures
        What is told of every row.
    """

    def __init__(
        self, folder: Path, files: EventFiles, layout: Layout, grid: Grid, measures: Sequence[Measure]
    ) -> None:
        self._folder = folder
        self._layout = layout
        columns = (files.key, files.event_time, files.known_at, files.delay_days)
        form = repr((_FORMAT, columns, layout, grid.cuts.tolist(), grid.snapshots.tolist()))
        self._form = hashlib.sha256(form.encode()).hexdigest()
        asked = hashlib.sha256(f"{self._form} {list(measures)!r}".encode()).hexdigest()
        self._told = folder / f"{asked[:32]}.told"
        self._of_told = _make_schema({"snapshot_day": pa.int32()} | _name_values(measures))
        self._of_cells = _make_schema({"cell": pa.binary(8 * layout.width)})

    def name_part(self, path: Path) -> str:
        """Return the name of the partial results of a file as it is now."""
        return hashlib.sha256(f"{self._form} {fingerprint_files([path])}".encode()).hexdigest()[:32]

    def read_part(self, name: str) -> list[Part]:
        """Return the cells of a file; none if they have not been kept, or not to the end."""
        parts: list[Part] = []
        is_last = False
        while not is_last:
            path = self._folder / f"{name}-{len(parts)}.cells"
            if (table := _read(path, self._of_cells, (_TEXTS, _LAST))) is None:
                return []
            parts.append(self._to_part(table))
            is_last = json.loads(table.schema.metadata[_LAST.encode()])
        return parts

    def write_part(self, name: str, place: int, part: Part, *, is_last: bool) -> Part:
        """Keep the cells of one run over a file and return them as they lie there."""
        owners = np.repeat(np.arange(len(part.ids), dtype=np.int32), np.diff(part.starts))
        cell = self._of_cells.field("cell").type
        cells = pa.Array.from_buffers(
            cell, len(owners), [None, pa.py_buffer(np.ascontiguousarray(part.words))]
        )
        coded = pa.DictionaryArray.from_arrays(pa.array(owners), part.ids)
        content = pa.table([coded, cells], schema=self._of_cells)
        metadata = {_TEXTS: _write_texts(part.texts), _LAST: json.dumps(is_last)}
        return self._to_part(_write(self._folder / f"{name}-{place}.cells", content, metadata))

    def _to_part(self, table: pa.Table) -> Part:
        """Return the cells in a file of this module."""
        ids, owners, cells = pa.array([], pa.string()), np.empty(0, np.int32), b""
        if table.num_rows:
            coded = _join(table.column(_ID))
            ids, owners = coded.dictionary, coded.indices.to_numpy()
            cells = _join(table.column("cell")).buffers()[1]
        starts = find_starts(np.bincount(owners, minlength=len(ids)))
        words = np.frombuffer(cells, np.int64).reshape(-1, self._layout.width)
        return Part(ids, starts, words, _read_texts(table))

    def read_told(self, asked: Asked, names: list[str]) -> "Told | None":
        """Return what was told of the rows of an earlier run whose files are all among ``names``."""
        if (table := _read(self._told, self._of_told, (_TEXTS, _PARTS))) is None or not table.num_rows:
            return None
        parts = Counter(json.loads(table.schema.metadata[_PARTS.encode()]))
        if parts - Counter(names):
            return None
        owners = asked.roster.number(_join(table.column(_ID)))
        places = np.searchsorted(asked.days, table.column("snapshot_day").to_numpy())
        keys = np.where(owners < 0, -1, owners * np.int64(len(asked.days)) + places)
        values = [column.to_numpy() for column in table.columns[2:]]
        return Told(keys, values, parts, _read_texts(table))

    def write_told(
        self, asked: Asked, told: NDArray[np.float64], names: list[str], texts: Mapping[int, str]
    ) -> None:
        """Keep what was told of rows, in the order of the table."""
        owners, snapshots = np.empty(len(asked.order), np.int32), np.empty(len(asked.order), np.int32)
        owners[asked.order], snapshots[asked.order] = asked.owners, asked.rows.snapshots
        ids = pa.DictionaryArray.from_arrays(pa.array(owners), asked.roster.ids)
        columns = [ids, pa.array(asked.days[snapshots]), *map(pa.array, told)]
        metadata = {_PARTS: json.dumps(names), _TEXTS: _write_texts(texts)}
        _write(self._told, pa.table(columns, schema=self._of_told), metadata)

    def tidy(self, names: list[str]) -> None:
        """Forget what is of no use any more: all but the results of some files and what was told of them."""
        for path in self._folder.iterdir():
            is_draft = path.name.startswith(".")  # of a run that goes on beside this one, or was killed
            is_used = path.name.partition("-")[0] in names or path == self._told
            if _is_forsaken(path) if is_draft else not is_used:
                path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Told:
    """Hold what an earlier run told.

    Attributes
    ----------
    keys
        Entity and snapshot of each row as one number; -1 for rows that nobody asks for.
    values
        One array per measure.
    parts
        Names of the files it was made from, and how often: two files may hold the same.
    texts
        The texts of the hashes in it.
    """

    keys: NDArray[np.int64]
    values: list[NDArray[np.float64]]
    parts: Counter[str]
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


def _make_schema(columns: dict[str, pa.DataType]) -> pa.Schema:
    """Return the columns of a file of this module: ids first."""
    return pa.schema({_ID: pa.dictionary(pa.int32(), pa.string())} | columns)


def list_entities(path: Path) -> list[str]:
    """Return the ids in a file of this module."""
    table = _open(path)
    ids: list[str] = [] if table is None else _join(table.column(_ID)).dictionary.to_pylist()
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
    if (table := _open(path)) is None:
        path.unlink()  # damaged: nobody can tell whose it is
        return 0
    coded = _join(table.column(_ID))
    stays = ~np.array(is_erased(coded.dictionary.to_pylist()), np.bool_)
    codes = coded.indices.to_numpy()
    kept = table.filter(pa.array(stays[codes])).combine_chunks()
    metadata = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    texts = _read_texts(table)
    used = _keep_used(texts, _list_words(kept))
    if stays.all() and len(used) == len(texts):
        return 0
    numbers = (np.cumsum(stays) - 1).astype(np.int32)[codes[stays[codes]]]
    ids = pa.DictionaryArray.from_arrays(pa.array(numbers), coded.dictionary.filter(pa.array(stays)))
    metadata[_TEXTS] = _write_texts(used)
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


def _name_values(measures: Sequence[Measure]) -> dict[str, pa.DataType]:
    """Return the columns for what is told."""
    return {f"f{place}": pa.float64() for place in range(len(measures))}


def _write_texts(texts: Mapping[int, str]) -> str:
    """Return texts by their hashes as JSON."""
    return json.dumps({str(number): text for number, text in texts.items()})


def _read_texts(table: pa.Table) -> dict[int, str]:
    """Return the texts that a file of this module names."""
    texts = json.loads(table.schema.metadata[_TEXTS.encode()])
    return {int(number): text for number, text in texts.items()}


def _is_forsaken(path: Path) -> bool:
    """Tell whether nobody can be writing a file any more."""
    try:
        return path.stat().st_mtime < time.time() - _DAY_SECONDS
    except OSError:  # gone meanwhile
        return False


def _join(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array, without a copy where it is one."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _read(path: Path, schema: pa.Schema, told: Sequence[str]) -> pa.Table | None:
    """Return a file of this module; nothing if it is not there, is damaged, or is of another form."""
    if (table := _open(path)) is None:
        return None
    names = {key.decode() for key in table.schema.metadata or {}}
    return table if table.schema.equals(schema) and names.issuperset(told) else None


def _open(path: Path) -> pa.Table | None:
    """Return a file without copying it into memory; nothing if it is not there or damaged."""
    try:
        with pa.memory_map(str(path)) as source:
            return pa.ipc.open_file(source).read_all()
    except (OSError, pa.ArrowException):
        return None


def _write(path: Path, content: pa.Table, metadata: Mapping[str, str]) -> pa.Table:
    """Write a file of this module, whole or not at all, and return what it holds."""
    content = content.replace_schema_metadata(metadata)
    kept: list[pa.Table] = []

    def produce(draft: Path) -> None:
        with pa.ipc.new_file(str(draft), content.schema) as writer:
            writer.write_table(content)
        with pa.memory_map(str(draft)) as source:  # before another run can take it away
            kept.append(pa.ipc.open_file(source).read_all())

    produce_atomically(path, produce)
    return kept[0]
