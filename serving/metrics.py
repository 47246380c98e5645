"""Counters and times of the service, in the text format of Prometheus; nothing in them is about a person.

Labels hold words of ours alone: routes of the table, kinds of status, codes of problems, names of use cases
that have a champion. Counting is a look into a dictionary. Every worker leaves its numbers in a file once a
second; whichever worker is asked adds up all of them, those of workers that have ended too, so that no
counter goes back. How busy a worker is counts only while it lives.
"""

import contextlib
import os
import secrets
import time
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from features.files import write_atomically

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
REQUESTS = "xm_requests_total"
SECONDS = "xm_request_seconds"
ROWS = "xm_rows_scored_total"
TURNS = "xm_call_turns_total"
UNSEEN = "xm_unseen_categories_total"
REFUSALS = "xm_refusals_total"
CHAMPION = "xm_champion_info"
STALE = "xm_stale"
REFRESH_FAILURES = "xm_model_refresh_failures_total"
AUDIT_FAILURES = "xm_audit_failures_total"
AUDIT_LOST = "xm_audit_lines_lost_total"
JOURNAL_DROPS = "xm_journal_rows_dropped_total"
JOURNAL_FAILURES = "xm_journal_failures_total"
WORKING = "xm_requests_working"
WAITING = "xm_requests_waiting"
READING = "xm_bodies_reading"
HELD_BYTES = "xm_body_bytes_held"
MONITOR_ALERTS = "xm_monitor_alerts"
MONITOR_AGE = "xm_monitor_age_days"
MONITOR_ROWS_OF = "xm_monitor_rows_timestamp_seconds"
MONITOR_RETRAIN = "xm_monitor_retraining_due"
MONITOR_FIGURE = "xm_monitor_figure"

HELP: dict[str, tuple[str, str]] = {
    REQUESTS: ("counter", "Requests by route and kind of status."),
    SECONDS: ("histogram", "Seconds from the head of a request to the end of its answer."),
    ROWS: ("counter", "Rows, entities or people that were scored."),
    TURNS: ("counter", "Turns of calls that were measured."),
    UNSEEN: ("counter", "Categories in requests that training never saw."),
    REFUSALS: ("counter", "Requests refused, by the code of the problem."),
    CHAMPION: ("gauge", "Which model answers."),
    STALE: ("gauge", "1 while the registry was not reached of late."),
    REFRESH_FAILURES: ("counter", "Looks at the registry that failed."),
    AUDIT_FAILURES: ("counter", "Failed attempts to write the audit log."),
    AUDIT_LOST: ("counter", "Lines of the audit log that were given up."),
    JOURNAL_DROPS: ("counter", "Predictions that were not put into the journal."),
    JOURNAL_FAILURES: ("counter", "Failed attempts to write the journal."),
    WORKING: ("gauge", "Requests that are worked on."),
    WAITING: ("gauge", "Requests that wait for their turn."),
    READING: ("gauge", "Bodies that are on their way."),
    HELD_BYTES: ("gauge", "Bytes of the bodies that are on their way."),
    MONITOR_ALERTS: ("gauge", "What monitoring found changed beyond chance, by kind."),
    MONITOR_AGE: ("gauge", "Days since monitoring last looked."),
    MONITOR_ROWS_OF: ("gauge", "Day of the newest rows that monitoring has seen."),
    MONITOR_RETRAIN: ("gauge", "1 while a rule of the use case asks for a new training."),
    MONITOR_FIGURE: ("gauge", "How well the model does: promised, estimated, realised."),
}

# A worker that has left nothing for so long does no more work.
_LONGEST_SILENCE_SECONDS = 5.0

Label = tuple[tuple[str, str], ...]
Sample = tuple[str, Label, float]


class _Times:
    """Hold the histogram of one route."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_SECONDS) + 1)
        self.total = 0.0


class _Numbers(msgspec.Struct):
    """Hold what a worker leaves in its file."""

    counters: list[tuple[str, list[tuple[str, str]], float]]
    times: dict[str, tuple[list[int], float]]


class Metrics:
    """Count in one worker, and add up all workers.

    Parameters
    ----------
    folder
        Where the workers of one service leave their numbers; None: there is one worker.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._file = None if folder is None else folder / f"{os.getpid()}-{secrets.token_hex(4)}.json"
        self._requests: dict[tuple[str, int], int] = {}
        self._times: dict[str, _Times] = {}
        self._counts: dict[tuple[str, str, str], float] = {}

    def count_request(self, route: str, status: int, seconds: float, code: str = "") -> None:
        """Count an answered request.

        Parameters
        ----------
        route
            As it stands in the table of routes; ``-`` for all else.
        code
            Of the problem, if it was refused.
        """
        key = (route, status // 100)
        self._requests[key] = self._requests.get(key, 0) + 1
        times = self._times.get(route)
        if times is None:
            times = self._times.setdefault(route, _Times())
        times.counts[bisect_left(BOUNDS_SECONDS, seconds)] += 1
        times.total += seconds
        if code:
            self.count(REFUSALS, "code", code)

    def count_rows(self, usecase: str, n_rows: int, n_unseen: int = 0) -> None:
        """Count what was scored."""
        self.count(ROWS, "usecase", usecase, n_rows)
        if n_unseen:
            self.count(UNSEEN, "usecase", usecase, n_unseen)

    def count(self, name: str, label: str = "", content: str = "", by: float = 1) -> None:
        """Raise a counter."""
        key = (name, label, content)
        self._counts[key] = self._counts.get(key, 0) + by

    def leave(self, totals: Mapping[str, float] | None = None) -> None:
        """Leave the numbers where other workers find them; nothing is said if the disk does not take them.

        Parameters
        ----------
        totals
            Counters, and gauges of its load, that are kept elsewhere in this worker, by name.
        """
        if self._file is not None:
            with contextlib.suppress(OSError):
                write_atomically(self._file, msgspec.json.encode(self._collect(totals)), mode=0o600)

    def write(self, gauges: Iterable[Sample] = (), totals: Mapping[str, float] | None = None) -> str:
        """Return the numbers of all workers as text.

        Parameters
        ----------
        gauges
            Samples that hold for the service as a whole: name, labels, number.
        totals
            As for :meth:`leave`.
        """
        counters: dict[tuple[str, Label], float] = {}
        times: dict[str, tuple[list[int], float]] = {}
        for numbers in (self._collect(totals), *self._read_others()):
            for name, pairs, value in numbers.counters:
                label = tuple((key, content) for key, content in pairs)
                counters[name, label] = counters.get((name, label), 0) + value
            for route, (counts, total) in numbers.times.items():
                before, sum_before = times.get(route, ([0] * len(counts), 0.0))
                added = [one + other for one, other in zip(before, counts, strict=True)]
                times[route] = (added, sum_before + total)
        samples = [(name, label, value) for (name, label), value in counters.items()]
        for route, (counts, total) in times.items():
            samples += _spread(route, counts, total)
        return _spell([*samples, *gauges])

    def _collect(self, totals: Mapping[str, float] | None) -> _Numbers:
        """Return the numbers of this worker."""
        counters: list[tuple[str, list[tuple[str, str]], float]] = [
            (REQUESTS, [("route", route), ("status", f"{kind}xx")], count)
            for (route, kind), count in list(self._requests.items())
        ]
        counters += [
            (name, [(label, content)] if label else [], value)
            for (name, label, content), value in list(self._counts.items())
        ]
        counters += [(name, [], value) for name, value in (totals or {}).items()]
        times = {route: (list(one.counts), one.total) for route, one in list(self._times.items())}
        return _Numbers(counters, times)

    def _read_others(self) -> list[_Numbers]:
        """Return the numbers of the other workers; a file that cannot be read counts as absent."""
        if self._file is None:
            return []
        found = []
        for path in sorted(self._file.parent.glob("*.json")):
            if path != self._file:
                with contextlib.suppress(OSError, msgspec.MsgspecError):
                    numbers = msgspec.json.decode(path.read_bytes(), type=_Numbers)
                    if time.time() - path.stat().st_mtime > _LONGEST_SILENCE_SECONDS:
                        numbers.counters = [one for one in numbers.counters if HELP[one[0]][0] != "gauge"]
                    found.append(numbers)
        return found


def _spread(route: str, counts: list[int], total: float) -> list[Sample]:
    """Return a histogram as samples: counts up to each bound, sum and count."""
    samples: list[Sample] = []
    so_far = 0
    for bound, count in zip((*map(str, BOUNDS_SECONDS), "+Inf"), counts, strict=True):
        so_far += count
        samples.append((f"{SECONDS}_bucket", (("route", route), ("le", bound)), so_far))
    label = (("route", route),)
    return [*samples, (f"{SECONDS}_sum", label, total), (f"{SECONDS}_count", label, so_far)]


def _spell(samples: Iterable[Sample]) -> str:
    """Return samples as text, each kind under its explanation."""
    by_name: dict[str, list[str]] = {name: [] for name in HELP}
    for name, label, value in samples:
        pairs = ",".join(f'{key}="{_escape(content)}"' for key, content in label)
        number = f"{value:.9g}" if value != int(value) else str(int(value))
        family = name if name in HELP else name.rpartition("_")[0]
        by_name[family].append(f"{name}{{{pairs}}} {number}" if pairs else f"{name} {number}")
    lines: list[str] = []
    for name, (kind, words) in HELP.items():
        lines += [f"# HELP {name} {words}", f"# TYPE {name} {kind}", *by_name[name]]
    return "\n".join(lines) + "\n"


def _escape(content: str) -> str:
    """Return a label as it may stand between quotes."""
    return content.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
