"""The keys of a running worker: looked up in memory, followed from the file.

A file that is there but cannot be read lets nobody in. The last good one could stay, as it does for models;
but then the person whom a hasty hand wanted to lock out would still be inside, and nobody would notice. A
closed door is noticed at once, and it opens within a second of the file being mended.
"""

import hmac
import logging
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from features.errors import InputError
from serving.access.records import KeyRecord, decode_records, read_bytes
from serving.access.roles import Actor
from serving.access.tokens import Token

LOG = logging.getLogger("xm_predict.keys")
_NOBODY = bytes(32)


class _Held(NamedTuple):
    """Hold one key that was not revoked."""

    sha256: bytes
    expires_at: float
    actor: Actor


class KeyRing:
    """Hold the keys of a file.

    Parameters
    ----------
    path
        The file; it need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._content: bytes | None = None
        self._held: dict[str, _Held] = {}
        # Of two looks at once, the one that read first could otherwise have the last word.
        self._looking = threading.Lock()
        self.problem: str | None = "the keys were not read yet"

    def look(self) -> bool:
        """Take what is new in the file; return whether anything was.

        The content is compared, not the time of the file: it is small, and two changes can have one time.
        """
        with self._looking:
            return self._look()

    def _look(self) -> bool:
        """Look, while nobody else does."""
        try:
            content = read_bytes(self._path)
            if content == self._content and self.problem is None:
                return False
            held = _hold(() if content is None else decode_records(content, self._path))
        except InputError as error:
            return self._close(str(error))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the keys, nobody gets in and the service lives
            return self._close(f"{self._path}: {type(error).__name__}")
        self._content, self._held, self.problem = content, held, None
        LOG.info("keys in use: %d", len(held))
        return True

    def find(self, token: Token, now: float) -> Actor | None:
        """Return whose key it is.

        Parameters
        ----------
        now
            Seconds since 1970.

        Returns
        -------
        Actor or None
            None for a key that is unknown, wrong, revoked or expired; an unknown one takes as long as a wrong
            one.
        """
        held = self._held.get(token.key_id)
        is_right = hmac.compare_digest(token.sha256, _NOBODY if held is None else held.sha256)
        return held.actor if held is not None and is_right and now < held.expires_at else None

    def find_by_id(self, key_id: str, now: float) -> Actor | None:
        """Return whose key has an id, for those who showed the key before; None once it lets nobody in."""
        held = self._held.get(key_id)
        return held.actor if held is not None and now < held.expires_at else None

    def _close(self, problem: str) -> bool:
        """Let nobody in, and say why, once."""
        is_new = problem != self.problem
        self._content, self._held, self.problem = None, {}, problem
        if is_new:
            LOG.error("nobody gets in until the keys can be read: %s", problem)
        return is_new


def _hold(records: Iterable[KeyRecord]) -> dict[str, _Held]:
    """Return the keys that were not revoked, by id; expiry is looked at when they are used."""
    return {
        record.key_id: _Held(
            bytes.fromhex(record.sha256),
            float("inf") if record.expires_at is None else record.expires_at.timestamp(),
            record.to_actor(),
        )
        for record in records
        if record.revoked_at is None
    }
