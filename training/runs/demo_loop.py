"""The second half of the demo: act with a hold-out, let four months go by, look, read out, train again."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from features.errors import InputError, XmError
from features.progress import Report
from features.usecase import UseCase
from features.worlds import PlantedAction, build_company
from training.actions import HELD_BACK, Entry, Ledger
from training.console import Console
from training.frozen import find_baseline, freeze
from training.registry import CHAMPION, settle_alias, tracked_run
from training.runs import train as train_run
from training.runs.acting import Wish, describe, read, start
from training.runs.actions import open_cohort
from training.runs.baseline import fetch_standing
from training.runs.build import build_in
from training.runs.drivers import describe_levers
from training.runs.freezing import measure
from training.runs.hindsight import write_hindsight
from training.runs.monitor import describe as describe_health
from training.runs.monitor import keep, watch
from training.runs.promoting import demand_version, fetch_candidate
from training.runs.releases import Releases
from training.runs.retraining import ask_rules
from training.runs.scheduled import Order, score_latest
from training.runs.tested_levers import with_tests
from training.runs.workspace import Workspace
from training.scoring import Scorer

USECASE = "churn"
MONTHS = 29
FIRST, LATER = date(2026, 1, 1), date(2026, 5, 1)
_LAST_SNAPSHOT = date(2026, 4, 1)
_LEVER = "resolution_time"
_EXPECTED_SHARE = 0.4
_N_REASONS = 3


@dataclass(frozen=True)
class Started:
    """Hold what stands before anybody acts, and who is to be treated."""

    entry: Entry
    treated: frozenset[str]
    lines: list[str]


@dataclass(frozen=True)
class Looped:
    """Hold what came of it.

    Attributes
    ----------
    trained
        The training on newer data.
    """

    trained: train_run.Trained
    lines: list[str]
    content: dict[str, Any]


def begin(workspace: Workspace, usecase: UseCase, report: Report) -> Started | None:
    """Freeze a baseline, score on schedule, and start an action in support, half of all held back.

    Returns
    -------
    Started or None
        None where the company is too small for anybody to take part.
    """
    report("freezing a baseline, scoring the newest snapshot, starting an action with a hold-out")
    cohort = open_cohort(workspace, usecase, "")
    folder = workspace.baselines(usecase.name)
    freeze(folder, measure(usecase, cohort.frame, fetch_standing(usecase.name)), frozen_on=FIRST)
    lines = _score(workspace, Scorer(cohort.bundle))
    ledger = Ledger(workspace.actions(usecase.name))
    wish = Wish(
        label="Fast lane in support",
        owner="Service team",
        lever=_LEVER,
        who="everybody",
        effect=100.0 * _EXPECTED_SHARE * float(cohort.expected.mean()),
        hold_out="0.5",
        per_person_eur="60",
        starts_on=FIRST.isoformat(),
    )
    try:
        entry, team, _ = start(cohort, ledger, wish, decided_on=FIRST)
    except InputError as error:
        report(f"no action is started: {error}")
        return None
    with team.open(encoding="utf-8", newline="") as file:
        treated = frozenset(row["entity_id"] for row in csv.DictReader(file) if row["arm"] != HELD_BACK)
    return Started(entry, treated, [*lines, f"list of an action for those who act: {team}"])


def go_on(
    workspace: Workspace,
    usecase: UseCase,
    started: Started | None,
    company: Path,
    report: Report,
    *,
    seed: int,
    n_customers: int,
    n_employees: int,
) -> Looped:
    """Let four months go by, look at the champion, read the action out, and train again."""
    report("four months go by")
    action = None if started is None else PlantedAction(FIRST, started.treated)
    build_company(
        company,
        seed=seed,
        n_customers=n_customers,
        n_employees=n_employees,
        months=MONTHS,
        known_by=LATER,
        action=action,
    )
    later = move_on(usecase)
    frame = build_in(workspace, later, report=report)
    champion = fetch_candidate(demand_version(later.name, CHAMPION))
    frozen = find_baseline(workspace.baselines(later.name))
    report("monitoring")
    health = watch(champion, frame, later, frozen, made_on=LATER)
    lines = describe_health(health, keep(health, workspace.health(later.name)))
    write_hindsight(workspace, later, frame, champion)
    content: dict[str, Any] = {"health": {"alerts": [check.to_json() for check in health.alerts]}}
    if started is not None:
        entry = read(started.entry, Ledger(workspace.actions(later.name)), frame, later)
        lines += describe(entry)
        content["action"] = entry.to_json()
    lines += _score(workspace, Scorer(champion.bundle))
    standing = settle_alias(later.name)
    call = ask_rules(workspace, later, standing, frame, LATER)
    report(f"training again: {'; '.join(call.reasons)}")
    with tracked_run(f"demo {later.name} again") as run_id:
        trained = train_run.train(
            later, workspace, seed=seed, made_on=LATER, run_id=run_id, frame=frame, report=report
        )
        registered = train_run.log(trained, seed, run_id)
    decision = train_run.settle(trained, registered, standing, train_run.AUTO)
    lines += [f"trained again: {reason}" for reason in call.reasons]
    lines += train_run.describe(trained, registered, decision)
    tested = with_tests(trained.bundle, frame, Ledger(workspace.actions(later.name)).entries())
    lines += [f"after the test, {line}" for line in describe_levers(tested) if line.startswith("work on")]
    content |= {"trained_again": train_run.to_json(trained, registered, decision), "call": call.to_json()}
    return Looped(trained, lines, content)


def move_on(usecase: UseCase) -> UseCase:
    """Return a use case whose days were moved on, as a person would do it in the file."""
    _, snapshots, _, target = usecase.settled()
    return usecase.model_copy(
        update={
            "snapshots": snapshots.model_copy(update={"last": _LAST_SNAPSHOT}),
            "target": target.model_copy(update={"observed_until": LATER}),
        }
    )


def _score(workspace: Workspace, scorer: Scorer) -> list[str]:
    """Score the newest snapshot as a schedule would, and return what there is to say."""
    told = io.StringIO()
    quiet = Console(out=told, err=io.StringIO())
    releases = Releases.of(scorer.bundle.usecase, workspace.releases(scorer.bundle.usecase.name))
    try:
        score_latest(quiet, workspace, scorer, Order(reasons=_N_REASONS), releases)
    except XmError as error:  # in a small company forecasts cannot be relied on, and go to nobody
        return [f"not scored on schedule: {error}"]
    return [f"scored on schedule: {line}" for line in told.getvalue().splitlines()]
