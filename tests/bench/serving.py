"""What a score over HTTP costs: the service beside servers that do less, in turns on one machine.

``python -m tests.bench.serving`` fits the model (:mod:`tests.bench.serving_model`), starts every server in a
process of its own on the first core, and puts load on one at a time from the second core, in interleaved
rounds: each client sends its next request when it has the answer to the last. The service runs with
everything on. Beside it: BentoML that does nothing, plain FastAPI before LightGBM's C interface, BentoML with
a table of pandas, and ``mlflow models serve``. The simple servers ask one booster of it for one number;
the service and MLflow answer with all members, calibrated, for every horizon.

Progress goes to stderr. The last line is one JSON object with the ratios of requests per second (medians over
the rounds), the tail of latencies, the memory of one worker, and the figures themselves under ``servers``.
"""

import argparse
import contextlib
import json
import os
import signal
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from serving.access.sessions import COOKIE, Sessions
from serving.cache import install
from serving.candidate import try_out
from tests.bench.serving_load import Load, Question, put_load
from tests.bench.serving_model import make_bundle, register
from tests.bench.serving_peers.booster import BUNDLE, questions
from tests.bench.serving_servers import (
    Command,
    Server,
    await_server,
    find_cores,
    pinned,
    running,
)
from tests.serving.keys import bearer, make_key
from tests.serving.papers import write_papers
from training.bundle import load

CUSTOMERS = 4500
MANY_ROWS = 100
REASONS = 3
PEERS = ("noop", "fastapi", "naive", "mlflow")
_BENTOML = (sys.executable, "-m", "bentoml", "serve")
_KEYS = Path("keys") / "keys.json"
_LOCAL = ("--host", "127.0.0.1", "--port", "{port}")


@dataclass(frozen=True)
class Plan:
    """Say how long is measured, and beside whom."""

    rounds: int = 5
    seconds: float = 4.0
    clients: int = 16
    peers: tuple[str, ...] = PEERS


@dataclass
class Figures:
    """Hold what was measured of one kind of request: a list entry per round.

    Attributes
    ----------
    per_second
        Answers per second.
    cpu_milliseconds
        Processor time of the server per answer.
    latencies
        Seconds of every answer of all rounds.
    """

    per_second: list[float] = field(default_factory=list)
    cpu_milliseconds: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    def add(self, found: Load, cpu_seconds: float) -> None:
        """Take the figures of one round."""
        self.per_second.append(found.per_second)
        self.cpu_milliseconds.append(1000 * cpu_seconds / len(found.latencies))
        self.latencies += found.latencies

    def quantile(self, share: float) -> float:
        """Return a quantile of the latencies in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "per_second": round(statistics.median(self.per_second), 1),
            "cpu_ms": round(statistics.median(self.cpu_milliseconds), 3),
            "p50_ms": round(self.quantile(0.5), 2),
            "p99_ms": round(self.quantile(0.99), 2),
            "rounds_per_second": [round(one, 1) for one in self.per_second],
            "rounds_cpu_ms": [round(one, 3) for one in self.cpu_milliseconds],
        }


def sign_in(folder: Path) -> dict[str, str]:
    """Return the header of a browser in which an analyst has signed in."""
    key_id = make_key(folder / _KEYS).split("_")[1]
    return {"cookie": f"{COOKIE}={Sessions(folder / 'sessions').open(key_id)}"}


def authorization(keys: Path) -> dict[str, str]:
    """Return the header of a key of an app, made in the file of keys of the service that is measured."""
    return bearer(make_key(keys, "app"))


def commands(bundle: Path, folder: Path, tracking: str, peers: Sequence[str]) -> dict[str, Command]:
    """Return how each server is started."""
    model = {BUNDLE: str(bundle)}
    ours = {
        "XM_PORT": "{port}",
        "XM_CACHE": str(folder / "cache"),
        "XM_LATEST": str(folder / "none"),
        "XM_REGISTRY": str(folder / "none"),
        "XM_AUDIT": str(folder / "audit"),
        "XM_JOURNAL": str(folder / "journal"),
        "XM_KEYS": str(folder / _KEYS),
        "XM_PSEUDONYM_KEY_FILE": str(folder / "keys" / "pseudonyms.key"),
        "XM_REPORTS": str(folder / "reports"),
        "XM_SESSIONS": str(folder / "sessions"),
        "XM_CALLS": str(folder / "calls"),
    }
    module = "tests.bench.serving_peers"
    mlflow = ("mlflow", "models", "serve", "--env-manager", "local", "--workers", "1", *_LOCAL)
    every = {
        "ours": Command([*_BENTOML, "serving.service:XmPredict", *_LOCAL], ours, "/readyz"),
        "noop": Command([*_BENTOML, f"{module}.noop:Noop", *_LOCAL], {}, "/readyz"),
        "fastapi": Command([sys.executable, "-m", f"{module}.plain", "{port}"], model, "/docs"),
        "naive": Command([*_BENTOML, f"{module}.naive:Naive", *_LOCAL], model, "/readyz"),
        "mlflow": Command(
            [*mlflow, "--model-uri", "models:/churn@champion"], {"MLFLOW_TRACKING_URI": tracking}, "/ping"
        ),
    }
    return {name: command for name, command in every.items() if name in ("ours", *peers)}


def ask(
    rows: Sequence[Mapping[str, Any]],
    ports: Mapping[str, int],
    usecase: str,
    headers: Mapping[str, str],
    cookie: Mapping[str, str],
) -> dict[str, Question]:
    """Return what every server is asked; a name is that of the server, ``:`` and the kind of request.

    Parameters
    ----------
    headers
        Who asks; of the service alone, the others do not want to know.
    cookie
        Who looks at its pages.
    """

    def ours(n_rows: int, reasons: int) -> Question:
        bodies = [
            {
                "usecase": usecase,
                "rows": [{"features": rows[(first + place) % len(rows)]} for place in range(n_rows)],
                "reasons": reasons,
            }
            for first in range(len(rows))
        ]
        return Question(ports["ours"], "/v1/score", bodies, headers)

    every = {
        "ours:1": lambda: ours(1, 0),
        "noop:1": lambda: Question(ports["noop"], "/score", [{"payload": {"features": row}} for row in rows]),
        "fastapi:1": lambda: Question(ports["fastapi"], "/score", [{"features": row} for row in rows]),
        "naive:1": lambda: Question(ports["naive"], "/score", [{"rows": [row]} for row in rows]),
        "mlflow:1": lambda: Question(
            ports["mlflow"], "/invocations", [{"dataframe_records": [row]} for row in rows]
        ),
        "ours:100": lambda: ours(MANY_ROWS, 0),
        "ours:reasons": lambda: ours(1, REASONS),
        "ours:page": lambda: Question(ports["ours"], f"/reports/report?usecase={usecase}", [None], cookie),
    }
    return {name: make() for name, make in every.items() if name.partition(":")[0] in ports}


def measure(bundle: Path, folder: Path, plan: Plan) -> dict[str, Any]:
    """Start all servers, take turns, and return the figures of the JSON line."""
    install(bundle, folder / "cache", try_out=try_out)
    tracking = register(folder, bundle) if "mlflow" in plan.peers else ""
    server_core, load_core = find_cores()
    champion = load(bundle)
    how = commands(bundle, folder, tracking, plan.peers)
    headers, cookie = authorization(folder / _KEYS), sign_in(folder)
    write_papers(folder / "reports", bundle)
    with contextlib.ExitStack() as stack:
        servers = {
            name: stack.enter_context(running(name, command, folder, server_core))
            for name, command in how.items()
        }
        for name, server in servers.items():
            _report(f"waiting for {name}")
            await_server(name, server, how[name], folder)
        ports = {name: server.port for name, server in servers.items()}
        asked = ask(questions(champion), ports, champion.usecase.name, headers, cookie)
        with pinned(load_core):
            found = take_turns(asked, servers, plan)
        return to_figures(found, servers["ours"].worker_mb())


def take_turns(
    asked: Mapping[str, Question], servers: Mapping[str, Server], plan: Plan
) -> dict[str, Figures]:
    """Put load on one server after the other, round after round; the first round only warms up."""
    found = {name: Figures() for name in asked}
    for turn in range(plan.rounds + 1):
        for name, question in asked.items():
            server = servers[name.partition(":")[0]]
            before = server.cpu_seconds()
            came = put_load(question, plan.clients, plan.seconds if turn else plan.seconds / 4)
            cpu_seconds = server.cpu_seconds() - before
            if turn:
                found[name].add(came, cpu_seconds)
                _report(
                    f"round {turn} {name}: {came.per_second:.0f}/s, "
                    f"{1000 * cpu_seconds / len(came.latencies):.3f} CPU ms"
                )
    return found


def to_figures(found: Mapping[str, Figures], worker_mb: float) -> dict[str, Any]:
    """Return ratios and figures under the names of the JSON line; what was not measured is null."""
    ours = found["ours:1"]
    return {
        "vs_fastapi_1": _ratio(found, "ours:1", "fastapi:1"),
        "ratio_noop_1": _ratio(found, "ours:1", "noop:1"),
        "ratio_reasons": _ratio(found, "ours:reasons", "ours:1"),
        "vs_mlflow_1": _ratio(found, "ours:1", "mlflow:1"),
        "vs_naive_1": _ratio(found, "ours:1", "naive:1"),
        "p99_over_p50": round(ours.quantile(0.99) / ours.quantile(0.5), 2),
        "page_cpu_over_noop": _over_noop(found, lambda one: statistics.median(one.cpu_milliseconds)),
        "page_p95_over_noop": _over_noop(found, lambda one: one.quantile(0.95)),
        "rss_mb": round(worker_mb, 1),
        "servers": {name: figures.to_json() for name, figures in found.items()},
    }


def _ratio(found: Mapping[str, Figures], one: str, other: str) -> float | None:
    """Return the median over rounds of the requests per second of one over those of the other."""
    if one not in found or other not in found:
        return None
    pairs = zip(found[one].per_second, found[other].per_second, strict=True)
    return round(statistics.median(first / second for first, second in pairs), 3)


def _over_noop(found: Mapping[str, Figures], figure: Callable[[Figures], float]) -> float | None:
    """Return how many times as much the page of a report takes as BentoML that does nothing."""
    if not {"noop:1", "ours:page"} <= set(found):
        return None
    return round(figure(found["ours:page"]) / figure(found["noop:1"]), 2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the figures and return the exit code."""
    default = Plan()
    parser = argparse.ArgumentParser(prog="python -m tests.bench.serving")
    parser.add_argument("--bundle", type=Path, help="a bundle to serve instead of fitting one")
    parser.add_argument("--customers", type=int, default=CUSTOMERS, help="of the company that is fitted")
    parser.add_argument("--rounds", type=int, default=default.rounds)
    parser.add_argument("--seconds", type=float, default=default.seconds, help="of each turn")
    parser.add_argument("--clients", type=int, default=default.clients)
    parser.add_argument("--peers", default=",".join(PEERS), help="beside whom, with commas between")
    asked = parser.parse_args(arguments)
    peers = tuple(name for name in asked.peers.split(",") if name)
    if strangers := set(peers) - set(PEERS):
        parser.error(f"--peers: '{min(strangers)}' is not among {', '.join(PEERS)}")
    plan = Plan(asked.rounds, asked.seconds, asked.clients, peers)
    signal.signal(signal.SIGTERM, _end)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        bundle = asked.bundle or make_bundle(folder, asked.customers, _report)
        figures = measure(bundle, folder, plan)
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


def _end(number: int, frame: FrameType | None) -> None:
    """End as on Ctrl-C, so that every server is ended too."""
    del frame
    raise SystemExit(128 + number)


def _report(line: str) -> None:
    """Write a line of progress."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
