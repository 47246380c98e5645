"""A proxy that does to a connection what networks do: delay, silence, resets, dripping, cut answers."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Fault = Literal["none", "latency", "black hole", "reset", "drip", "truncate", "error 500"]
_ERROR = b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_LATENCY_SECONDS = 1.0
_CUT_BYTES = 200


@dataclass
class FaultProxy:
    """Stand between a client and a server; the fault may be changed while it runs.

    Attributes
    ----------
    port
        Where it listens.
    n_connections
        How many connections came in, by fault.
    """

    target: int
    fault: Fault = "none"
    port: int = 0
    n_connections: dict[str, int] = field(default_factory=dict)

    async def serve(self, is_ready: threading.Event, is_over: asyncio.Event) -> None:
        """Run until it is over."""
        server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        is_ready.set()
        await is_over.wait()
        server.close()  # connections that are open end with their tasks

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self.fault
        self.n_connections[fault] = self.n_connections.get(fault, 0) + 1
        ends = ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
        with contextlib.suppress(*ends), _ending(writer):
            if fault == "black hole":
                await asyncio.sleep(3600)
            elif fault == "reset":
                await reader.read(1)
                # Without time to linger, closing is a reset.
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()
            elif fault == "error 500":
                await reader.readuntil(b"\r\n\r\n")
                writer.write(_ERROR)
                await writer.drain()
            else:
                await self._relay(reader, writer, fault)
            writer.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault) -> None:
        their_reader, their_writer = await asyncio.open_connection("127.0.0.1", self.target)
        with _ending(their_writer):
            there = asyncio.create_task(_copy(reader, their_writer, "none"))
            try:
                await _copy(their_reader, writer, fault)
            finally:
                there.cancel()


@contextlib.contextmanager
def _ending(writer: asyncio.StreamWriter) -> Iterator[None]:
    """End a connection for good when the block was left before its end."""
    try:
        yield
    except BaseException:  # cancelled ones as well: nothing may be left open
        writer.transport.abort()
        raise
    if not writer.is_closing():
        writer.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault) -> None:
    """Pass bytes on, as the fault has it."""
    n_passed = 0
    while piece := await reader.read(1 if fault == "drip" else 65_536):
        if fault in {"latency", "drip"}:
            await asyncio.sleep(_LATENCY_SECONDS)
        if fault == "truncate":
            piece = piece[: max(0, _CUT_BYTES - n_passed)]
        writer.write(piece)
        await writer.drain()
        n_passed += len(piece)
        if fault == "truncate" and n_passed >= _CUT_BYTES:
            return


@contextlib.contextmanager
def faulty(target: int, fault: Fault = "none") -> Iterator[FaultProxy]:
    """Run a proxy in a thread until the block ends."""
    proxy = FaultProxy(target, fault)
    loop = asyncio.new_event_loop()
    is_ready, is_over = threading.Event(), asyncio.Event()
    tasks: list[asyncio.Task[None]] = []

    def run() -> None:
        asyncio.set_event_loop(loop)
        tasks.append(loop.create_task(proxy.serve(is_ready, is_over)))
        loop.run_until_complete(tasks[0])
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(asyncio.sleep(0.05))  # the sockets are closed in the next round
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert is_ready.wait(30)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(is_over.set)
        thread.join(30)
        assert not thread.is_alive()
