"""The truth of an example company: what was planted, and how large it is in this very world."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from scipy.special import ndtr

from features.worlds.columns import moments, texts
from features.worlds.effects import FEELINGS, GOAL_HOURS, GOAL_LATE_SHARE, HAZARD, probability, resolution_total
from features.worlds.period import PLANTED_WAVE
from features.worlds.vocabulary import PLANS, REGIONS, SIZES, Floats
from features.worlds.world import World

PlantedRole = Literal["lever", "mediator", "decoy", "signal", "context", "noise"]
_QUARTER_MONTHS = 3


@dataclass(frozen=True)
class PlantedDriver:
    """Describe one planted driver.

    ``log_odds`` is the true effect per ``unit`` on the monthly hazard of forming the intention to leave; for a lever it
    is the whole effect, through the mediator as well. ``risk_change`` is the true average change of the risk to leave
    within 90 days (as a share, negative = less) if the goal is met by every customer for good; None where there is none.
    """

    name: str
    role: PlantedRole
    features: tuple[str, ...]
    log_odds: float | dict[str, float]
    unit: str
    note: str
    goal: str | None = None
    risk_change: float | None = None


@dataclass(frozen=True)
class PlantedWave:
    """Describe the wave in which NPS rises although nobody feels better.

    All values are true ones: expected NPS of every customer at the wave, answered or not, without noise. ``total`` is
    the sum of ``within`` (customers at both waves), ``leavers`` and ``joiners``.
    """

    wave: str
    wave_before: str
    nps_before: float
    nps: float
    total: float
    within: float
    leavers: float
    joiners: float
    highest_mood_change: float
    left_between: int
    took_offer: int


@dataclass(frozen=True)
class Truth:
    """Hold everything that is known about a world because it was made."""

    seed: int
    n_customers: int
    months: int
    observed_from: str
    observed_until: str
    drivers: tuple[PlantedDriver, ...]
    planted_wave: PlantedWave
    figures: dict[str, float]

    def to_json(self) -> str:
        """Return the truth as JSON text."""
        return json.dumps({"version": 1, **asdict(self)}, indent=2, ensure_ascii=False) + "\n"

    def named(self, role: PlantedRole) -> tuple[PlantedDriver, ...]:
        """Return the planted drivers of one role."""
        return tuple(driver for driver in self.drivers if driver.role == role)


def tell_truth(world: World, figures: dict[str, float]) -> Truth:
    """Work out the truth of a world; ``figures`` are facts of its tables."""
    until = np.array([world.period.since, world.period.until]).astype("datetime64[s]").astype("datetime64[D]").astype(str)
    return Truth(
        seed=world.seed,
        n_customers=world.customers.count,
        months=world.period.months,
        observed_from=str(until[0]),
        observed_until=str(until[1]),
        drivers=(*_levers(world), *_mediator_and_decoy(), *_signals(), *_context(), *_noise()),
        planted_wave=_planted_wave(world),
        figures=_churn_per_year(world) | figures,
    )


def expected_nps(mood: Floats) -> Floats:
    """Return the NPS (-100 to 100) that answers would have on average at a mood."""
    likely = FEELINGS.nps_level + FEELINGS.nps_per_mood * mood
    promoters = 1.0 - ndtr((8.5 - likely) / FEELINGS.nps_noise)
    detractors = ndtr((6.5 - likely) / FEELINGS.nps_noise)
    return np.asarray(100.0 * (promoters - detractors), dtype=np.float64)


def customer_months(world: World) -> pa.Table:
    """Return what goes on inside every customer, per month under contract: for tests, never for a model."""
    starts, ends = world.period.edges[:-1], world.lives.ends[:, None]
    customer, month = np.nonzero((world.customers.starts[:, None] <= starts) & (starts < ends))
    lives, experience = world.lives, world.experience
    columns = {
        "customer_id": texts(world.customers.customer_id[customer]),
        "month": moments(starts[month]),
        "mood": pa.array(lives.mood[customer, month]),
        "ease": pa.array(lives.ease[customer, month]),
        "resolution_doublings": pa.array(experience.resolution[customer, month + 1]),
        "late_share": pa.array(experience.late_share[customer, month + 1]),
        "expected_nps": pa.array(expected_nps(lives.mood[customer, month])),
        "is_intending": pa.array(lives.intends[customer] < world.period.edges[month + 1]),
    }
    return pa.table(columns)


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
    ease = f"falls by {-FEELINGS.ease_per_doubling:g} points per doubling of the hours to resolve, then changes the hazard itself"
    decoy = "no effect: small companies dispute more, and small companies leave more"
    return (
        PlantedDriver("ease_of_help", "mediator", ("surveys.ces*",), HAZARD.ease, "point of 1 to 7", ease),
        PlantedDriver("billing_disputes", "decoy", ("invoices.disputed*",), 0.0, "dispute", decoy),
    )


def _signals() -> tuple[PlantedDriver, ...]:
    usage = "falls after the intention to leave; raising it changes nothing"
    tone = "sours with mood and after the intention to leave"
    nps = "mirror of mood; the part of mood without a cause in the tables changes the hazard (log-odds per standard deviation)"
    usage_features = ("usage.logins*", "usage.active_share*", "usage.active_seats*")
    return (
        PlantedDriver("usage_trend", "signal", usage_features, 0.0, "share of seats", usage),
        PlantedDriver("tone", "signal", ("surveys.sentiment*",), 0.0, "grade", tone),
        PlantedDriver("recommendation", "signal", ("surveys.nps*", "surveys.csat*"), HAZARD.mood, "standard deviation", nps),
        PlantedDriver("silence", "signal", ("response_rate*",), 0.0, "share", "who wants to leave stops answering"),
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
        PlantedDriver(name, "context", (feature,), effects, "category", "changes the hazard; cannot be acted on")
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
    return tuple(PlantedDriver(name, "noise", (feature,), 0.0, "any", "drawn without regard to anything") for name, feature in parts)


def _planted_wave(world: World) -> PlantedWave:
    """Work out the true parts of the NPS change in the planted wave (leavers, joiners and same customers)."""
    period, lives = world.period, world.lives
    before, after = (int(month) for month in period.waves[PLANTED_WAVE - 1 : PLANTED_WAVE + 1])
    was, remains = (world.is_active(int(period.edges[month + 1]) - 1) for month in (before, after))
    then, now = expected_nps(lives.mood[:, before]), expected_nps(lives.mood[:, after])
    both, left, joined = was & remains, was & ~remains, ~was & remains
    changes = (lives.mood[:, after] - lives.mood[:, before])[both]
    return PlantedWave(
        wave=period.name_wave(PLANTED_WAVE),
        wave_before=period.name_wave(PLANTED_WAVE - 1),
        nps_before=float(then[was].mean()),
        nps=float(now[remains].mean()),
        total=float(now[remains].mean() - then[was].mean()),
        within=float((now - then)[both].mean()),
        leavers=float(then[both].mean() - then[was].mean()),
        joiners=float(now[remains].mean() - now[both].mean()) if joined.any() else 0.0,
        highest_mood_change=float(changes.max()),
        left_between=int(left.sum()),
        took_offer=int(lives.took_offer.sum()),
    )


def _churn_per_year(world: World) -> dict[str, float]:
    """Return, for every whole year, the share of customers who cancelled (over the average number of customers)."""
    shares = {}
    for year in range(world.period.months // 12):
        edges = world.period.edges[12 * year : 12 * year + 13]
        average = np.mean([world.is_active(int(edge)).sum() for edge in edges[:-1]])
        left = ((world.lives.ends >= edges[0]) & (world.lives.ends < edges[-1])).sum()
        shares[f"churn_{2024 + year}"] = float(left / average)
    return shares
