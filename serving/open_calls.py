"""Calls while they run, known to every worker: a small file each, of numbers, never of words.

Turns of a call may reach any worker, also one that has just been started. So what was heard of it lies in a
folder that the workers share, named by key, use case and id: nobody comes to the call of another key. It is
forgotten when nothing new is heard for a while.
"""

import contextlib
import hashlib
import os
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from features.calls import CallMeasures, Conversation, HeardTurn, Turn
from features.files import alone
from serving.call_settings import CallSettings
from serving.problems import ProblemError
from serving.turn_readers import CallModel

_ENCODE = msgspec.json.Encoder().encode
_DECODE = msgspec.json.Decoder(list[HeardTurn]).decode
# Calls share so many locks: a lock of its own would outlive each call.
_LOCKS = 64
_LOCK_FOLDER = "locks"
Stamp = tuple[int, int]


class CallName(NamedTuple):
    """Say which call: the ids of two keys, or of two use cases, have nothing to do with each other."""

    key_id: str
    usecase: str
    call_id: str


class OpenCalls:
    """Keep running calls.

    Parameters
    ----------
    settings
        Where, and how much.
    now
        Clock, in seconds since 1970.
    """

    def __init__(self, settings: CallSettings, now: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._now = now

    def take(self, name: CallName, turns: Iterable[Turn], model: CallModel) -> CallMeasures:
        """Add turns to a call, which begins with them if it is not there, and return its measures.

        Raises
        ------
        ProblemError
            409 if the call has too many turns; 503 if the key has too many calls, or the folder cannot be
            written.
        ContractError
            If a time of a turn cannot be used.
        """
        try:
            path = self._file(name)
            if self._look(path) is None:
                # Not behind the lock: making room takes locks itself.
                self._demand_room(path.parent)
            with self._locked(path):
                return self._add(path, turns, model)
        except OSError as error:
            detail = "Running calls cannot be kept at the moment; send the turns again."
            raise ProblemError(503, "calls_unwritable", detail, headers={"retry-after": "5"}) from error

    def measure(self, name: CallName, model: CallModel) -> CallMeasures | None:
        """Return the measures of a call so far; None where there is none."""
        heard = self._read(self._file(name))
        if not heard:
            return None
        return Conversation(model.reader, risk=model.risk, heard=heard).measure()

    def find_stamp(self, name: CallName) -> Stamp | None:
        """Return what changes whenever a call does; None where there is none."""
        found = self._look(self._file(name))
        return None if found is None else (found.st_ino, found.st_mtime_ns)

    def tidy(self) -> None:
        """Remove what is to be forgotten, and drafts of workers that have ended."""
        for path in self._settings.folder.glob("*/*"):
            if path.parent.name != _LOCK_FOLDER and self._look(path) is None:
                with contextlib.suppress(OSError):
                    self._forget(path)
        for folder in self._settings.folder.glob("*"):
            # One that holds a call stays; so does one in which a call has just begun.
            with contextlib.suppress(OSError):
                if self._look(folder) is None:
                    folder.rmdir()

    def _forget(self, path: Path) -> None:
        """Remove a file unless the call has gone on meanwhile."""
        with self._locked(path):
            if self._look(path) is None:
                path.unlink(missing_ok=True)

    def _add(self, path: Path, turns: Iterable[Turn], model: CallModel) -> CallMeasures:
        """Read a call, add to it, write it."""
        heard = self._read(path)
        call = Conversation(model.reader, risk=model.risk, heard=heard or ())
        measures = call.extend(turns)
        if len(call.heard) > self._settings.max_turns:
            detail = (
                f"A call has at most {self._settings.max_turns} turns here; those before stay as they are."
            )
            raise ProblemError(409, "call_full", detail)
        if list(call.heard) != heard:
            _write(path, _ENCODE(call.heard))
        else:
            os.utime(path)
        return measures

    def _demand_room(self, folder: Path) -> None:
        """Demand that one more call fits into the folder of a key."""
        most = self._settings.max_calls
        if folder.is_dir() and sum(1 for _ in os.scandir(folder)) >= most:
            self.tidy()
            if folder.is_dir() and sum(1 for _ in os.scandir(folder)) >= most:
                detail = f"This key has {most} calls open; each is forgotten some time after its last turn."
                raise ProblemError(503, "calls_full", detail, headers={"retry-after": "30"})

    @contextlib.contextmanager
    def _locked(self, path: Path) -> Iterator[None]:
        """Let nobody else change a call meanwhile."""
        locks = self._settings.folder / _LOCK_FOLDER
        locks.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone(locks / f"{zlib.crc32(path.name.encode()) % _LOCKS:02}"):
            yield

    def _file(self, name: CallName) -> Path:
        """Return the file of a call; its id, which may be a number of a phone, stands nowhere."""
        # The length in front: no two pairs of use case and id make the same text.
        digest = hashlib.sha256(f"{len(name.usecase)}:{name.usecase}{name.call_id}".encode()).hexdigest()
        return self._settings.folder / name.key_id / digest

    def _look(self, path: Path) -> os.stat_result | None:
        """Return what is known of a file; None where it is not there, or to be forgotten."""
        try:
            found = path.stat()
        except OSError:
            return None
        return found if self._now() - found.st_mtime < self._settings.idle_seconds else None

    def _read(self, path: Path) -> list[HeardTurn] | None:
        """Return what was heard; None of a call that is not there, forgotten or damaged."""
        if self._look(path) is None:
            return None
        try:
            return _DECODE(path.read_bytes())
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return None


def _write(path: Path, content: bytes) -> None:
    """Put a file in the place of another in one step.

    Unlike other files of the service it is not forced onto the disk: a call does not outlive the machine.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)
