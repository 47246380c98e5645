"""One contender in a process of its own: what it costs once all is imported and compiled.

``python -m tests.bench.timed JOB`` takes a job as JSON, runs the contender on a tiny log first, then on the
log, and writes the cost as JSON to stdout.
"""

import gc
import importlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

CONTENDERS: Mapping[str, tuple[str, str]] = {
    "limit": ("tests.bench.plain", "scan_once"),
    "ours": ("tests.bench.ours", "build_ours"),
    "duckdb_loop": ("tests.bench.plain", "loop_in_sql"),
    "pandas_loop": ("tests.bench.pandas_loop", "loop_in_pandas"),
}
_STATUS = Path("/proc/self/status")
_KIB = 1024


@dataclass(frozen=True)
class Job:
    """Say what one process has to do."""

    contender: str
    log: str
    tiny: str
    to: str
    snapshots: tuple[str, ...]
    windows: tuple[int, ...]


@dataclass(frozen=True)
class Cost:
    """Hold what a run took.

    Attributes
    ----------
    cpu_seconds
        User and system time of all threads and child processes.
    wall_seconds
        Time that passed.
    peak_gb
        Most memory that the process ever had (resident, 1e9 bytes), its imports included.
    """

    cpu_seconds: float
    wall_seconds: float
    peak_gb: float


def run(job: Job) -> Cost:
    """Run a contender on the tiny log, then measure it on the log."""
    module, name = CONTENDERS[job.contender]
    build = getattr(importlib.import_module(module), name)
    snapshots = [date.fromisoformat(day) for day in job.snapshots]
    to = Path(job.to)
    with tempfile.TemporaryDirectory(dir=to.parent) as folder:
        build(Path(job.tiny), Path(folder) / "features.parquet", snapshots, list(job.windows))
    return measure(lambda: build(Path(job.log), to, snapshots, list(job.windows)))


def measure(work: Callable[[], object]) -> Cost:
    """Return what a piece of work costs this process and those that it starts."""
    gc.collect()
    own, others, started = _cpu(resource.RUSAGE_SELF), _cpu(resource.RUSAGE_CHILDREN), time.perf_counter()
    work()
    wall = time.perf_counter() - started
    own, others = _cpu(resource.RUSAGE_SELF) - own, _cpu(resource.RUSAGE_CHILDREN) - others
    peak = own_peak() + (_peak(resource.RUSAGE_CHILDREN) if others > 0 else 0)
    return Cost(round(own + others, 3), round(wall, 3), round(peak / 1e9, 3))


def _cpu(who: int) -> float:
    """Return user and system seconds so far."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def own_peak() -> int:
    """Return the most bytes that this process had; Linux counts those of its parent into ``ru_maxrss``."""
    if not _STATUS.exists():
        return _peak(resource.RUSAGE_SELF)
    lines = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) * _KIB


def _peak(who: int) -> int:
    """Return the most bytes by the accounts of the system; macOS tells bytes, Linux KiB."""
    return resource.getrusage(who).ru_maxrss * (1 if sys.platform == "darwin" else _KIB)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(run(Job(**json.loads(sys.argv[1]))))) + "\n")
