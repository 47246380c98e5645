"""Load on one server: closed-loop clients with connections that stay open, and what each answer took.

A client of few lines of its own, so that the load is never slower than the server: it writes prepared bytes
and looks for the length of the answer, nothing more.
"""

import asyncio
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Question:
    """Hold what is asked of one server: path and bodies, which are sent in turn; without a body it is a page.

    Attributes
    ----------
    headers
        Beside host, length and type.
    """

    port: int
    path: str
    bodies: Sequence[Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_bytes(self) -> list[bytes]:
        """Return the requests as they go over the wire."""
        more = "".join(f"{name}: {content}\r\n" for name, content in self.headers.items())
        requests = []
        for body in self.bodies:
            if body is None:
                head = f"GET {self.path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\n{more}\r\n"
                requests.append(head.encode())
                continue
            content = json.dumps(body, separators=(",", ":")).encode()
            head = (
                f"POST {self.path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\n"
                f"content-type: application/json\r\ncontent-length: {len(content)}\r\n{more}\r\n"
            )
            requests.append(head.encode() + content)
        return requests


@dataclass(frozen=True)
class Load:
    """Hold what came back.

    Attributes
    ----------
    latencies
        Seconds of each answer.
    seconds
        How long the load lasted.
    """

    latencies: list[float]
    seconds: float

    @property
    def per_second(self) -> float:
        """Return the answers per second."""
        return len(self.latencies) / self.seconds


class RefusedError(Exception):
    """Report an answer other than 200, or none."""


def put_load(question: Question, clients: int, seconds: float) -> Load:
    """Keep a server busy: each client sends its next request when it has the answer to the last.

    Raises
    ------
    RefusedError
        If any answer is not 200, or a connection ends.
    """
    return asyncio.run(_put_load(question, clients, seconds))


async def _put_load(question: Question, clients: int, seconds: float) -> Load:
    """Run the clients."""
    loop, requests = asyncio.get_running_loop(), question.to_bytes()
    latencies: list[float] = []
    started = time.perf_counter()
    async with asyncio.timeout(seconds + 60):
        pairs = [
            await loop.create_connection(
                lambda place=place: _Client(requests, place, started + seconds, latencies),  # type: ignore[misc]
                "127.0.0.1",
                question.port,
            )
            for place in range(clients)
        ]
        try:
            await asyncio.gather(*(client.done for _, client in pairs))
        finally:
            for transport, client in pairs:
                client.end()
                transport.close()
            await asyncio.sleep(0)
    return Load(latencies, time.perf_counter() - started)


class _Client(asyncio.Protocol):
    """One connection."""

    def __init__(self, requests: list[bytes], place: int, until: float, latencies: list[float]) -> None:
        self._requests = requests
        self._place = place
        self._until = until
        self._latencies = latencies
        self._received = bytearray()
        self._sent = 0.0
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """Send the next request when the answer is complete."""
        self._received += data
        head = self._received.find(_END)
        if head < 0:
            return
        length = _LENGTH.search(self._received, 0, head)
        if not self._received.startswith(b"HTTP/1.1 200") or length is None:
            self._fail(bytes(self._received[:500]).decode(errors="replace"))
        elif len(self._received) >= head + len(_END) + int(length[1]):
            self._take_answer()

    def connection_lost(self, error: Exception | None) -> None:
        """Tell that the server has closed the connection too early."""
        self._fail(f"the connection ended: {error}")

    def end(self) -> None:
        """Expect nothing more; what comes is nobody's concern."""
        self.done.cancel()

    def _take_answer(self) -> None:
        """Note what the answer took and go on, or end."""
        now = time.perf_counter()
        self._latencies.append(now - self._sent)
        self._received.clear()
        if now < self._until:
            self._send()
        elif not self.done.done():
            self.done.set_result(None)

    def _send(self) -> None:
        """Send the next request."""
        assert self._transport is not None
        self._place = (self._place + 1) % len(self._requests)
        self._sent = time.perf_counter()
        self._transport.write(self._requests[self._place])

    def _fail(self, what: str) -> None:
        """End with an error, unless all is done."""
        if not self.done.done():
            self.done.set_exception(RefusedError(what))
