"""Verb ``demo``: an example company from raw tables to scores over HTTP and reports, all of it real."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from features.addresses import mask
from features.errors import TooFewEventsError
from features.usecase import load
from features.worlds import build_company
from training.console import Console
from training.registry import connect, move_champion, settle_alias, tracked_run
from training.rows import feature_columns, texts
from training.runs import train as train_run
from training.runs.demo_loop import FIRST, MONTHS, USECASE, begin, go_on
from training.runs.local_service import running_service
from training.runs.workspace import Workspace

USECASES = ("churn", "attrition", "satisfaction")
_SEED = 7
_N_REASONS = 3


@dataclass(frozen=True)
class _Shown:
    """Hold what the demo says of one use case, and the question it puts to the service."""

    lines: list[str]
    content: dict[str, Any]
    path: str
    question: dict[str, Any]
    describe: Callable[[Any], list[str]]


def run(console: Console, out: str, customers: int, employees: int) -> None:
    """Build the company, train, report, serve, score, and say where to look.

    A use case that has too few events for an honest model in a small company is said to have; the others go
    on.

    Raises
    ------
    TooFewEventsError
        If that is so for all of them.
    """
    workspace = Workspace(Path(out))
    company = workspace.folder / "company"
    console.report(f"building an example company with {customers:,} customers in {company}")
    build_company(
        company,
        seed=_SEED,
        n_customers=customers,
        n_employees=employees,
        months=MONTHS,
        known_by=FIRST,
        report=console.report,
    )
    uri = connect(workspace.folder)
    shown, too_small = _train_all(console, company, workspace)
    if USECASE in shown:
        shown[USECASE] = _go_through_the_loop(
            console, workspace, company, shown[USECASE], customers, employees
        )
    console.report("starting the service to score over HTTP")
    with running_service(workspace) as service:
        answers = {name: service.post(found.path, found.question) for name, found in shown.items()}
    lines = [line for name, found in shown.items() for line in _tell(found, answers[name])]
    lines += [f"{name} was not trained: {error}" for name, error in too_small.items()]
    lines += [
        f"look around: mlflow ui --backend-store-uri {mask(uri)}",
        f"serve: xm-predict serve --out {out}",
    ]
    content = {name: {**found.content, "answer": answers[name]} for name, found in shown.items()}
    console.result("\n".join(lines), content)


def _go_through_the_loop(
    console: Console, workspace: Workspace, company: Path, shown: _Shown, customers: int, employees: int
) -> _Shown:
    """Act, let time go by, look, read out and train again; return all that is to be said of the use case."""
    spec = load(usecase_file(USECASE), company)
    started = begin(workspace, spec, console.report)
    looped = go_on(
        workspace,
        spec,
        started,
        company,
        console.report,
        seed=_SEED,
        n_customers=customers,
        n_employees=employees,
    )
    before = [] if started is None else started.lines
    lines = [*shown.lines, *before, "four months later:", *(f"  {line}" for line in looped.lines)]
    return _Shown(
        lines,
        {**shown.content, "later": looped.content},
        *_question(looped.trained),
    )


def usecase_file(name: str) -> Path:
    """Return the example use case that ships with the product.

    In an installed wheel it lies inside the package, in a checkout under ``mlproject/usecases``.
    """
    shipped = Path(str(resources.files("training"))) / "usecases" / f"{name}.yaml"
    checkout = Path(__file__).parents[2] / "mlproject" / "usecases" / f"{name}.yaml"
    return shipped if shipped.exists() else checkout


def _train_all(
    console: Console, company: Path, workspace: Workspace
) -> tuple[dict[str, _Shown], dict[str, TooFewEventsError]]:
    """Train every use case for which the company is large enough."""
    shown: dict[str, _Shown] = {}
    too_small: dict[str, TooFewEventsError] = {}
    for name in USECASES:
        try:
            shown[name] = _train(console, name, company, workspace)
        except TooFewEventsError as error:
            too_small[name] = error
    if not shown:
        raise next(iter(too_small.values()))
    return shown, too_small


def _train(console: Console, name: str, company: Path, workspace: Workspace) -> _Shown:
    """Train, log and register one use case."""
    console.report(f"{name}:")
    spec = load(usecase_file(name), company)
    standing = settle_alias(name)
    with tracked_run(f"demo {name}") as run_id:
        today = datetime.now(UTC).date()
        trained = train_run.train(
            spec, workspace, seed=_SEED, made_on=today, run_id=run_id, report=console.report
        )
        console.report("logging to MLflow")
        registered = train_run.log(trained, _SEED, run_id)
    decision = train_run.settle(trained, registered, standing, train_run.AUTO)
    doubts = []
    if not decision.is_champion and standing.champion is None:
        move_champion(standing, registered.version, reason="the demonstration needs an answer")
        decision = replace(decision, is_champion=True)
        doubts = ["  refused by the gate, champion for this demonstration alone; ask for more customers"]
    return _Shown(
        [*train_run.describe(trained, registered, decision), *doubts],
        train_run.to_json(trained, registered, decision),
        *_question(trained),
    )


def _question(trained: train_run.Trained) -> tuple[str, dict[str, Any], Callable[[Any], list[str]]]:
    """Return what to ask the service: groups of people at work, else the person with most to tell."""
    bundle, spec = trained.bundle, trained.bundle.usecase
    if spec.privacy.is_about_employees:
        cut = spec.cuts[0].partition(".")[2]
        return "/v1/score-groups", {"usecase": spec.name, "cut": cut}, _describe_groups
    newest = feature_columns(trained.frame.latest, bundle.catalogue)
    risk = bundle.model.probabilities(bundle.encoder.encode(newest).matrix)[:, bundle.primary_index]
    entity_id = texts(trained.frame.latest, "entity_id")[int(np.argmax(risk))]
    question = {"usecase": spec.name, "entity_ids": [entity_id], "reasons": _N_REASONS}
    return "/v1/score-by-id", question, _describe_person


def _tell(shown: _Shown, answer: Any) -> list[str]:
    """Return the lines of one use case, with the answer of the service."""
    asked = f"one real HTTP answer, POST {shown.path}:"
    told = [answer["detail"]] if answer.get("code") == "model_not_usable" else shown.describe(answer)
    return [*shown.lines, asked, *(f"  {line}" for line in told), ""]


def _describe_person(answer: Any) -> list[str]:
    """Return the score of one person in words."""
    row = answer["rows"][0]
    shares = ", ".join(f"{name} {share:.1%}" for name, share in row["probability"].items())
    line = f"{row['entity_id']}: {shares}"
    if "value" in row:
        line += f"; expected {row['value']:.1f} ({row['interval']['low']:g} to {row['interval']['high']:g})"
    if "risk_band" in row:
        line += f"; risk band {row['risk_band']}"
    return [
        line,
        *(f"because: {reason['label']} ({reason['attribution']:+.2f})" for reason in row["reasons"]),
    ]


def _describe_groups(answer: Any) -> list[str]:
    """Return the expected shares of groups in words."""
    lines = []
    for group in answer["groups"]:
        shares = ", ".join(
            f"{horizon} {share['value']:.1%} ({share['low']:.1%} to {share['high']:.1%})"
            for horizon, share in group["probability"].items()
        )
        lines.append(f"{answer['cut']} {group['name']}, {group['people']} people: {shares}")
    return lines
