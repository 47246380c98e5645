"""What features cost: CPU and memory of a build beside one plain pass over the same log.

``python -m tests.bench.features [--events 5m,50m] [--folder FOLDER] [--quick]`` draws logs
(:mod:`tests.bench.eventlog`) and has 31 features computed at 12 snapshots (:mod:`tests.bench.asked`) by

- ``limit``: DuckDB reads the columns that features need and groups them by entity once;
- ``ours``: the product's build;
- ``duckdb_loop``: one DuckDB query per snapshot over the raw log, 5m only;
- ``pandas_loop``: masks and groupby per snapshot in pandas, 5m only.

They take turns, each in a fresh process, three times at 5m and twice at 50m. The clock starts after imports
and after a run on a tiny log, so compiled code is warm. CPU seconds are user and system time of all threads
and child processes, and their median is shown; the peak is the most resident memory that the process ever
had, imports included, in 1e9 bytes.

By checksum (:mod:`tests.bench.checksums`) the table of ours has to equal that of both loops at 5m, and at 50m
that of plain SQL at three snapshots. Progress goes to stderr; the last line on stdout is one JSON object. The
exit code is 1 when a feature differs.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench.asked import SNAPSHOTS
from tests.bench.eventlog import Draw, write_log
from tests.bench.race import LIMIT, OURS, Outcome, Race, Size, to_figures

_LOOPS = ("duckdb_loop", "pandas_loop")
_THREE = (SNAPSHOTS[0], SNAPSHOTS[5], SNAPSHOTS[11])
_TINY = Draw(events=2_000, entities=50)
SIZES: Mapping[str, Size] = {
    "5m": Size(Draw(5_000_000), (LIMIT, OURS, *_LOOPS), 3, SNAPSHOTS, dict.fromkeys(_LOOPS, SNAPSHOTS)),
    "50m": Size(Draw(50_000_000), (LIMIT, OURS), 2, SNAPSHOTS, {"duckdb_loop": _THREE}),
}
# Stand in for the sizes above: the way is the same, the figures mean nothing.
QUICK: Mapping[str, Size] = {
    "5m": Size(Draw(20_000, 500), (LIMIT, OURS, *_LOOPS), 1, _THREE, dict.fromkeys(_LOOPS, _THREE)),
    "50m": Size(Draw(100_000, 500), (LIMIT, OURS), 1, _THREE, {"duckdb_loop": _THREE[1:]}),
}


def run_all(sizes: Mapping[str, Size], folder: Path) -> dict[str, Outcome]:
    """Return the outcome of each size; logs are drawn in the folder, one folder each."""
    tiny = write_log(folder / "tiny", _TINY)
    outcomes: dict[str, Outcome] = {}
    for name, size in sizes.items():
        log = write_log(folder / f"{size.draw.events}", size.draw)
        _tell(f"{name}: {size.draw.events:,} events in {log.stat().st_size / 1e6:,.0f} MB")
        outcomes[name] = Race(size, log, tiny, _tell).run()
    return outcomes


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the sizes asked for, write the figures and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.features")
    parser.add_argument("--events", default="5m,50m", help="sizes, separated by commas: 5m, 50m")
    parser.add_argument("--folder", type=Path, help="where logs are drawn and kept; else they are removed")
    parser.add_argument("--quick", action="store_true", help="small stand-ins for the sizes, to try the way")
    asked = parser.parse_args(arguments)
    names = asked.events.split(",")
    if unknown := [name for name in names if name not in SIZES]:
        parser.error(f"--events: '{unknown[0]}' is not a size; write {' or '.join(SIZES)}")
    chosen = QUICK if asked.quick else SIZES
    with ExitStack() as stack:
        folder = asked.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        outcomes = run_all({name: chosen[name] for name in names}, folder.resolve())
    figures = {**to_figures(outcomes), "quick": asked.quick}
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0 if figures["equal"] else 1


def _tell(line: str) -> None:
    """Write a line of progress."""
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
