"""Real processes for tests: started with an environment of their own, ended with all their children."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.tethered import start

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sys.executable).parent
PATIENCE_SECONDS = 300.0
_STOP_SECONDS = 60.0


def environment_of(folder: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a child: nothing of MLflow or the service from outside, this tree first."""
    inherited = {
        name: text for name, text in os.environ.items() if not name.startswith(("MLFLOW_", "XM_", "BENTO"))
    }
    (folder / "tmp").mkdir(parents=True, exist_ok=True)
    return {
        **inherited,
        "PATH": os.pathsep.join([str(SCRIPTS), inherited.get("PATH", "")]),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": "1",
        "TMPDIR": str(folder / "tmp"),
        "BENTOML_HOME": str(folder / "bentoml"),
        **settings,
    }


def run_cli(
    *arguments: object, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``xm-predict`` to its end."""
    return subprocess.run(
        [SCRIPTS / "xm-predict", *map(str, arguments)],
        cwd=cwd,
        env=environment_of(cwd) if env is None else dict(env),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


def answer_of(finished: subprocess.CompletedProcess[str]) -> Any:
    """Return the JSON object that a verb wrote, which has to be all that stands on stdout."""
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


@contextmanager
def running(
    command: list[object], *, cwd: Path, env: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process in the background; afterwards it and everything that it started is ended."""
    with log.open("wb") as output:
        process = start(
            command,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, then end what is left of it and of its children by force."""
    try:
        children = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        children = []
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    _, alive = psutil.wait_procs(children, timeout=5)
    for child in alive:
        child.kill()
    process.wait()


def wait_until(holds: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until something holds; the process that shall bring it about has to live."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def is_ok(url: str) -> bool:
    """Tell whether an address answers 200."""
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(folder: Path, out: Path, env: Mapping[str, str]) -> Iterator[str]:
    """Run ``python -m serving`` on the results in ``out`` until the block ends; yield its address.

    Asked to end as an init system would ask, it has to end without a failure.
    """
    port, log = free_port(), folder / "serving.log"
    settings = {
        "XM_PORT": str(port),
        "XM_CACHE": str(out / "serving"),
        "XM_LATEST": str(out / "frames"),
        "XM_REPORTS": str(out / "reports"),
        "XM_REGISTRY": str(out),
        "XM_KEYS": str(out / "keys" / "keys.json"),
        "XM_SESSIONS": str(out / "sessions"),
        "XM_CALLS": str(out / "calls"),
        "XM_AUDIT": str(out / "audit"),
        "XM_JOURNAL": str(out / "journal"),
        "XM_PSEUDONYM_KEY_FILE": str(out / "keys" / "pseudonyms.key"),
    }
    command: list[object] = [sys.executable, "-m", "serving"]
    with running(command, cwd=folder, env={**env, **settings}, log=log) as process:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: is_ok(f"{url}/readyz"), process, log)
        yield url
        process.terminate()
        assert process.wait(_STOP_SECONDS) == 0, log.read_text()
