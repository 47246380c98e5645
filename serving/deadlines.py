"""Connections that never ask, ask too slowly, or do not take their answer are closed; nonsense is refused.

The server, uvicorn, waits for ever for the head of a request, and what does not come never reaches an
application. So its protocol gets guards of time here. The way it is put in is not a promise of uvicorn's:
``tests/serving/test_deadlines.py`` fails where uvicorn changes, and names what is missing.
"""

import asyncio
from typing import Any, ClassVar

import uvicorn.config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from serving.limit_settings import LimitSettings
from serving.problems import ProblemError


class GuardedProtocol(HttpToolsProtocol):
    """Close a connection whose head does not arrive, or whose answer is not taken.

    Attributes
    ----------
    limits
        The deadlines; of all connections of this worker.
    """

    limits: ClassVar[LimitSettings] = LimitSettings()

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        # Typed as whole seconds, used as the delay of a timer.
        self.timeout_keep_alive = self.limits.max_idle_seconds  # type: ignore[assignment]
        self._head_guard: asyncio.TimerHandle | None = None
        self._answer_guard: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Wait for the rest of a head from its first byte on, whatever comes in between."""
        super().data_received(data)
        is_between = self.cycle is None or self.cycle.response_complete
        if is_between and not self.transport.is_closing():
            self._await_head()

    def on_headers_complete(self) -> None:
        """Stop waiting for a head."""
        if self._head_guard is not None:
            self._head_guard.cancel()
            self._head_guard = None
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words; ours are the same for all
        """Refuse what is no request with a problem document, as everything else is refused."""
        detail = "This is no request of HTTP/1.1, or its head is too long."
        answer = ProblemError(400, "malformed", detail, is_closing=True).to_response("")
        head = b"".join(b"%s: %s\r\n" % pair for pair in answer.raw_headers)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n%s\r\n%s" % (head, answer.body))
        self.transport.close()

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not take its answer."""
        super().pause_writing()
        self._answer_guard = self.loop.call_later(self.limits.max_idle_seconds, self._end)

    def resume_writing(self) -> None:
        """Stop waiting for it."""
        if self._answer_guard is not None:
            self._answer_guard.cancel()
            self._answer_guard = None
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting for anything."""
        for guard in (self._head_guard, self._answer_guard):
            if guard is not None:
                guard.cancel()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        """Set the deadline of the next head unless it runs already."""
        if self._head_guard is None:
            self._head_guard = self.loop.call_later(self.limits.max_header_seconds, self._end)

    def _end(self) -> None:
        """Close at once; what is still to be sent would not be taken anyway."""
        self.transport.abort()


def guard_connections(limits: LimitSettings) -> None:
    """Let the servers of this process use the protocol with deadlines from now on."""
    GuardedProtocol.limits = limits
    # The table is typed as one of texts, but a class is taken as well.
    uvicorn.config.HTTP_PROTOCOLS["auto"] = GuardedProtocol  # type: ignore[assignment]
