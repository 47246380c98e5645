"""The real service on a free port of this machine, for as long as a block runs, and questions to it."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from features.errors import XmError
from training.runs.key_office import ask_keys
from training.runs.workspace import Workspace

_START_SECONDS = 240.0
_STOP_SECONDS = 30.0
_READY = 200
_NOT_USABLE = 409


class ServiceError(XmError):
    """Report a service that did not get ready or refused a question."""


@dataclass(frozen=True)
class LocalService:
    """Hold where the service answers, and the key that it knows.

    Attributes
    ----------
    port
        Of this machine.
    key
        Of an analyst; it is not repeated when the object is shown.
    """

    port: int
    key: str = field(repr=False)

    def post(self, path: str, question: object) -> Any:
        """Send one question and return the answer, which may be the refusal of a model that is not usable.

        Raises
        ------
        ServiceError
            If the answer is neither.
        """
        status, answer = self._ask("POST", path, json.dumps(question))
        if status not in {_READY, _NOT_USABLE}:
            raise ServiceError(f"POST {path}", f"answered {status}: {answer}", "read serving.log")
        return answer

    def is_ready(self) -> bool:
        """Tell whether it can score."""
        return self._ask("GET", "/readyz", None)[0] == _READY

    def _ask(self, method: str, path: str, content: str | None) -> tuple[int, Any]:
        """Send one request; status 0 if nobody listens yet."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.key}"}
        try:
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        except (OSError, http.client.HTTPException, ValueError):
            return 0, None
        finally:
            connection.close()


@contextmanager
def running_service(workspace: Workspace) -> Iterator[LocalService]:
    """Start the service on the champions of a workspace; it is stopped when the block ends.

    It knows one key, in a file of its own that goes with it: the keys of the workspace stay as they are, and
    a service that is started by hand later finds that it is the first.

    Raises
    ------
    ServiceError
        If it does not get ready; its own words are in ``serving.log``.
    """
    with tempfile.TemporaryDirectory(prefix="xm-predict-") as folder:
        keys = Path(folder) / "keys.json"
        made = ask_keys(keys, "create", role="analyst", label="this run", days=1.0)
        service = LocalService(_find_free_port(), made["content"]["key"])
        environment = {**os.environ, **workspace.service_environment(), "XM_PORT": str(service.port)}
        environment["XM_KEYS"] = str(keys)
        environment["XM_JOURNAL"] = ""  # questions of a trial are no predictions to be watched
        with _running(service, environment, workspace.folder / "serving.log"):
            yield service


@contextmanager
def _running(service: LocalService, environment: dict[str, str], path: Path) -> Iterator[None]:
    """Run the process of the service, ready, until the block ends."""
    command = [sys.executable, "-m", "serving"]
    with path.open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _wait_until_ready(service, process, path)
            yield
        finally:
            process.terminate()
            process.wait(_STOP_SECONDS)


def _find_free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(service: LocalService, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the service says that it can score."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if service.is_ready():
            return
        time.sleep(0.3)
    raise ServiceError("the service", "did not get ready", f"read {log}")
