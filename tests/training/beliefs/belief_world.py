"""Beliefs with known truth: staff whose reasons for leaving are planted, and rankings that are known."""

from typing import Any

from features.frame import StatedFacts
from features.usecase import UseCase, parse
from training.drivers import DriverRow
from training.statistics import Estimate

NAMES = ("pay", "workload", "training", "support", "night_shifts", "site")
MEANS = {"pay": ["Pay"], "workload": ["Stress"], "training": ["Growth"], "support": ["Boss"]}
_ROLES = {"site": "context", "support": "signal"}


def spell(beliefs: dict[str, Any] | None = None, **privacy: Any) -> UseCase:
    """Return a use case of staff with six drivers and some beliefs."""
    role = {name: _ROLES.get(name, "mediator") for name in NAMES}
    content: dict[str, Any] = {
        "version": 1,
        "name": "staff",
        "entity": "person",
        "snapshots": {"every": "month", "from": "2025-01-01", "to": "2025-12-01"},
        "sources": {
            "staff": {"file": "staff.csv", "valid_from": "since", "known_at": "same"},
            "talks": {"file": "talks.csv", "event_time": "held", "known_at": "known"},
            "exits": {"file": "exits.csv", "event_time": "at", "known_at": "same"},
        },
        "features": {"staff": {"last": list(NAMES)}},
        "cohort": {"from": "staff.since"},
        "target": {"event": "exits", "horizons": ["90d"]},
        "drivers": {name: {"features": [f"staff.{name}"], "role": role[name]} for name in NAMES},
        "privacy": {"subject": "employee", **privacy},
    }
    content["drivers"]["pay"]["label"] = {"en": "Pay", "de": "Vergütung"}
    if beliefs is not None:
        content["beliefs"] = beliefs
    return parse(content, "staff.yaml")


def both() -> dict[str, Any]:
    """Return a ranking of managers and stated reasons."""
    return {
        "managers": ["pay", "workload"],
        "stated": {"from": "talks", "column": "reason", "means": MEANS},
    }


def stated(
    pay: int = 178, workload: int = 10, training: int = 6, support: int = 3, **more: Any
) -> StatedFacts:
    """Return counted reasons; unmapped reasons fill up to 203 of 210."""
    named = {"pay": pay, "workload": workload, "training": training, "support": support}
    facts = {"heard": 210, "given": 203, "unmapped": 6, "other_reasons": {}, "unseen": ()}
    return StatedFacts(named=named, **{**facts, **more})


def ranked(*tiers: tuple[str, ...]) -> tuple[DriverRow, ...]:
    """Return measured drivers, strongest tier first; the order inside a tier is open."""
    names = [name for tier in tiers for name in tier]
    rows = []
    for place, name in enumerate(names):
        tier = next(tier for tier in tiers if name in tier)
        share = 0.4 / 1.3**place
        low = 1 + names.index(tier[0])
        rows.append(
            DriverRow(
                name=name,
                role=_ROLES.get(name, "mediator"),  # type: ignore[arg-type]
                label={"en": name},
                share=Estimate(share, share - 0.02, share + 0.02, 900),
                interval_method="half-sample refits and entity bootstrap",
                direction="higher",
                main_feature=f"o_staff.{name}.last",
                features=(f"o_staff.{name}.last",),
                may_swap_with=tuple(other for other in tier if other != name),
                rank_low=low,
                rank_high=low + len(tier) - 1,
            )
        )
    return tuple(rows)
