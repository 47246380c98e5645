"""Customers month by month under a known hazard that may turn round: tables, frame, champion."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import yaml

from features.frame import Frame, build
from features.usecase import UseCase, load
from tests.training.examples import LIGHT
from training.bundle import load as load_bundle
from training.bundle import save
from training.learning import Learned, learn
from training.promotion import Candidate, KeptBack

START = date(2025, 1, 1)
TRAINED_UNTIL = date(2025, 10, 1)
NOW = date(2026, 1, 1)


@dataclass(frozen=True)
class Drift:
    """Say what changes from a day on.

    Attributes
    ----------
    day
        First day of the change.
    turned
        Whether those leave who stayed before.
    raised
        By which factor more of them leave.
    left_out
        Share of the women whom the change spares: the model then forecasts too much for them.
    """

    day: date
    turned: bool = False
    raised: float = 1.0
    left_out: float = 0.0


NONE = Drift(date(2100, 1, 1))


def write_world(
    folder: Path,
    *,
    until: date = NOW,
    n_customers: int = 1_800,
    drift: Drift = NONE,
    seed: int = 1,
    more: dict[str, object] | None = None,
) -> UseCase:
    """Write what is known on a day, and the use case; what was written for an earlier day is a part of it."""
    random = np.random.default_rng(seed)
    mood, spend = random.normal(0, 1, n_customers), random.normal(0, 1, n_customers)
    since = [START - timedelta(days=int(days)) for days in random.integers(1, 300, n_customers)]
    is_woman, region = random.random(n_customers) < 0.4, random.choice(["north", "south"], n_customers)
    chance, spared = random.random((n_customers, 600)), random.random(n_customers)
    exits = {}
    for person in range(n_customers):
        for number in range((until - START).days):
            day = START + timedelta(days=number)
            has_turned = day >= drift.day
            sign = -1 if has_turned and drift.turned else 1
            rate = 0.0009 * np.exp(sign * (1.1 * mood[person] - 0.6 * spend[person]))
            rate *= drift.raised if has_turned else 1
            is_spared = has_turned and is_woman[person] and spared[person] < drift.left_out
            if not is_spared and chance[person, number] < rate:
                exits[person] = day
                break
    people = [
        (f"c{person:04d}", since[person], f"{mood[person]:.4f}", f"{spend[person]:.4f}", region[person],
         "f" if is_woman[person] else "m")
        for person in range(n_customers)
    ]  # fmt: skip
    _write(folder / "customers.csv", ("customer", "since", "mood", "spend", "region", "gender"), people)
    gone = [
        (f"c{person:04d}", day) for person, day in sorted(exits.items(), key=lambda one: (one[1], one[0]))
    ]
    _write(folder / "exits.csv", ("customer", "left_on"), gone)
    spec = spell(until) | (more or {})
    (folder / "shop.yaml").write_text(yaml.safe_dump(spec, sort_keys=False), encoding="utf-8")
    return load(folder / "shop.yaml")


def spell(until: date) -> dict[str, object]:
    """Return the use case as it is on a day."""
    return {
        "version": 1,
        "name": "shop",
        "entity": "customer",
        "snapshots": {"every": "month", "from": START.isoformat(), "to": until.isoformat()},
        "sources": {
            "customers": {"file": "customers.csv", "valid_from": "since", "known_at": "same"},
            "exits": {"file": "exits.csv", "event_time": "left_on", "known_at": "same"},
        },
        "features": {"customers": {"last": ["mood", "spend", "region"]}},
        "cohort": {"from": "customers.since"},
        "target": {"event": "exits", "horizons": ["30d", "60d"], "observed_until": until.isoformat()},
        "privacy": {"protected": ["gender"], "minimum_group": 30},
        "drivers": {
            "mood": {"features": ["customers.mood"], "role": "signal"},
            "spend": {"features": ["customers.spend"], "role": "signal"},
            "place": {"features": ["customers.region"], "role": "context"},
        },
    }


def _write(path: Path, header: tuple[str, ...], lines: Sequence[tuple[object, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(lines)


@dataclass(frozen=True)
class Trained:
    """Hold a champion and what it learned from."""

    usecase: UseCase
    frame: Frame
    learned: Learned
    champion: Candidate


def train_champion(folder: Path, *, n_customers: int = 1_800, seed: int = 1) -> Trained:
    """Train on what was known on the first of October."""
    usecase = write_world(folder / "then", until=TRAINED_UNTIL, n_customers=n_customers, seed=seed)
    frame = build(usecase)
    learned = learn(frame, usecase, seed=7, recipe=LIGHT)
    save(learned.parts, folder / "bundle")
    kept_back = KeptBack.of(learned.rows, learned.assessment.forecasts, usecase)
    return Trained(usecase, frame, learned, Candidate(1, load_bundle(folder / "bundle"), kept_back))


def frame_now(
    folder: Path, drift: Drift = NONE, *, until: date = NOW, seed: int = 1
) -> tuple[UseCase, Frame]:
    """Return the feature table of a later day."""
    usecase = write_world(folder, until=until, drift=drift, seed=seed)
    return usecase, build(usecase)
