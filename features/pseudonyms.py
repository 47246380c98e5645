"""Stand-ins for ids of persons in everything that is stored; without the secret they mean nobody.

A pseudonym is an HMAC-SHA-256 of use case and id (RFC 2104). With the secret, whoever holds an id can find
what is stored about it, as erasing needs; nobody can go the other way. The secret is a file apart from what
is stored: destroy it, and nothing stored can be led back to anybody.
"""

import contextlib
import hmac
import os
import secrets
from pathlib import Path

from features.errors import InputError

_SECRET_BYTES = 32
# 128 bits: two of a billion ids share one with a chance of 1 in 10**21.
_HEX_DIGITS = 32


class Pseudonyms:
    """Turn ids into pseudonyms.

    Parameters
    ----------
    secret
        At least 32 random bytes.

    Examples
    --------
    >>> of = Pseudonyms(bytes(32)).of
    >>> of("churn", "c-1") == of("churn", "c-1"), of("churn", "c-1") == of("attrition", "c-1")
    (True, False)
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) < _SECRET_BYTES:
            message = f"the secret of pseudonyms has {len(secret)} bytes; it needs at least {_SECRET_BYTES}"
            raise ValueError(message)
        self._secret = secret

    @classmethod
    def open(cls, path: Path) -> "Pseudonyms":
        """Read the secret from its file; it is drawn where there is none yet.

        Raises
        ------
        InputError
            If the file cannot be read or made, holds no secret, or others can read it.
        """
        try:
            if not path.exists():
                _draw(path)
            # Its group may read it: so are secrets handed to containers.
            if path.stat().st_mode & 0o027:
                raise InputError(str(path), "can be read by others", f"run: chmod 600 {path}")
            text = path.read_text(encoding="ascii").strip()
            return cls(bytes.fromhex(text))
        except OSError as error:
            hint = "XM_PSEUDONYM_KEY_FILE names another file"
            raise InputError(str(path), f"cannot be read or made ({error.strerror})", hint) from error
        except ValueError as error:
            hint = "bring back a copy of it; a new one would part old records from new ones"
            raise InputError(str(path), "holds no secret of 64 hexadecimal digits", hint) from error

    def of(self, usecase: str, entity_id: str) -> str:
        """Return the pseudonym of a person in a use case; the same person has another one elsewhere."""
        # The length in front: no two pairs of use case and id make the same message.
        message = f"{len(usecase)}:{usecase}{entity_id}".encode()
        return hmac.digest(self._secret, message, "sha256").hex()[:_HEX_DIGITS]


def _draw(path: Path) -> None:
    """Make the file in one step: of several processes that start at once, one is first and all read its."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_SECRET_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
