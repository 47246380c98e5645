"""Staff of whom some resign and more leave for other causes, month by month, under known hazards."""

from datetime import date
from typing import Any

import numpy as np

from features.catalogue import Catalogue, Feature
from features.timeline import Duration, Horizon
from features.usecase import UseCase, parse
from training.rows import FollowUp, TrainingRows

CATALOGUE = Catalogue((Feature("o_pay.last", "number", "staff"), Feature("o_age.last", "number", "staff")))
MONTHS = [date(2024, month, 1) for month in range(1, 13)]
UNTIL = date(2025, 4, 1)
SPANS = (Horizon(Duration(30)), Horizon(Duration(120)))


def spell_usecase(name: str = "staff") -> UseCase:
    """Return the use case of such rows."""
    content: dict[str, Any] = {
        "version": 1,
        "name": name,
        "entity": "employee",
        "snapshots": {"every": "month", "from": "2024-01-01", "to": "2024-12-01"},
        "sources": {
            "staff": {"file": "s.csv", "valid_from": "since", "known_at": "same"},
            "exits": {"file": "e.csv", "event_time": "at", "known_at": "same"},
        },
        "features": {"staff": {"last": ["pay", "age"]}},
        "cohort": {"from": "staff.since"},
        "target": {
            "event": "exits",
            "horizons": ["30d", "120d"],
            "primary_horizon": "120d",
            "cause": {"column": "cause", "voluntary": ["resigned"], "competing": ["retired", "dismissed"]},
        },
    }
    return parse(content, f"{name}.yaml")


def make_exits(n_people: int = 900, seed: int = 3, competing_rate: float = 0.005) -> TrainingRows:
    """Return rows of everyone who is still there at each snapshot; low pay resigns, age leaves otherwise."""
    random = np.random.default_rng(seed)
    pay, age = random.normal(0, 1, n_people), random.normal(0, 1, n_people)
    rate, other = 0.0025 * np.exp(-0.9 * pay), competing_rate * np.exp(0.9 * age)
    total, start = rate + other, random.integers(0, 300, n_people)
    left = start + np.ceil(random.exponential(1 / total))
    resigned = random.random(n_people) < rate / total
    parts = []
    for month in MONTHS:
        day = (month - MONTHS[0]).days
        there = np.flatnonzero((start <= day) & (left >= day))
        watched = (UNTIL - month).days
        is_over = left[there] - day < watched
        parts.append(
            (
                np.full(len(there), np.datetime64(month)),
                there,
                np.where(is_over, left[there] - day, watched),
                np.where(is_over, np.where(resigned[there], 1.0, 2.0), 0.0),
                np.where(is_over, left[there] - day + 1, np.nan),
            )
        )
    snapshot, people, days, event, known = (np.concatenate(column) for column in zip(*parts, strict=True))
    entity = np.array([f"p{person}" for person in people], object)
    return TrainingRows(
        catalogue=CATALOGUE,
        columns={"o_pay.last": pay[people], "o_age.last": age[people]},
        entity=entity,
        group=entity,
        outcome=FollowUp(snapshot, days, event, known, SPANS, SPANS[1], UNTIL),
        weight=None,
        value=None,
    )
