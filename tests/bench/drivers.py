"""How well the rules offer what truly works, over worlds in which that is known.

``python -m tests.bench.drivers [--runs N] [--worlds a,b] [--sizes 300,1000,5000] [--seed S]`` draws worlds
(:mod:`tests.bench.driver_worlds`), applies the rules to each (:mod:`tests.bench.driver_rules`: metadata,
adjusted effects, Holm, direction, contrast) and counts what was right; then intervals of ranks, probabilities
of quadrants, and the seconds of a bootstrap. Progress goes to stderr, tables to stdout, and last one JSON
object. The exit code is 1 where a goal is missed so clearly that the interval of the rate does not reach it.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Literal

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from tests.bench.driver_figures import Counts, describe, list_missed, to_figures, to_json
from tests.bench.driver_ranks import (
    FieldTally,
    RankTally,
    join_fields,
    judge_fields,
    judge_ranks,
    time_bootstrap,
)
from tests.bench.driver_tally import Tally, add_up, judge_world
from tests.bench.driver_worlds.every import WORLDS, draw_world
from tests.bench.driver_worlds.ranks import QUADRANT_WORLDS, RANK_WORLDS

RUNS = 600
SIZES = "300,1000,5000"
RUNS_PER_TASK = 25
LARGE_ROWS = 3000  # from here on a quarter of the runs
FIELD_FACTOR = 5  # a calibration error needs more runs than a rate, and they are cheap

Kind = Literal["levers", "ranks", "fields"]
JUDGED: Mapping[Kind, Sequence[str]] = {
    "levers": tuple(WORLDS),
    "ranks": tuple(RANK_WORLDS),
    "fields": tuple(QUADRANT_WORLDS),
}


@dataclass(frozen=True)
class Task:
    """Hold some runs of one world: those from ``first`` on, each with a seed of its own."""

    kind: Kind
    world: str
    size: int
    seed: int
    first: int
    runs: int


def work(task: Task) -> Tally | RankTally | FieldTally:
    """Judge the runs of a task, with one thread."""
    keys = [(task.seed, run) for run in range(task.first, task.first + task.runs)]
    with threadpool_limits(1, user_api="blas"):
        if task.kind == "levers":
            return add_up(judge_world(draw_world(task.world, task.size, *key)) for key in keys)
        if task.kind == "ranks":
            return sum((judge_ranks(task.world, task.size, *key) for key in keys), RankTally())
        return join_fields([judge_fields(task.world, task.size, *key) for key in keys])


def plan(worlds: Sequence[str], sizes: Sequence[int], runs: int, seed: int) -> list[Task]:
    """Return all tasks, those of few rows first."""
    return [
        Task(kind, world, size, seed, first, min(RUNS_PER_TASK, total - first))
        for size in sizes
        for kind, names in JUDGED.items()
        for world in names
        if world in worlds
        for total in [count_runs(kind, size, runs)]
        for first in range(0, total, RUNS_PER_TASK)
    ]


def count_runs(kind: Kind, size: int, runs: int) -> int:
    """Return the runs of a world: fewer where rows are many, more where they are needed."""
    fewer = max(1, runs // 4) if size >= LARGE_ROWS else runs
    return fewer * (FIELD_FACTOR if kind == "fields" else 1)


def judge_all(tasks: Sequence[Task], workers: int) -> Counts:
    """Work through the tasks and add up what belongs together."""
    done: dict[tuple[Kind, str, int], list[Any]] = {}
    for place, (task, tally) in enumerate(zip(tasks, _map(tasks, workers), strict=True)):
        cell = (task.kind, task.world, task.size)
        if cell not in done:
            sys.stderr.write(f"{place / len(tasks):4.0%} {task.kind}: {task.world}, {task.size} rows\n")
        done.setdefault(cell, []).append(tally)

    def gather(kind: Kind, join: Callable[[list[Any]], Any]) -> dict[tuple[str, int], Any]:
        cells = [cell for cell in done if cell[0] == kind]
        order = sorted(cells, key=lambda cell: (JUDGED[kind].index(cell[1]), cell[2]))
        return {(world, size): join(done[kind, world, size]) for _, world, size in order}

    return Counts(
        levers=gather("levers", add_up),
        ranks=gather("ranks", lambda tallies: sum(tallies, RankTally())),
        fields=gather("fields", join_fields),
    )


def _map(tasks: Sequence[Task], workers: int) -> Iterator[Tally | RankTally | FieldTally]:
    """Yield the results in the order of the tasks."""
    if workers == 1:
        yield from map(work, tasks)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, tasks)


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what is asked for; names and sizes that are none end the program with a message."""
    every = sorted({name for names in JUDGED.values() for name in names})
    parser = argparse.ArgumentParser(prog="python -m tests.bench.drivers")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs per world; a quarter from 3,000 rows on")
    parser.add_argument("--worlds", default=",".join(every), help="names of worlds, with commas between")
    parser.add_argument("--sizes", default=SIZES, help="numbers of rows, with commas between")
    parser.add_argument("--seed", type=int, default=0, help="other worlds of the same kind")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="processes")
    asked = parser.parse_args(arguments)
    asked.worlds = asked.worlds.split(",")
    unknown = sorted(set(asked.worlds) - set(every))
    if unknown:
        parser.error(f"--worlds: '{unknown[0]}' is none; there are {', '.join(every)}")
    try:
        asked.sizes = sorted({int(size) for size in asked.sizes.split(",")})
    except ValueError:
        parser.error(f"--sizes: '{asked.sizes}' are no numbers of rows; write 300,1000")
    if asked.runs < 1 or asked.workers < 1:
        parser.error(f"--runs {asked.runs} --workers {asked.workers}: at least 1 of each is needed")
    return asked


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge what is asked for, write the figures and return the exit code."""
    asked = read_arguments(arguments)
    counts = judge_all(plan(asked.worlds, asked.sizes, asked.runs, asked.seed), asked.workers)
    sys.stderr.write("bootstrap of 100,000 rows\n")
    with threadpool_limits(1, user_api="blas"):
        seconds = time_bootstrap()
    figures = to_figures(counts, seconds)
    sys.stdout.write(describe(counts, figures) + "\n" + json.dumps(to_json(counts, figures)) + "\n")
    return 1 if list_missed(figures) else 0


if __name__ == "__main__":
    sys.exit(main())
