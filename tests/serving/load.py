"""Load on one server that may refuse, hang up or die: every request ends as an answer or as a loss."""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """Hold what one request came to; status 0: the connection ended or nothing came."""

    status: int
    seconds: float
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        return json.loads(self.body)


LOST = 0


def write_request(
    port: int, path: str, body: Any = None, key: Mapping[str, str] | None = None, method: str = ""
) -> bytes:
    """Return a request as it goes over the wire."""
    content = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    lines = [f"{method or ('GET' if body is None else 'POST')} {path} HTTP/1.1", f"host: 127.0.0.1:{port}"]
    if body is not None:
        lines += ["content-type: application/json", f"content-length: {len(content)}"]
    lines += [f"{name}: {text}" for name, text in (key or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


class Connection:
    """One client, who connects again when hung up on."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> Answer:
        """Send one request and read its answer."""
        started = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                status, headers, body = await self._ask(request)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            await self.close()
            return Answer(LOST, time.perf_counter() - started)
        if headers.get("connection") == "close":
            await self.close()
        return Answer(status, time.perf_counter() - started, headers, body)

    async def _ask(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        if self._streams is not None and self._streams[0].at_eof():
            await self.close()
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**22)
        reader, writer = self._streams
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await reader.readexactly(int(length[1])) if length else b""
        lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        return int(lines[0].split(" ")[1]), headers, body

    async def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def keep_asking(
    port: int, requests: Sequence[bytes], clients: int, is_over: asyncio.Event, *, is_polite: bool = False
) -> list[Answer]:
    """Let so many clients send one request after the other until it is over.

    A polite one goes elsewhere when it is asked to.
    """
    found: list[Answer] = []

    async def run(place: int) -> None:
        connection = Connection(port)
        while not is_over.is_set():
            found.append(await connection.ask(requests[place % len(requests)]))
            place += 1
            if is_polite and found[-1].headers.get("connection") == "close":
                break
        await connection.close()

    async with asyncio.TaskGroup() as tasks:
        for place in range(clients):
            tasks.create_task(run(place))
    return found


async def keep_asking_for(port: int, requests: Sequence[bytes], clients: int, seconds: float) -> list[Answer]:
    """Let so many clients send one request after the other for a while."""
    is_over = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, is_over.set)
    return await keep_asking(port, requests, clients, is_over)


async def flood(port: int, request: bytes, per_second: float, seconds: float) -> list[Answer]:
    """Send requests at a rate that does not depend on the answers, over as many connections as that takes."""
    idle: list[Connection] = []
    tasks: list[asyncio.Task[Answer]] = []

    async def ask() -> Answer:
        connection = idle.pop() if idle else Connection(port)
        answer = await connection.ask(request)
        idle.append(connection)
        return answer

    started = time.perf_counter()
    while (passed := time.perf_counter() - started) < seconds:
        due = int(passed * per_second) - len(tasks)
        tasks += [asyncio.create_task(ask()) for _ in range(due)]
        await asyncio.sleep(0.005)
    answers = await asyncio.gather(*tasks)
    for connection in idle:
        await connection.close()
    return answers


def count(answers: Sequence[Answer]) -> dict[int, int]:
    """Return the number of answers by status."""
    return dict(sorted(Counter(answer.status for answer in answers).items()))


def quantile(answers: Sequence[Answer], share: float) -> float:
    """Return the seconds within which this share of the answers came."""
    ordered = sorted(answer.seconds for answer in answers)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
