"""A batch of scores on disk: parts that appear whole, and a record of which are there and who has them.

While a batch is made, ``progress.json`` is its record; it becomes ``batch.json`` when every part is there. A
process may die at any moment: whoever comes next finds each part whole, checks it against its hash, makes
those that are missing or damaged, and ends with the same bytes.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import ContractError, XmError
from features.failpoints import reach
from features.files import try_lock, write_atomically
from training.batch import write_scores
from training.delivery.identity import Identity

FORMAT_VERSION = 1
_PROGRESS, _BATCH, _LOCK = "progress.json", "batch.json", ".lock"


class BatchBusyError(XmError):
    """Report that another process scores the same use case at the moment."""


@dataclass(frozen=True)
class Part:
    """Name a part: its file, its rows, and the SHA-256 of its bytes."""

    file: str
    rows: int
    sha256: str


@contextmanager
def alone_with(place: Path) -> Iterator[None]:
    """Let nobody else work on the batches of a use case; the lock ends with the process that has it.

    Raises
    ------
    BatchBusyError
        If another process is at it.
    """
    place.mkdir(parents=True, exist_ok=True)
    lock = place / _LOCK
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not try_lock(descriptor):
            who = os.read(descriptor, 200).decode("utf-8", "replace") or "another process"
            hint = "nothing was done here; it may be asked for again when that one has ended"
            raise BatchBusyError(f"scores of {place.name}", f"are being made by {who}", hint)
        os.ftruncate(descriptor, 0)
        os.write(
            descriptor, f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC".encode()
        )
        yield
    finally:
        os.close(descriptor)


class KeptBatch:
    """Hold one batch in its folder.

    Parameters
    ----------
    folder
        Where it is kept.
    record
        Content of its ``batch.json`` or ``progress.json``.
    """

    def __init__(self, folder: Path, record: dict[str, Any]) -> None:
        self.folder = folder
        self._record = record
        self._parts = {int(number): Part(**part) for number, part in record["parts"].items()}

    @classmethod
    def open(cls, place: Path, identity: Identity, *, counts: Mapping[str, int]) -> Self:
        """Go on with a batch that was begun, or begin it.

        Parameters
        ----------
        place
            Folder of all batches of the use case.
        identity
            Which batch.
        counts
            ``rows`` that are scored, and ``parts`` that there will be.

        Raises
        ------
        ContractError
            If its record is damaged or of another batch.
        """
        folder = place / identity.folder_name
        _clear_drafts(folder)
        for name in (_BATCH, _PROGRESS):
            if (folder / name).exists():
                return cls(folder, _read_record(folder / name, identity))
        record = {
            "format_version": FORMAT_VERSION,
            "batch_id": identity.batch_id,
            **identity.to_json(),
            "counts": dict(counts),
            "parts": {},
            "started": _now(),
            "finished": None,
            "targets": {},
        }
        batch = cls(folder, record)
        batch._write()
        reach("batch.begun")
        return batch

    @property
    def batch_id(self) -> str:
        """Return the name of the batch."""
        return str(self._record["batch_id"])

    @property
    def usecase(self) -> str:
        """Return who is scored."""
        return str(self._record["usecase"])

    @property
    def model_version(self) -> str:
        """Return the model that scored."""
        return str(self._record["model_version"])

    @property
    def as_of(self) -> str | None:
        """Return the day of the features."""
        return None if self._record["as_of"] is None else str(self._record["as_of"])

    @property
    def started(self) -> datetime:
        """Return when the batch was begun, by whichever run."""
        return datetime.fromisoformat(self._record["started"])

    @property
    def is_finished(self) -> bool:
        """Tell whether all parts were there once."""
        return self._record["finished"] is not None

    @property
    def n_parts(self) -> int:
        """Return how many parts there are in the end."""
        return int(self._record["counts"]["parts"])

    @property
    def n_scores(self) -> int:
        """Return how many lines the parts hold that are there."""
        return sum(part.rows for part in self._parts.values())

    def list_missing(self) -> list[int]:
        """Return the numbers of the parts that are not there as they were made."""
        return [number for number in range(self.n_parts) if not self._is_whole(number)]

    def keep_part(self, number: int, scores: pa.Table) -> None:
        """Write one part whole, then write down that it is there.

        Raises
        ------
        ContractError
            If the part was there before and held something else.
        """
        file = f"part-{number:05}.parquet"
        write_scores(scores, self.folder / file)
        reach("part.written")
        part = Part(file, scores.num_rows, _hash_file(self.folder / file))
        known = self._parts.get(number)
        if known is not None and known != part:
            problem = f"{file} comes out differently than before"
            hint = "remove the folder, and what was delivered of it, then score again"
            raise ContractError(str(self.folder), problem, hint)
        self._parts[number] = part
        if not self.is_finished:
            self._write()
        reach("part.noted")

    def finish(self) -> None:
        """Write down that every part is there."""
        self._record["finished"] = _now()
        self._write()
        (self.folder / _PROGRESS).unlink(missing_ok=True)
        reach("batch.finished")

    def read_part(self, number: int) -> pa.Table:
        """Return the scores of one part."""
        return pq.read_table(self.folder / self._parts[number].file)

    def read_parts(self) -> Iterator[pa.Table]:
        """Yield the scores of all parts in order."""
        return (self.read_part(number) for number in range(self.n_parts))

    def find_target(self, name: str) -> dict[str, Any]:
        """Return what was written down of a target; nothing of a new one."""
        return dict(self._record["targets"].get(name, {}))

    def note_target(self, name: str, **facts: Any) -> None:
        """Write down what a target has."""
        self._record["targets"][name] = facts
        self._write()
        reach("target.noted")

    def _is_whole(self, number: int) -> bool:
        """Tell whether a part is there, byte by byte."""
        part = self._parts.get(number)
        if part is None:
            return False
        try:
            return _hash_file(self.folder / part.file) == part.sha256
        except OSError:
            return False

    def _write(self) -> None:
        """Write the record whole."""
        parts = {str(number): asdict(part) for number, part in sorted(self._parts.items())}
        content = json.dumps({**self._record, "parts": parts}, indent=1, ensure_ascii=False) + "\n"
        write_atomically(self.folder / (_BATCH if self.is_finished else _PROGRESS), content)


def _clear_drafts(folder: Path) -> None:
    """Remove what a run that was killed left half-written."""
    for draft in folder.glob(".*"):
        draft.unlink()
    if (folder / _BATCH).exists():
        (folder / _PROGRESS).unlink(missing_ok=True)


def _read_record(path: Path, identity: Identity) -> dict[str, Any]:
    """Return the record of a batch.

    Raises
    ------
    ContractError
        If it is damaged, or of another batch.
    """
    hint = "remove the folder, then score again"
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found = {name: record[name] for name in identity.to_json()}
        version = record["format_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ContractError(str(path), f"is not the record of a batch ({error})", hint) from error
    if version != FORMAT_VERSION or found != identity.to_json():
        raise ContractError(str(path), f"is of format {version} or of another batch", hint)
    return record


def _hash_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _now() -> str:
    """Return the moment as text."""
    return datetime.now(UTC).isoformat(timespec="seconds")
