"""Tombstones: who was erased, in a form that tells an id when it comes again and never names it.

Each is a keyed hash of an id (HMAC-SHA256) under a salt drawn at random for each file: the same id in two
files has nothing in common. Whoever holds the file and a list of all ids can still try them one by one, as a
build has to; so it stays where the frames are.
"""

import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from features.errors import ContractError
from features.files import write_atomically

FORMAT_VERSION = 1
_SALT_BYTES = _DIGEST_BYTES = 32


@dataclass(frozen=True)
class Tombstones:
    """Hold the erased ids of a use case as digests.

    Attributes
    ----------
    salt
        Key of the digests; drawn when the first id is added.
    digests
        One per erased id.

    Examples
    --------
    >>> Tombstones().add(["anna"]).covers(["ben", "anna"])
    [False, True]
    """

    salt: bytes = b""
    digests: frozenset[bytes] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.digests)

    def add(self, ids: Iterable[str]) -> "Tombstones":
        """Return tombstones of further ids as well."""
        salt = self.salt or secrets.token_bytes(_SALT_BYTES)
        return Tombstones(salt, self.digests | {_digest(salt, one) for one in ids})

    def covers(self, ids: Iterable[str]) -> list[bool]:
        """Tell for each id whether it was erased."""
        if not self.digests:
            return [False for _ in ids]
        return [_digest(self.salt, one) in self.digests for one in ids]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what :meth:`write` wrote; nobody was erased if there is no file.

        Raises
        ------
        ContractError
            If the file cannot be read: a build without it would bring erased people back.
        """
        try:
            content = json.loads(path.read_bytes())
            version = content["format_version"]
            salt = bytes.fromhex(content["salt"])
            digests = frozenset(bytes.fromhex(digest) for digest in content["digests"])
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _refuse(path, f"does not hold tombstones ({error})") from error
        if version != FORMAT_VERSION:
            raise _refuse(path, f"has the format version {version}, not {FORMAT_VERSION}")
        if any(len(part) != _DIGEST_BYTES for part in (salt, *digests)):
            raise _refuse(path, f"holds a salt or digest that has not {_DIGEST_BYTES} bytes")
        return cls(salt, digests)

    def write(self, path: Path) -> None:
        """Write one JSON file, whole or not at all."""
        content = {
            "format_version": FORMAT_VERSION,
            "salt": self.salt.hex(),
            "digests": sorted(digest.hex() for digest in self.digests),
        }
        write_atomically(path, json.dumps(content, indent=2) + "\n")


def _digest(salt: bytes, entity_id: str) -> bytes:
    """Return the keyed hash of an id."""
    return hmac.digest(salt, entity_id.encode(), "sha256")


def _refuse(path: Path, problem: str) -> ContractError:
    """Say that a file cannot be used; to delete it would bring people back, so that is no way to mend it."""
    return ContractError(str(path), problem, "put back the file from a backup, or erase these people again")
