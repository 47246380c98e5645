"""What ``train --when due`` asks before it trains: the rules of the use case, and what is there already."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from features.errors import ContractError, XmError
from features.frame import Frame
from features.usecase import Retrain, UseCase
from training.monitoring import Check, Health
from training.monitoring.advice import Newer, advise, measure_newer
from training.promotion import Candidate
from training.registry import CHALLENGER, Standing, find_training_day, find_version
from training.runs.promoting import demand_version, fetch_candidate
from training.runs.workspace import Workspace

LATEST = "latest.json"


@dataclass(frozen=True)
class Call:
    """Hold whether a training is asked for, and one sentence for each reason, for it or against it."""

    is_due: bool
    reasons: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {"is_due": self.is_due, "reasons": list(self.reasons)}


def ask_rules(workspace: Workspace, usecase: UseCase, standing: Standing, frame: Frame, today: date) -> Call:
    """Ask the rules of a use case whether to train on a feature table.

    A challenger that is younger than the champion and waits to be promoted counts as the last training: it is
    not trained again for what it knows already.

    Parameters
    ----------
    standing
        Who is champion.
    frame
        The feature table as it is today.
    today
        Day of the question; counts for flat tables, whose rows have no days.
    """
    if standing.champion is None:
        return Call(is_due=True, reasons=("there is no champion yet",))
    rules = usecase.retrain
    if rules is None:
        why = (
            "the use case has no rules; write retrain: {after_days: 100, new_labels: 500, alerts: [realised]}"
        )
        return Call(is_due=False, reasons=(why,))
    try:
        champion, last, age = _fetch_last(usecase.name, standing.champion, today)
    except XmError as error:  # a champion that cannot be used must not stop the work on its successor
        return Call(is_due=True, reasons=(f"what was trained last cannot be used: {error}",))
    if last.bundle.facts.get("data_digest") == frame.facts.digest:
        return Call(is_due=False, reasons=(f"version {last.version} has learned from this very data",))
    newer = measure_newer(last, frame, usecase, days_since_training=age)
    health = find_health(workspace.health(usecase.name))
    checks = () if health is None or not _counts(health, champion, last) else health.checks
    advice = advise(rules, newer, checks)
    if advice is not None and advice.is_due:
        return Call(is_due=True, reasons=tuple(reason["en"] for reason in advice.reasons))
    return Call(is_due=False, reasons=_tell_waiting(rules, newer, checks, last))


def find_health(folder: Path) -> Health | None:
    """Return what monitoring found last; None where nothing was watched.

    Raises
    ------
    ContractError
        If the file is none of monitoring's.
    """
    path = folder / LATEST
    if not path.is_file():
        return None
    try:
        return Health.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError) as error:
        raise ContractError(str(path), f"cannot be read ({error})", "run xm-predict monitor again") from error


def _fetch_last(usecase: str, version: int, today: date) -> tuple[Candidate, Candidate, int | None]:
    """Return the champion, the version that was trained last, and the days since that training."""
    registered = demand_version(usecase, version)
    champion = last = fetch_candidate(registered)
    challenger = find_version(usecase, CHALLENGER)
    if challenger is not None and challenger.version > version:
        registered, last = challenger, fetch_candidate(challenger)
    trained_on = find_training_day(registered)
    return champion, last, None if trained_on is None else (today - trained_on).days


def _counts(health: Health, champion: Candidate, last: Candidate) -> bool:
    """Tell whether alerts speak of this champion, and of what the last training did not know."""
    if health.model_version != champion.bundle.model_version:
        return False
    if last.version == champion.version:
        return True
    until = last.bundle.facts["observed_until"]
    return health.as_of is not None and until is not None and date.fromisoformat(until) < health.as_of


def _tell_waiting(rules: Retrain, newer: Newer, checks: Sequence[Check], last: Candidate) -> tuple[str, ...]:
    """Say how far each rule is from asking."""
    since = f"since version {last.version}"
    told = []
    if rules.after_days is not None:
        found = "an unknown number of" if newer.days is None else f"{newer.days:,}"
        told.append(f"{found} days {since}, the rule asks from {rules.after_days:,} on")
    if rules.new_labels is not None:
        told.append(f"{newer.labels:,} new outcomes {since}, the rule asks from {rules.new_labels:,} on")
    if rules.alerts:
        seen = "no alert" if checks else f"no newer findings of monitoring {since}"
        told.append(f"{seen} of {', '.join(rules.alerts)}")
    return tuple(told)
