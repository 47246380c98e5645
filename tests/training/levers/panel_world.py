"""Customers asked month after month, of whom it is known which levers work and which only seem to."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

import numpy as np

from features.catalogue import Catalogue, Feature
from features.timeline import Duration, Horizon
from features.usecase import UseCase, parse
from training.rows import Floats, FollowUp, LabelOutcome, Timing, TrainingRows

START, UNTIL = np.datetime64("2025-01-01"), date(2026, 6, 1)
SPAN = Horizon(Duration(60))
MONTHS_BEFORE = 6
WORKING = {"waiting": -0.35, "staffing": 0.3}
"""Change of the answer per unit, everything else equal."""
IDLE = ("visiting", "noise")

_FEATURES = (
    Feature("o_crm.size", "number", "crm"),
    Feature("o_crm.plan", "category", "crm"),
    Feature("o_tickets.hours.mean_90d", "number", "tickets"),
    Feature("o_shifts.agents.mean_90d", "number", "shifts"),
    Feature("o_visits.count_90d", "number", "visits"),
    Feature("o_noise.level.mean_90d", "number", "noise"),
    Feature("o_tickets.count_90d", "number", "tickets"),
    Feature("o_tickets.backlog.mean_90d", "number", "tickets"),
    Feature("o_calls.count_90d", "number", "calls"),
    Feature("o_trial.discount", "number", "trial"),
    Feature("x_surveys.ease.mean_90d", "number", "surveys", "X"),
    Feature("x_surveys.csat.last", "number", "surveys", "X"),
)
_DRIVERS: dict[str, dict[str, Any]] = {
    "size": {"features": ["crm.size"], "role": "context"},
    "plan": {"features": ["crm.plan"], "role": "context"},
    "waiting": {"features": ["tickets.hours*"], "role": "lever", "actor": "company", "goal": "<= 0"},
    "staffing": {"features": ["shifts.agents*"], "role": "lever", "actor": "company", "goal": ">= 0"},
    "visiting": {"features": ["visits.count*"], "role": "lever", "actor": "company", "goal": ">= 0"},
    "noise": {"features": ["noise.level*"], "role": "lever", "actor": "company", "goal": "<= 0"},
    "contacts": {"features": ["tickets.count*"], "role": "lever", "actor": "person", "goal": "<= 0"},
    "backlog": {
        "features": ["tickets.backlog*"],
        "role": "lever",
        "actor": "company",
        "goal": "<= 0",
        "depends_on": ["waiting"],
    },
    "ease": {"features": ["surveys.ease*"], "role": "lever", "actor": "company", "goal": ">= 0"},
    "satisfaction": {"features": ["surveys.csat*"], "role": "signal"},
}
MOODY = {"calls": {"features": ["calls.count*"], "role": "lever", "actor": "company", "goal": ">= 0"}}
"""Calls go to those who are unhappy, which the use case does not say."""
DRAWN = {
    "discount": {
        "features": ["trial.discount"],
        "role": "lever",
        "actor": "company",
        "goal": ">= 1",
        "randomised": "autumn trial",
    }
}


def make_usecase(more: Mapping[str, Mapping[str, Any]] | None = None) -> UseCase:
    """Return the use case of such rows.

    Parameters
    ----------
    more
        Further drivers, or other ones under the same names.
    """
    events = {
        name: {"file": f"{name}.csv", "event_time": "at", "known_at": "same"}
        for name in ("tickets", "shifts", "visits", "noise", "calls")
    }
    asked = {"data": "X", "survey": "csat", "answered_by": "entity", "scales": {"csat": "0..10"}}
    history = {"valid_from": "since", "known_at": "same"}
    content: dict[str, Any] = {
        "version": 1,
        "name": "panel",
        "entity": "customer",
        "snapshots": {"every": "month", "from": "2025-01-01", "to": "2025-12-01"},
        "sources": {
            **events,
            "surveys": {"file": "s.csv", "event_time": "at", "known_at": "same", **asked},
            "crm": {"file": "c.csv", **history},
            "trial": {"file": "t.csv", **history},
        },
        "features": {
            "crm": {"last": ["size", "plan"]},
            "trial": {"last": ["discount"]},
            "tickets": {"windows": ["90d"], "mean": ["hours", "backlog"], "count": {}},
            "surveys": {"windows": ["90d"], "mean": ["ease"], "last": ["csat"]},
        },
        "cohort": {"from": "crm.since"},
        "target": {"next": "surveys.csat", "within": "60d", "kind": "numeric"},
        "drivers": {**_DRIVERS, **(more or {})},
    }
    return parse(content, "panel.yaml")


def make_panel(
    n_entities: int = 400,
    *,
    n_snapshots: int = 8,
    effect: float = 1.0,
    lasting: float = 0.5,
    mood_lasts: float = 0.8,
    seed: int = 0,
    outcome: Literal["answers", "events"] = "answers",
    usecase: UseCase | None = None,
) -> TrainingRows:
    """Return monthly snapshots with levers over 90 days and the answer, or the exit, after each.

    Parameters
    ----------
    effect
        Factor on the effects of the levers that work; 0 for a world in which nothing does.
    lasting
        Share of a lever's variance that stays with the customer.
    mood_lasts
        Correlation of the hidden mood from month to month.
    """
    chance = np.random.default_rng(seed)
    n_months = n_snapshots + MONTHS_BEFORE
    shape = (n_entities, n_months)
    size, plan = chance.normal(size=n_entities), chance.integers(0, 3, n_entities)
    pull = np.sin(2 * size) + 0.5 * (plan == 2)
    mood = _drift(chance, shape, mood_lasts)
    monthly = {
        "waiting": _stay(chance, shape, lasting) + 0.3 * pull[:, None],
        "staffing": _stay(chance, shape, lasting),
        "visiting": pull[:, None] + _stay(chance, shape, lasting),
        "noise": _stay(chance, shape, lasting),
        "contacts": -mood + 0.5 * chance.normal(size=shape),
        "calls": -mood + chance.normal(size=shape),
        "ease": mood + 0.5 * chance.normal(size=shape),
    }
    monthly["backlog"] = monthly["waiting"] + 0.5 * chance.normal(size=shape)
    means = {name: _mean_of_three(values) for name, values in monthly.items()}
    discount = chance.integers(0, 2, n_entities).astype(np.float64)
    satisfied = (
        6.0
        + sum(effect * slope * means[name] for name, slope in WORKING.items())
        + effect * 0.4 * discount[:, None]
        + pull[:, None]
        + mood[:, 3:]
    )
    answers = satisfied + chance.normal(size=satisfied.shape)
    last = _newest_before(answers, chance.random(answers.shape) < 0.6)
    kept = slice(MONTHS_BEFORE - 3, None)  # months whose levers have 90 days, and answers from before
    columns = {
        "o_crm.size": np.repeat(size, n_snapshots),
        "o_crm.plan": np.repeat(np.array(["basic", "plus", "trial"], dtype=object)[plan], n_snapshots),
        "o_tickets.hours.mean_90d": means["waiting"][:, kept],
        "o_shifts.agents.mean_90d": means["staffing"][:, kept],
        "o_visits.count_90d": means["visiting"][:, kept],
        "o_noise.level.mean_90d": means["noise"][:, kept],
        "o_tickets.count_90d": means["contacts"][:, kept],
        "o_tickets.backlog.mean_90d": means["backlog"][:, kept],
        "o_calls.count_90d": means["calls"][:, kept],
        "o_trial.discount": np.repeat(discount, n_snapshots),
        "x_surveys.ease.mean_90d": means["ease"][:, kept],
        "x_surveys.csat.last": last[:, kept],
    }
    entity = np.array([f"c{number}" for number in np.repeat(np.arange(n_entities), n_snapshots)], object)
    days = np.tile(START + (30 * np.arange(n_snapshots)).astype("timedelta64[D]"), n_entities)
    found = answers[:, kept].ravel()
    what = _exits(chance, satisfied[:, kept].ravel(), days) if outcome == "events" else _answers(found, days)
    return TrainingRows(
        catalogue=Catalogue(_FEATURES).with_drivers((usecase or make_usecase()).drivers),
        columns={name: np.asarray(values).ravel() for name, values in columns.items()},
        entity=entity,
        group=entity,
        outcome=what,
        weight=None,
        value=None,
    )


def _stay(chance: np.random.Generator, shape: tuple[int, int], lasting: float) -> Floats:
    """Return values of variance 1, part of which stays with the customer."""
    own = chance.normal(size=(shape[0], 1))
    return np.asarray(np.sqrt(lasting) * own + np.sqrt(1 - lasting) * chance.normal(size=shape))


def _drift(chance: np.random.Generator, shape: tuple[int, int], lasts: float) -> Floats:
    """Return a hidden mood of variance 1 that lasts from month to month."""
    mood = chance.normal(size=shape)
    for month in range(1, shape[1]):
        mood[:, month] = lasts * mood[:, month - 1] + np.sqrt(1 - lasts**2) * mood[:, month]
    return mood


def _mean_of_three(monthly: Floats) -> Floats:
    """Return the mean of the three months before each month from the fourth on."""
    return np.asarray(sum(monthly[:, lag : lag - 3 or None] for lag in range(3)) / 3)[
        :, : monthly.shape[1] - 3
    ]


def _newest_before(answers: Floats, is_given: np.ndarray) -> Floats:
    """Return the newest answer given in an earlier month."""
    last = np.full(answers.shape, np.nan)
    for month in range(1, answers.shape[1]):
        last[:, month] = np.where(is_given[:, month - 1], answers[:, month - 1], last[:, month - 1])
    return last


def _answers(answers: Floats, days: np.ndarray) -> LabelOutcome:
    """Return the next answers."""
    timing = Timing(days, np.full(len(days), 10.0), SPAN, UNTIL)
    return LabelOutcome(answers, "numeric", (0.0, 10.0), "surveys.csat", timing)


def _exits(chance: np.random.Generator, satisfied: Floats, days: np.ndarray) -> FollowUp:
    """Return whether the unhappy left within the horizon."""
    risk = 1 / (1 + np.exp(1.0 + 0.8 * (satisfied - 6.0)))
    has_left = chance.random(len(days)) < risk
    seen = (np.datetime64(UNTIL) - days).astype("timedelta64[D]").astype(np.float64)
    when = np.where(has_left, chance.integers(1, 60, len(days)), seen)
    known = np.where(has_left, when + 1, np.nan)
    return FollowUp(days, when, has_left.astype(np.float64), known, (SPAN,), SPAN, UNTIL)
