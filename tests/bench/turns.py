"""What one turn of a running call costs, over HTTP and in process.

``python -m tests.bench.turns`` plays the calls of the example company turn by turn: into a conversation in
this process, and into the service with everything on, in a process of its own, one request per turn over a
kept connection. The last line is one JSON object: ``turn_p95_ms`` over HTTP, ``turn_p95_ms_in_process``, the
medians, and the 95th percentile of the last hundred turns of a call that is as long as one may be.
"""

import argparse
import json
import socket
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx

from features.calls import Conversation, TextTurnReader, Turn
from features.worlds.voices.calls import draw_calls, turn_table
from features.worlds.world import draw_world
from serving.cache import install
from serving.call_schemas import MAX_TURNS_AT_ONCE
from serving.call_settings import CallSettings
from serving.candidate import try_out
from serving.settings import Settings
from tests.serving.company import call_reader, make_bundle, wait_until
from tests.serving.keys import bearer, make_key
from tests.serving.records import keep_in
from tests.serving.started import started

TURNS = 3000
_LONG_CALL = CallSettings().max_turns
_TIMED = 100
_WARM_UP = 100


def play_calls(n_turns: int) -> list[list[Turn]]:
    """Return calls of the example company with so many turns together, and a long one at the end."""
    world = draw_world(7, 2000, 24)
    calls: dict[str, list[Turn]] = defaultdict(list)
    for row in turn_table(world, draw_calls(world)).slice(0, n_turns).to_pylist():
        calls[row["call_id"]].append(Turn(row["speaker"], row["start_s"], row["end_s"], row["text"]))
    told = islice((turn for call in cycle(calls.values()) for turn in call), _LONG_CALL)
    spread = [turn._replace(start_s=5.0 * place, end_s=5.0 * place + 4) for place, turn in enumerate(told)]
    return [*calls.values(), spread]


def time_in_process(calls: Sequence[Sequence[Turn]]) -> list[list[float]]:
    """Return milliseconds per turn of each call in this process."""
    reader, taken = TextTurnReader(call_reader()), []
    for call in calls:
        conversation, times = Conversation(reader), []
        for turn in call:
            started_at = time.perf_counter()
            conversation.add(turn)
            times.append(1000 * (time.perf_counter() - started_at))
        taken.append(times)
    return taken


def time_over_http(calls: Sequence[Sequence[Turn]], folder: Path) -> list[list[float]]:
    """Return milliseconds per turn of each call from a client to the service and back."""
    install(make_bundle(folder / "bundle"), folder / "cache", try_out=try_out)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    keys = folder / "keys.json"
    key = make_key(keys, "app")
    settings = Settings(port=port, cache=folder / "cache", latest=(), keys=keys, **keep_in(folder / "books"))
    with (
        started(settings, folder) as service,
        httpx.Client(base_url=service.url, headers=bearer(key), timeout=60) as client,
    ):
        wait_until(lambda: client.get("/openapi.json").status_code == 200)
        return [_time_call(client, f"call-{place}", call) for place, call in enumerate(calls)]


def measure(n_turns: int = TURNS) -> dict[str, Any]:
    """Play calls both ways and return the figures of the JSON line."""
    calls = play_calls(n_turns)
    inside = time_in_process(calls)
    with tempfile.TemporaryDirectory() as scratch:
        over_http = time_over_http(calls, Path(scratch))
    return to_figures(over_http, inside)


def to_figures(over_http: Sequence[Sequence[float]], inside: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Return the figures; the first turns only warm up, the last call is the long one."""
    ordinary = [[took for call in each[:-1] for took in call][_WARM_UP:] for each in (over_http, inside)]
    return {
        "turn_p95_ms": _quantile(ordinary[0]),
        "turn_p50_ms": round(statistics.median(ordinary[0]), 3),
        "turn_p95_ms_in_process": _quantile(ordinary[1]),
        "turn_p50_ms_in_process": round(statistics.median(ordinary[1]), 3),
        "long_call_turn_p95_ms": _quantile(over_http[-1]),
        "turns": len(ordinary[0]),
    }


def _time_call(client: httpx.Client, call_id: str, call: Sequence[Turn]) -> list[float]:
    """Return milliseconds per turn, of a long call those of its last turns; the others go in many at once."""
    early = max(0, len(call) - _TIMED)
    for first in range(0, early, MAX_TURNS_AT_ONCE):
        _post(client, call_id, call[first : min(first + MAX_TURNS_AT_ONCE, early)])
    return [_post(client, call_id, [turn]) for turn in call[early:]]


def _post(client: httpx.Client, call_id: str, turns: Sequence[Turn]) -> float:
    """Send turns and return how many milliseconds their answer took."""
    body = json.dumps({"usecase": "churn", "turns": [turn._asdict() for turn in turns]}).encode()
    path, headers = f"/v1/calls/{call_id}/turns", {"content-type": "application/json"}
    started_at = time.perf_counter()
    answer = client.post(path, content=body, headers=headers)
    took = 1000 * (time.perf_counter() - started_at)
    answer.raise_for_status()
    return took


def _quantile(times: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return round(statistics.quantiles(times, n=20, method="inclusive")[-1], 3)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the figures and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.turns")
    parser.add_argument("--turns", type=int, default=TURNS)
    asked = parser.parse_args(arguments)
    sys.stdout.write(json.dumps(measure(asked.turns)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
