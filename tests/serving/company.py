"""A small real company: its use case, its customers, a fitted bundle, the table of latest rows."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.catalogue import Catalogue, Feature
from features.usecase import UseCase, parse
from training.bundle import BundleParts, Canary, save
from training.encoding import Encoder
from training.models.fit_hazard import fit_hazard
from training.models.recipe import Recipe

ROOT = Path(__file__).parents[2]
FEATURES = (
    Feature("o_tickets.count_90d", "number", "tickets", driver="service", role="lever"),
    Feature("o_tickets.hours.mean_90d", "number", "tickets", unit="hours", driver="service", role="lever"),
    Feature("x_surveys.nps.last", "number", "surveys", data="X"),
    Feature("o_customers.plan", "category", "customers"),
)
ROW = {
    "o_tickets.count_90d": 4,
    "o_tickets.hours.mean_90d": 51.5,
    "x_surveys.nps.last": 3,
    "o_customers.plan": "basic",
}


def spell_usecase(name: str, subject: str) -> UseCase:
    """Return the use case that the bundles are about."""
    return parse(
        {
            "version": 1,
            "name": name,
            "entity": "customer_id",
            "snapshots": {"every": "month", "from": date(2025, 1, 1), "to": date(2025, 6, 1)},
            "sources": {
                "customers": {"file": "c.csv", "valid_from": "since", "known_at": "same"},
                "tickets": {"file": "t.csv", "event_time": "at", "known_at": "same"},
                "surveys": {
                    "file": "s.csv",
                    "event_time": "at",
                    "known_at": "same",
                    "data": "X",
                    "survey": "relationship",
                    "answered_by": "entity",
                },
                "exits": {"file": "e.csv", "event_time": "at", "known_at": "same"},
            },
            "features": {
                "tickets": {"windows": ["90d"], "count": {}, "mean": ["hours"]},
                "surveys": {"last": ["nps"]},
                "customers": {"last": ["plan"]},
            },
            "cohort": {"from": "customers.since"},
            "target": {"event": "exits", "horizons": ["30d", "90d"], "primary_horizon": "90d"},
            "drivers": {
                "service": {
                    "features": ["tickets.*"],
                    "role": "lever",
                    "actor": "company",
                    "label": {"en": "Time to resolve", "de": "Lösungszeit"},
                }
            },
            "privacy": {"subject": subject},
        },
        f"{name}.yaml",
    )


def make_bundle(folder: Path, *, name: str = "churn", subject: str = "customer", seed: int = 1) -> Path:
    """Fit a small hazard model on simulated customers and save its bundle."""
    random = np.random.default_rng(seed)
    n_rows = 900
    columns: dict[str, Any] = {
        "o_tickets.count_90d": random.poisson(2.0, n_rows).astype(float),
        "o_tickets.hours.mean_90d": np.where(
            random.random(n_rows) < 0.2, np.nan, random.gamma(2, 20, n_rows)
        ),
        "x_surveys.nps.last": np.where(random.random(n_rows) < 0.4, np.nan, random.integers(0, 11, n_rows)),
        "o_customers.plan": random.choice(["basic", "plus", "pro"], n_rows).tolist(),
    }
    rate = 0.004 * np.exp(0.4 * (columns["o_tickets.count_90d"] - 2))
    days = random.exponential(1 / rate)
    event = (days < 120).astype(np.int8)
    catalogue = Catalogue(FEATURES)
    encoder = Encoder.fit(columns, catalogue)
    encoded = encoder.encode(columns)
    recipe = Recipe(boosters=(Recipe().boosters[0],), max_trees=20, pooled_below_events=50)
    model = fit_hazard(encoded, np.minimum(days, 120.0), event, (30, 90), recipe=recipe, seed=seed).model
    canary_rows: list[dict[str, Any]] = [ROW, {**ROW, "o_customers.plan": None}, {"o_tickets.count_90d": 0.0}]
    promised = model.probabilities(
        encoder.encode({name: [row.get(name) for row in canary_rows] for name in catalogue.names}).matrix
    )
    parts = BundleParts(
        usecase=spell_usecase(name, subject),
        catalogue=catalogue,
        encoder=encoder,
        model=model,
        facts={"primary_horizon_index": 1, "average_risk": 0.3, "n_rows": n_rows},
        evaluation={"auc": {"value": 0.7, "low": 0.6, "high": 0.8}},
        drivers=[{"driver": "service", "role": "lever", "grade": "C", "strength": 0.4}],
        canary=Canary(canary_rows, promised.tolist()),
    )
    save(parts, folder)
    return folder


def write_latest(folder: Path, usecase: str = "churn", **changed: Any) -> Path:
    """Write the table of latest rows: three customers, one of them known a month earlier."""
    columns = {
        "entity_id": ["c-3", "c-1", "Ünal 🙂"],
        "snapshot_date": [date(2025, 6, 1), date(2025, 6, 1), date(2025, 5, 1)],
        "o_tickets.count_90d": [4.0, 0.0, None],
        "o_tickets.hours.mean_90d": [51.5, None, 12.0],
        "x_surveys.nps.last": [3.0, 9.0, None],
        "o_customers.plan": ["basic", "pro", None],
        **changed,
    }
    path = folder / usecase / "latest.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({name: cells for name, cells in columns.items() if cells is not None}), path)
    return path


def accept(_: Path) -> None:
    """Pass every candidate: for tests of what happens around the trial, which takes seconds."""


def wait_until(holds: Callable[[], bool], seconds: float = 90.0) -> None:
    """Wait for something that another process does; the limit is generous, the test asserts no time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def answers(url: str) -> bool:
    """Tell whether a service answers at all."""
    try:
        return httpx.get(f"{url}/livez", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False
