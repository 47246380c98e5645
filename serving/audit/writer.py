"""The thread that writes the audit log of a worker, so that requests do not wait for the disk.

Most lines are handed over and written together, at most 50 ms later plus what the disk takes. Who must not
answer before the line is on disk waits for it (:meth:`AuditWriter.demand`).
"""

import logging
import threading
import time
from collections import Counter, deque
from concurrent.futures import Future
from datetime import UTC, datetime

from serving.audit.lines import Entry
from serving.audit.trail import AuditError, Trail

LOG = logging.getLogger("xm_predict.audit")
_DELAY_SECONDS = 0.04
_RETRY_SECONDS = 1.0
_STRANGERS_SECONDS = 1.0
_MOST_WAITING = 20_000
_MOST_AT_ONCE = 2_000
_STOP_SECONDS = 10.0

_Waiting = tuple[Entry, "Future[None] | None"]


class AuditWriter:
    """Take lines from requests and write them.

    Parameters
    ----------
    trail
        Where they go.

    Attributes
    ----------
    failures
        How often the log could not be written.
    n_lost
        How many lines were given up because too many were waiting.
    """

    def __init__(self, trail: Trail) -> None:
        self._trail = trail
        self._waiting: deque[_Waiting] = deque()
        self._strangers: Counter[tuple[str, str]] = Counter()
        self._strangers_lock = threading.Lock()
        self._is_called = threading.Event()
        self._is_urgent = threading.Event()
        self._is_ending = False
        self._is_broken = False
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)
        self.failures = 0
        self.n_lost = 0

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def note(self, entry: Entry) -> None:
        """Hand a line over; never waits and never fails."""
        if len(self._waiting) >= _MOST_WAITING:
            self.n_lost += 1
            return
        self._waiting.append((entry, None))
        if not self._is_called.is_set():
            self._is_called.set()

    def note_stranger(self, action: str, code: str) -> None:
        """Count a request without a valid key: one line per second says how many there were.

        Whoever has no key could fill the disk otherwise.
        """
        with self._strangers_lock:
            self._strangers[action, code] += 1
        if not self._is_called.is_set():
            self._is_called.set()

    def demand(self, entry: Entry) -> "Future[None]":
        """Hand a line over that has to be on disk before anything is answered.

        Returns
        -------
        Future
            Done when the line is on disk; holds an :class:`AuditError` if it cannot be written, and the line
            is given up then.
        """
        future: Future[None] = Future()
        if self._is_ending:
            future.set_exception(AuditError("audit", "is closed", "start the service again"))
            return future
        self._waiting.append((entry, future))
        self._is_urgent.set()
        self._is_called.set()
        return future

    def stop(self, entry: Entry) -> None:
        """Write all that waits and a last line, and end."""
        self._waiting.append((entry, None))
        self._is_ending = True
        self._is_urgent.set()
        self._is_called.set()
        self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        """Write until the end; whatever goes wrong, go on."""
        told_at = 0.0
        while not self._is_ending:
            self._is_called.wait()
            self._is_urgent.wait(_RETRY_SECONDS if self._is_broken else _DELAY_SECONDS)
            self._is_urgent.clear()
            self._is_called.clear()
            if self._strangers and time.monotonic() - told_at >= _STRANGERS_SECONDS:
                self._take_strangers()
                told_at = time.monotonic()
            self._write_waiting()
            if self._strangers or (self._is_broken and self._waiting):
                self._is_called.set()
        self._take_strangers()
        self._write_waiting()
        self._give_up(AuditError("audit", "is closed", "start the service again"))

    def _take_strangers(self) -> None:
        """Turn the counts of requests without a valid key into lines."""
        with self._strangers_lock:
            counted, self._strangers = self._strangers, Counter()
        for (action, code), count in counted.items():
            self._waiting.append((Entry(action=action, count=count, decision="denied", code=code), None))

    def _write_waiting(self) -> None:
        """Write what waits; those that can wait go on waiting if the disk does not take it."""
        while self._waiting:
            taken = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_AT_ONCE))]
            # From here on nobody can cancel; the line of one who has gone away is written all the same.
            futures = [
                future for _, future in taken if future is not None and future.set_running_or_notify_cancel()
            ]
            try:
                self._trail.append([entry for entry, _ in taken], datetime.now(UTC))
            except Exception as error:  # noqa: BLE001 - whatever is wrong, those who wait have to hear it
                self._fail(taken, futures, error)
                return
            for future in futures:
                future.set_result(None)
            if self._is_broken:
                self._is_broken = False
                LOG.warning("the audit log can be written again")

    def _fail(self, taken: list[_Waiting], futures: "list[Future[None]]", error: Exception) -> None:
        """Tell those who wait, keep the rest, and say it loudly, once."""
        self.failures += 1
        self._waiting.extendleft(pair for pair in reversed(taken) if pair[1] is None)
        known = error if isinstance(error, AuditError) else AuditError("audit", type(error).__name__)
        for future in futures:
            future.set_exception(known)
        if not self._is_broken:
            self._is_broken = True
            LOG.error("THE AUDIT LOG CANNOT BE WRITTEN; single people at work are not scored: %s", known)

    def _give_up(self, error: AuditError) -> None:
        """Tell those who still wait that nothing more is written."""
        while self._waiting:
            _, future = self._waiting.popleft()
            self.n_lost += 1
            if future is not None and future.set_running_or_notify_cancel():
                future.set_exception(error)
