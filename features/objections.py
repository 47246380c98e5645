"""Who objected to being scored: ``objections/<use case>.csv``, ids and since when; all that score read it.

Whoever stands here gets no score of their own from the next run on. Figures of groups still count them: they
say nothing about one person. The list holds ids in the clear, since every run has to find them.
"""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from features.errors import ContractError
from features.files import alone, write_atomically

_COLUMNS = ["entity_id", "since"]
_ID = "entity_id"


@dataclass(frozen=True)
class Objections:
    """Hold who objected to being scored, and since when.

    Examples
    --------
    >>> found = Objections({"c-1": date(2026, 3, 28)})
    >>> "c-1" in found, found.keep(["c-1", "c-2"])
    (True, ['c-2'])
    """

    since: Mapping[str, date] = field(default_factory=dict)

    def __contains__(self, entity_id: object) -> bool:
        return entity_id in self.since

    def __len__(self) -> int:
        return len(self.since)

    def keep(self, ids: Sequence[str]) -> list[str]:
        """Return the ids of all others, in their order."""
        return [one for one in ids if one not in self.since]

    def take_out(self, table: pa.Table) -> pa.Table:
        """Return the rows of all others; a table without ids stays as it is, for it names nobody."""
        if not self.since or _ID not in table.column_names:
            return table
        ids = table.column(_ID).cast(pa.string())
        has_objected = pc.fill_null(pc.is_in(ids, pa.array(sorted(self.since), pa.string())), False)
        return table.filter(pc.invert(has_objected))

    def add(self, ids: Collection[str], day: date) -> "Objections":
        """Return the list with further people; whoever stands there already keeps the day."""
        return Objections({**dict.fromkeys(ids, day), **self.since})

    def remove(self, ids: Collection[str]) -> "Objections":
        """Return the list without some people."""
        return Objections({one: day for one, day in self.since.items() if one not in ids})

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the list; nobody objected if there is no file.

        Raises
        ------
        ContractError
            If the file cannot be read: without it people would be scored who objected.
        """
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return cls()
        except (OSError, UnicodeDecodeError) as error:
            raise _refuse(path, f"cannot be read ({type(error).__name__})") from error
        lines = list(csv.reader(io.StringIO(text, newline="")))
        if not lines or lines[0] != _COLUMNS:
            raise _refuse(path, f"begins with {lines[0] if lines else 'nothing'}")
        return cls(dict(_read_line(path, number, line) for number, line in enumerate(lines[1:], 2) if line))

    def write(self, path: Path) -> None:
        """Write the list whole, for its owner alone."""
        written = io.StringIO(newline="")
        writer = csv.writer(written, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows([one, day.isoformat()] for one, day in sorted(self.since.items()))
        write_atomically(path, written.getvalue(), mode=0o600)


@contextmanager
def changing(path: Path) -> Iterator[Objections]:
    """Read the list while nobody else writes it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(path.with_name(f".{path.name}.lock")):
        yield Objections.read(path)


def _read_line(path: Path, number: int, line: Sequence[str]) -> tuple[str, date]:
    """Return id and day of a line."""
    try:
        entity_id, day = line
        return entity_id, date.fromisoformat(day.strip())
    except ValueError as error:
        raise _refuse(path, f"line {number} is {','.join(line)!r}") from error


def _refuse(path: Path, problem: str) -> ContractError:
    """Say that the list cannot be used; whoever scores must not go on as if nobody had objected."""
    hint = f"write '{','.join(_COLUMNS)}' and lines such as 'K-1,2026-03-28', or put back a copy"
    return ContractError(str(path), problem, hint)
