"""Sessions of people who signed in with a key: one small file each, so that all workers know them.

The browser holds 32 random bytes, the file is named by their hash: who reads the folder cannot go on in a
session of it. A session is no more than its key: once that is revoked, expired or rotated, nobody gets in.
"""

import contextlib
import hashlib
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec

from features.files import write_atomically

HOURS = 8.0
COOKIE = "xm_session"
# Where the cookie is sent: pages alone, so that no page of others can make a browser call the API with it.
PATH = "/reports"
# With more browsers at once, the one that signed in first has to do so again: no key can fill the disk.
MOST_OF_KEY = 20
_TOKEN_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_Proof = Annotated[str, msgspec.Meta(min_length=43)]


class Session(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold one session.

    Attributes
    ----------
    key_id
        Of the key that was signed in with.
    proof
        Stands in every form of the session that changes something.
    until
        Seconds since 1970.
    """

    key_id: str
    proof: _Proof
    until: float


class Sessions:
    """Open, find and close sessions.

    Parameters
    ----------
    folder
        Made for its owner alone when the first session is opened.
    now
        Clock, in seconds since 1970.
    """

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._now = now

    def open(self, key_id: str) -> str:
        """Begin a session and return what the browser keeps; sessions that are over are removed.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._tidy(key_id)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        session = Session(key_id, secrets.token_urlsafe(_TOKEN_BYTES), self._now() + HOURS * 3600)
        write_atomically(self._file(token), msgspec.json.encode(session), mode=0o600)
        return token

    def find(self, token: str) -> Session | None:
        """Return a session; None where there is none, or it is over."""
        if not _TOKEN.fullmatch(token):
            return None
        try:
            session = _read(self._file(token))
        except OSError:
            return None
        return session if session is not None and self._now() < session.until else None

    def close(self, token: str) -> None:
        """End a session in all workers.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        self._file(token).unlink(missing_ok=True)

    def _file(self, token: str) -> Path:
        """Return the file of a session."""
        return self._folder / f"{hashlib.sha256(token.encode()).hexdigest()}.json"

    def _tidy(self, key_id: str) -> None:
        """Remove the sessions that are over, files that hold none, and the oldest of a key that has many."""
        kept: list[tuple[float, Path]] = []
        for path in self._folder.glob("*.json"):
            # A file that cannot be read just now may hold a session of somebody.
            with contextlib.suppress(OSError):
                session = _read(path)
                if session is None or self._now() >= session.until:
                    path.unlink(missing_ok=True)
                elif session.key_id == key_id:
                    kept.append((session.until, path))
        for _, path in sorted(kept)[: max(0, len(kept) - MOST_OF_KEY + 1)]:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def _read(path: Path) -> Session | None:
    """Return what a file holds; None for one that is damaged."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Session)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
