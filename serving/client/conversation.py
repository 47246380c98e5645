"""A running call: turns are added, measures come back, and others listen."""

import json
import random
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from serving.client.answers import CallState
from serving.client.errors import MalformedAnswerError, NotFoundError, UnavailableError
from serving.client.reading import build
from serving.client.transport import Transport

_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}", re.ASCII)
_PAUSE_SECONDS = 0.2


class _CallEndedError(Exception):
    """Say that the service has forgotten a call."""


class Call:
    """Add turns to a call, or listen to it; made by :meth:`Client.call`.

    Parameters
    ----------
    transport
        Sends requests.
    usecase, call_id
        Which call.

    Raises
    ------
    ValueError
        If the id cannot be used.
    """

    def __init__(self, transport: Transport, usecase: str, call_id: str) -> None:
        if not _ID.fullmatch(call_id):
            message = f"'{call_id}' is no id of a call; write 1 to 128 letters, digits or any of . _ ~ -"
            raise ValueError(message)
        self._transport = transport
        self._usecase = usecase
        self._path = f"/v1/calls/{call_id}"

    def add(
        self, speaker: str | None, start_s: float, end_s: float | None = None, text: str = ""
    ) -> CallState:
        """Add one turn and return the measures with it.

        Parameters
        ----------
        speaker
            ``customer`` for the customer; any other name speaks for the company, None where nobody knows.
        start_s, end_s
            Seconds since the call began; None for an end that is not known.
        text
            What was said; of the company it may be left out.
        """
        return self.extend([{"speaker": speaker, "start_s": start_s, "end_s": end_s, "text": text}])

    def extend(self, turns: Iterable[Mapping[str, Any]]) -> CallState:
        """Add up to 100 turns, each as a mapping with the names of :meth:`add`, and return the measures."""
        content = {"usecase": self._usecase, "turns": [dict(turn) for turn in turns]}
        return build(CallState, self._transport.ask("POST", f"{self._path}/turns", content))

    def listen(self) -> Iterator[CallState]:
        """Yield the call now and after every change, until it is forgotten.

        Where a stream ends before that, another is asked for; where the service is not reached, as often in a
        row as the patience of the client allows.

        Raises
        ------
        ServiceError
            Of the kind that fits; :class:`NotFoundError` if there is no such call: it has no turn yet, or is
            of another key.
        """
        seen: CallState | None = None
        n_failed = 0
        while True:
            try:
                for state in self._listen_once(is_known=seen is not None):
                    n_failed = 0
                    if state != seen:
                        seen = state
                        yield state
            except _CallEndedError:
                return
            except UnavailableError as error:
                n_failed += 1
                self._wait(n_failed, error)
            time.sleep(_PAUSE_SECONDS)

    def _listen_once(self, *, is_known: bool) -> Iterator[CallState]:
        """Yield the states of one stream; a call that was known and is not there any more has ended."""
        path = f"{self._path}/events?{urlencode({'usecase': self._usecase})}"
        try:
            for kind, content in _read_events(self._transport.stream(path)):
                if kind == "end":
                    raise _CallEndedError
                yield build(CallState, _parse(content))
        except NotFoundError as error:
            if not is_known:
                raise
            raise _CallEndedError from error

    def _wait(self, n_failed: int, error: UnavailableError) -> None:
        """Wait before another try, or give up."""
        wait = self._transport.patience.choose_wait(n_failed, None, random.random())
        if wait is None:
            raise error
        time.sleep(wait)


def _read_events(lines: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    r"""Yield kind and data of each event.

    Examples
    --------
    >>> list(_read_events([b": still here\n", b"\n", b"event: end\n", b"data: {}\n", b"\n"]))
    [('end', b'{}')]
    """
    kind, content = "", b""
    for line in lines:
        name, _, rest = line.rstrip(b"\r\n").partition(b": ")
        if name == b"event":
            kind = rest.decode("ascii", "replace")
        elif name == b"data":
            content = rest
        elif not line.strip() and kind:
            yield kind, content
            kind, content = "", b""


def _parse(content: bytes) -> dict[str, Any]:
    """Return the data of an event."""
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise MalformedAnswerError(200, "malformed_answer", "The data of an event is not a JSON object.")
    return found
