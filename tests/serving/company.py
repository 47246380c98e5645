"""A small real company: its use case, its customers, a fitted bundle, the table of latest rows."""

import functools
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
from features.text.model import Plan, TextModel
from features.text.sentiment import SentimentModel
from features.usecase import UseCase, parse
from tests.serving.papers import drivers, findings
from training.bundle import BundleParts, Canary, save
from training.encoding import Encoder
from training.models.fit_hazard import fit_hazard
from training.models.hazard import HazardModel
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


CALLS = {
    "file": "calls.csv",
    "id": "call_id",
    "event_time": "at",
    "known_at": "same",
    "language": ["en", "de"],
    "turns": {"file": "turns.csv", "topics": 0},
}


@functools.cache
def call_reader() -> TextModel:
    """Return the text model of the calls: word lists, nothing learnt."""
    plan = Plan(("en", "de"), None, 0)
    tones = {language: SentimentModel.from_lexicon(language) for language in plan.languages}
    return TextModel(plan, date(2025, 3, 1), tones, None, {}, {})


def spell_usecase(name: str, subject: str) -> UseCase:
    """Return the use case that the bundles are about; calls of people at work are not measured."""
    calls = {} if subject == "employee" else {"calls": CALLS}
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
                **calls,
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


@functools.cache
def fit(seed: int) -> tuple[Encoder, HazardModel]:
    """Fit a small hazard model to simulated customers: many tickets, early exit."""
    random = np.random.default_rng(seed)
    n_rows = 600
    columns: dict[str, Any] = {
        "o_tickets.count_90d": random.poisson(2.0, n_rows).astype(float),
        "o_tickets.hours.mean_90d": np.where(
            random.random(n_rows) < 0.2, np.nan, random.gamma(2, 20, n_rows)
        ),
        "x_surveys.nps.last": np.where(random.random(n_rows) < 0.4, np.nan, random.integers(0, 11, n_rows)),
        "o_customers.plan": random.choice(["basic", "plus", "pro"], n_rows).tolist(),
    }
    days = random.exponential(1 / (0.004 * np.exp(0.4 * (columns["o_tickets.count_90d"] - 2))))
    encoder = Encoder.fit(columns, Catalogue(FEATURES))
    recipe = Recipe(boosters=(Recipe().boosters[0],), max_trees=20, pooled_below_events=50)
    fitted = fit_hazard(
        encoder.encode(columns), np.minimum(days, 120.0), days < 120, (30, 90), recipe=recipe, seed=seed
    )
    return encoder, fitted.model


def make_bundle(folder: Path, *, name: str = "churn", subject: str = "customer", seed: int = 1) -> Path:
    """Save a bundle with a fitted model."""
    encoder, model = fit(seed)
    rows: list[dict[str, Any]] = [ROW, {**ROW, "o_customers.plan": None}, {"o_tickets.count_90d": 0.0}]
    matrix = encoder.encode({feature.name: [row.get(feature.name) for row in rows] for feature in FEATURES})
    parts = BundleParts(
        usecase=spell_usecase(name, subject),
        catalogue=Catalogue(FEATURES),
        encoder=encoder,
        model=model,
        facts={"primary_horizon_index": 1, "average_risk": 0.3, "n_rows": 600},
        evaluation={"auc": {"value": 0.7, "low": 0.6, "high": 0.8}, **findings()},
        drivers=drivers(),
        canary=Canary(rows, model.probabilities(matrix.matrix).tolist()),
        texts={f"calls/{name}": content for name, content in call_reader().to_files().items()},
    )
    save(parts, folder)
    return folder


def register_champion(registry: Path, bundle: Path) -> None:
    """Register a bundle as champion of an empty registry."""
    from tests.training.runs.registering import register_bundles  # it brings MLflow in

    register_bundles(registry, bundle)


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


def wait_until(holds: Callable[[], bool], seconds: float = 240.0) -> None:
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
