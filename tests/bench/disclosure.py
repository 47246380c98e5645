"""What an attacker can put together from reports on small groups, and what hiding costs.

``python -m tests.bench.disclosure [--firms N] [--held-out N] [--workers N]`` draws firms
(:mod:`tests.bench.disclosure_firms`), releases five linked tables of two waves, and attacks the release
beside those of two simpler rules (:mod:`tests.bench.disclosure_rules`). Progress goes to stderr, a table to
stdout, and last one JSON object over all firms, ``parts`` of it those drawn and those held out. The exit code
is 1 where a goal is missed.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from tests.bench.disclosure_tally import Tally, judge_firm, time_large

FIRMS, HELD_OUT = 100, 30
FIRST_HELD_OUT = 5000  # seeds that no rule was chosen by
NARROWED_FIRMS = 40
LARGE, LARGE_SEEDS = 2000, range(5)
MOST_HIDDEN = 1.15  # times what the rectangle rule hides
MOST_SECONDS = 1.0


def work(seed: int) -> Tally:
    """Judge one firm, with one thread."""
    with threadpool_limits(1, user_api="blas"):
        return judge_firm(seed, is_narrowed_counted=seed < NARROWED_FIRMS)


def judge_all(seeds: Iterable[int], workers: int) -> Tally:
    """Judge firms and add up."""
    found = Tally()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for tally in pool.map(work, seeds):
            found += tally
            sys.stderr.write(f"{found.firms} firms, {found.recoverable} recoverable\n")
    return found


def to_figures(found: Tally, seconds: float) -> dict[str, Any]:
    """Return the figures of all firms."""
    n = max(found.firms, 1)
    return {
        "recoverable": found.recoverable,
        "untested": found.untested + found.homogeneous_untested,
        "homogeneous_shown": found.homogeneous_shown,
        "people_hidden": round(found.people_hidden / n, 4),
        "people_hidden_threshold": round(found.people_hidden_threshold / n, 4),
        "people_hidden_rectangle": round(found.people_hidden_rectangle / n, 4),
        "seconds_2000x5": round(seconds, 2),
    }


def to_parts(parts: Mapping[str, Tally]) -> dict[str, dict[str, Any]]:
    """Return what was counted in each part of the firms; shares of people are means over its firms."""
    found = ("recoverable", "recoverable_rectangle", "recoverable_threshold")
    counted = ("firms", "with_small", *found, "narrowed", "narrowed_firms")
    shares = ("people_hidden", "people_hidden_rectangle", "people_hidden_threshold")
    return {
        part: {name: getattr(one, name) for name in counted}
        | {name: round(getattr(one, name) / max(one.firms, 1), 4) for name in shares}
        for part, one in parts.items()
    }


def describe(parts: Mapping[str, Tally]) -> str:
    """Return a table of parts of the firms."""
    columns = ("firms", "small", "found", "rectangle", "threshold", "hidden", "rectangle", "threshold")
    lines = ["".join(f"{name:>10}" for name in ("", *columns, "narrowed", "of firms", "seconds"))]
    for name, one in parts.items():
        n = max(one.firms, 1)
        found = (
            one.firms,
            one.with_small,
            one.recoverable,
            one.recoverable_rectangle,
            one.recoverable_threshold,
        )
        hidden = (one.people_hidden, one.people_hidden_rectangle, one.people_hidden_threshold)
        row = [
            f"{name:>10}",
            *(f"{value:>10}" for value in found),
            *(f"{part / n:>10.1%}" for part in hidden),
        ]
        row += [f"{one.narrowed:>10}", f"{one.narrowed_firms:>10}", f"{one.seconds / n:>10.2f}"]
        lines.append("".join(row))
    return "\n".join(lines)


def list_missed(figures: Mapping[str, Any]) -> list[str]:
    """Return the goals that are missed."""
    missed = [name for name in ("recoverable", "untested", "homogeneous_shown") if figures[name]]
    if figures["people_hidden"] > MOST_HIDDEN * figures["people_hidden_rectangle"]:
        missed.append("people_hidden")
    if figures["seconds_2000x5"] >= MOST_SECONDS:
        missed.append("seconds_2000x5")
    return missed


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.disclosure")
    parser.add_argument("--firms", type=int, default=FIRMS, help="firms to judge")
    parser.add_argument(
        "--held-out", type=int, default=HELD_OUT, help="further firms, of seeds never looked at"
    )
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="processes")
    asked = parser.parse_args(arguments)
    if asked.firms < 1 or asked.held_out < 0 or asked.workers < 1:
        parser.error(f"--firms {asked.firms} --held-out {asked.held_out} --workers {asked.workers}: too few")
    return asked


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge what is asked for, write the figures and return the exit code."""
    asked = read_arguments(arguments)
    judge = partial(judge_all, workers=asked.workers)
    parts = {"drawn": judge(range(asked.firms))}
    parts["held_out"] = judge(range(FIRST_HELD_OUT, FIRST_HELD_OUT + asked.held_out))
    with threadpool_limits(1, user_api="blas"):
        seconds = time_large(LARGE, LARGE_SEEDS)
    figures = to_figures(parts["drawn"] + parts["held_out"], seconds)
    sys.stdout.write(describe(parts) + "\n" + json.dumps({**figures, "parts": to_parts(parts)}) + "\n")
    return 1 if list_missed(figures) else 0


if __name__ == "__main__":
    sys.exit(main())
