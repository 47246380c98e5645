"""The proxy of faults itself: a test that passes because a fault did not happen would be none."""

import http.server
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from tests.serving.fault_proxy import FaultProxy, faulty

BODY = b"x" * 1000


class Plain(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def proxy() -> Iterator[FaultProxy]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Plain)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with faulty(server.server_port) as proxy:
        yield proxy
    server.shutdown()
    server.server_close()
    thread.join()


def ask(proxy: FaultProxy, seconds: float = 0.6) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{proxy.port}", timeout=seconds)


def test_without_a_fault_all_passes(proxy):
    proxy.fault = "none"
    assert ask(proxy, 30).content == BODY


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("latency", httpx.ReadTimeout),
        ("black hole", httpx.ReadTimeout),
        ("drip", httpx.ReadTimeout),
        ("reset", httpx.NetworkError),
        ("truncate", httpx.RemoteProtocolError),
    ],
)
def test_a_fault_happens(proxy, fault, error):
    proxy.fault = fault
    before = proxy.n_connections.get(fault, 0)
    with pytest.raises(error):
        ask(proxy)
    assert proxy.n_connections[fault] == before + 1


def test_an_error_is_an_answer(proxy):
    proxy.fault = "error 500"
    assert ask(proxy, 30).status_code == 500


def test_dripping_is_a_byte_at_a_time(proxy):
    proxy.fault = "drip"
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=30) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert connection.recv(100) == b"H"
