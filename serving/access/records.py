"""The file of keys: JSON that its owner alone can read; one writer at a time, and readers never see a half.

Times are kept as UTC in words, so that the file can be read by people. It holds no secret: who has the file
cannot use a key of it, but who may write to it can let anybody in.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from features.errors import InputError
from features.files import alone, write_atomically
from serving.access.roles import ROLES, Actor, list_scopes

_FORMAT_VERSION = 1
_Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
_KeyId = Annotated[str, Meta(pattern="^[0-9a-f]{12}$")]
_Time = Annotated[datetime, Meta(tz=True)]


class KeyRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Hold what is kept of one key.

    Attributes
    ----------
    key_id
        Its name, and the part of it that may be known.
    sha256
        Hash of its secret, in hexadecimal digits.
    role
        One of the roles.
    scopes
        The part of the role's scopes that it has; None: all of them.
    units, usecases
        See :class:`serving.access.roles.Actor`.
    label
        Whose it is, for people.
    created_at, expires_at, revoked_at
        Times (UTC). From ``expires_at`` on it is refused; None: never.
    replaces
        Id of the key in whose place it came.
    """

    key_id: _KeyId
    sha256: _Digest
    role: str
    created_at: _Time
    scopes: tuple[str, ...] | None = None
    units: tuple[str, ...] | None = None
    usecases: tuple[str, ...] | None = None
    label: str = ""
    expires_at: _Time | None = None
    revoked_at: _Time | None = None
    replaces: _KeyId | None = None

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"there is no role '{self.role}'")
        strangers = sorted(set(self.scopes or ()) - list_scopes(self.role, self.scopes))
        if strangers:
            raise ValueError(f"the role {self.role} has no scope '{strangers[0]}'")

    def state_at(self, now: datetime) -> str:
        """Return ``valid``, ``expired`` or ``revoked``."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and now >= self.expires_at else "valid"

    def to_actor(self) -> Actor:
        """Return who is asking when this key is shown."""
        scopes = list_scopes(self.role, self.scopes)
        return Actor(self.key_id, self.role, scopes, _freeze(self.units), _freeze(self.usecases))


class _Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the file."""

    format_version: int
    keys: tuple[KeyRecord, ...]


def decode_records(content: bytes, path: Path) -> tuple[KeyRecord, ...]:
    """Read the content of a file of keys.

    Raises
    ------
    InputError
        If it is not one. Nobody gets in then.
    """
    hint = "bring back a copy of it, or move it away and make new keys"
    try:
        found = msgspec.json.decode(content, type=_Content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(str(path), f"is not a file of keys ({error})", hint) from error
    if found.format_version != _FORMAT_VERSION:
        problem = f"has the format version {found.format_version}, not {_FORMAT_VERSION}"
        raise InputError(str(path), problem, "use the version of xm-predict that wrote it")
    if len({record.key_id for record in found.keys}) < len(found.keys):
        raise InputError(str(path), "holds the id of a key twice", hint)
    return found.keys


def read_bytes(path: Path) -> bytes | None:
    """Return the content of a file of keys; None where there is no file.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        hint = "it has to be readable for whoever runs this; XM_KEYS names another"
        raise InputError(str(path), f"cannot be read ({error.strerror})", hint) from error


def read_records(path: Path) -> tuple[KeyRecord, ...]:
    """Read a file of keys; there are none where there is no file.

    Raises
    ------
    InputError
        If it cannot be read, or is not a file of keys.
    """
    content = read_bytes(path)
    return () if content is None else decode_records(content, path)


@contextmanager
def changing_records(path: Path) -> Iterator[list[KeyRecord]]:
    """Let one writer change the keys; others wait, so that nothing is lost.

    Yields
    ------
    list of KeyRecord
        To be changed by the block; it is written when the block ends without an error.

    Raises
    ------
    InputError
        If the file cannot be read; it stays as it is then.
    """
    with alone(_make_lock(path)):
        records = list(read_records(path))
        before = list(records)
        yield records
        if records != before:
            _write(path, records)


def _make_lock(path: Path) -> Path:
    """Return the file that one writer at a time holds, in a folder that its owner alone can enter."""
    lock = path.with_name(f".{path.name}.lock")
    try:
        path.parent.parent.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        lock.touch(mode=0o600)
    except OSError as error:
        raise _refuse_writing(path, error) from error
    return lock


def _write(path: Path, records: Iterable[KeyRecord]) -> None:
    """Write the file in one step."""
    content = msgspec.json.encode(_Content(_FORMAT_VERSION, tuple(records)))
    try:
        write_atomically(path, msgspec.json.format(content, indent=1) + b"\n", mode=0o600)
    except OSError as error:
        raise _refuse_writing(path, error) from error


def _refuse_writing(path: Path, error: OSError) -> InputError:
    """Return the error for a file that cannot be written."""
    return InputError(str(path), f"cannot be written ({error.strerror})", "XM_KEYS names another file")


def now_utc() -> datetime:
    """Return the time in whole seconds, UTC."""
    return datetime.now(UTC).replace(microsecond=0)


def _freeze(names: tuple[str, ...] | None) -> frozenset[str] | None:
    """Return names as a set; None stays: all."""
    return None if names is None else frozenset(names)
