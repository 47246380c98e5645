"""The refresher: copies the champions of the registry into the verified cache; workers read the cache only.

It runs beside the service in a process of its own (``python -m serving.refresh``; ``--once`` for a single
look, ``--later`` where somebody has just looked), so that no request ever waits for the registry and no
worker carries its libraries. It may as well run elsewhere, on the same cache: in a light install, which
cannot read the registry, the service reads the cache alone. Between two looks it carries out what people
asked for on the page of models (:mod:`serving.fulfilment`), and looks at once afterwards.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from features.errors import BundleError, InputError, RegistryError, XmError
from serving.cache import (
    CHALLENGER_POINTER,
    POINTER,
    RefreshStatus,
    find_pointer,
    install,
    write_status,
)
from serving.candidate import TRIAL_SECONDS, try_out
from serving.fulfilment import Fulfilment
from serving.history import write_history
from serving.settings import Settings
from training.bundle import verify

if TYPE_CHECKING:
    from training.registry import RegisteredBundle

LOG = logging.getLogger("xm_predict.refresh")
_WISHES_SECONDS = 1.0
# One attempt of a few seconds each: with the defaults a dead server blocks for many minutes.
_PATIENCE = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "5",
}


def refresh(settings: Settings) -> dict[str, str]:
    """Bring the cache up to date with the registry.

    Parameters
    ----------
    settings
        Where registry and cache are.

    Returns
    -------
    dict
        Model version by use case with a champion in the registry.

    Raises
    ------
    XmError
        If the registry cannot be reached or a champion cannot be used; the others are brought up to date.
    """
    from serving.chronicle import gather_history
    from training import registry

    registry.connect(settings.registry)
    versions: dict[str, str] = {}
    failures: list[XmError] = []
    for usecase in registry.champion_names():
        try:
            versions[usecase] = _refresh_one(usecase, settings.cache)
            if settings.is_shadowing:
                _refresh_challenger(usecase, settings.cache)
            write_history(settings.cache, gather_history(usecase, settings.cache))
        except XmError as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return versions


class Refresher:
    """Look at the registry within a deadline and leave word of how it went.

    Parameters
    ----------
    settings
        Where registry and cache are, and the deadline.
    work
        What one look does. It runs in a thread; one that hangs is left alone, and no second one is started.
    now
        Clock, in seconds.
    """

    def __init__(
        self,
        settings: Settings,
        work: Callable[[Settings], dict[str, str]] = refresh,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._now = now
        self._work = work
        self._problem: str | None = None
        self._failures = 0
        self._thread: threading.Thread | None = None
        self._began = 0.0

    @property
    def is_stuck(self) -> bool:
        """Tell whether a look has gone on for so long that it will not come to an end.

        A registry that answers with a byte a second breaks no deadline of a connection. The time leaves room
        for the trial of a bundle.
        """
        patience = TRIAL_SECONDS + 3 * self._settings.refresh_deadline_seconds
        is_looking = self._thread is not None and self._thread.is_alive()
        return is_looking and self._now() - self._began > patience

    def look(self) -> RefreshStatus:
        """Look once and return, and write, how it went."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._attempt, daemon=True)
            self._began = self._now()
            self._thread.start()
        self._thread.join(self._settings.refresh_deadline_seconds)
        problem = self._problem
        if self._thread.is_alive():
            problem = (
                f"the registry did not answer within {self._settings.refresh_deadline_seconds:g} seconds"
            )
        if problem:
            self._failures += 1
            LOG.warning("%s", problem)
        status = RefreshStatus(time.time(), problem, self._failures)
        write_status(self._settings.cache, status)
        return status

    def _attempt(self) -> None:
        """Refresh, and note what went wrong."""
        try:
            found = self._work(self._settings)
            named = ", ".join(f"{usecase} {model}" for usecase, model in found.items())
            LOG.info("champions: %s", named or "none yet")
            self._problem = None
        except XmError as error:
            self._problem = str(error)
        except ModuleNotFoundError as error:
            remedy = "set MLFLOW_TRACKING_URI to a server, or install xm-predict[train]"
            self._problem = f"the registry cannot be read without '{error.name}'; {remedy}"
        except Exception as error:  # noqa: BLE001 - an outage has many shapes; none may end the refresher
            self._problem = f"the registry failed ({type(error).__name__})"


def main(arguments: list[str]) -> int:
    """Look once, or now and again until the parent is gone or SIGTERM comes.

    With ``--later`` it begins with a pause, before it brings in the libraries of the registry: the launcher
    has just looked, and they would take the seconds in which the service starts.

    Returns
    -------
    int
        With ``--once`` 1 if something went wrong; 2 if a setting or the install has to be mended.
    """
    # As the first process of a container it would be deaf to SIGTERM without an answer of its own.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    logging.basicConfig(format="refresher: %(message)s", level=logging.WARNING)
    LOG.setLevel(logging.INFO)
    for name, setting in _PATIENCE.items():
        os.environ.setdefault(name, setting)
    try:
        settings = Settings.from_environment()
    except InputError as error:
        LOG.error("%s", error)  # noqa: TRY400 - one line for people
        return error.exit_code
    parent, fulfilment = os.getppid(), Fulfilment(settings)
    if "--later" in arguments:
        _pause(settings, fulfilment, parent)
    # Seconds of importing on a busy machine are not the registry's: the deadline is for its answers.
    try:
        importlib.import_module("training.registry")
    except ModuleNotFoundError as error:
        LOG.error("the registry cannot be read without '%s'; install xm-predict[registry]", error.name)  # noqa: TRY400 - one line for people
        return InputError.exit_code
    if "--once" in arguments:
        return 1 if Refresher(_with_patience(settings)).look().problem else 0
    _keep_looking(settings, fulfilment, parent)
    return 0


def _keep_looking(settings: Settings, fulfilment: Fulfilment, parent: int) -> None:
    """Look now and again until this process is no child of its parent any more."""
    refresher = Refresher(settings)
    while os.getppid() == parent:
        refresher.look()
        if refresher.is_stuck:
            LOG.warning("a look at the registry does not end; beginning anew")
            # A thread cannot be ended, a process can: this one becomes a new one with the same parent.
            os.execv(sys.executable, [sys.executable, "-m", "serving.refresh"])  # noqa: S606 - our own words
        _pause(settings, fulfilment, parent)


def _pause(settings: Settings, fulfilment: Fulfilment, parent: int) -> None:
    """Wait for the next look; a wish that comes meanwhile is carried out, and the next look is at once."""
    until = time.monotonic() + choose_pause(settings.refresh_seconds)
    while (left := until - time.monotonic()) > 0 and os.getppid() == parent:
        fulfilment.attend()
        if fulfilment.has_work() and fulfilment.carry_out():
            return
        time.sleep(min(left, _WISHES_SECONDS))


def choose_pause(seconds: float) -> float:
    """Return the time until the next look, up to a fifth more or less by lot.

    Many services that lost one registry at the same moment do not all come back to it at the same moment.
    """
    return seconds * random.uniform(0.8, 1.2)


def _with_patience(settings: Settings) -> Settings:
    """Leave time for the trial of the first champion: with an empty cache there is nothing else to answer."""
    if any(settings.cache.glob(f"*/{POINTER}")):
        return settings
    return replace(settings, refresh_deadline_seconds=settings.refresh_deadline_seconds + TRIAL_SECONDS)


def _refresh_one(usecase: str, cache: Path) -> str:
    """Fetch and install the champion of one use case unless it is there already."""
    from training import registry

    champion = registry.find_version(usecase, registry.CHAMPION)
    if champion is None:
        raise RegistryError(f"model {usecase}", "has lost its champion just now", "promote a version")
    return _bring(champion, cache, POINTER)


def _refresh_challenger(usecase: str, cache: Path) -> None:
    """Fetch and install the challenger; without one, or if it is the champion, there is no shadow."""
    from training import registry

    challenger = registry.find_version(usecase, registry.CHALLENGER)
    champion = find_pointer(cache / usecase)
    if challenger is None or (champion and champion.registry_version == challenger.version):
        (cache / usecase / CHALLENGER_POINTER).unlink(missing_ok=True)
        return
    _bring(challenger, cache, CHALLENGER_POINTER)


def _bring(registered: RegisteredBundle, cache: Path, name: str) -> str:
    """Fetch and install one version unless it is there already; return its name."""
    from training import registry

    pointer = find_pointer(cache / registered.usecase, name)
    if pointer and pointer.registry_version == registered.version:
        with contextlib.suppress(BundleError):
            return verify(cache / registered.usecase / pointer.model_version).model_version
    with tempfile.TemporaryDirectory(prefix="xm-predict-") as scratch:
        bundle = registry.fetch(registered, Path(scratch) / "bundle")
        return install(
            bundle, cache, try_out=try_out, registry_version=registered.version, name=name
        ).model_version


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
