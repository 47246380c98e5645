"""A flat table of members of whom it is known what makes them leave."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from features.catalogue import Catalogue, Feature
from features.usecase import UseCase, parse
from training.rows import LabelOutcome, TrainingRows

_FEATURES = (
    Feature("size", "number", "table"),
    Feature("plan", "category", "table"),
    Feature("wait", "number", "table"),
    Feature("visits", "number", "table"),
    Feature("advice", "number", "table"),
    Feature("ease", "number", "table", "X"),
)
BEFORE, DURING = {"from": "365d", "to": "90d"}, {"from": "90d", "to": "1d"}
DRIVERS: dict[str, dict[str, Any]] = {
    "size": {"features": ["size"], "role": "context", "window": BEFORE},
    "plan": {"features": ["plan"], "role": "context", "window": BEFORE},
    "waiting": {"features": ["wait"], "role": "lever", "actor": "company", "goal": "<= 0", "window": DURING},
    "visits": {"features": ["visits"], "role": "lever", "actor": "company", "goal": ">= 0", "window": DURING},
    "advice": {
        "features": ["advice"],
        "role": "lever",
        "actor": "company",
        "goal": ">= 1",
        "window": DURING,
        "randomised": "autumn trial",
    },
    "ease": {"features": ["ease"], "role": "lever", "actor": "company", "goal": ">= 0", "window": DURING},
}


def make_usecase(changes: Mapping[str, Mapping[str, Any]] | None = None) -> UseCase:
    """Return the use case of such rows.

    Parameters
    ----------
    changes
        Keys by driver that are written over; None takes a key away.
    """
    drivers = {
        name: {
            key: value
            for key, value in {**spec, **(changes or {}).get(name, {})}.items()
            if value is not None
        }
        for name, spec in DRIVERS.items()
    }
    table = {"file": "m.csv", "label": "left", "positive": "Yes", "id": "member", "experience": ["ease"]}
    return parse({"version": 1, "name": "members", "table": table, "drivers": drivers}, "members.yaml")


def make_members(n_rows: int = 2500, *, seed: int = 0, usecase: UseCase | None = None) -> TrainingRows:
    """Return one row per member: waiting drives out, advice keeps, visits only go with size."""
    chance = np.random.default_rng(seed)
    size, plan = chance.normal(size=n_rows), chance.integers(0, 3, n_rows)
    wait = 0.5 * size + chance.normal(size=n_rows)
    visits = np.sin(2 * size) + chance.normal(size=n_rows)
    advice = chance.integers(0, 2, n_rows).astype(np.float64)
    odds = -0.6 + 0.5 * wait - 0.5 * advice - 1.2 * np.sin(2 * size) + 0.5 * (plan == 2)
    has_left = chance.random(n_rows) < 1 / (1 + np.exp(-odds))
    columns = {
        "size": size,
        "plan": np.array(["basic", "plus", "trial"], dtype=object)[plan],
        "wait": wait,
        "visits": visits,
        "advice": advice,
        "ease": -odds + chance.normal(size=n_rows),
    }
    entity = np.array([f"m{number}" for number in range(n_rows)], dtype=object)
    return TrainingRows(
        catalogue=Catalogue(_FEATURES).with_drivers((usecase or make_usecase()).drivers),
        columns=columns,
        entity=entity,
        group=entity,
        outcome=LabelOutcome(has_left.astype(np.float64)),
        weight=None,
        value=None,
    )
