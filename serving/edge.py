"""The outermost layer: host, key, request id, safe headers, one log line per request, problems as documents.

The order, before anything of the body is read: host, key and scope of the route (:mod:`serving.access`), then
the limits under load.
"""

import json
import logging
import re
import secrets
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.access.guard import Guard
from serving.access.routes import is_page, name_route
from serving.books import Books
from serving.logs import spell_second
from serving.problems import ProblemError
from serving.reading import pick_headers

ACCESS_LOG = logging.getLogger("xm_predict.access")
ERROR_LOG = logging.getLogger("xm_predict.errors")
_ENCODE = msgspec.json.Encoder().encode
# A UUID, or the 32 digits of a trace. What callers choose freely could be an id of a person, or a key.
_REQUEST_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}", re.IGNORECASE)
_SAFE_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


ShowProblem = Callable[[ProblemError, Scope], Response]


class Edge:
    """Wrap the application.

    Parameters
    ----------
    app
        The application with the routes.
    guard
        Who comes in.
    books
        What is kept of requests.
    show_problem
        Makes the answer to people whose page there is not; programs get a problem document.
    """

    def __init__(self, app: ASGIApp, guard: Guard, books: Books, show_problem: ShowProblem) -> None:
        self._app = app
        self._guard = guard
        self._books = books
        self._show_problem = show_problem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; other kinds of traffic pass (life of the process) or end (web sockets)."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["type"] == "http":
            await _Exchange(scope, send, self._guard, self._books, self._show_problem).run(self._app, receive)
        else:
            await self._app(scope, receive, send)


class _Exchange:
    """One request and its answer."""

    def __init__(
        self, scope: Scope, send: Send, guard: Guard, books: Books, show_problem: ShowProblem
    ) -> None:
        self._scope = scope
        self._show_problem = show_problem
        self._send = send
        self._guard = guard
        self._books = books
        self._code = ""
        self._started = time.perf_counter()
        self._status = 0
        headers = pick_headers(scope)
        self._request_id = choose_request_id(headers)
        self._host = headers.get("host", "")
        self._has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        state = scope.setdefault("state", {})
        state["request_id"], state["headers"] = self._request_id, headers

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        """Pass the request on; whatever goes wrong ends as a problem document, logged without values."""
        try:
            self._let_in()
            await app(self._scope, receive, self._send_safely)
        except ProblemError as problem:
            await self._answer(problem, receive)
        except Exception as error:  # noqa: BLE001 - the last place that can answer; the error is logged without its message
            _log_error(error, self._request_id)
            await self._answer(
                ProblemError(500, "internal", "The service failed; the error was logged."), receive
            )
        finally:
            self._close()

    def _let_in(self) -> None:
        """Leave word of who is asking, or refuse; a connection with an unread body is closed then."""
        try:
            self._guard.check_host(self._host)
            self._scope["state"]["actor"] = self._guard.admit(self._scope)
        except ProblemError as problem:
            if self._has_body:
                problem.headers["connection"] = "close"
            raise

    async def _answer(self, problem: ProblemError, receive: Receive) -> None:
        """Send a problem document unless an answer is already on its way."""
        self._code = problem.code
        if not self._status:
            if is_page(self._scope["path"]):
                response = self._show_problem(problem, self._scope)
            else:
                response = problem.to_response(self._request_id)
            await response(self._scope, receive, self._send_safely)

    async def _send_safely(self, message: Message) -> None:
        """Add the headers that every answer carries."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message["headers"] = _make_safe(message.get("headers", ()), self._request_id)
        await self._send(message)

    def _close(self) -> None:
        """Record the request; of the path, which may hold anything, only a known route is written."""
        path, state = self._scope["path"], self._scope["state"]
        route = name_route(path)
        seconds = time.perf_counter() - self._started
        actor = state.get("actor")
        line: dict[str, Any] = {
            "time": spell_second(int(time.time())),
            "request_id": self._request_id,
            "key": None if actor is None else actor.key_id,
            "method": "-" if route is None else self._scope["method"],
            "route": route or "-",
            "status": self._status,
            "milliseconds": round(seconds * 1000, 1),
            **state.get("log", {}),
        }
        _write_line(ACCESS_LOG, line)
        self._books.record(route or "-", self._status, self._code, seconds, state)


def _make_safe(headers: Iterable[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer, with those that every answer carries; its own stay as they are."""
    own = list(headers)
    names = {name for name, _ in own}
    safe = [pair for pair in _SAFE_HEADERS if pair[0] not in names]
    return [*own, *safe, (b"x-request-id", request_id.encode())]


def _write_line(log: logging.Logger, line: Mapping[str, Any]) -> None:
    """Write one line of JSON as ``log.info`` does, but for the search for the caller, whom nobody wants."""
    if log.isEnabledFor(logging.INFO):
        text = _ENCODE(line).decode()
        log.handle(logging.LogRecord(log.name, logging.INFO, "", 0, text, None, None))


def choose_request_id(headers: Mapping[str, str]) -> str:
    """Return the id that the caller gave if it is one that was drawn by chance, else a new one."""
    given = headers.get("x-request-id", "")
    return given if given and _REQUEST_ID.fullmatch(given) else secrets.token_hex(16)


def _log_error(error: Exception, request_id: str) -> None:
    """Write kind and place of an error, not its message, which may quote what was sent."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.name}:{frame.lineno}" for frame in frames[-6:]]
    ERROR_LOG.error(json.dumps({"request_id": request_id, "error": type(error).__name__, "at": places}))
