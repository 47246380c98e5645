"""What a key looks like: ``xmp_<id>_<secret>``; the id may be known, the secret is 32 random bytes.

A secret of 256 random bits cannot be guessed, so its SHA-256 is kept and no slow hash is needed. It is hashed
as it is written: another spelling of the same bytes is another secret.
"""

import hashlib
import re
import secrets
from typing import NamedTuple

_ID = r"[0-9a-f]{12}"
_KEY = re.compile(rb"xmp_(?P<id>" + _ID.encode() + rb")_(?P<secret>[A-Za-z0-9_-]{43})")
# The scheme is a word of HTTP in any case; what follows is exact.
_BEARER = re.compile(rb"[Bb][Ee][Aa][Rr][Ee][Rr] {1,8}" + _KEY.pattern)
_ID_ALONE = re.compile(rf"(?:xmp_)?(?P<id>{_ID})(?:_[A-Za-z0-9_-]{{43}})?", re.ASCII)


class Token(NamedTuple):
    """Hold the parts of a key."""

    key_id: str
    secret: bytes

    @property
    def text(self) -> str:
        """Return the key as people copy it."""
        return f"xmp_{self.key_id}_{self.secret.decode()}"

    @property
    def sha256(self) -> bytes:
        """Return what is kept of the secret."""
        return hashlib.sha256(self.secret).digest()


def draw_token() -> Token:
    """Return a new key.

    Examples
    --------
    >>> token = draw_token()
    >>> parse_bearer(b"Bearer " + token.text.encode()) == token
    True
    """
    return Token(secrets.token_hex(6), secrets.token_urlsafe(32).encode())


def parse_bearer(header: bytes) -> Token | None:
    """Read the value of an ``Authorization`` header; None unless it is exactly a bearer key of ours.

    Examples
    --------
    >>> parse_bearer(b"Basic dXNlcjpwYXNz") is None
    True
    """
    match = _BEARER.fullmatch(header)
    return None if match is None else Token(match["id"].decode(), match["secret"])


def find_key_id(text: str) -> str | None:
    """Return the id in what a person wrote: the id alone, with ``xmp_`` before it, or a whole key.

    Examples
    --------
    >>> find_key_id("xmp_0123456789ab"), find_key_id("anna") is None
    ('0123456789ab', True)
    """
    match = _ID_ALONE.fullmatch(text.strip())
    return None if match is None else match["id"]
