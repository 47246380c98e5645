"""The planted drivers: what each does to leaving, and how much that is in this very world."""

import numpy as np

from features.worlds.effects import (
    FEELINGS,
    GOAL_HOURS,
    GOAL_LATE_SHARE,
    HAZARD,
    probability,
    resolution_total,
)
from features.worlds.truth import PlantedDriver
from features.worlds.vocabulary import PLANS, REGIONS, SIZES, Floats
from features.worlds.world import World

_QUARTER_MONTHS = 3


def list_drivers(world: World) -> tuple[PlantedDriver, ...]:
    """Return every planted driver: levers, mediator, decoy, signals, context, noise."""
    return (*_levers(world), *_mediator_and_decoy(), *_signals(), *_context(), *_noise())


def _risk_change(world: World, log_odds_change: Floats) -> float:
    """Return the average change of the 90-day risk of those at risk when their log-odds change for good."""
    is_at_risk = world.lives.is_at_risk
    before = world.lives.log_odds[is_at_risk]
    after = before + log_odds_change[is_at_risk]
    return float(np.mean(_within_a_quarter(after) - _within_a_quarter(before)))


def _within_a_quarter(log_odds: Floats) -> Floats:
    """Return the risk of three months with the same hazard."""
    return np.asarray(1.0 - (1.0 - probability(log_odds)) ** _QUARTER_MONTHS)


def _levers(world: World) -> tuple[PlantedDriver, ...]:
    experience = world.experience
    doublings = (experience.resolution_at_goal - experience.resolution)[:, :-1]
    late_share = (experience.late_share_at_goal - experience.late_share)[:, :-1]
    return (
        PlantedDriver(
            "resolution_time",
            "lever",
            ("tickets.hours_to_resolve*",),
            resolution_total(),
            "doubling of the hours to resolve",
            f"{HAZARD.resolution_direct:g} of it directly, the rest through the ease of getting help",
            f"<= {GOAL_HOURS:g}",
            _risk_change(world, resolution_total() * doublings),
        ),
        PlantedDriver(
            "late_deliveries",
            "lever",
            ("deliveries.is_late*", "deliveries.days_late*"),
            HAZARD.late_share / 10.0,
            "10 percentage points more late deliveries",
            "all of it directly",
            f"<= {GOAL_LATE_SHARE:g}",
            _risk_change(world, HAZARD.late_share * late_share),
        ),
    )


def _mediator_and_decoy() -> tuple[PlantedDriver, ...]:
    falls = f"falls by {-FEELINGS.ease_per_doubling:g} points per doubling of the hours to resolve"
    ease = f"{falls}, then changes the hazard itself"
    decoy = "no effect: small companies dispute more, and small companies leave more"
    return (
        PlantedDriver("ease_of_help", "mediator", ("surveys.ces*",), HAZARD.ease, "point of 1 to 7", ease),
        PlantedDriver("billing_disputes", "decoy", ("invoices.disputed*",), 0.0, "dispute", decoy),
    )


def _signals() -> tuple[PlantedDriver, ...]:
    usage = "falls after the intention to leave; raising it changes nothing"
    tone = "sours with mood and after the intention to leave"
    nps = "mirror of mood; its part without a cause in the tables changes the hazard"
    usage_features = ("usage.logins*", "usage.active_share*", "usage.active_seats*")
    return (
        PlantedDriver("usage_trend", "signal", usage_features, 0.0, "share of seats", usage),
        PlantedDriver("tone", "signal", ("surveys.sentiment*",), 0.0, "grade", tone),
        PlantedDriver(
            "recommendation",
            "signal",
            ("surveys.nps*", "surveys.csat*"),
            HAZARD.mood,
            "standard deviation of that part",
            nps,
        ),
        PlantedDriver(
            "silence",
            "signal",
            ("surveys.response_rate*",),
            0.0,
            "share",
            "who wants to leave stops answering",
        ),
    )


def _context() -> tuple[PlantedDriver, ...]:
    tenure = {"first year": HAZARD.first_year, "later": 0.0}
    parts: tuple[tuple[str, str, dict[str, float]], ...] = (
        ("company_size", "customers.company_size", dict(zip(SIZES, HAZARD.size, strict=True))),
        ("plan", "customers.plan", dict(zip(PLANS, HAZARD.plan, strict=True))),
        ("region", "customers.region", dict(zip(REGIONS, HAZARD.region, strict=True))),
        ("tenure", "contracts.days_since_last", tenure),
    )
    return tuple(
        PlantedDriver(
            name, "context", (feature,), effects, "category", "changes the hazard; cannot be acted on"
        )
        for name, feature, effects in parts
    )


def _noise() -> tuple[PlantedDriver, ...]:
    parts = (
        ("newsletter_opens", "newsletters.opened*"),
        ("weekend_visits", "portal.is_weekend*"),
        ("survey_layout", "surveys.layout_rating*"),
        ("session_minutes", "usage.session_minutes*"),
        ("exports", "usage.exports*"),
        ("payment_time", "invoices.days_to_pay*"),
    )
    return tuple(
        PlantedDriver(name, "noise", (feature,), 0.0, "any", "drawn without regard to anything")
        for name, feature in parts
    )
