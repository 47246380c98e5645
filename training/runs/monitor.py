"""Verb ``monitor``: what comes in beside what is usual, what the champion says, how well it does."""

import math
import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

from features.files import write_atomically
from features.frame import Frame
from features.usecase import UseCase
from training.console import Console
from training.frozen import Baseline, find_baseline
from training.monitoring import (
    Check,
    Health,
    Kind,
    advise,
    check_baseline,
    decide,
    limits_of_inputs,
    measure_newer,
    newest_day,
    watch_inputs,
    watch_model,
)
from training.promotion import Candidate
from training.registry import CHAMPION, connect, find_training_day, record_figures, tracked_run
from training.reports import compare_with_baseline
from training.runs.build import build_in
from training.runs.hindsight import write_hindsight
from training.runs.promoting import demand_version, fetch_candidate
from training.runs.retraining import LATEST
from training.runs.waves import list_series
from training.runs.workspace import Workspace, load_usecase

_KINDS: tuple[str, ...] = get_args(Kind)
_NOT_IN_METRICS = re.compile(r"[^\w./ -]")
_MOST_LETTERS = 200


def run(console: Console, usecase: str, data: str, baseline: str, out: str) -> None:
    """Build the frame as it is known today, look at the champion, keep what is found and tell the alerts."""
    spec = load_usecase(usecase, data)
    workspace = Workspace(Path(out))
    frozen = find_baseline(workspace.baselines(spec.name), baseline)
    connect(workspace.folder)
    registered = demand_version(spec.name, CHAMPION)
    champion = fetch_candidate(registered)
    with tracked_run(f"monitor {spec.name}"):
        frame = build_in(workspace, spec, report=console.report)
        console.report("comparing with what is usual")
        today = datetime.now(UTC).date()
        trained_on = find_training_day(registered)
        age = None if trained_on is None else (today - trained_on).days
        health = watch(champion, frame, spec, frozen, made_on=today, days_since_training=age)
        file = keep(health, workspace.health(spec.name))
        write_hindsight(workspace, spec, frame, champion)
        tags = {"usecase": spec.name, "model_version": health.model_version}
        record_figures(list_metrics(health), tags, {"monitoring": [file]})
    console.result("\n".join(describe(health, file)), health.to_json())


def watch(
    champion: Candidate,
    frame: Frame,
    usecase: UseCase,
    baseline: Baseline | None = None,
    *,
    made_on: date,
    days_since_training: int | None = None,
) -> Health:
    """Look at a champion, and say what was found.

    Parameters
    ----------
    champion
        The version that is watched, with what it forecast when it was judged.
    frame, usecase
        The feature table as it is today, and what it was built from.
    baseline
        What was frozen; None where nothing was.
    made_on
        The day of the look.
    days_since_training
        Counts for the advice on flat tables, whose rows have no days.
    """
    bundle, watched = champion.bundle, watch_model(champion, frame, usecase)
    series = list_series(frame.waves, usecase, baseline=baseline)
    since = compare_with_baseline(baseline, series, usecase.privacy.minimum_group)
    # All checks are one family.
    found = [*watch_inputs(bundle, frame, usecase), *watched.checks, *check_baseline(since)]
    checks = sorted(decide(found), key=_rank)
    newer = measure_newer(champion, frame, usecase, days_since_training=days_since_training)
    return Health(
        usecase=usecase.name,
        model_version=bundle.model_version,
        as_of=newest_day(frame),
        made_on=made_on,
        n_rows=frame.latest.num_rows,
        checks=tuple(checks),
        performance=watched.performance,
        limits=(*watched.limits, *limits_of_inputs(bundle)),
        advice=advise(usecase.retrain, newer, checks),
        baseline=None if baseline is None else baseline.id,
    )


def keep(health: Health, folder: Path) -> Path:
    """Write what was found under the day of its rows, and as the latest; return the latest file.

    Rows of no day (a flat table) are kept under the day of the look.
    """
    folder.mkdir(parents=True, exist_ok=True)
    day, text = health.as_of or health.made_on, health.to_text()
    write_atomically(folder / f"{day.isoformat()}.json", text)
    write_atomically(folder / LATEST, text)
    return folder / LATEST


def list_metrics(health: Health) -> dict[str, float]:
    """Return the figures that a run keeps: alerts by kind, the value of each check, how the model does."""
    by_kind = Counter(check.kind for check in health.alerts)
    metrics = {"alerts": float(len(health.alerts))}
    metrics |= {f"alerts.{check.kind}": float(by_kind[check.kind]) for check in health.checks}
    for check in health.checks:
        if check.value is not None and math.isfinite(check.value.value):
            metrics[_name_metric(f"{check.kind}.{check.about}")] = check.value.value
    for one in health.performance:
        for basis, found in (("estimated", one.estimated), ("realised", one.realised)):
            if found is not None and math.isfinite(found.value):
                metrics[_name_metric(f"{basis}.{one.figure}.{one.horizon}")] = found.value
    return metrics


def describe(health: Health, file: Path) -> list[str]:
    """Return what a person wants to know, a line each: the alerts first."""
    of_day = "" if health.as_of is None else f" of {health.as_of}"
    n_tested = sum(check.state != "not known" for check in health.checks)
    n_alerts = len(health.alerts)
    told = "no alert" if not n_alerts else "1 alert" if n_alerts == 1 else f"{n_alerts} alerts"
    checks = "1 check" if n_tested == 1 else f"{n_tested} checks"
    seen = f"{health.n_rows:,} rows{of_day}, {checks} of {health.model_version}"
    lines = [
        f"{told}: {health.usecase}, {seen}",
        *(f"  {check.kind}: {check.sentence['en']}" for check in health.alerts),
    ]
    if health.advice is not None and health.advice.is_due:
        lines += [f"  train again: {reason['en']}" for reason in health.advice.reasons]
    return [*lines, f"written to {file}"]


def _name_metric(name: str) -> str:
    """Return a name that MLflow takes."""
    return _NOT_IN_METRICS.sub("_", name)[:_MOST_LETTERS]


def _rank(check: Check) -> tuple[bool, int, str]:
    """Return the place of a check: alerts first, then by kind and name."""
    return check.state != "alert", _KINDS.index(check.kind), check.about
