"""What one line of the audit log says, and how it is bound to the line before it.

A line is JSON with a fixed order of fields. Its hash is the SHA-256 of all that stands before it in the line,
the hash of the previous line included. So no line can be changed, taken out, put in or moved without breaking
the chain, unless all lines behind it are written anew; what the last hash was has to be kept elsewhere.
"""

import hashlib
import re
from typing import NamedTuple

import msgspec
from msgspec import structs

FIRST_PREVIOUS = "0" * 64
_BOUND = re.compile(rb'(?P<content>\{.*),"hash":"(?P<hash>[0-9a-f]{64})"\}\n', re.DOTALL)
_ENCODE = msgspec.json.Encoder().encode


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Say what happened; it holds no score, no feature, no id of a person and no free text.

    Attributes
    ----------
    action
        What was asked for: ``score``, ``score-by-id``, ``score-groups``, ``drivers``, ``key-create``,
        ``champion``, ``start`` ...
    key, role
        Id of the key and its role; empty where nobody could be told, or the service itself acted.
    purpose
        Why, as the request said; one of the purposes that were agreed on.
    usecase, model_version
        What it was about; empty where the request was refused before that was known.
    unit
        Cut or groups of a cut that were shown.
    count
        Rows, entities or people asked about; of requests without a valid key, how many there were.
    decision
        ``allowed`` or ``denied``.
    code
        Why it was denied; the code of the problem document.
    """

    action: str
    key: str = ""
    role: str = ""
    purpose: str = ""
    usecase: str = ""
    model_version: str = ""
    unit: str = ""
    count: int = 0
    decision: str = "allowed"
    code: str = ""


class _Content(msgspec.Struct, frozen=True):
    """Hold the fields of a line before its hash, in their order."""

    sequence: int
    time: str
    action: str
    key: str
    role: str
    purpose: str
    usecase: str
    model_version: str
    unit: str
    count: int
    decision: str
    code: str
    previous: str


_DECODE = msgspec.json.Decoder(_Content).decode


class Head(NamedTuple):
    """Say where the chain stands: number and hash of its last line."""

    sequence: int = 0
    hash: str = FIRST_PREVIOUS


class Line(NamedTuple):
    """Hold a line that was read."""

    sequence: int
    previous: str
    hash: str

    @property
    def head(self) -> Head:
        """Return where the chain stands behind this line."""
        return Head(self.sequence, self.hash)


def bind(entry: Entry, time: str, head: Head) -> tuple[bytes, Head]:
    """Return the next line, and where the chain stands then.

    Parameters
    ----------
    time
        Moment in UTC, in words.
    head
        The line before it.

    Examples
    --------
    >>> line, head = bind(Entry(action="start"), "2026-03-29T12:00:00.000Z", Head())
    >>> head.sequence, read_line(line).hash == head.hash
    (1, True)
    """
    content = _Content(sequence=head.sequence + 1, time=time, **structs.asdict(entry), previous=head.hash)
    bytes_before = _ENCODE(content)[:-1]
    digest = hashlib.sha256(bytes_before).hexdigest()
    return b'%s,"hash":"%s"}\n' % (bytes_before, digest.encode()), Head(content.sequence, digest)


def read_line(line: bytes) -> Line:
    """Read a line, its end included, and hold it against its own hash.

    Raises
    ------
    ValueError
        If it is no line of an audit log, or was changed; the message says which.
    """
    match = _BOUND.fullmatch(line)
    if match is None:
        message = "is not a whole line of an audit log"
        raise ValueError(message)
    found = match["hash"].decode()
    if hashlib.sha256(match["content"]).hexdigest() != found:
        message = "was changed: its hash does not fit its content"
        raise ValueError(message)
    try:
        content = _DECODE(match["content"] + b"}")
    except msgspec.MsgspecError as error:
        message = "does not have the fields of an audit log"
        raise ValueError(message) from error
    return Line(content.sequence, content.previous, found)
