"""Tables with one row per person: scores that went out on schedule, and who got which action.

Any Parquet or CSV file below these folders is one, whatever wrote it. A part of a batch is written again as a
whole; its hash and rows in the record beside it are those of the new part, and the record says that people
were erased.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.errors import SourceError
from features.files import produce_atomically, write_atomically
from training.delivery.kept import alone_with
from training.pages import Label
from training.runs.persons.wanted import Removed, Told, Wanted

_ID = "entity_id"
_RECORDS = ("batch.json", "progress.json")
_SCORES: Label = {"en": "scores that went out on schedule", "de": "Scores, die nach Plan hinausgingen"}
_ACTIONS: Label = {"en": "assignment to an action", "de": "Zuteilung zu einer Maßnahme"}


class Scores:
    """Find people in ``scores/``."""

    homes: ClassVar[tuple[str, ...]] = ("scores",)

    def tell(self, wanted: Wanted) -> list[Told]:
        """Return their scores in every batch."""
        return _tell(wanted, wanted.workspace.scores(wanted.usecase), _SCORES)

    def erase(self, wanted: Wanted) -> Removed:
        """Write every part again that names them, and tell who has got the batch."""
        folder = wanted.workspace.scores(wanted.usecase)
        if not folder.is_dir():
            return Removed({})
        with alone_with(folder):
            n_rows, touched = _erase(folder, wanted)
            targets = {name for place in touched for name in _mend_record(place)}
        notes = [note for name in sorted(targets) for note in _tell_target(name, wanted)]
        return Removed({"scores": n_rows}, tuple(notes))


class Actions:
    """Find people in ``actions/``."""

    homes: ClassVar[tuple[str, ...]] = ("actions",)

    def tell(self, wanted: Wanted) -> list[Told]:
        """Return to what they were assigned."""
        return _tell(wanted, wanted.workspace.actions(wanted.usecase), _ACTIONS)

    def erase(self, wanted: Wanted) -> Removed:
        """Write every list again that names them; what was read out are sums."""
        n_rows, _ = _erase(wanted.workspace.actions(wanted.usecase), wanted)
        return Removed({"assignments": n_rows})


def _tell(wanted: Wanted, folder: Path, what: Label) -> list[Told]:
    """Return the rows of some people in every table below a folder."""
    found = []
    for path in _list_tables(folder):
        table = _read(path)
        rows = table.filter(_names_one_of(table, wanted)).to_pylist()
        plain = tuple({name: _plain(cell) for name, cell in row.items() if cell is not None} for row in rows)
        if plain:
            found.append(Told(str(path.relative_to(wanted.workspace.folder)), what, plain))
    return found


def _erase(folder: Path, wanted: Wanted) -> tuple[int, set[Path]]:
    """Write every table below a folder again without some people; return how many rows, and in which."""
    n_rows, touched = 0, set()
    for path in _list_tables(folder):
        table = _read(path)
        is_gone = _names_one_of(table, wanted)
        if dropped := int(pc.sum(is_gone).as_py() or 0):
            _write(path, table.filter(pc.invert(is_gone)))
            n_rows += dropped
            touched.add(path.parent)
    return n_rows, touched


def _list_tables(folder: Path) -> Iterator[Path]:
    """Yield the tables below a folder."""
    yield from sorted(path for path in folder.rglob("*") if path.suffix in {".parquet", ".csv"})


def _read(path: Path) -> pa.Table:
    """Return a table; the cells of CSV are texts.

    Raises
    ------
    SourceError
        If it cannot be read: whether it names somebody is not known then.
    """
    try:
        if path.suffix == ".parquet":
            return pq.read_table(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
        names, rows = (lines[0], lines[1:]) if lines else ([], [])
        return pa.table(
            {name: pa.array([row[place] for row in rows], pa.string()) for place, name in enumerate(names)}
        )
    except (OSError, ValueError, IndexError, pa.ArrowException) as error:
        problem = f"cannot be read, so it may name them ({type(error).__name__})"
        raise SourceError(str(path), problem, "remove it, or put back a copy, and erase again") from error


def _names_one_of(table: pa.Table, wanted: Wanted) -> pa.Array:
    """Tell for each row whether it is about one of them; an id may stand behind an apostrophe in CSV."""
    if _ID not in table.column_names:
        return pa.array([False] * table.num_rows, pa.bool_())
    ids = pa.array([form for one in wanted.ids for form in (one, f"'{one}")], pa.string())
    cells = table.column(_ID).cast(pa.string()).combine_chunks()
    return pc.fill_null(pc.is_in(cells, ids), False)


def _write(path: Path, table: pa.Table) -> None:
    """Write a table in the place of the one that was there, for the same readers."""
    mode = path.stat().st_mode & 0o777
    if path.suffix == ".parquet":
        produce_atomically(path, lambda draft: pq.write_table(table, draft, compression="zstd"), mode=mode)
        return
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(table.column_names)
    writer.writerows([row[name] for name in table.column_names] for row in table.to_pylist())
    write_atomically(path, written.getvalue(), mode=mode)


def _mend_record(folder: Path) -> list[str]:
    """Let the record of a batch hold the hashes of its parts as they are now; return who has got it."""
    targets: set[str] = set()
    for path in (folder / name for name in _RECORDS if (folder / name).exists()):
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        parts = record.get("parts", {})
        for part in parts.values() if isinstance(parts, dict) else parts:
            file = folder / part["file"]
            if file.exists():
                part["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
                part["rows"] = pq.read_metadata(file).num_rows
        record["erased"] = [*record.get("erased", []), f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"]
        targets |= set(record.get("targets", {}))
        write_atomically(path, json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    return sorted(targets)


def _tell_target(target: str, wanted: Wanted) -> Iterator[str]:
    """Say how to take people out of what got a batch: a table of yours, a file, a webhook."""
    place, is_table, table = target.partition(": ")
    if not is_table or "://" not in place:
        yield f"take them out of {target}, which got a batch that named them"
        return
    ids = ", ".join("'" + one.replace("'", "''") + "'" for one in wanted.ids)
    yield f"in {place}: DELETE FROM {table} WHERE {_ID} IN ({ids});"


def _plain(cell: Any) -> Any:
    """Return a value that JSON can hold."""
    return cell if isinstance(cell, (str, int, float, bool)) else str(cell)
