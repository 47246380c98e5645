"""The limits under load, behind authentication and before all work.

The order: declared size (413) -> room (503) -> the body under a deadline, bytes counted, no place held
(408, 413) -> a bounded line (503) -> work. Health and counters are answered always. An answer that leaves a
body unread ends its connection.

A worker that was told to end goes on for a moment: it says that it is not ready, so that nobody new is sent
to it, answers whoever comes, and asks each to connect elsewhere the next time.
"""

import asyncio
import signal
import threading
from dataclasses import dataclass, field
from types import FrameType

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.access.routes import is_page
from serving.limit_settings import LimitSettings
from serving.problems import ProblemError
from serving.reading import FORM, JSON, read_body
from serving.rooms import Bodies, Refusals, Turns
from serving.settings import Settings

_ALWAYS = frozenset({"/livez", "/readyz", "/metrics"})


@dataclass(frozen=True)
class LoadFigures:
    """Hold how busy a worker is.

    Attributes
    ----------
    working, waiting
        Requests.
    reading
        Bodies that are on their way.
    held_bytes
        Bytes of these bodies.
    refused
        Refusals since the start, by what was full: ``bodies``, ``bytes``, ``queue`` or ``wait``.
    """

    working: int = 0
    waiting: int = 0
    reading: int = 0
    held_bytes: int = 0
    refused: dict[str, int] = field(default_factory=dict)


class Gate:
    """Hold the limits of one worker; they are known when the application starts, not when it is built."""

    def __init__(self) -> None:
        self.is_draining = False
        self.begin(Settings())

    def begin(self, settings: Settings) -> None:
        """Take the limits."""
        limits: LimitSettings = settings.limits
        self.max_body_bytes = settings.max_body_bytes
        self.max_body_seconds = settings.max_body_seconds
        self._refusals = Refusals()
        self.turns = Turns(limits.max_concurrent, limits.max_queue, limits.max_wait_seconds, self._refusals)
        # A single body within its own limit has to fit in.
        most_bytes = max(limits.max_held_bytes, settings.max_body_bytes)
        self.bodies = Bodies(limits.max_bodies, most_bytes, self._refusals, lambda: self.turns.is_full)

    def read_figures(self) -> LoadFigures:
        """Return how busy the worker is."""
        return LoadFigures(
            working=self.turns.working,
            waiting=self.turns.waiting,
            reading=self.bodies.reading,
            held_bytes=self.bodies.held_bytes,
            refused=dict(self._refusals.counts),
        )


class Limits:
    """Stand between the outermost layer and the routes.

    Parameters
    ----------
    app
        The routes; they find the body in the state of the request.
    gate
        The limits.
    """

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app = app
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on when it has arrived whole and it is its turn."""
        gate = self._gate
        if scope["type"] != "http" or scope["path"] in _ALWAYS:
            if gate.is_draining and scope.get("path") == "/readyz":
                raise _refuse_more()
            await self._app(scope, receive, send)
            return
        if scope["method"] == "POST":
            request = Request(scope, receive)
            limits = gate.max_body_bytes, gate.max_body_seconds
            media_type = FORM if is_page(scope["path"]) else JSON
            scope["state"]["body"] = await read_body(request, *limits, gate.bodies, media_type)
        turns = gate.turns
        if not turns.take():
            await turns.wait()
        await self._work(turns, scope, receive, send)

    async def _work(self, turns: Turns, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the routes work; the place is left when the answer begins, so slow readers hold none."""
        is_working = True

        async def send_outside(message: Message) -> None:
            nonlocal is_working
            if is_working:
                is_working = False
                turns.leave()
                if self._gate.is_draining:
                    message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        try:
            await self._app(scope, receive, send_outside)
        finally:
            if is_working:
                turns.leave()


def _refuse_more() -> ProblemError:
    """Return the error that tells whoever sends requests here to stop."""
    detail = "This worker is about to end; ask another one, or this address a little later."
    return ProblemError(503, "draining", detail, is_closing=True, headers={"retry-after": "5"})


def drain_on_signal(gate: Gate, seconds: float) -> None:
    """Let SIGTERM end this process only after a while, in which nobody new is sent to it.

    What the signal did before is done then. Outside the main thread, where no signals are handled, nothing
    changes.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)

    def end(number: int, frame: FrameType | None) -> None:
        if callable(before):
            before(number, frame)

    def drain(number: int, frame: FrameType | None) -> None:
        if gate.is_draining:
            return
        gate.is_draining = True
        loop.call_soon_threadsafe(loop.call_later, seconds, end, number, frame)

    if callable(before):
        signal.signal(signal.SIGTERM, drain)
