"""Two small trained examples with known truth: a company of raw tables, and a flat table of members."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import yaml

from features.frame import Frame, build
from features.usecase import UseCase, load
from features.worlds import Truth, build_company
from training.bundle import Bundle, save
from training.bundle import load as load_bundle
from training.learning import Learned, learn
from training.models.recipe import Recipe

ROOT = Path(__file__).parents[2]
N_CUSTOMERS = 500
N_MEMBERS = 700
SEED = 7
# One linear and one small tree member: everything a full recipe does, in a fraction of the time.
LIGHT = Recipe(
    inverse_penalties=(0.2,),
    boosters=(Recipe().boosters[0],),
    max_trees=20,
    patience=5,
    pooled_below_events=50,
    n_workers=1,
)
LINEAR = replace(LIGHT, pooled_below_events=100_000)


@dataclass(frozen=True)
class Example:
    """Hold one training from its tables to its bundle; nobody changes the files."""

    usecase: UseCase
    frame: Frame
    learned: Learned
    folder: Path
    bundle: Bundle
    truth: Truth | None = None


def train_company(folder: Path) -> Example:
    """Train on a company of which the drivers are known."""
    truth = build_company(folder / "company", seed=SEED, n_customers=N_CUSTOMERS)
    usecase = load(ROOT / "mlproject" / "usecases" / "churn.yaml", folder / "company")
    return _train(usecase, folder / "bundle", LIGHT, truth)


def train_members(folder: Path, recipe: Recipe = LINEAR) -> Example:
    """Train on members of whom it is known why they left."""
    return _train(write_members(folder), folder / "bundle", recipe)


def _train(usecase: UseCase, folder: Path, recipe: Recipe, truth: Truth | None = None) -> Example:
    frame = build(usecase)
    learned = learn(frame, usecase, seed=SEED, recipe=recipe)
    save(learned.parts, folder)
    return Example(usecase, frame, learned, folder, load_bundle(folder), truth)


def believed(bundle: Bundle) -> Bundle:
    """Return the same bundle without its doubts, to look at scores of a model too small to be used."""
    judged = bundle.evaluation["all_rows"]
    horizons = {name: {**found, "usable": True, "doubts": []} for name, found in judged["horizons"].items()}
    return replace(bundle, evaluation={**bundle.evaluation, "all_rows": {**judged, "horizons": horizons}})


def write_members(folder: Path, *, seed: int = 3, n_rows: int = N_MEMBERS) -> UseCase:
    """Write a flat table and its use case: a high price and a trial raise the risk, visits lower it."""
    random = np.random.default_rng(seed)
    price = random.gamma(4, 10, n_rows).round(1)
    visits = random.poisson(6, n_rows)
    plan = random.choice(["basic", "plus", "trial"], n_rows, p=[0.5, 0.3, 0.2])
    log_odds = 0.06 * (price - 40) - 0.25 * (visits - 6) + 1.2 * (plan == "trial") - 1.2
    columns = {
        "member": [f"{number:04d}" for number in range(n_rows)],
        "price": price,
        "visits": visits,
        "plan": plan,
        "noise": random.normal(0, 1, n_rows).round(3),
        "region": random.choice(["north", "south", "west"], n_rows),
        "mood": [
            "" if silent else score
            for silent, score in zip(random.random(n_rows) < 0.3, random.integers(0, 11, n_rows), strict=True)
        ],
        "left": np.where(random.random(n_rows) < 1 / (1 + np.exp(-log_odds)), "Yes", "No"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "members.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    table = {"file": "members.csv", "label": "left", "positive": "Yes", "id": "member"}
    spec = {
        "version": 1,
        "name": "members",
        "table": {**table, "experience": ["mood"]},
        "drivers": {
            "price": {"features": ["price"], "role": "context", "label": {"en": "Price", "de": "Preis"}},
            "plan": {"features": ["plan"], "role": "context", "label": {"en": "Plan", "de": "Tarif"}},
        },
    }
    (folder / "members.yaml").write_text(yaml.safe_dump(spec, allow_unicode=True), encoding="utf-8")
    return load(folder / "members.yaml")
