"""Start the service with its refresher, say where it is, and leave nothing running behind."""

import contextlib
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType

from features.errors import InputError, XmError
from serving.books import check_books
from serving.cache import STATUS, read_status
from serving.settings import Settings
from serving.welcome import Report, ask_service, check_keys, introduce

# No word leaves the machine unasked.
_QUIET = {
    "BENTOML_DO_NOT_TRACK": "True",
    "DO_NOT_TRACK": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "OMP_NUM_THREADS": "1",
}
_OPTIONS = "BENTOML_CONFIG_OPTIONS"
_START_SECONDS = 180.0
_STOP_SECONDS = 15.0
_IMPORT_SECONDS = 120.0


class ServiceError(XmError):
    """Report a service that did not start or has ended by itself."""


def serve(settings: Settings, report: Report) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Parameters
    ----------
    settings
        Where to listen and what to answer from.
    report
        Takes the lines for the terminal.

    Raises
    ------
    InputError
        If the port is taken, keys are missing or cannot be read, or the agreement about scores of single
        people at work cannot be used.
    ServiceError
        If the service does not start, or ends by itself.
    """
    _check_port(settings)
    check_keys(settings)
    check_books(settings)
    with _stop_on_signals() as is_stopped, tempfile.TemporaryDirectory(prefix="xm-predict-") as counters:
        environment = _choose_environment(
            settings if settings.metrics else replace(settings, metrics=Path(counters))
        )
        can_refresh = _look_for_champions(settings, environment, report, is_stopped)
        with contextlib.ExitStack() as children:
            if can_refresh:
                refresher = [sys.executable, "-m", "serving.refresh", "--later"]
                children.enter_context(_running(refresher, environment))
            patience = _STOP_SECONDS + settings.limits.drain_seconds
            service = children.enter_context(_running(_service_command(settings), environment, patience))
            if _wait_until_ready(settings, service, is_stopped):
                introduce(settings, report)
            _wait_for_end(service, is_stopped)
    report("stopped")


def _choose_environment(settings: Settings) -> dict[str, str]:
    """Return the variables that the children are started with."""
    environment = {**os.environ, **_QUIET, **settings.to_environment()}
    if settings.workers == 1:
        return environment
    # BentoML takes the number of workers from its own settings alone.
    options = [os.environ.get(_OPTIONS, ""), f"services.xm_predict.workers={settings.workers}"]
    return {**environment, _OPTIONS: " ".join(options).strip()}


def _service_command(settings: Settings) -> list[str]:
    """Return the command that starts BentoML."""
    command = [sys.executable, "-m", "bentoml", "serve", "serving.service:XmPredict"]
    command += ["--host", settings.host, "--port", str(settings.port), "--do-not-track"]
    command += ["--timeout-graceful-shutdown", str(int(_STOP_SECONDS))]
    if settings.tls_cert is not None:
        command += ["--ssl-certfile", str(settings.tls_cert), "--ssl-keyfile", str(settings.tls_key)]
    return command


def _check_port(settings: Settings) -> None:
    """Demand a free port before anything is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            problem = f"port {settings.port} on {settings.host} cannot be used ({error.strerror})"
            raise InputError("XM_PORT", problem, "choose another with --port") from error


def _look_for_champions(
    settings: Settings, environment: dict[str, str], report: Report, is_stopped: Callable[[], bool]
) -> bool:
    """Fill the cache before the service starts; tell whether this install can read a registry at all."""
    if importlib.util.find_spec("mlflow") is None:
        lack = "a light install cannot read it (mlflow is not here)"
        report(f"registry: {lack}; serving the champions in {settings.cache}")
        return False
    report("looking for champions in the registry ...")
    (settings.cache / STATUS).unlink(missing_ok=True)
    with _running([sys.executable, "-m", "serving.refresh", "--once"], environment) as once:
        deadline = time.monotonic() + settings.refresh_deadline_seconds + _IMPORT_SECONDS
        while once.poll() is None and not is_stopped() and time.monotonic() < deadline:
            time.sleep(0.1)
    status = read_status(settings.cache)
    problem = "the refresher did not finish" if status is None else status.problem
    if problem:
        report(f"registry: {problem}; serving the last verified champions")
    return True


@contextlib.contextmanager
def _running(
    command: list[str], environment: dict[str, str], patience: float = _STOP_SECONDS
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process in a group of its own and end the whole group afterwards."""
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        yield process
    finally:
        _end(process, patience)


def _end(process: subprocess.Popen[bytes], patience: float) -> None:
    """Ask a process to end, then its whole group with force."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def _stop_on_signals() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl-C and SIGTERM into an answer to a question, so that everything is ended in order."""
    received: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        received.append(number)

    previous = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(received)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _wait_until_ready(
    settings: Settings, service: subprocess.Popen[bytes], is_stopped: Callable[[], bool]
) -> bool:
    """Wait until the service answers; False if it was stopped or has ended before."""
    deadline = time.monotonic() + _START_SECONDS
    while service.poll() is None and not is_stopped():
        if ask_service(settings, "/livez") is not None:
            return True
        if time.monotonic() > deadline:
            problem = f"does not answer after {_START_SECONDS:g} seconds"
            raise ServiceError(f"{settings.host}:{settings.port}", problem, "see the lines above")
        time.sleep(0.2)
    return False


def _wait_for_end(service: subprocess.Popen[bytes], is_stopped: Callable[[], bool]) -> None:
    """Wait for a signal; a service that ends by itself is a failure."""
    while not is_stopped():
        if service.poll() is not None:
            problem = f"the service ended by itself (exit code {service.returncode})"
            raise ServiceError("serve", problem, "see the lines above")
        time.sleep(0.2)
