"""What is done to a server from outside: floods, slow clients, endless bodies; and what came of it."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.serving.load import (
    LOST,
    Answer,
    Connection,
    count,
    flood,
    keep_asking,
    keep_asking_for,
    quantile,
    write_request,
)

CHUNK = b"10000\r\n" + b" " * 65_536 + b"\r\n"


@dataclass(frozen=True)
class Overload:
    """Hold what a flood came to."""

    alone: Sequence[Answer]
    full: Sequence[Answer]
    flooded: Sequence[Answer]
    health: Sequence[Answer]
    after: Sequence[Answer]
    possible: float
    rate: float

    @property
    def accepted(self) -> list[Answer]:
        return [answer for answer in self.flooded if answer.status == 200]

    @property
    def refused(self) -> list[Answer]:
        return [answer for answer in self.flooded if answer.status != 200]

    def spell(self) -> str:
        """Return the figures in one line."""
        accepted = quantile(self.accepted, 0.99)
        return (
            f"{self.rate:.0f} requests/s offered, {self.possible:.0f}/s possible: "
            f"{count(self.flooded)}; p99 of the accepted over p99 of a client alone: "
            f"{accepted / quantile(self.alone, 0.99):.2f}, over that of a full service: "
            f"{accepted / quantile(self.full, 0.99):.2f}; "
            f"refusal median {quantile(self.refused, 0.5) * 1000:.0f} ms; "
            f"/livez {len(self.health)} times, slowest {quantile(self.health, 1) * 1000:.0f} ms"
        )


async def overload(port: int, request: bytes, seconds: float, n_full: int, times: float = 10) -> Overload:
    """Measure a server alone and full, then offer several times what it can do."""
    alone = await keep_asking_for(port, [request], 1, seconds / 2)
    full = await keep_asking_for(port, [request], n_full, seconds / 2)
    possible = len(full) / (seconds / 2)
    is_over = asyncio.Event()
    probes = asyncio.create_task(probe(port, is_over))
    flooded = await flood(port, request, times * possible, seconds)
    is_over.set()
    after = await keep_asking_for(port, [request], 1, 1.0)
    return Overload(alone, full, flooded, await probes, after, possible, times * possible)


async def probe(port: int, is_over: asyncio.Event) -> list[Answer]:
    """Ask for life ten times a second, each time over a new connection, as an orchestrator would."""
    found = []
    while not is_over.is_set():
        connection = Connection(port)
        found.append(await connection.ask(write_request(port, "/livez")))
        await connection.close()
        await asyncio.sleep(0.1)
    return found


@dataclass(frozen=True)
class Siege:
    """Hold what came of slow clients: seconds until each was let go, and the answers to the normal one."""

    closed_after: list[float]
    normal: list[Answer]


async def besiege(port: int, key: Mapping[str, str], request: bytes, n_of_each: int) -> Siege:
    """Open slow heads and slow bodies, and ask as a normal client until all of them are gone."""
    shown = "".join(f"{name}: {text}\r\n" for name, text in key.items())
    head = f"POST /v1/score HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n{shown}content-type: application/json\r\n"
    is_over = asyncio.Event()
    normal = asyncio.create_task(keep_asking(port, [request], 1, is_over))
    slow_heads = [_drip(port, head.encode() + b"x: ", b"y") for _ in range(n_of_each)]
    slow_bodies = [
        _drip(port, head.encode() + b"content-length: 5000\r\n\r\n{", b" ") for _ in range(n_of_each)
    ]
    closed_after = await asyncio.gather(*slow_heads, *slow_bodies)
    is_over.set()
    return Siege(list(closed_after), await normal)


async def _drip(port: int, begin: bytes, piece: bytes) -> float:
    """Send a beginning, then one piece after the other until the server hangs up; return the seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    started = time.perf_counter()
    try:
        async with asyncio.timeout(60):
            writer.write(begin)
            while not reader.at_eof():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.25):
                        await reader.read(65_536)
                writer.write(piece)
    except ConnectionError:
        pass
    finally:
        writer.close()
    return time.perf_counter() - started


def stream_body(port: int, key: Mapping[str, str], n_bytes: int) -> tuple[int, int]:
    """Send a body of spaces in chunks as long as the server takes it; return status and bytes sent."""
    shown = "".join(f"{name}: {text}\r\n" for name, text in key.items())
    head = f"POST /v1/score HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n{shown}content-type: application/json\r\n"
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(f"{head}transfer-encoding: chunked\r\n\r\n".encode())
            while sent < n_bytes:
                connection.sendall(CHUNK)
                sent += 65_536
        try:
            first_line = connection.recv(65_536).split(b"\r\n")[0]
        except ConnectionError:
            return LOST, sent
    return int(first_line.split(b" ")[1]) if first_line else LOST, sent


@contextlib.contextmanager
def peak_of(measure: Callable[[], float]) -> Iterator[Callable[[], float]]:
    """Measure again and again while the block runs; what is returned gives the highest value."""
    seen = [measure()]
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(0.02):
            seen.append(measure())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield lambda: max(seen)
    finally:
        is_over.set()
        thread.join()
