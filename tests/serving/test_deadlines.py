"""Guards of time in uvicorn's protocol. The first tests say clearly when uvicorn has changed under them."""

import asyncio
import contextlib
import http.client
import inspect
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import uvicorn
import uvicorn.config
from uvicorn.protocols.http import httptools_impl

from serving.deadlines import GuardedProtocol, guard_connections
from serving.limit_settings import LimitSettings

LIMITS = LimitSettings(max_header_seconds=0.4, max_idle_seconds=0.6)
GET = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"
ADVICE = "uvicorn has changed: read its httptools_impl.py again and mend serving/deadlines.py"


@pytest.fixture(autouse=True)
def protocols(monkeypatch) -> None:
    """Leave uvicorn as it was."""
    monkeypatch.setitem(uvicorn.config.HTTP_PROTOCOLS, "auto", uvicorn.config.HTTP_PROTOCOLS["auto"])
    monkeypatch.setattr(GuardedProtocol, "limits", GuardedProtocol.limits)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("connection_made", ["self", "transport"]),
        ("data_received", ["self", "data"]),
        ("on_headers_complete", ["self"]),
        ("pause_writing", ["self"]),
        ("resume_writing", ["self"]),
        ("connection_lost", ["self", "exc"]),
        ("send_400_response", ["self", "msg"]),
    ],
)
def test_uvicorn_still_has_the_methods_that_are_overridden(name, parameters):
    method = getattr(httptools_impl.HttpToolsProtocol, name, None)
    assert method is not None, ADVICE
    assert list(inspect.signature(method).parameters) == parameters, ADVICE


def test_uvicorn_still_has_the_attributes_that_are_read():
    body = inspect.getsource(httptools_impl.HttpToolsProtocol)
    for attribute in ("self.timeout_keep_alive = ", "self.cycle: ", "self.loop = ", "self.transport: "):
        assert attribute in body, ADVICE
    assert "self.response_complete" in inspect.getsource(httptools_impl.RequestResponseCycle), ADVICE
    assert "self.timeout_keep_alive," in body, ADVICE


def test_uvicorn_still_takes_its_protocol_from_the_table():
    guard_connections(LIMITS)
    config = uvicorn.Config(answer)
    config.load()
    assert config.http_protocol_class is GuardedProtocol, ADVICE


async def answer(scope, receive, send) -> None:
    """Answer /big with more than any buffer holds, all else shortly; leave the body unread."""
    body = b"x" * 50_000_000 if scope["path"] == "/big" else b"ok"
    if scope["path"] == "/slow":
        await asyncio.sleep(1)
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@dataclass(frozen=True)
class Running:
    port: int
    server: uvicorn.Server

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    @property
    def n_connections(self) -> int:
        return len(self.server.server_state.connections)


@contextmanager
def serving(limits: LimitSettings) -> Iterator[Running]:
    guard_connections(limits)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(answer, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Running(listener.getsockname()[1], server)
    finally:
        server.should_exit = server.force_exit = True
        thread.join(30)
        listener.close()


@pytest.fixture
def running() -> Iterator[Running]:
    with serving(LIMITS) as running:
        yield running


def drip(connection: socket.socket, piece: bytes, seconds: float = 20.0) -> bool:
    """Send a piece again and again; tell whether the server has closed the connection."""
    connection.settimeout(0.1)
    with contextlib.suppress(ConnectionError):
        for _ in range(int(seconds / 0.1)):
            with contextlib.suppress(TimeoutError):
                if not connection.recv(65_536):
                    return True
            connection.sendall(piece)
        return False
    return True


SLOW_HEADS = {
    "nothing": (b"", b""),
    "one byte": (b"G", b""),
    "more and more headers": (b"GET / HTTP/1.1\r\n", b"x: y\r\n"),
    "empty lines": (b"", b"\r\n"),
    "an endless header": (b"GET / HTTP/1.1\r\nx: ", b"y"),
}


def is_let_go(running: Running, first: bytes, begin: bytes, piece: bytes) -> bool:
    """Send a whole request, if there is one, and a head that does not come; tell whether that ends it."""
    with running.connect() as connection:
        if first:
            connection.sendall(first)
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        connection.sendall(begin)
        return drip(connection, piece)


@pytest.mark.parametrize("first", [b"", GET], ids=["first", "second"])
def test_a_head_that_does_not_come_ends_the_connection(running, first):
    """All of them wait at the same time, each on a connection of its own."""
    with ThreadPoolExecutor(len(SLOW_HEADS)) as clients:
        waiting = {
            name: clients.submit(is_let_go, running, first, *slow) for name, slow in SLOW_HEADS.items()
        }
        assert {name: client.result() for name, client in waiting.items()} == dict.fromkeys(SLOW_HEADS, True)


def test_a_body_that_nobody_reads_cannot_keep_a_connection_open(running):
    with running.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        assert drip(connection, b"x")


def test_a_client_that_does_not_take_its_answer_is_let_go(running):
    with running.connect() as connection:
        connection.sendall(b"GET /big HTTP/1.1\r\nhost: localhost\r\n\r\n")
        closed = threading.Event()
        for _ in range(200):
            if not running.n_connections:
                closed.set()
                break
            closed.wait(0.1)
        assert closed.is_set()


def test_work_that_takes_longer_than_any_deadline_is_answered(running):
    with running.connect() as connection:
        connection.sendall(b"GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_a_client_that_asks_on_and_on_stays_connected(running):
    with running.connect() as connection:
        for _ in range(10):
            connection.sendall(GET)
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
            threading.Event().wait(0.1)


@pytest.mark.parametrize(
    "nonsense",
    [b"HELLO\r\n\r\n", b"FOO / HTTP/1.1\r\n\r\n", b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n"],
    ids=["words", "method", "long"],
)
def test_what_is_no_request_is_refused_as_a_problem_document(running, nonsense):
    with running.connect() as connection:
        connection.sendall(nonsense)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")
        problem = json.loads(answer.read())
        assert (problem["code"], problem["status"]) == ("malformed", 400)
        assert connection.recv(1) == b""


def test_after_slow_clients_nothing_is_left(running):
    connections = [running.connect() for _ in range(50)]
    for connection in connections:
        connection.sendall(b"GET / HT")
    for connection in connections:
        assert connection.recv(1) == b""
        connection.close()
    with running.connect() as connection:
        connection.sendall(GET)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        assert running.n_connections == 1
