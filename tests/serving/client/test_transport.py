"""The client before a service that fails in many ways, over a real socket."""

import contextlib
import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from serving.client import (
    Client,
    MalformedAnswerError,
    NotAllowedError,
    NotFoundError,
    NotUsableError,
    Patience,
    RequestRefusedError,
    ServiceError,
    UnavailableError,
)
from serving.client.errors import make_error
from tests.serving.certificates import write_certificate

KEY = "xmp_0123456789ab_secret"
HASTY = Patience(timeout_seconds=5, first_wait_seconds=0.001)
HEALTHY = {"ready": True, "stale": False, "usecases": ["churn"], "refused": []}


class Service(ThreadingHTTPServer):
    """Give the answers of a script, one after the other, and keep what was asked."""

    daemon_threads = True

    def __init__(self, script) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.script = list(script)
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.connections: set[object] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        self.server.connections.add(self.client_address)
        step = self.server.script.pop(0)
        if step == "hang up":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if step == "half":
            self.send_response(200)
            self.send_header("content-length", "1000")
            self.end_headers()
            self.wfile.write(b'{"ready"')
            self.close_connection = True
            return
        if step == "wait":
            time.sleep(2)
            self.close_connection = True
            return
        status, content, headers = step
        plain = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        self.send_header("content-length", str(len(plain)))
        self.end_headers()
        self.wfile.write(plain)

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@contextlib.contextmanager
def service(*script) -> Iterator[Service]:
    """Run a service with a script."""
    server = Service(script)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def good(**headers: str):
    return (200, HEALTHY, headers)


def problem(status: int, code: str = "busy", **headers: str):
    content = {"code": code, "detail": "A sentence.", "errors": [{"path": "rows.0", "message": "is odd"}]}
    return (status, content, {name.replace("_", "-"): text for name, text in headers.items()})


def make_client(server: Service, patience: Patience = HASTY) -> Client:
    return Client(server.url, key=KEY, patience=patience)


@pytest.mark.parametrize(
    "script",
    [
        [problem(503)],
        [problem(503, retry_after="0")],
        [problem(429, retry_after="0"), problem(503)],
        ["hang up"],
        ["half"],
        ["hang up", "half", problem(504)],
        [problem(408)],
        [(502, b"<html>Bad gateway</html>", {})],
    ],
)
def test_what_passes_is_tried_again(script):
    with service(*script, good()) as server, make_client(server) as client:
        assert client.health().ready
        assert server.script == []
        assert len({asked[1] for asked in server.asked}) == 1


def test_the_service_is_asked_no_more_often_than_patience_allows():
    with service(*[problem(503)] * 4, good()) as server, make_client(server) as client:
        with pytest.raises(UnavailableError) as caught:
            client.health()
        assert (caught.value.status, caught.value.code, len(server.asked)) == (503, "busy", 4)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 415, 421, 422, 500])
def test_what_will_not_pass_is_not_tried_again(status):
    with service(problem(status), good()) as server, make_client(server) as client:
        with pytest.raises(ServiceError) as caught:
            client.health()
        assert (caught.value.status, len(server.asked)) == (status, 1)


def test_a_wait_that_is_too_long_is_not_waited_for():
    with service(problem(503, retry_after="3600"), good()) as server, make_client(server) as client:
        with pytest.raises(UnavailableError):
            client.health()
        assert len(server.asked) == 1


@pytest.mark.parametrize("asked", ["soon", "-1", "1.5", "Wed, 21 Oct 2026 07:28:00 GMT", ""])
def test_a_wait_that_is_no_number_of_seconds_counts_as_none(asked):
    with service(problem(503, retry_after=asked), good()) as server, make_client(server) as client:
        assert client.health().ready


def test_a_service_that_does_not_answer_in_time_is_given_up():
    with service("wait") as server:
        client = make_client(server, Patience(timeout_seconds=0.1, tries=1))
        with pytest.raises(UnavailableError) as caught:
            client.health()
        assert (caught.value.status, caught.value.code) == (0, "unreachable")


def test_where_nobody_listens_the_error_says_so():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(UnavailableError, match="was not reached"):
        Client(url, key=KEY, patience=HASTY).health()


class TestWaits:
    def test_they_grow_and_are_left_to_chance_by_half(self):
        patience = Patience(first_wait_seconds=0.2, tries=9)
        for attempt in range(1, 9):
            low, high = (patience.choose_wait(attempt, None, chance) for chance in (0.0, 1.0))
            assert (low, high) == pytest.approx((0.1 * 2 ** (attempt - 1), 0.2 * 2 ** (attempt - 1)))

    def test_they_end(self):
        assert Patience(longest_wait_seconds=1.0, tries=40).choose_wait(30, None, 1.0) == 1.0

    def test_the_service_is_never_asked_before_it_said(self):
        for chance in (0.0, 0.5, 1.0):
            wait = Patience().choose_wait(1, 7.0, chance)
            assert wait is not None
            assert 7.0 <= wait <= 7.1

    @pytest.mark.parametrize(
        "wrong", [{"timeout_seconds": 0}, {"tries": 0}, {"first_wait_seconds": -1}, {"timeout_seconds": -3}]
    )
    def test_what_is_no_patience_is_refused(self, wrong):
        with pytest.raises(ValueError, match="is no patience"):
            Patience(**wrong)


class TestConnection:
    def test_it_is_kept(self):
        with service(*[good()] * 3) as server, make_client(server) as client:
            for _ in range(3):
                client.health()
            assert len(server.connections) == 1

    def test_one_that_was_closed_meanwhile_is_opened_again_without_a_try_lost(self):
        with service(good(), "hang up", good()) as server:
            client = make_client(server, Patience(tries=1))
            assert client.health().ready
            assert client.health().ready
            assert len(server.connections) == 2

    def test_threads_do_not_share_one_at_a_time(self):
        with service(*[good()] * 8) as server, make_client(server) as client:
            found = []
            threads = [threading.Thread(target=lambda: found.append(client.health())) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert [health.ready for health in found] == [True] * 8
            assert len(server.asked) == 8

    def test_a_redirect_is_not_followed(self):
        there = (307, b"", {"location": "http://127.0.0.1:9/"})
        with service(there) as server, make_client(server) as client, pytest.raises(RequestRefusedError):
            client.health()


class TestErrors:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, RequestRefusedError),
            (401, NotAllowedError),
            (403, NotAllowedError),
            (404, NotFoundError),
            (409, NotUsableError),
            (413, RequestRefusedError),
            (422, RequestRefusedError),
            (429, UnavailableError),
            (500, UnavailableError),
            (503, UnavailableError),
        ],
    )
    def test_each_status_has_its_kind_with_code_and_places(self, status, kind):
        error = make_error(status, {**problem(status)[1], "request_id": "abc"})
        assert type(error) is kind
        assert (error.status, error.code, error.detail, error.request_id) == (
            status,
            "busy",
            "A sentence.",
            "abc",
        )
        assert [(one.path, one.message) for one in error.findings] == [("rows.0", "is odd")]
        assert str(error) == f"{status} busy: A sentence. (rows.0: is odd)"

    @pytest.mark.parametrize("document", [None, 5, [], "x", {}, {"code": 7}, {"error": "x"}])
    def test_what_is_no_problem_document_is_said_to_be_none(self, document):
        assert make_error(404, document).code == "unknown"

    @pytest.mark.parametrize("errors", [None, 5, ["x"], [{}], {"a": 1}])
    def test_places_of_another_shape_do_no_harm(self, errors):
        error = make_error(422, {"code": "value", "detail": "x", "errors": errors})
        assert all(one.path == "" for one in error.findings)

    @pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"5", b"null", b"{", b"\xff", b"[" * 90_000])
    def test_an_answer_that_is_no_object_is_malformed(self, content):
        answer, wanted = (200, content, {}), pytest.raises(MalformedAnswerError)
        with service(answer) as server, make_client(server) as client, wanted:
            client.health()

    @pytest.mark.parametrize(
        ("content", "where"),
        [
            ({}, "Health.ready"),
            ({**HEALTHY, "ready": "yes"}, "Health.ready"),
            ({**HEALTHY, "usecases": "churn"}, "Health.usecases"),
            ({**HEALTHY, "usecases": ["churn", 5]}, "Health.usecases.1"),
        ],
    )
    def test_an_answer_of_another_shape_names_the_place(self, content, where):
        answer, wanted = (200, content, {}), pytest.raises(MalformedAnswerError, match=rf"at {where}\.")
        with service(answer) as server, make_client(server) as client, wanted:
            client.health()

    def test_fields_of_a_newer_service_are_passed_over(self):
        with service((200, {**HEALTHY, "new": {"a": [1]}}, {})) as server, make_client(server) as client:
            assert client.health().usecases == ("churn",)


class TestKey:
    def test_it_travels_in_the_header_alone(self):
        with service(good()) as server, make_client(server) as client:
            client.health()
            method, path, headers, body = server.asked[0]
        assert headers["authorization"] == f"Bearer {KEY}"
        assert KEY not in path + method + body.decode()

    def test_it_is_taken_from_the_environment(self, monkeypatch):
        with service(good()) as server:
            monkeypatch.setenv("XM_KEY", f" {KEY}\n")
            monkeypatch.setenv("XM_URL", server.url)
            assert Client().health().ready
            assert server.asked[0][2]["authorization"] == f"Bearer {KEY}"

    def test_it_stands_in_no_error(self):
        wanted = pytest.raises(NotAllowedError)
        with service(problem(401)) as server, make_client(server) as client, wanted as caught:
            client.health()
        assert KEY not in repr(caught.value) + str(caught.value) + repr(client) + str(vars(caught.value))

    @pytest.mark.parametrize("key", ["", " ", "a b", "a\r\nx-evil: 1", "ü"])
    def test_one_that_cannot_be_a_key_is_refused_without_being_repeated(self, key):
        with pytest.raises(ValueError, match="there is no usable key") as caught:
            Client("http://127.0.0.1:1", key=key)
        assert "evil" not in str(caught.value)

    @pytest.mark.parametrize("url", ["http://scores.example.org", "http://10.0.0.7:3000", "http://[fd00::1]"])
    def test_it_never_travels_in_the_clear(self, url):
        with pytest.raises(ValueError, match="would send the key in the clear"):
            Client(url, key=KEY)

    @pytest.mark.parametrize(
        "url",
        ["https://scores.example.org", "http://localhost:3000", "http://[::1]:3000", "http://127.9.9.9"],
    )
    def test_where_it_is_safe_it_may(self, url):
        Client(url, key=KEY)

    @pytest.mark.parametrize(
        "url", ["scores.example.org", "ftp://x", "http://", "https://x?a=1", "file:///etc"]
    )
    def test_what_is_no_address_is_refused(self, url):
        with pytest.raises(ValueError, match="is not the address of a service"):
            Client(url, key=KEY)


def test_the_client_needs_nothing_but_the_standard_library():
    code = """
import sys
before = set(sys.modules)
import serving.client
tops = {name.partition('.')[0] for name in set(sys.modules) - before}
print(sorted(tops - set(sys.stdlib_module_names) - {'serving'}))
print(sorted(name for name in sys.modules if name.startswith('serving.') and '.client' not in name))
"""
    found = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.splitlines() == ["[]", "[]"]


ROOT = Path(__file__).parents[3]


class TestTls:
    """With TLS the client speaks to nobody but who has a certificate that it trusts."""

    @pytest.fixture(params=["127.0.0.1", ""])
    def secure(self, tmp_path, request) -> Iterator[tuple[str, str, bool]]:
        """Run a service; return its address, its certificate, and whether that is made out to the address."""
        addresses = [request.param] if request.param else []
        cert, key = write_certificate(tmp_path / "own", *addresses)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(cert), str(key))
        server = Service([good()])
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who hangs up is no failure
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_port}", str(cert), bool(addresses)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def test_a_certificate_is_believed_that_is_named_and_made_out_to_the_address(self, secure):
        url, cert, is_own = secure
        with Client(url, key=KEY, patience=HASTY, ca_file=cert) as client:
            if is_own:
                assert client.health().ready
                return
            with pytest.raises(UnavailableError, match="SSLCertVerificationError"):
                client.health()

    def test_one_that_is_not_named_is_not(self, secure):
        with Client(secure[0], key=KEY, patience=HASTY) as client, pytest.raises(UnavailableError) as caught:
            client.health()
        assert caught.value.code == "unreachable"
