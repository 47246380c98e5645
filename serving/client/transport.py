"""One request and its answer over HTTP: kept connections, deadlines, another try where one makes sense.

Sending a request again changes nothing (a turn of a call that comes twice counts once), so that may be done
whatever became of the first one.
"""

import contextlib
import http.client
import ipaddress
import itertools
import json
import random
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from serving.client.errors import MalformedAnswerError, ServiceError, UnavailableError, make_error

# 0 stands for a service that was not reached.
_AGAIN = frozenset({0, 408, 429, 502, 503, 504})
_MAX_ANSWER_BYTES = 64 * 1024 * 1024
_MOST_IDLE = 8
_Request = tuple[str, str, bytes | None, dict[str, str]]


@dataclass(frozen=True)
class Patience:
    """Say how long to wait, and how often to try.

    Parameters
    ----------
    timeout_seconds
        For each step of one try: to connect, and between two pieces of the answer.
    tries
        How often a request is sent at most.
    first_wait_seconds
        Wait before the second try; each further one is twice as long. Half of it is left to chance, so that
        many callers do not come back together.
    longest_wait_seconds
        Where the service asks for a longer one (``Retry-After``), the error is raised at once.
    """

    timeout_seconds: float = 10.0
    tries: int = 4
    first_wait_seconds: float = 0.2
    longest_wait_seconds: float = 30.0

    def __post_init__(self) -> None:
        if self.timeout_seconds <= 0 or self.tries < 1 or self.first_wait_seconds < 0:
            message = f"{self} is no patience: a timeout above 0, at least one try, waits of 0 or more"
            raise ValueError(message)

    def choose_wait(self, attempt: int, asked_seconds: float | None, chance: float) -> float | None:
        """Return how many seconds to wait before the next try; None to give up.

        Parameters
        ----------
        attempt
            How many tries there were.
        asked_seconds
            What the service asks for, if it does.
        chance
            A number from 0 to 1, drawn for this wait.

        Examples
        --------
        >>> Patience().choose_wait(2, None, 1.0), Patience().choose_wait(1, 5.0, 1.0)
        (0.4, 5.1)
        >>> Patience().choose_wait(4, None, 0.5) is Patience().choose_wait(1, 60.0, 0.5) is None
        True
        """
        if attempt >= self.tries:
            return None
        own = self.first_wait_seconds * 2.0 ** (attempt - 1)
        wait = own * (0.5 + chance / 2) if asked_seconds is None else asked_seconds + own * chance / 2
        return (
            min(wait, self.longest_wait_seconds)
            if (asked_seconds or 0) <= self.longest_wait_seconds
            else None
        )


class _Outcome(NamedTuple):
    """Hold what one try gave: the content of the answer, or the error and how long to wait at least."""

    content: dict[str, Any]
    error: ServiceError | None = None
    asked_seconds: float | None = None


class Transport:
    """Send requests to one service; threads may share it, and each request has a connection of its own.

    Parameters
    ----------
    url
        ``https://scores.example.org``, or ``http://`` on this machine: a key must not travel in the clear.
    key
        The key of the service.
    patience
        How long to wait, and how often to try.
    ca_file
        Certificates to trust beside those of this machine.

    Raises
    ------
    ValueError
        If the address or the key cannot be used.
    """

    def __init__(self, url: str, key: str, patience: Patience, ca_file: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            message = f"'{url}' is not the address of a service; write https://host or http://127.0.0.1:3000"
            raise ValueError(message)
        if parts.scheme == "http" and not _is_local(parts.hostname):
            message = f"'{url}' would send the key in the clear; write https://"
            raise ValueError(message)
        if not key.isascii() or not key.isprintable() or not key or " " in key:
            message = "there is no usable key; pass key=, or set XM_KEY (`xm-predict keys create` makes one)"
            raise ValueError(message)
        self._host, self._port, self._prefix = parts.hostname, parts.port, parts.path.rstrip("/")
        self._context = ssl.create_default_context(cafile=ca_file) if parts.scheme == "https" else None
        self._headers = {"authorization": f"Bearer {key}", "accept": "application/json"}
        self.patience = patience
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def __del__(self) -> None:
        """Close what is kept of a client that nobody closed."""
        if hasattr(self, "_idle"):
            self.close()

    def ask(self, method: str, path: str, content: Any = None) -> dict[str, Any]:
        """Return the JSON object of an answer.

        Parameters
        ----------
        content
            Is sent as JSON; nothing is where it is None.

        Raises
        ------
        ServiceError
            Of the kind that fits.
        """
        body = None if content is None else json.dumps(content, allow_nan=False).encode()
        for attempt in itertools.count(1):
            found = self._try_once(method, path, body)
            if found.error is None:
                return found.content
            wait = self.patience.choose_wait(attempt, found.asked_seconds, random.random())
            if wait is None or found.error.status not in _AGAIN:
                raise found.error
            time.sleep(wait)
        raise AssertionError

    def stream(self, path: str) -> Iterator[bytes]:
        """Yield the lines of an answer that goes on, on a connection of its own, until it ends.

        Raises
        ------
        ServiceError
            Of the kind that fits; this is not tried again here.
        """
        headers = {**self._headers, "accept": "*/*"}
        try:
            with contextlib.closing(self._connect()) as connection:
                connection.request("GET", self._prefix + path, headers=headers)
                with connection.getresponse() as answer:
                    if answer.status != 200:
                        raise make_error(answer.status, _load(answer.read(_MAX_ANSWER_BYTES + 1)))
                    yield from iter(answer.readline, b"")
        except (OSError, http.client.HTTPException) as error:
            detail = f"The service was not reached ({type(error).__name__})."
            raise UnavailableError(0, "unreachable", detail) from error

    def close(self) -> None:
        """Close the connections that are kept."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _try_once(self, method: str, path: str, body: bytes | None) -> _Outcome:
        """Send a request once."""
        headers = self._headers if body is None else {**self._headers, "content-type": "application/json"}
        request = (method, self._prefix + path, body, headers)
        try:
            status, asked, content = self._exchange(request)
        except (OSError, http.client.HTTPException) as error:
            detail = f"The service was not reached ({type(error).__name__})."
            return _Outcome({}, UnavailableError(0, "unreachable", detail))
        return _read(status, content)._replace(asked_seconds=float(asked) if asked.isdecimal() else None)

    def _exchange(self, request: _Request) -> tuple[int, str, bytes]:
        """Return status, asked wait and body; a kept connection that was closed meanwhile costs no try."""
        with self._lock:
            kept = self._idle.pop() if self._idle else None
        if kept is not None:
            with contextlib.suppress(http.client.RemoteDisconnected, ConnectionError):
                return self._exchange_on(kept, request)
        return self._exchange_on(self._connect(), request)

    def _exchange_on(
        self, connection: http.client.HTTPConnection, request: _Request
    ) -> tuple[int, str, bytes]:
        """Send a request on a connection, and keep that unless something is wrong with it."""
        is_whole = False
        try:
            connection.request(*request)
            with connection.getresponse() as answer:
                content = answer.read(_MAX_ANSWER_BYTES + 1)
                if answer.length and len(content) <= _MAX_ANSWER_BYTES:
                    raise http.client.IncompleteRead(content, answer.length)
                is_whole = answer.isclosed() and not answer.will_close
            return answer.status, answer.headers.get("retry-after", ""), content
        finally:
            with self._lock:
                is_kept = is_whole and len(self._idle) < _MOST_IDLE
                if is_kept:
                    self._idle.append(connection)
            if not is_kept:
                connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        """Return a new connection."""
        seconds = self.patience.timeout_seconds
        if self._context is None:
            return http.client.HTTPConnection(self._host, self._port, timeout=seconds)
        return http.client.HTTPSConnection(self._host, self._port, timeout=seconds, context=self._context)


def _read(status: int, content: bytes) -> _Outcome:
    """Return the content of an answer, or the error that it stands for; one that is endless is no answer."""
    found = _load(content)
    if status != 200:
        return _Outcome({}, make_error(status, found))
    if not isinstance(found, dict):
        detail = "The answer is not a JSON object."
        return _Outcome({}, MalformedAnswerError(status, "malformed_answer", detail))
    return _Outcome(found)


def _load(content: bytes) -> Any:
    """Return what JSON says; None of what is none, or is endless."""
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(content) if len(content) <= _MAX_ANSWER_BYTES else None
    return None


def _is_local(host: str) -> bool:
    """Tell whether a name stands for this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
