"""What a refresh costs: one more file with 1 % of the events, beside a build of the whole log from nothing.

``python -m tests.bench.refresh [--events 5000000] [--folder FOLDER]`` draws a log
(:mod:`tests.bench.eventlog`), has its 31 features (:mod:`tests.bench.asked`) computed at 12 snapshots with
partial results kept, adds a file of new events, a tenth of them late, and measures in fresh processes and in
turns

- ``rebuild``: the features of both files from nothing;
- ``refresh``: the same from the partial results of the first file.

The clock starts after imports and a run on a tiny log; entities and rows are given. The tables have to be
equal:
counts, extremes, times and picked values exactly, sums and slopes to 1e-9. The last line on stdout is one
JSON
object with ``refresh_share``, the CPU seconds of a refresh as a share of those of a rebuild, and ``equal``.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.cohort import Rows, count_days
from features.fold import fold_files
from features.sources import EventFiles
from features.sql import open_database, quoted_texts
from tests.bench.asked import SNAPSHOTS, list_files
from tests.bench.eventlog import ENTITIES, Draw, write_log, write_more
from tests.bench.ours import list_asked
from tests.bench.timed import measure

_DAYS = (*SNAPSHOTS[1:], date(2026, 1, 9))  # the last one sees the new events
_TURNS = 3
_SHARE = 0.01
_EXACT = ("count", "min", "max", "last", "days")


def compute(log: Path, rows: Path, partials: Path | None) -> pa.Table:
    """Return the features of all rows."""
    files = EventFiles(tuple(list_files(log)), "entity_id", "event_time", "known_at", 0)
    asked = pq.read_table(rows)
    with open_database() as connection:
        stored = Rows(asked.column("entity_id"), asked.column("day").to_numpy()).store(connection)
        return fold_files(connection, files=files, rows=stored, measures=list_asked(), partials=partials)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the figures and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.refresh")
    parser.add_argument("--events", type=int, default=5_000_000, help="events of the first file")
    parser.add_argument("--folder", type=Path, help="where everything is drawn and kept; else it is removed")
    asked = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xm-refresh-")))
        figures = _race(folder, Draw(asked.events, min(ENTITIES, max(asked.events // 50, 10))))
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0 if figures["equal"] else 1


def _race(folder: Path, draw: Draw) -> dict[str, object]:
    """Return what rebuilds and refreshes cost, and whether they agree."""
    log, tiny = folder / "log", folder / "tiny"
    write_log(tiny, Draw(2_000, 50))
    shutil.rmtree(log, ignore_errors=True)
    write_log(log, draw)
    for one in (log, tiny):
        _write_rows(one, one.with_suffix(".rows"))
    shutil.rmtree(kept := folder / "kept", ignore_errors=True)
    _run_apart("prepare", log, tiny, kept, folder / "prepare.parquet")
    write_more(log, _SHARE)
    costs: dict[str, list[dict[str, float]]] = {"rebuild": [], "refresh": []}
    for turn in range(_TURNS):
        for kind, found in costs.items():
            partials = folder / f"{kind}-{turn}"
            if kind == "refresh":
                shutil.copytree(kept, partials)
            found.append(_run_apart(kind, log, tiny, partials, folder / f"{kind}.parquet"))
            shutil.rmtree(partials, ignore_errors=True)
    cpu = {kind: statistics.median(cost["cpu_seconds"] for cost in found) for kind, found in costs.items()}
    differing = _compare(folder / "rebuild.parquet", folder / "refresh.parquet")
    share = round(cpu["refresh"] / cpu["rebuild"], 3)
    return {"refresh_share": share, "equal": not differing, "differing": differing, "runs": costs}


def _write_rows(log: Path, to: Path) -> None:
    """Write every entity of a log at every snapshot."""
    with open_database() as connection:
        source = f"read_parquet([{quoted_texts(str(file) for file in list_files(log))}])"
        found = connection.sql(f"SELECT DISTINCT entity_id FROM {source} ORDER BY 1").to_arrow_table()
    ids = found.column("entity_id").combine_chunks()
    days = np.array([count_days(day) for day in _DAYS], np.int32)
    owners = np.repeat(np.arange(len(ids)), len(days))
    pq.write_table(pa.table({"entity_id": ids.take(pa.array(owners)), "day": np.tile(days, len(ids))}), to)


def _run_apart(kind: str, log: Path, tiny: Path, partials: Path, to: Path) -> dict[str, float]:
    """Run one contender in a process of its own and return its cost."""
    words = [kind, str(log), str(tiny), str(partials), str(to)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.refresh_once", *words], check=True, capture_output=True, text=True
    )
    cost: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    sys.stderr.write(f"{kind}: {cost['cpu_seconds']:.2f} CPU s, peak {cost['peak_gb']:.2f} GB\n")
    return cost


def run_once(kind: str, log: Path, tiny: Path, partials: Path, to: Path) -> dict[str, float]:
    """Warm up on the tiny log, then measure one contender and keep its table."""
    with tempfile.TemporaryDirectory() as scratch:
        for _ in range(2):
            compute(tiny, tiny.with_suffix(".rows"), Path(scratch) if kind != "rebuild" else None)
    found: list[pa.Table] = []
    kept = None if kind == "rebuild" else partials
    cost = measure(lambda: found.append(compute(log, log.with_suffix(".rows"), kept)))
    pq.write_table(found[0], to)
    return asdict(cost)


def _compare(one: Path, other: Path) -> list[str]:
    """Return the features in which two tables differ."""
    left, right = pq.read_table(one), pq.read_table(other)
    differing = []
    for name in left.column_names:
        first, second = (table.column(name).to_numpy().astype(np.float64) for table in (left, right))
        is_exact = name.rpartition(".")[2].startswith(_EXACT)
        near = 0.0 if is_exact else 1e-9
        if not np.allclose(first, second, rtol=near, atol=near, equal_nan=True):
            differing.append(name)
    return differing


if __name__ == "__main__":
    sys.exit(main())
