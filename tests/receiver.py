"""A real receiver of a webhook: it checks every signature, keeps what came, and answers as a test wishes."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from serving.client import SignatureError, verify_signature

SECRET = b"canary-secret-of-the-webhook"


@dataclass
class Receiver:
    """Hold what came to one address.

    Attributes
    ----------
    answers
        Status and headers of the next answers, in order; 200 afterwards. None: the connection is dropped.
    taken
        By key the parts that were taken; a part whose key is there changes nothing.
    calls
        Path, headers and body of every request.
    n_again
        Parts that came although their key was there.
    """

    url: str
    answers: list[tuple[int, dict[str, str]] | None] = field(default_factory=list)
    taken: dict[str, bytes] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    n_again: int = 0

    def parts(self) -> list[dict[str, Any]]:
        """Return the parts that were taken, in their order."""
        return sorted((json.loads(body) for body in self.taken.values()), key=lambda part: part["part"])

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of all parts that were taken."""
        return [row for part in self.parts() for row in part["rows"]]

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]] | None:
        """Return the answer to one request."""
        self.calls.append((path, headers, body))
        try:
            verify_signature(body, headers.get("xm-signature"), SECRET)
        except SignatureError:
            return 401, {}
        answer = self.answers.pop(0) if self.answers else (200, {})
        if answer is not None and 200 <= answer[0] < 300:
            key = headers["idempotency-key"]
            self.n_again += key in self.taken
            self.taken.setdefault(key, body)
        return answer


@contextmanager
def receiving(answers: Sequence[tuple[int, dict[str, str]] | None] = ()) -> Iterator[Receiver]:
    """Run a receiver on this machine until the block ends."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): text for name, text in self.headers.items()}
            answer = receiver.take(self.path, headers, body)
            if answer is None:
                self.connection.close()
                return
            status, further = answer
            self.send_response(status)
            for name, text in {"content-length": "0", **further}.items():
                self.send_header(name, text)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Write nothing to the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/scores/of-a-secret-path", list(answers))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
