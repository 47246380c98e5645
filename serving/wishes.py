"""Wishes: what somebody asked for on a page, left as one small file each for the refresher to carry out.

A worker has no registry. It leaves ``ID.wish``; the refresher claims it by renaming it to ``ID.taken``, which
only one can, and leaves ``ID.outcome``. Whoever may write the folder could do as much without a page, so
it is for its owner alone, and a file of anybody else counts for nothing.
"""

import errno
import os
import re
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from features.files import try_lock, write_atomically

WISH, TAKEN, OUTCOME = ".wish", ".taken", ".outcome"
OLDEST_SECONDS = 600.0
_AHEAD_SECONDS = 60.0
_ATTENDED_SECONDS = 60.0
_MOST_BYTES = 8 * 1024
_MOST_OUTCOMES = 50
_LOCK, _SIGN = ".lock", ".attended"
_FILE = re.compile(r"(?P<id>[0-9a-f]{32})\.(?:wish|taken|outcome)")
# A link, or a pipe that nobody writes to, must not be followed or waited for.
_PLAINLY = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_STRANGERS = stat.S_IRWXG | stat.S_IRWXO

Step = Literal["promote", "rollback"]
State = Literal["done", "refused", "failed", "late"]
_Content = TypeVar("_Content", "Wish", "Outcome")


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold what somebody asked for.

    Attributes
    ----------
    id
        Drawn by lot; also the name of the file.
    version
        Number of the version that is to answer.
    expects
        Number of the last change of champion that was seen: after another one the wish is void.
    at
        Seconds since 1970.
    reason
        In the words of who asked; for a promotion it passes over what the gate refuses.
    """

    id: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]
    usecase: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    step: Step
    version: Annotated[int, Meta(ge=1, le=10**9)]
    model_version: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$")]
    expects: Annotated[int, Meta(ge=0, le=10**9)]
    key_id: Annotated[str, Meta(pattern=r"^[0-9a-f]{12}$")]
    role: Annotated[str, Meta(pattern=r"^[a-z_]{1,40}$")]
    at: float
    reason: Annotated[str, Meta(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class Outcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Say what became of a wish.

    Attributes
    ----------
    told
        Why, in the words of the command; empty where nothing has to be said.
    at
        Seconds since 1970.
    """

    wish: Wish
    state: State
    at: float
    told: Annotated[str, Meta(max_length=2_000)] = ""


class WishFolder:
    """Leave wishes, find them, claim them.

    Parameters
    ----------
    folder
        Made for its owner alone with the first file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    # What workers do.

    def leave(self, wish: Wish) -> None:
        """Leave a wish for the refresher."""
        self._write(f"{wish.id}{WISH}", msgspec.json.encode(wish))

    def list_open(self, usecase: str) -> list[Wish]:
        """Return the wishes of a use case that wait or are being carried out, oldest first."""
        found = [self._read(path, Wish) for path in (*self._list(TAKEN), *self._list(WISH))]
        return sorted((one for one in found if one and one.usecase == usecase), key=lambda one: one.at)

    def list_outcomes(self, usecase: str) -> list[Outcome]:
        """Return what became of the wishes of a use case, newest first."""
        found = [self._read(path, Outcome) for path in self._list(OUTCOME)]
        return sorted((one for one in found if one and one.wish.usecase == usecase), key=lambda one: -one.at)

    def is_attended(self, now: float) -> bool:
        """Tell whether somebody looks here of late who can carry wishes out."""
        try:
            return abs(now - (self._folder / _SIGN).stat().st_mtime) < _ATTENDED_SECONDS
        except OSError:
            return False

    # What the refresher does.

    def attend(self) -> None:
        """Leave word that somebody looks here.

        Raises
        ------
        OSError
            If the folder cannot be used, or others may write to it.
        """
        self._make()
        if not _is_own(self._folder.stat()):
            raise PermissionError(errno.EACCES, "others may look into it; let it be for its owner alone")
        sign = self._folder / _SIGN
        sign.touch(mode=0o600)
        os.utime(sign)

    def has_work(self) -> bool:
        """Tell whether something waits or was left half-way; a listing of the folder, no more."""
        return any(True for _ in (*self._list(WISH), *self._list(TAKEN)))

    @contextmanager
    def held_alone(self) -> Iterator[int | None]:
        """Let one refresher at a time carry out wishes.

        Yields
        ------
        int or None
            The lock, to be handed on to a child that must not be overtaken; None while another one holds it.
        """
        self._make()
        descriptor = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield descriptor if try_lock(descriptor) else None
        finally:
            os.close(descriptor)

    def list_work(self) -> list[Path]:
        """Return what was left half-way, then what waits."""
        return [*sorted(self._list(TAKEN)), *sorted(self._list(WISH), key=_age)]

    def read_wish(self, path: Path) -> Wish | None:
        """Return a wish that can be trusted as much as the folder; None for anything else."""
        return self._read(path, Wish)

    def claim(self, path: Path) -> bool:
        """Take a wish over; False if somebody else was first."""
        try:
            path.rename(path.with_suffix(TAKEN))
        except FileNotFoundError:
            return False
        return True

    def discard(self, path: Path) -> None:
        """Remove what is no wish."""
        with suppress(OSError):
            path.unlink()

    def settle(self, outcome: Outcome) -> None:
        """Leave word of what became of a wish, and let it go; old outcomes go as well."""
        self._write(f"{outcome.wish.id}{OUTCOME}", msgspec.json.encode(outcome))
        for ending in (WISH, TAKEN):
            self.discard(self._folder / f"{outcome.wish.id}{ending}")
        for path in sorted(self._list(OUTCOME), key=_age)[:-_MOST_OUTCOMES]:
            self.discard(path)

    def find_outcome(self, wish: Wish) -> Outcome | None:
        """Return what became of a wish, if that is known."""
        return self._read(self._folder / f"{wish.id}{OUTCOME}", Outcome)

    def _make(self) -> None:
        """Let the folder be there."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _write(self, name: str, content: bytes) -> None:
        """Write a file that its owner alone can read."""
        self._make()
        write_atomically(self._folder / name, content, mode=0o600)

    def _list(self, ending: str) -> list[Path]:
        """Return the files of one kind, by their names; none in a folder that is not ours alone."""
        try:
            if not _is_own(self._folder.stat()):
                return []
            with os.scandir(self._folder) as entries:
                names = [one.name for one in entries if one.is_file(follow_symlinks=False)]
        except OSError:
            return []
        return [self._folder / name for name in names if name.endswith(ending) and _FILE.fullmatch(name)]

    def _read(self, path: Path, kind: type[_Content]) -> _Content | None:
        """Read a file of ours strictly; None for anything else."""
        try:
            descriptor = os.open(path, _PLAINLY)
            with os.fdopen(descriptor, "rb") as file:
                status = os.fstat(descriptor)
                is_plain = stat.S_ISREG(status.st_mode) and _is_own(status)
                content = file.read(_MOST_BYTES + 1) if is_plain else b""
            found = msgspec.json.decode(content, type=kind)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return None
        wish = found if isinstance(found, Wish) else found.wish
        return found if len(content) <= _MOST_BYTES and path.stem == wish.id else None


def is_timely(wish: Wish, now: float) -> bool:
    """Tell whether a wish is neither too old to be still meant nor from the future.

    Examples
    --------
    >>> wish = Wish("0" * 32, "churn", "promote", 2, "churn-1", 1, "0" * 12, "admin", at=1_000.0)
    >>> [is_timely(wish, now) for now in (1_005.0, 1_700.0, 900.0)]
    [True, False, False]
    """
    return -_AHEAD_SECONDS <= now - wish.at <= OLDEST_SECONDS


def _is_own(status: os.stat_result) -> bool:
    """Tell whether something belongs to this user and is open to nobody else."""
    if sys.platform == "win32":
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & _STRANGERS


def _age(path: Path) -> float:
    """Return the time of a file, to sort by; now for one that has gone."""
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()
