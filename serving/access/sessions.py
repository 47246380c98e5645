"""Sessions of people who signed in with a key: one small file each, so that all workers know them.

The browser holds 32 random bytes, the file is named by their hash: who reads the folder cannot go on in a
session of it. A session is no more than its key: once that is revoked, expired or rotated, nobody gets in.
"""

import contextlib
import hashlib
import secrets
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from features.files import write_atomically

HOURS = 8.0
COOKIE = "xm_session"
# Where the cookie is sent: pages alone, so that no page of others can make a browser call the API with it.
PATH = "/reports"
_TOKEN_LETTERS = 43


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
    proof: str
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
        """Begin a session and return what the browser keeps; sessions that are over are removed."""
        self._tidy()
        token = secrets.token_urlsafe(32)
        session = Session(key_id, secrets.token_urlsafe(32), self._now() + HOURS * 3600)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(self._file(token), msgspec.json.encode(session), mode=0o600)
        return token

    def find(self, token: str) -> Session | None:
        """Return a session; None where there is none, or it is over."""
        session = _read(self._file(token)) if len(token) == _TOKEN_LETTERS else None
        return session if session is not None and self._now() < session.until else None

    def close(self, token: str) -> None:
        """End a session in all workers."""
        self._file(token).unlink(missing_ok=True)

    def _file(self, token: str) -> Path:
        """Return the file of a session."""
        return self._folder / f"{hashlib.sha256(token.encode()).hexdigest()}.json"

    def _tidy(self) -> None:
        """Remove the sessions that are over, and files that hold none."""
        for path in self._folder.glob("*.json"):
            session = _read(path)
            if session is None or self._now() >= session.until:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)


def _read(path: Path) -> Session | None:
    """Return what a file holds; None for one that is absent or damaged."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Session)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
