"""The real server in processes of its own, for tests that kill it, flood it or change its cache."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from serving.settings import Settings
from tests.serving.company import ROOT, answers, wait_until
from tests.tethered import start

_WORKER = "_bentoml_impl.worker.service"


@dataclass(frozen=True)
class Started:
    """Hold a running service.

    Attributes
    ----------
    process
        The supervisor.
    log
        The file with all that it and its workers write.
    """

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def workers(self) -> list[psutil.Process]:
        """Return the processes that answer."""
        family = psutil.Process(self.process.pid).children(recursive=True)
        return [one for one in family if _WORKER in words_of(one)]

    def memory_mb(self) -> float:
        """Return the memory of all workers together."""
        return sum(worker.memory_info().rss for worker in self.workers) / 1e6


def words_of(process: psutil.Process) -> str:
    """Return the command of a process; nothing for one that has just ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@contextlib.contextmanager
def started(settings: Settings, folder: Path, command: str = "", **variables: str) -> Iterator[Started]:
    """Run the service until the block ends.

    Parameters
    ----------
    command
        Module to run in the place of BentoML's own command.
    """
    log = folder / "service.log"
    words = [command] if command else ["bentoml", "serve", "serving.service:XmPredict"]
    if not command:
        words += ["--host", "127.0.0.1", "--port", str(settings.port)]
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("MLFLOW_")}
    with log.open("ab") as output:
        process = start(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env={**inherited, **settings.to_environment(), "BENTOML_DO_NOT_TRACK": "True", **variables},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = Started(process, settings.port, log)
    try:
        wait_until(lambda: process.poll() is not None or answers(running.url))
        assert process.poll() is None, log.read_text()
        wait_until(lambda: httpx.get(f"{running.url}/readyz").status_code in {200, 503})
        yield running
    finally:
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.terminate()
        try:
            process.wait(30)
        finally:
            for child in children:
                with contextlib.suppress(psutil.Error):
                    child.kill()
