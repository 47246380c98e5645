"""The refresher's part of wishes: carry them out by the commands of the command line, gate and all.

What says whether a change of champion happened is the ledger alone, not how the command ended: so a wish that
was cut short, by a kill or an outage, is looked up there before anything is done again. The command itself
changes nothing unless the last entry of the ledger is the one that the person saw.
"""

import importlib.util
import logging
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from features.errors import XmError
from serving.access.ring import KeyRing
from serving.access.roles import PROMOTE_MODEL
from serving.audit.lines import Entry
from serving.audit.trail import AuditError, Trail
from serving.settings import Settings
from serving.wishes import TAKEN, Outcome, State, Wish, WishFolder, is_timely

LOG = logging.getLogger("xm_predict.refresh")
COMMAND_SECONDS = 180.0
_NEEDED = ("mlflow", "scipy", "sklearn", "optuna", "duckdb")
_KINDS = {"promote": "promoted", "rollback": "rolled_back"}
_TOLD = "xm-predict: "
_MOST_LETTERS = 1_500
# What the command says of a registry that does not answer; all else that it says is a refusal.
_OUTAGES = ("check MLFLOW_TRACKING_URI", "the registry is busy")

Run = Callable[[list[str], int], tuple[State, str]]


class Fulfilment:
    """Carry out wishes, one after the other, each at most once.

    Parameters
    ----------
    settings
        Where wishes, keys, registry and audit log are.
    run
        Runs a command while it holds a lock; tells how it ended and what it said.
    now
        Clock, in seconds since 1970.
    """

    def __init__(
        self, settings: Settings, run: Run | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self._settings = settings
        self._folder = WishFolder(settings.wishes)
        self._run = run or run_command
        self._now = now
        self._trail = Trail(settings.audit)
        self._is_able = all(importlib.util.find_spec(name) is not None for name in _NEEDED)

    def attend(self) -> None:
        """Leave word that wishes are carried out here, where this install can do it."""
        if self._is_able:
            try:
                self._folder.attend()
            except OSError as error:
                LOG.warning("wishes: %s cannot be used (%s)", self._settings.wishes, error.strerror)

    def has_work(self) -> bool:
        """Tell whether there is something to carry out."""
        return self._is_able and self._folder.has_work()

    def carry_out(self) -> bool:
        """Carry out what waits; tell whether anything was settled."""
        with self._folder.held_alone() as lock:
            if lock is None:
                return False
            settled = [self._take(path, lock) for path in self._folder.list_work()]
        return any(settled)

    def _take(self, path: Path, lock: int) -> bool:
        """Carry out one wish; what is none is removed."""
        wish = self._folder.read_wish(path)
        if wish is None:
            LOG.error("wishes: %s is no wish of ours; removed", path.name)
            self._folder.discard(path)
            return False
        if path.suffix != TAKEN and not self._folder.claim(path):
            return False
        if self._folder.find_outcome(wish) is None:
            state, told = self._decide(wish, lock)
            self._write_down(wish, state, told)
            self._folder.settle(Outcome(wish, state, self._now(), told[:_MOST_LETTERS]))
        else:
            self._folder.discard(path.with_suffix(TAKEN))
        return True

    def _decide(self, wish: Wish, lock: int) -> tuple[State, str]:
        """Carry out a wish unless that happened already, or nobody may ask for it any more."""
        try:
            if self._is_entered(wish):
                return "done", ""
            if not is_timely(wish, self._now()):
                return "late", ""
            if not self._may(wish):
                return "refused", "the key may not do this any more"
            ended = self._run(self._spell(wish), lock)
            return ("done", "") if self._is_entered(wish) else ended
        except XmError as error:
            return "failed", str(error)
        except OSError as error:
            return "failed", f"the command could not be run ({error.strerror})"

    def _is_entered(self, wish: Wish) -> bool:
        """Tell whether the ledger holds what was wished for, right behind the entry that was seen."""
        from training import registry

        registry.connect(self._settings.registry)
        entries = registry.read_standing(wish.usecase).history
        wanted = (wish.expects, wish.version, _KINDS[wish.step])
        return any(one.number and (one.expects, one.version, one.kind) == wanted for one in entries)

    def _may(self, wish: Wish) -> bool:
        """Tell whether the key of a wish may still change champions of its use case."""
        ring = KeyRing(self._settings.keys)
        ring.look()
        actor = ring.find_by_id(wish.key_id, self._now())
        if actor is None or not actor.may(PROMOTE_MODEL):
            return False
        return actor.usecases is None or wish.usecase in actor.usecases

    def _spell(self, wish: Wish) -> list[str]:
        """Return the command; with an equals sign no text can be taken for an option."""
        words = [sys.executable, "-m", "training", wish.step, f"--name={wish.usecase}"]
        if wish.step == "promote":
            words += [f"--version={wish.version}", f"--force={wish.reason}"]
        else:
            words += [f"--reason={wish.reason}"]
        return [*words, f"--expects={wish.expects}", f"--out={self._settings.registry}", "--json"]

    def _write_down(self, wish: Wish, state: State, told: str) -> None:
        """Write the outcome into the audit log."""
        is_done = state == "done"
        entry = Entry(
            action=f"{wish.step}-outcome",
            key=wish.key_id,
            role=wish.role,
            usecase=wish.usecase,
            model_version=wish.model_version,
            decision="allowed" if is_done else "denied",
            code="" if is_done else state,
        )
        LOG.info("%s of version %d of %s: %s %s", wish.step, wish.version, wish.usecase, state, told)
        try:
            self._trail.append([entry], datetime.now(UTC))
        except AuditError as error:
            LOG.error("THE AUDIT LOG CANNOT BE WRITTEN: %s", error)  # noqa: TRY400 - one line says it


def run_command(words: list[str], lock: int, seconds: float = COMMAND_SECONDS) -> tuple[State, str]:
    """Run a command of the command line, and tell how it ended.

    Parameters
    ----------
    lock
        The child holds it as well: if this process is killed, nobody else begins before the child has ended.
    seconds
        Longer than this it may not take.

    Returns
    -------
    tuple
        State, and the one line that the command said of its failure.
    """
    passed = () if sys.platform == "win32" else (lock,)
    try:
        done = subprocess.run(
            words,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=seconds,
            pass_fds=passed,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "failed", f"it took longer than {seconds:g} seconds"
    lines = [line for line in done.stderr.decode(errors="replace").splitlines() if line.startswith(_TOLD)]
    if done.returncode and lines:
        told = lines[-1].removeprefix(_TOLD)
        return ("failed" if any(words in told for words in _OUTAGES) else "refused"), told
    return "failed", f"the command ended with code {done.returncode} and changed nothing"
