"""Requests are read strictly: type, size, time, then content; a refusal names the place, never the value."""

import asyncio
import codecs
import difflib
import functools
import re
from collections.abc import Awaitable, Callable, Collection, Generator, Mapping
from typing import Any, TypeVar, get_args

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope

from serving.problems import Finding, ProblemError
from serving.rooms import Bodies
from serving.schemas import Language, RowRequest

_Content = TypeVar("_Content")
_OF_ROW = RowRequest.__struct_fields__
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
_WHERE = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?$", re.DOTALL)
_STRANGER = re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL)
_ABSENT = re.compile(r"Object missing required field `(?P<name>.*)`", re.DOTALL)
_WRONG_TYPE = re.compile(r"Expected `(?P<wanted>[a-z |]+)`, got `(?P<got>[a-z]+)`")
_BOUND = re.compile(
    r"Expected `(?P<kind>[a-z]+)`(?P<length> of length)? (?P<bound>[<>]=?) (?P<number>[\d.e+-]+)"
)
_BOUNDS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
_COUNTED = {"str": ("character", "characters"), "array": ("entry", "entries")}
_MALFORMED = re.compile(r"JSON is malformed: (?P<what>[a-z0-9 :',-]+) \(byte (?P<place>\d+)\)")
# How a number that is none begins, where JSON would have one.
_NO_NUMBER = (b"NaN", b"nan", b"Inf", b"inf")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_WORDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "array": "a list",
    "object": "an object",
    "null": "null",
    "bool": "true or false",
}


def pick_headers(scope: Scope) -> dict[str, str]:
    """Return the headers of a request by name; of one that is given twice, the first.

    One walk over all of them: each look into Starlette's own headers is a walk of its own.
    """
    return {name.decode("latin-1"): text.decode("latin-1") for name, text in reversed(scope["headers"])}


async def read_body(
    request: Request, max_bytes: int, max_seconds: float, bodies: Bodies, media_type: str = JSON
) -> bytes:
    """Return the body of a request.

    Parameters
    ----------
    max_bytes
        Bytes are counted while they arrive; at most this many are kept.
    max_seconds
        Time for the whole body.
    bodies
        Room for bodies that do not arrive at once.
    media_type
        The one that is accepted.

    Raises
    ------
    ProblemError
        415 for another content type or an encoding, 413 for too many bytes, 503 where there is no room,
        408 for too slow ones.
    """
    headers = request.scope.get("state", {}).get("headers") or pick_headers(request.scope)
    _check_media_type(headers, media_type)
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > max_bytes:
        raise _too_large(max_bytes)
    first = _Begun(request.receive())
    try:
        if first.is_done and not first.found.get("more_body", False):
            return await _read_counting(first, request.receive, max_bytes, _ignore)
        with bodies.open() as hold:
            async with asyncio.timeout(max_seconds):
                return await _read_counting(first, request.receive, max_bytes, hold)
    except TimeoutError as error:
        detail = f"The body did not arrive within {max_seconds:g} seconds."
        raise ProblemError(408, "body_slow", detail, is_closing=True) from error
    except ClientDisconnect as error:
        raise ProblemError(
            400, "body_incomplete", "The connection ended inside the body.", is_closing=True
        ) from error


def decode(
    read: Callable[[bytes | msgspec.Raw], _Content],
    content: bytes | msgspec.Raw,
    *,
    path: str = "",
    known: Collection[str] = (),
) -> _Content:
    """Decode JSON, or say what is wrong with it.

    Parameters
    ----------
    read
        ``decode`` of a msgspec decoder.
    path
        Where the content stands in the request: ``rows``.
    known
        Names that a misspelled one may have meant.

    Raises
    ------
    ProblemError
        400 when it is not JSON, 422 when a value is not accepted.
    """
    try:
        return read(content)
    except msgspec.ValidationError as error:
        finding = _describe(str(error), path, known)
        raise ProblemError(
            422, "value", _sentence(finding.path or "The body", finding.message), (finding,)
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProblemError(400, "malformed", f"The body {_find_fault(error, bytes(content))}.") from None


def read_query(request: Request, names: Collection[str]) -> dict[str, str]:
    """Return the query parameters.

    Raises
    ------
    ProblemError
        422 for a parameter that the route does not know, or one given twice.
    """
    given: dict[str, str] = {}
    for name, text in request.query_params.multi_items():
        if name not in names or name in given:
            known = (
                f"the parameters are: {', '.join(names)}, each at most once"
                if names
                else "there are no parameters"
            )
            raise ProblemError(
                422, "parameter", "A query parameter is not accepted.", (Finding("query", known),)
            )
        given[name] = text
    return given


def refuse_value(path: str, message: str) -> ProblemError:
    """Return the error for a value that is well-formed but not accepted."""
    return ProblemError(422, "value", _sentence(path, message), (Finding(path, message),))


def _sentence(where: str, message: str) -> str:
    """Return place and message as one sentence."""
    return f"{where}: {message}" if message.endswith("?") else f"{where}: {message}."


def _check_media_type(headers: Mapping[str, str], media_type: str) -> None:
    """Accept one type, in UTF-8 and without compression."""
    is_plain = headers.get("content-encoding", "identity").lower() == "identity"
    if not is_plain or not _is_of_type(headers.get("content-type", ""), media_type):
        detail = f"Send content-type {media_type}, in UTF-8, without content-encoding."
        raise ProblemError(415, "media_type", detail, is_closing=True)


@functools.lru_cache(64)
def _is_of_type(content_type: str, media_type: str) -> bool:
    """Tell whether a content type is the one that is accepted, in UTF-8."""
    kind, _, parameters = content_type.partition(";")
    is_utf8 = parameters.strip().lower().replace('"', "") in {"", "charset=utf-8"}
    return is_utf8 and kind.strip().lower() == media_type


class _Begun:
    """Something awaitable that was begun and may be done already, as most bodies are there when asked for.

    A deadline costs more than reading such a body, so it is set for the others alone.
    """

    def __init__(self, work: Awaitable[Message]) -> None:
        self._steps = work.__await__()
        self.is_done = False
        self.found: Message = {}
        self._waits_for: Any = None
        self._advance(lambda: next(self._steps))

    def __await__(self) -> Generator[Any, Any, Message]:
        """Go on to the end, as ``await`` would have."""
        while not self.is_done:
            try:
                sent = yield self._waits_for
            except BaseException as error:  # noqa: BLE001 - whatever comes belongs to the one who was begun
                self._advance(functools.partial(self._steps.throw, error))
            else:
                self._advance(functools.partial(self._steps.send, sent))
        return self.found

    def _advance(self, step: Callable[[], Any]) -> None:
        """Take one step."""
        try:
            self._waits_for = step()
        except StopIteration as end:
            self.is_done, self.found = True, end.value


def _ignore(_: int) -> None:
    """Count nothing: a body that is there as a whole needs no room of its own."""


async def _read_counting(
    first: _Begun, receive: Receive, max_bytes: int, hold: Callable[[int], None]
) -> bytes:
    """Collect the chunks of a body and stop at the limit; each is told to whoever counts all bodies."""
    body, message = bytearray(), await first
    while True:
        n_before = len(body)
        _take_chunk(body, message, max_bytes)
        hold(len(body) - n_before)
        if not message.get("more_body", False):
            return bytes(body)
        message = await receive()


def _take_chunk(body: bytearray, message: Message, max_bytes: int) -> None:
    """Add one chunk to a body, unless that makes it too long."""
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    chunk = message.get("body", b"")
    if len(body) + len(chunk) > max_bytes:
        raise _too_large(max_bytes)
    body += chunk


def _too_large(max_bytes: int) -> ProblemError:
    """Return the error for a body over the limit."""
    detail = f"The body has more than {max_bytes} bytes; send fewer rows, or score files on the command line."
    return ProblemError(413, "body_large", detail, is_closing=True)


def _find_fault(error: Exception, content: bytes) -> str:
    """Say what keeps content from being JSON, and where; nothing of it is repeated."""
    if not content.strip():
        return "is empty; send a JSON object"
    if content.startswith(codecs.BOM_UTF8):
        return "begins with a byte order mark; send it without"
    if isinstance(error, UnicodeDecodeError):
        return "is not in UTF-8"
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    match = _MALFORMED.fullmatch(str(error))
    if match is None:
        return "is not well-formed JSON: it ends too early, or holds half of a character"
    place = int(match["place"])
    if content[place : place + 3] in _NO_NUMBER:
        return f"is not JSON at byte {place + 1}: it has neither NaN nor infinity; send null"
    return f"is not well-formed JSON: {match['what']} at byte {place + 1}"


def _describe(text: str, path: str, known: Collection[str]) -> Finding:
    """Translate a message of msgspec, which may quote names that were sent."""
    match = _WHERE.match(text)
    what, place = (match["what"], match["path"] or "") if match else (text, "")
    where = _join(path, re.sub(r"\[(\d+)\]", r".\1", place))
    if stranger := _STRANGER.match(what):
        return _describe_stranger(stranger["name"], where, known, is_row=bool(path))
    if absent := _ABSENT.match(what):
        return Finding(_join(where, absent["name"]), "is missing")
    if wrong := _WRONG_TYPE.match(what):
        wanted = " or ".join(_WORDS.get(part, part) for part in wrong["wanted"].split(" | "))
        return Finding(where, f"expected {wanted}, found {_WORDS.get(wrong['got'], wrong['got'])}")
    if bound := _BOUND.match(what):
        return Finding(where, _describe_bound(bound))
    if what.startswith("Invalid enum value"):
        # Of all that is asked for, only languages are names from a list.
        return Finding(where, f"is not one of: {', '.join(get_args(Language))}")
    return Finding(where, "is out of range" if "out of range" in what else "is not accepted")


def _describe_stranger(name: str, where: str, known: Collection[str], *, is_row: bool) -> Finding:
    """Name a key that has no place here, if it looks like a name, and what may have been meant."""
    is_shown = _PLAIN_NAME.fullmatch(name) is not None
    words = "is not known here" if is_shown else "holds a name that is not known here"
    meant = _find_meant(name, where, known, is_row=is_row)
    return Finding(_join(where, name) if is_shown else where, f"{words}; {meant}")


def _find_meant(name: str, where: str, known: Collection[str], *, is_row: bool) -> str:
    """Say what may have been meant by a key, or where the right ones stand.

    Parameters
    ----------
    known
        The features of a row, or the keys of the request itself.
    """
    if name in known:
        return "it belongs under features" if is_row else "it is a key of the request itself"
    is_feature = is_row and where.endswith(".features")
    candidates = known if is_feature or not is_row else (*_OF_ROW, *known)
    close = difflib.get_close_matches(name[:100], candidates, 1) if is_row or not where else ()
    if close:
        return f"did you mean {close[0]}?"
    if is_feature:
        return "see /v1/model/schema"
    if where and not is_row:
        return "see /openapi.json"
    return f"known are: {', '.join(_OF_ROW if is_row else known)}"


def _describe_bound(bound: re.Match[str]) -> str:
    """Say which bound was broken."""
    amount = f"{_BOUNDS[bound['bound']]} {float(bound['number']):g}"
    if not bound["length"]:
        return f"must be {amount}"
    one, many = _COUNTED[bound["kind"]]
    return f"must have {amount} {one if float(bound['number']) == 1 else many}"


def _join(*parts: str) -> str:
    """Join parts of a path with dots."""
    return ".".join(part.strip(".") for part in parts if part.strip("."))
