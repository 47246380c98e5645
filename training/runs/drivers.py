"""Verb ``drivers``: what goes with the outcome as the champion sees it, and what to work on first."""

from pathlib import Path
from typing import Any

from features.frame import Frame
from features.usecase import UseCase
from training.actions import Ledger
from training.beliefs import belief_from_json, tell_beliefs
from training.bundle import Bundle
from training.console import Console
from training.drivers import DriverRow, rows_from_json
from training.frozen import find_baseline
from training.levers import GRADE_WORDS, levers_from_json, tell_levers
from training.registry import connect, demand_champion, fetch_bundle
from training.runs.tested_levers import with_tests
from training.runs.workspace import Workspace
from training.usability import doubts_of


def run(console: Console, name: str, baseline: str, out: str) -> None:
    """Print the ranking with its ranges and evidence grades, the levers, and what is none and why.

    A champion that is not usable gives none of it, also in JSON: its ranking would be one of noise.
    """
    workspace = Workspace(Path(out))
    frozen = find_baseline(workspace.baselines(name), baseline)
    connect(workspace.folder)
    champion = demand_champion(name)
    bundle = fetch_bundle(champion)
    entries = Ledger(workspace.actions(name)).entries()
    if any(entry.newest is not None for entry in entries):
        bundle = with_tests(bundle, Frame.read(workspace.frame(name)), entries)
    lines = [f"drivers of {name}, version {champion.version} ({bundle.model_version})"]
    if frozen is not None:
        lines.append(f"baseline {frozen.id}, frozen on {frozen.frozen_on}")
    if not doubts_of(bundle):
        lines += _describe_ranking(rows_from_json(bundle.drivers))
        lines += describe_beliefs(bundle)
    console.result(
        "\n".join([*lines, *describe_levers(bundle)]),
        {
            "usecase": name,
            "model_version": bundle.model_version,
            "baseline": None if frozen is None else frozen.reference.to_json(),
            **list_drivers(bundle),
        },
    )


def list_drivers(bundle: Bundle) -> dict[str, Any]:
    """Return the ranking, the levers and what people say drives the outcome, as plain values.

    They are empty where the champion is not usable; ``doubts`` says why.
    """
    doubts = doubts_of(bundle)
    return {
        "is_usable": not doubts,
        "doubts": list(doubts),
        "drivers": [] if doubts else bundle.drivers,
        "levers": [] if doubts else bundle.evaluation.get("levers", []),
        "beliefs": None if doubts else bundle.evaluation.get("beliefs"),
    }


def describe_levers(bundle: Bundle) -> list[str]:
    """Return what to work on first and what is no lever and why, a line each."""
    levers = levers_from_json(bundle.evaluation.get("levers", []))
    return tell_levers(levers, is_usable=not doubts_of(bundle), event=_name_event(bundle.usecase))


def _name_event(usecase: UseCase) -> str | None:
    """Return what levers change where an event is forecast; None where an answer is."""
    if usecase.outcome not in {"event", "silence", "binary"}:
        return None
    if usecase.means == "leaving":
        return "the risk"
    return f"the share of those who {usecase.event_in('en')}"


def describe_beliefs(bundle: Bundle) -> list[str]:
    """Return what people say drives the outcome beside what is measured; nothing where nobody was asked."""
    found = bundle.evaluation.get("beliefs")
    return [] if found is None else tell_beliefs(belief_from_json(found))


def _describe_ranking(drivers: tuple[DriverRow, ...]) -> list[str]:
    """Return a line per driver, largest first."""
    width = max((len(driver.label["en"]) for driver in drivers), default=0)
    return [
        "share of the explanation, likely range, driver, role, evidence",
        *(
            f"{driver.share.value:5.0%}  {driver.share.low:4.0%} to {driver.share.high:4.0%}  "
            f"{driver.label['en']:<{width}}  {driver.role or 'other':<8}  "
            f"{driver.evidence_grade} ({GRADE_WORDS[driver.evidence_grade]})"
            for driver in drivers
        ),
    ]
