"""The files of the audit log: one chain over all of them, whoever appends and however often it starts anew.

Several processes append: each holds a lock, continues behind the last line that is on disk, and has its lines
flushed to disk before it lets go. A file is begun every day (UTC) and whenever one is full; its first line is
bound to the last of the file before it.
"""

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from features.errors import XmError
from features.files import alone, flush
from serving.audit.lines import Entry, Head, bind, read_line

FILES = "audit-*.jsonl"
_LARGEST_BYTES = 64 * 1024 * 1024
_TAIL_BYTES = 64 * 1024
_SETTLED_NANOSECONDS = 1_000_000_000


class AuditError(XmError):
    """Report a log that cannot be written to, or continued."""


class Trail:
    """Append to the log in a folder; one object per process, used by one thread at a time.

    Parameters
    ----------
    folder
        Where the files are; made with the first line, for its owner alone.
    largest_bytes
        A file that has as many is not continued.
    """

    def __init__(self, folder: Path, largest_bytes: int = _LARGEST_BYTES) -> None:
        self._folder = folder
        self._largest_bytes = largest_bytes
        self._known: tuple[Path, int] | None = None
        self._seen_at = 0
        self.head = Head()

    def append(self, entries: Sequence[Entry], now: datetime) -> Head:
        """Append lines; they are on disk when this returns.

        Returns
        -------
        Head
            Where the chain stands.

        Raises
        ------
        AuditError
            If they cannot be written: none of them is there then.
        """
        try:
            if self._known is None:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with alone(self._folder / ".lock"):
                return self._append_alone(entries, now)
        except OSError as error:
            self._known = None
            problem = f"cannot be written ({error.strerror})"
            raise AuditError(
                str(self._folder), problem, "make room, or name another with XM_AUDIT"
            ) from error

    def _append_alone(self, entries: Sequence[Entry], now: datetime) -> Head:
        """Append behind the last line, with nobody else writing."""
        newest = self._find_newest()
        entries = [*self._catch_up(newest), *entries]
        path = self._choose_file(newest, now)
        moment = f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z"
        lines, head = [], self.head
        for entry in entries:
            line, head = bind(entry, moment, head)
            lines.append(line)
        size = _write(path, b"".join(lines))
        if path != newest:
            flush(self._folder)
        self._known, self.head = (path, size), head
        return head

    def _find_newest(self) -> Path | None:
        """Return the last file; names are in the order of time.

        The folder is read again only if it has changed. Clocks of disks are coarse, so a change of this very
        second may be one of two.
        """
        changed_at = self._folder.stat().st_mtime_ns
        is_settled = time.time_ns() - changed_at > _SETTLED_NANOSECONDS
        if self._known is not None and is_settled and changed_at == self._seen_at:
            return self._known[0]
        self._seen_at = changed_at
        return max(self._folder.glob(FILES), default=None)

    def _catch_up(self, newest: Path | None) -> list[Entry]:
        """Find the last line if others have written since; return what has to be said of a torn one.

        A process that is killed while it writes can leave a part of a line. That line was never
        acknowledged to anybody, so it is cut off, and the log says so.
        """
        if newest is None:
            self.head = Head()
            return []
        size = newest.stat().st_size
        if self._known == (newest, size):
            return []
        torn = _cut_torn(newest, size)
        self.head = _read_head(newest) or self._head_before(newest)
        return [Entry(action="repair", count=torn)] if torn else []

    def _head_before(self, newest: Path) -> Head:
        """Return the last line before a file that has none itself."""
        for path in sorted((path for path in self._folder.glob(FILES) if path < newest), reverse=True):
            if head := _read_head(path):
                return head
        return Head()

    def _choose_file(self, newest: Path | None, now: datetime) -> Path:
        """Return the file to continue, or the name of a new one, which never sorts before the newest."""
        day = f"{now.astimezone(UTC):%Y%m%d}"
        if newest is None:
            return self._folder / f"audit-{day}-0001.jsonl"
        _, last_day, number = newest.stem.split("-")
        if day > last_day:
            return self._folder / f"audit-{day}-0001.jsonl"
        if newest.stat().st_size < self._largest_bytes:
            return newest
        return self._folder / f"audit-{last_day}-{int(number) + 1:04d}.jsonl"


def _write(path: Path, content: bytes) -> int:
    """Append to a file and have it on disk, or leave the file as it was; return its size."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        before = os.fstat(descriptor).st_size
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, before)
            raise
        return before + len(content)
    finally:
        os.close(descriptor)


def _cut_torn(path: Path, size: int) -> int:
    """Cut off what stands behind the last end of a line; return how many bytes."""
    with path.open("rb+") as file:
        start = max(0, size - _TAIL_BYTES)
        file.seek(start)
        tail = file.read()
        torn = len(tail) - (tail.rfind(b"\n") + 1)
        if torn:
            file.truncate(size - torn)
        return torn


def _read_head(path: Path) -> Head | None:
    """Return the last line of a file that ends with a whole one; None if it has no line.

    Raises
    ------
    AuditError
        If the last line was changed: nothing is written behind it, so that nobody takes it for sound.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        lines = file.read().splitlines(keepends=True)
    if not lines:
        return None
    try:
        return read_line(lines[-1]).head
    except ValueError as error:
        hint = "keep the files as evidence, and name a new folder with XM_AUDIT"
        raise AuditError(str(path), f"cannot be continued: its last line {error}", hint) from error
