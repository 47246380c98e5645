"""Verb ``demo``: an example company from raw tables to a score over HTTP and a report, all of it real."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from features.errors import XmError
from features.usecase import load
from features.worlds import build_company
from training.console import Console
from training.registry import CHAMPION, connect, find_version, set_alias, tracked_run
from training.registry import register as register_bundle
from training.runs import train as train_run
from training.runs.workspace import Workspace

USECASES = ("churn",)
_SEED = 7
_START_SECONDS = 180.0
_STOP_SECONDS = 30.0


class DemoError(XmError):
    """Report a demo whose service did not answer."""


def run(console: Console, out: str, customers: int) -> None:
    """Build the company, train, report, serve, score, and say where to look."""
    workspace = Workspace(Path(out))
    company = workspace.folder / "company"
    console.report(f"building an example company with {customers:,} customers in {company}")
    build_company(company, seed=_SEED, n_customers=customers, report=console.report)
    uri = connect(workspace.folder)
    trained = {name: _train(console, name, company, workspace) for name in USECASES}
    console.report("starting the service to score over HTTP")
    with _service(workspace) as port:
        answers = {name: _score_one(port, name, found["entity_id"]) for name, found in trained.items()}
    lines = [
        line
        for name in USECASES
        for line in [*trained[name]["lines"], *_describe_answer(name, answers[name])]
    ]
    lines += ["", f"look around: mlflow ui --backend-store-uri {uri}", f"serve: xm-predict serve --out {out}"]
    content = {name: {**trained[name]["json"], "answer": answers[name]} for name in USECASES}
    console.result("\n".join(lines), content)


def usecase_file(name: str) -> Path:
    """Return the example use case that ships with the product.

    In an installed wheel it lies inside the package, in a checkout under ``mlproject/usecases``.
    """
    shipped = Path(str(resources.files("training"))) / "usecases" / f"{name}.yaml"
    return (
        shipped if shipped.exists() else Path(__file__).parents[2] / "mlproject" / "usecases" / f"{name}.yaml"
    )


def _train(console: Console, name: str, company: Path, workspace: Workspace) -> dict[str, Any]:
    """Train one use case; return the lines and values to show, and somebody to score."""
    spec = load(usecase_file(name), company)
    with tracked_run(f"demo {name}") as run_id:
        trained = train_run.train(
            spec, workspace, seed=_SEED, made_on=datetime.now(UTC).date(), report=console.report
        )
        console.report("logging to MLflow")
        train_run.log(trained, _SEED)
        registered = register_bundle(trained.bundle_folder, run_id)
    is_champion = train_run.settle(trained, registered, train_run.AUTO)
    lines = []
    if find_version(name, CHAMPION) is None:
        set_alias(name, CHAMPION, registered.version)
        is_champion = True
        lines = ["  not usable, champion for this demonstration alone; ask for more customers"]
    return {
        "lines": [*train_run.describe(trained, registered, is_champion=is_champion), *lines],
        "json": train_run.to_json(trained, registered, is_champion=is_champion),
        "entity_id": trained.frame.latest.column("entity_id")[0].as_py(),
    }


@contextmanager
def _service(workspace: Workspace) -> Iterator[int]:
    """Run the real service on a free port of this machine until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {**os.environ, "XM_PORT": str(port), **workspace.service_environment()}
    log = (workspace.folder / "serving.log").open("wb")
    with (
        log,
        subprocess.Popen(
            [sys.executable, "-m", "serving"], env=environment, stdout=log, stderr=log
        ) as process,
    ):
        try:
            _wait_until_ready(port, process, Path(log.name))
            yield port
        finally:
            process.terminate()
            process.wait(_STOP_SECONDS)


def _wait_until_ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the service says that it can score."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if _ask(port, "GET", "/readyz")[0] == 200:
            return
        time.sleep(0.3)
    raise DemoError("the service", "did not get ready", f"read {log}")


def _score_one(port: int, usecase: str, entity_id: str) -> Any:
    """Score one customer by id, with reasons."""
    request = {"usecase": usecase, "entity_ids": [entity_id], "reasons": 3}
    status, answer = _ask(port, "POST", "/v1/score-by-id", request)
    if status != 200:
        raise DemoError("POST /v1/score-by-id", f"answered {status}: {answer}")
    return answer


def _ask(port: int, method: str, path: str, body: object = None) -> tuple[int, Any]:
    """Send one request to the service; status 0 if nobody listens yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    content = None if body is None else json.dumps(body)
    try:
        connection.request(method, path, content, {"content-type": "application/json"} if content else {})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")
    except (OSError, http.client.HTTPException, ValueError):
        return 0, None
    finally:
        connection.close()


def _describe_answer(usecase: str, answer: Any) -> list[str]:
    """Return one HTTP answer in words."""
    row = answer["rows"][0]
    risks = ", ".join(f"{horizon} {risk:.1%}" for horizon, risk in row["probability"].items())
    lines = [f"one real HTTP score ({usecase}, {row['entity_id']}): {risks}; risk band {row['risk_band']}"]
    return [
        *lines,
        *(f"  because: {reason['label']} ({reason['attribution']:+.2f})" for reason in row["reasons"]),
    ]
