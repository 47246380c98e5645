"""Sample levers, priorities and tables of drivers for reports."""

from dataclasses import replace
from typing import Any

import numpy as np

from features.usecase import LeverCost, Means, Privacy, parse
from tests.training.reports import samples
from training.disclosure import ShownCuts
from training.drivers import (
    DriverRow,
    Goal,
    GradedLever,
    Outlook,
    Priorities,
    Stakes,
    WhatIfGrid,
    look_ahead,
    prioritise,
    what_if,
    word_refusal,
)
from training.drivers.direction import Direction
from training.levers import Lever, LeverEffect
from training.reports import ReportInputs
from training.statistics import Estimate

LABELS = {driver.name: driver.label for driver in samples.DRIVERS}
WAIT = Goal("o_tickets.hours.mean_90d", "<=", 24.0, "hours")
LATE = Goal("o_deliveries.is_late.mean_90d", "<=", 0.1, "share")


def effect(slope: float, low: float, high: float) -> LeverEffect:
    return LeverEffect(
        slope=Estimate(-slope, -high, -low, n=9000),
        short_slope=Estimate(slope, low, high, n=9000),
        contrast=Estimate(slope * 10, low * 10, high * 10, n=9000),
        p_value=1e-6,
        variation=0.8,
        robustness=0.13,
        controls=("tenure", "region"),
        n_entities=2500,
        n_columns=80,
    )


RESOLUTION = Lever(
    "resolution",
    LABELS["resolution"],
    WAIT.feature,
    WAIT,
    "B",
    "offered",
    (),
    effect(-0.0012, -0.0018, -0.0006),
)
DELIVERIES = Lever(
    "deliveries", LABELS["deliveries"], LATE.feature, LATE, "A", "offered", (), effect(-0.12, -0.26, 0.02)
)
DISPUTES = Lever("disputes", LABELS["disputes"], "o_disputes.mean_90d", None, "B", "unclear")
ONBOARDING = Lever(
    "onboarding",
    LABELS["onboarding"],
    "o_onboarding.mean_90d",
    None,
    "C",
    "refused",
    (word_refusal("own behaviour", LABELS["onboarding"]),),
)
LEVERS = (RESOLUTION, DELIVERIES, DISPUTES, ONBOARDING)


def values_of(goal: Goal, size: int) -> Any:
    random = np.random.default_rng(13)
    return random.gamma(2.0, 15.0, size) if goal is WAIT else random.beta(1.0, 6.0, size)


def raise_answers(slope: Estimate) -> Estimate:
    """Return what does to answers on a scale of five about what the lever does to the risk."""
    return Estimate(-8 * slope.value, -8 * slope.high, -8 * slope.low, n=slope.n)


def stakes(
    inputs: ReportInputs, *, has_money: bool = True, is_event: bool = True
) -> tuple[list[GradedLever], Stakes]:
    scored = inputs.scored
    size = len(scored.entity_ids)
    expected = scored.probabilities if scored.answers is None else scored.answers.values
    revenue = scored.revenue if has_money and is_event else None
    cost = LeverCost(per_person_eur=60.0, fixed_eur=5000.0, reach=0.8) if has_money else None
    levers = [
        GradedLever(
            lever.name,
            lever.grade,
            lever.effect.short_slope if is_event else raise_answers(lever.effect.short_slope),
            np.maximum(values_of(lever.goal, size) - lever.goal.bound, 0.0),
            lever.goal.unit,
            cost,
        )
        for lever in (RESOLUTION, DELIVERIES)
        if lever.effect is not None and lever.effect.short_slope is not None and lever.goal is not None
    ]
    return levers, Stakes(expected, is_event=is_event, is_bad=is_event, revenue=revenue, margin=0.6)


def priorities(inputs: ReportInputs, **how: bool) -> Priorities:
    return prioritise(*stakes(inputs, **how))


def outlooks(inputs: ReportInputs, **how: bool) -> dict[str, Outlook]:
    levers, found = stakes(inputs, **how)
    return {lever.name: look_ahead(lever, found) for lever in levers}


def expectation(inputs: ReportInputs, slope: float = 0.001) -> WhatIfGrid:
    wait = values_of(WAIT, len(inputs.scored.entity_ids))[:, None]
    return what_if(wait, lambda rows: 0.05 + slope * rows[:, 0], {0: WAIT.bound}, WAIT).grid


def quadrants() -> list[dict[str, Any]]:
    fields = {
        "resolution": ("fix first", 0.97),
        "ease": ("fix first", 0.85),
        "deliveries": ("open", 0.6),
        "disputes": ("leave", 0.9),
    }
    rows = []
    for driver in samples.DRIVERS:
        if driver.name in fields and driver.goal_met is not None:
            field, chance = fields[driver.name]
            rows.append(
                {
                    "driver": driver.name,
                    "importance": driver.share.to_json(),
                    "performance": driver.goal_met.to_json(),
                    "probability": {"fix first": chance, "keep up": 0.0, "watch": 0.0, "leave": 1 - chance},
                    "answer": field,
                }
            )
    return rows


def views(verdict: str = "partly") -> dict[str, Any]:
    shown = [driver for driver in samples.DRIVERS if driver.role in {"lever", "signal", "mediator"}]
    weights = {driver.name: driver.share.to_json() for driver in shown}
    return {
        "variance": {
            "r2": Estimate(0.21, 0.18, 0.24, n=9000).to_json(),
            "relative_weight": weights,
            "shapley_r2": weights,
        },
        "agreement": {"correlation": 0.6, "verdict": verdict, "largest": {"driver": "tone"}},
    }


def segments() -> dict[str, Any]:
    def driver(name: str, share: float, contrast: str | None = None) -> dict[str, Any]:
        return {
            "driver": name,
            "share": Estimate(share, share / 2, share * 1.5, n=300).to_json(),
            "contrast": contrast,
        }

    drivers = [
        driver("tenure", 0.5),
        driver("resolution", 0.3, "larger"),
        driver("ease", 0.2),
        driver("tone", 0.1),
        driver("usage", 0.05, "smaller"),
    ]
    return {
        "region": {
            "minimum": 25,
            "segments": [
                {"name": "South", "n_entities": 300, "drivers": drivers},
                {"name": "North", "n_entities": 200, "drivers": [driver("ease", 0.4)]},
            ],
            "suppressed": ["West"],
        },
        "plan": {"minimum": 25, "segments": [], "suppressed": ["Gold"]},
    }


def tables() -> dict[str, Any]:
    return {"quadrants": quadrants(), "views": views(), "driver_segments": segments()}


def cuts(size: int = 2882) -> dict[str, tuple[str | None, ...]]:
    """Return two cuts with small and empty groups, and people without one."""
    random = np.random.default_rng(21)
    regions, plans = (
        np.array(["North", "East", "South", "AT/CH", None]),
        np.array(["Basic", "Plus", "Public"]),
    )
    region = regions[random.choice(5, size=size, p=[0.3, 0.2, 0.44, 0.04, 0.02])]
    plan = plans[random.choice(3, size=size, p=[0.6, 0.38, 0.02])]
    is_none = (plan == "Public") & (region == "East")
    return {"region": tuple(region.tolist()), "plan": tuple(np.where(is_none, "Plus", plan).tolist())}


def shown_cuts(subject: str = "customer") -> ShownCuts:
    return ShownCuts.of(cuts(), Privacy.model_validate({"subject": subject}))


def graded(drivers: tuple[DriverRow, ...], *, is_event: bool = True) -> tuple[DriverRow, ...]:
    """Return the drivers as training grades them; of satisfaction they go the other way."""
    grades = {lever.name: lever.grade for lever in LEVERS}
    turned: dict[Direction, Direction] = {"higher": "lower", "lower": "higher"}
    return tuple(
        replace(
            driver,
            evidence_grade=grades.get(driver.name, "C"),
            direction=driver.direction if is_event else turned.get(driver.direction, driver.direction),
        )
        for driver in drivers
    )


def inputs(**more: Any) -> ReportInputs:
    """Return a report with levers, two of them offered, and all tables."""
    plain = samples.inputs(scored=replace(samples.cohort(), cuts=shown_cuts()))
    return samples.inputs(
        **{
            "scored": plain.scored,
            "levers": LEVERS,
            "priorities": priorities(plain),
            "outlooks": outlooks(plain),
            "expectations": {"resolution": expectation(plain)},
            "tables": tables(),
            "drivers": graded(samples.DRIVERS),
            **more,
        }
    )


def without_offer() -> ReportInputs:
    """Return a report in which no lever stands out."""
    plain = samples.inputs()
    levers = (DISPUTES, ONBOARDING)
    nothing = prioritise([], Stakes(plain.scored.probabilities))
    return inputs(levers=levers, priorities=nothing, outlooks={}, expectations={})


def employees() -> ReportInputs:
    plain = samples.employees()
    return inputs(
        usecase=plain.usecase,
        scored=replace(samples.cohort(), cuts=shown_cuts("employee")),
        risk_waves=(),
        priorities=priorities(plain, has_money=False),
        outlooks=outlooks(plain, has_money=False),
    )


def satisfaction() -> ReportInputs:
    plain = samples.satisfaction("mean")
    return samples.satisfaction(
        "mean",
        scored=replace(plain.scored, cuts=shown_cuts()),
        levers=LEVERS,
        drivers=graded(samples.DRIVERS, is_event=False),
        priorities=priorities(plain, is_event=False, has_money=False),
        outlooks=outlooks(plain, is_event=False, has_money=False),
        tables=tables(),
    )


_TURNED: dict[Direction, Direction] = {"higher": "lower", "lower": "higher"}
EVENTS = {
    "good": {"en": "are satisfied", "de": "sind zufrieden"},
    "bad": {"en": "come late", "de": "kommen zu spät"},
}


def flat_event(means: Means, **more: Any) -> ReportInputs:
    """Return a report on a flat table whose label is no leaving: satisfied parcels, or late ones."""
    table = {"file": "parcels.csv", "label": "state", "positive": "Yes", "means": means}
    spec = {"version": 1, "name": "parcels", "label": {"en": "Parcels", "de": "Pakete"}, "simulated": True}
    usecase = parse(spec | {"table": {**table, "event": EVENTS[means]}}, "parcels.yaml")
    scored = replace(samples.cohort(), revenue=None, reasons={}, cuts=shown_cuts())
    plain = samples.flat_table()
    graded, stakes_of_bad = stakes(plain, has_money=False)
    drivers, expected = plain.drivers, expectation(plain)
    if means == "good":  # what makes fewer late makes more satisfied
        graded = [replace(one, slope=_turn(one.slope)) for one in graded]
        drivers = tuple(replace(one, direction=_TURNED.get(one.direction, one.direction)) for one in drivers)
        expected = expectation(plain, -0.001)
    found = replace(stakes_of_bad, is_bad=means == "bad")
    return replace(
        plain,
        usecase=usecase,
        scored=scored,
        drivers=drivers,
        levers=LEVERS,
        priorities=prioritise(graded, found),
        outlooks={lever.name: look_ahead(lever, found) for lever in graded},
        expectations={"resolution": expected},
        tables=tables(),
        **more,
    )


def _turn(slope: Estimate) -> Estimate:
    """Return the slope of the opposite outcome."""
    return Estimate(-slope.value, -slope.high, -slope.low, slope.n)
