"""The record of predictions that monitoring reads: what was forecast, by which model, about which pseudonym.

It never holds anybody up: answers are handed to a thread, memory is bounded, and what does not fit is dropped
and counted. People at work are recorded in the groups that were answered, never singly. Each worker writes
JSON lines into a file of its own per hour (UTC); the file gets its final name when it is closed.
"""

import contextlib
import logging
import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import msgspec
from msgspec import UNSET, structs

from features.files import try_lock
from features.pseudonyms import Pseudonyms
from serving.logs import spell_second
from serving.schemas import ScoreAnswer, ScoreByIdAnswer, ScoreGroupsAnswer

LOG = logging.getLogger("xm_predict.journal")
_ENCODE = msgspec.json.Encoder().encode
_OPEN = ".open"
_PREFIX = "predictions-"
_PAUSE_SECONDS = 0.5
_MOST_WAITING = 50_000
_STOP_SECONDS = 10.0
# A file that is younger may belong to a worker that has not locked it yet.
_ABANDONED_SECONDS = 60.0

_Scores = ScoreAnswer | ScoreByIdAnswer
_Waiting = tuple[float, "_Scores | ScoreGroupsAnswer", "Sequence[Any] | None"]


class _Line(msgspec.Struct):
    """Hold a line about one row."""

    time: str
    usecase: str
    model_version: str
    as_of: str | None
    horizon: str
    entity: str | None
    probability: dict[str, float]
    value: float | None
    unseen: int
    missing: int | None


class _GroupLine(msgspec.Struct):
    """Hold a line about one group."""

    time: str
    usecase: str
    model_version: str
    as_of: str | None
    horizon: str
    cut: str
    group: str
    n: int
    probability: dict[str, float]
    value: float | None


class Journal:
    """Take answers and write them down.

    Parameters
    ----------
    folder
        Where the files are; made for its owner alone.
    pseudonyms
        Stand for ids.
    days
        Files that are older are removed.
    now
        Clock, in seconds since 1970.

    Attributes
    ----------
    n_dropped
        Predictions that were not written.
    failures
        How often the disk did not take what was to be written.
    """

    def __init__(
        self,
        folder: Path,
        pseudonyms: Pseudonyms,
        days: int = 400,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._pseudonyms = pseudonyms
        self._days = days
        self._now = now
        self._waiting: deque[_Waiting] = deque()
        # Each is changed by one thread alone: taken in by the one that answers, done by the one that writes.
        self._n_taken_in = 0
        self._n_done = 0
        self._part: _Part | None = None
        self._is_called = threading.Event()
        self._is_ending = threading.Event()
        self._is_broken = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self.n_dropped = 0
        self.failures = 0

    def start(self) -> None:
        """Begin to write; files that a killed worker left open are closed, old ones removed."""
        self._thread.start()

    def note(self, answer: _Scores | ScoreGroupsAnswer, rows: Sequence[Any] | None = None) -> None:
        """Hand an answer over; never waits and never fails.

        Parameters
        ----------
        answer
            As it is sent. Scores of single people at work must not be handed over.
        rows
            The rows that were scored, as they were decoded; None where they were not sent along.
        """
        n_rows = len(answer.groups if isinstance(answer, ScoreGroupsAnswer) else answer.rows)
        if self._n_taken_in - self._n_done + n_rows > _MOST_WAITING:
            self.n_dropped += n_rows
            return
        self._n_taken_in += n_rows
        self._waiting.append((self._now(), answer, rows))
        if not self._is_called.is_set():
            self._is_called.set()

    def stop(self) -> None:
        """Write what waits and close the file."""
        self._is_ending.set()
        self._is_called.set()
        self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        """Write until the end."""
        self._tidy()
        while not self._is_ending.is_set():
            self._is_called.wait(60)
            self._is_ending.wait(_PAUSE_SECONDS)
            self._is_called.clear()
            self._write_waiting()
            self._turn_over()
        self._write_waiting()
        self._close()

    def _write_waiting(self) -> None:
        """Write what waits; what the disk does not take is dropped and counted."""
        lines: list[bytes] = []
        for _ in range(len(self._waiting)):
            moment, answer, rows = self._waiting.popleft()
            lines += self._spell(moment, answer, rows)
        if not lines:
            return
        try:
            self._open_part().write(b"".join(lines))
            self._is_broken = False
        except Exception as error:  # noqa: BLE001 - whatever goes wrong here, the service goes on
            self._fail(len(lines), error)
        self._n_done += len(lines)

    def _fail(self, n_lines: int, error: Exception) -> None:
        """Count what is lost, and say it once."""
        self.failures += 1
        self.n_dropped += n_lines
        self._part = None
        if not self._is_broken:
            self._is_broken = True
            problem = getattr(error, "strerror", None) or type(error).__name__
            LOG.error("predictions are not recorded: %s (%s)", self._folder, problem)

    def _spell(
        self, moment: float, answer: _Scores | ScoreGroupsAnswer, rows: Sequence[Any] | None
    ) -> Iterator[bytes]:
        """Return the lines of one answer."""
        usecase, horizon = answer.usecase, answer.primary_horizon
        stamp = (spell_second(int(moment)), usecase, answer.model_version, answer.as_of, horizon)
        if isinstance(answer, ScoreGroupsAnswer):
            for group in answer.groups:
                shares = {name: share.value for name, share in group.probability.items()}
                mean = None if group.value is UNSET else group.value.value
                yield _ENCODE(_GroupLine(*stamp, answer.cut, group.name, group.people, shares, mean)) + b"\n"
            return
        for place, row in enumerate(answer.rows):
            named = row.entity_id
            person = self._pseudonyms.of(usecase, named) if isinstance(named, str) else None
            value = None if row.value is UNSET else row.value
            missing = None if rows is None else _count_missing(rows[place])
            line = _Line(*stamp, person, row.probability, value, len(row.warnings), missing)
            yield _ENCODE(line) + b"\n"

    def _open_part(self) -> "_Part":
        """Return the file of this hour."""
        self._turn_over()
        if self._part is None:
            self._part = _Part(self._folder, _spell_hour(self._now()))
        return self._part

    def _turn_over(self) -> None:
        """Close the file of an hour that is over, and remove what is too old."""
        if self._part is not None and self._part.hour != _spell_hour(self._now()):
            self._close()
            self._tidy()

    def _close(self) -> None:
        """Give the file its final name."""
        with contextlib.suppress(OSError):
            if self._part is not None:
                self._part.close()
        self._part = None

    def _tidy(self) -> None:
        """Close what killed workers left open; remove files past their days."""
        with contextlib.suppress(OSError):
            oldest = f"{_PREFIX}{_spell_hour(self._now() - self._days * 86_400)}"
            for path in self._folder.glob(f"{_PREFIX}*"):
                if path.name < oldest:
                    path.unlink(missing_ok=True)
                elif path.name.endswith(_OPEN):
                    _close_abandoned(path)


class _Part:
    """Hold the file of one hour; a lock tells others that its worker lives."""

    def __init__(self, folder: Path, hour: str) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.hour = hour
        self._path = folder / f"{_PREFIX}{hour}-{os.getpid()}-{secrets.token_hex(4)}.jsonl{_OPEN}"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        try_lock(descriptor)
        self._file: IO[bytes] = os.fdopen(descriptor, "ab", buffering=0)

    def write(self, content: bytes) -> None:
        """Append lines, all or none."""
        before = os.fstat(self._file.fileno()).st_size
        rest = memoryview(content)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file.fileno(), before)
            self.close()
            raise

    def close(self) -> None:
        """Have it on disk under its final name; an empty one goes."""
        with contextlib.suppress(OSError):
            os.fsync(self._file.fileno())
        _finish(self._path)
        self._file.close()


def _close_abandoned(path: Path) -> None:
    """Close a file whose worker is gone: nobody holds its lock; a torn last line is cut off."""
    if time.time() - path.stat().st_mtime < _ABANDONED_SECONDS:
        return
    with path.open("rb+") as file:
        if not try_lock(file.fileno()):
            return
        size = path.stat().st_size
        start = max(0, size - 65_536)
        file.seek(start)
        tail = file.read()
        file.truncate(start + tail.rfind(b"\n") + 1)
    _finish(path)


def _finish(path: Path) -> None:
    """Give a file its final name in one step."""
    if path.stat().st_size:
        path.replace(path.with_name(path.name.removesuffix(_OPEN)))
    else:
        path.unlink()


def _count_missing(row: Any) -> int:
    """Return how many features of a row were absent or null."""
    values = structs.astuple(row.features)
    return values.count(UNSET) + values.count(None)


def _spell_hour(moment: float) -> str:
    """Write an hour (UTC) as it stands in names of files."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y%m%dT%H}"
