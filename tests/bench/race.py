"""Contenders take turns on one log; what each turn cost, and whether their tables are equal."""

import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from features.progress import Report
from tests.bench.asked import WINDOWS
from tests.bench.checksums import Checksum, find_differences, sum_up
from tests.bench.eventlog import Draw
from tests.bench.timed import Cost, Job

REPOSITORY = Path(__file__).resolve().parents[2]
OURS, LIMIT = "ours", "limit"
_BLOCK = 1 << 24

Days = tuple[date, ...]


@dataclass(frozen=True)
class Size:
    """Say how one size of log is measured.

    Attributes
    ----------
    draw
        The log.
    contenders
        Who takes turns, in this order.
    repeats
        How many turns each.
    snapshots
        What they build.
    judges
        Contenders whose tables ours has to equal, with the snapshots that are compared. A judge who takes no
        turns runs once at the end, for these snapshots alone.
    """

    draw: Draw
    contenders: tuple[str, ...]
    repeats: int
    snapshots: Days
    judges: Mapping[str, Days]


@dataclass
class Outcome:
    """Hold costs by contender in the order of the turns, and by judge the features of ours that differ."""

    costs: dict[str, list[Cost]] = field(default_factory=dict)
    differences: dict[str, dict[str, str]] = field(default_factory=dict)

    def cpu(self, contender: str) -> float:
        """Return the median of the CPU seconds of a contender."""
        return statistics.median(cost.cpu_seconds for cost in self.costs[contender])

    def peak(self, contender: str) -> float:
        """Return the greatest peak of a contender in GB."""
        return max(cost.peak_gb for cost in self.costs[contender])

    @property
    def ratio(self) -> float:
        """Return the CPU seconds of ours over those of the limit."""
        return self.cpu(OURS) / self.cpu(LIMIT)

    def describe(self) -> dict[str, Any]:
        """Return all figures under the names of the JSON line."""
        shown = {
            name: {
                "cpu_seconds": round(self.cpu(name), 2),
                "peak_gb": self.peak(name),
                "runs": [asdict(cost) for cost in costs],
            }
            for name, costs in self.costs.items()
        }
        return {**shown, "ratio": round(self.ratio, 3), "differences": self.differences}


class Race:
    """Hold one log on which contenders take turns, and what their tables add up to."""

    def __init__(self, size: Size, log: Path, tiny: Path, report: Report) -> None:
        self._size = size
        self._log = log
        self._tiny = tiny
        self._report = report
        self._sums: dict[tuple[str, Days], list[dict[str, Checksum]]] = {}

    def run(self) -> Outcome:
        """Return the costs of all turns and how ours differs from its judges."""
        size, outcome = self._size, Outcome()
        _read_through(self._log)
        for _ in range(size.repeats):
            for contender in size.contenders:
                outcome.costs.setdefault(contender, []).append(self._take_turn(contender, size.snapshots))
        for judge, days in size.judges.items():
            if judge not in size.contenders:
                self._take_turn(judge, days)
            outcome.differences[judge] = self._compare(judge, days)
        return outcome

    def _take_turn(self, contender: str, snapshots: Days) -> Cost:
        """Run a contender once and add up its table, which is then removed."""
        to = self._log.with_name(contender)
        days = tuple(snapshot.isoformat() for snapshot in snapshots)
        cost = run_apart(Job(contender, str(self._log), str(self._tiny), str(to), days, WINDOWS))
        self._report(
            f"{contender}: {cost.cpu_seconds:.2f} CPU s, {cost.wall_seconds:.2f} s, {cost.peak_gb:.2f} GB"
        )
        for judge, compared in self._size.judges.items():
            if contender in (OURS, judge):
                key = (contender, compared)
                self._sums.setdefault(key, []).append(sum_up(to, WINDOWS, compared))
        _remove(to)
        return cost

    def _compare(self, judge: str, days: Days) -> dict[str, str]:
        """Return how any table of ours differs from any of a judge's, by feature."""
        found: dict[str, str] = {}
        for expected in self._sums[judge, days]:
            for ours in self._sums[OURS, days]:
                found |= find_differences(ours, expected)
        for name, difference in found.items():
            self._report(f"{OURS} is not {judge} in {name}: {difference}")
        return found


def run_apart(job: Job) -> Cost:
    """Run a contender in a fresh process.

    Raises
    ------
    RuntimeError
        If it fails; its own last words are in the message.
    """
    command = [sys.executable, "-m", "tests.bench.timed", json.dumps(asdict(job))]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"{job.contender} ended with code {done.returncode}: {done.stderr.strip()[-2000:]}"
        raise RuntimeError(message)
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def _read_through(path: Path) -> None:
    """Read a file once, so that the first contender finds it in memory as the others do."""
    with path.open("rb") as file:
        while file.read(_BLOCK):
            pass


def _remove(table: Path) -> None:
    """Remove a table of features: a file, a folder, or nothing."""
    if table.is_dir():
        shutil.rmtree(table)
    table.unlink(missing_ok=True)


def to_figures(outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """Return the figures of the JSON line; what was not measured is null."""
    small, large = outcomes.get("5m"), outcomes.get("50m")
    return {
        "ratio_5m": None if small is None else round(small.ratio, 3),
        "ratio_50m": None if large is None else round(large.ratio, 3),
        "growth_5m_50m": (
            None if small is None or large is None else round(large.cpu(OURS) / small.cpu(OURS), 3)
        ),
        "peak_gb_50m": None if large is None else large.peak(OURS),
        "equal": not any(faults for outcome in outcomes.values() for faults in outcome.differences.values()),
        "sizes": {size: outcome.describe() for size, outcome in outcomes.items()},
    }
