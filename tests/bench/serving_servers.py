"""Servers in processes of their own: started on one core, awaited, weighed, ended with their children."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.tethered import start

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sys.executable).parent
_START_SECONDS = 300.0
_STOP_SECONDS = 15.0
_WORKER = "_bentoml_impl.worker.service"


class StartError(Exception):
    """Report a server that does not answer, with its own last words."""


@dataclass(frozen=True)
class Server:
    """Hold a running server.

    Attributes
    ----------
    process
        The first of its processes.
    port
        Where it answers.
    """

    process: subprocess.Popen[bytes]
    port: int

    def cpu_seconds(self) -> float:
        """Return user and system time of all its processes so far."""
        times = [one.cpu_times() for one in self._family()]
        return sum(one.user + one.system for one in times)

    def worker_mb(self) -> float:
        """Return the resident memory of the process that answers, in 1e6 bytes."""
        workers = [one for one in self._family() if _WORKER in " ".join(one.cmdline())]
        return max(one.memory_info().rss for one in workers or self._family()) / 1e6

    def _family(self) -> list[psutil.Process]:
        """Return its processes."""
        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]


@dataclass(frozen=True)
class Command:
    """Say how a server is started.

    Attributes
    ----------
    words
        What to run; ``{port}`` is filled in.
    settings
        Environment variables beside those of this process; ``{port}`` is filled in.
    is_ready
        Path that answers 200 when the server can work; any answer counts where it is empty.
    """

    words: Sequence[str]
    settings: Mapping[str, str]
    is_ready: str = ""


@contextlib.contextmanager
def running(name: str, command: Command, folder: Path, core: int | None) -> Iterator[Server]:
    """Run a server until the block ends, however it ends.

    Raises
    ------
    StartError
        If it ends by itself or does not answer in five minutes.
    """
    port, log = find_port(), folder / f"{name}.log"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "OMP_NUM_THREADS": "1",
        "BENTOML_DO_NOT_TRACK": "True",
        "BENTOML_HOME": str(folder / "bentoml"),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "PATH": os.pathsep.join([str(SCRIPTS), os.environ.get("PATH", "")]),
        **{key: text.format(port=port) for key, text in command.settings.items()},
    }
    with log.open("wb") as output, pinned(core):
        process = start(
            [word.format(port=port) for word in command.words],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Server(process, port)
    finally:
        end(process)


def await_server(name: str, server: Server, command: Command, folder: Path) -> None:
    """Wait until a server answers.

    Raises
    ------
    StartError
        If it ends by itself or does not answer in five minutes.
    """
    deadline = time.monotonic() + _START_SECONDS
    url = f"http://127.0.0.1:{server.port}{command.is_ready or '/'}"
    while not _answers(url, is_any=not command.is_ready):
        if server.process.poll() is not None or time.monotonic() > deadline:
            message = f"{name} does not answer: {(folder / f'{name}.log').read_text()[-2000:]}"
            raise StartError(message)
        time.sleep(0.2)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a server to end, then end its whole group by force."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Let what is started in this block run on one core alone; anywhere where the system cannot do that."""
    if core is None or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def find_cores() -> tuple[int | None, int | None]:
    """Return a core for the server and one for the load; None for both on a machine with one."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    cores = sorted(os.sched_getaffinity(0))
    return (cores[0], cores[1]) if len(cores) > 1 else (None, None)


def find_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str, *, is_any: bool) -> bool:
    """Tell whether an address answers 200, or anything."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return is_any or answer.status == 200
    except urllib.error.HTTPError:
        return is_any
    except OSError:
        return False
