"""Pairs of fitted models that read different features, and rows for both, drawn anew for every seed."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np

from features.catalogue import Catalogue, Feature
from features.usecase import parse
from tests.training.models.known_truth import QUICK
from training.bundle import Bundle, Canary, FileEntry, Manifest
from training.encoding import Encoder
from training.models import Model
from training.models.fit_binary import fit_binary
from training.models.fit_hazard import fit_hazard
from training.models.fit_rating import fit_rating

Kind = Literal["binary", "hazard", "rating"]
Columns = dict[str, Any]

KINDS: tuple[Kind, ...] = ("binary", "hazard", "rating")
HORIZONS = (30, 90, 180)
OLD_FEATURES = ("use", "faults", "region", "gone")
NEW_FEATURES = ("faults", "use", "region", "fresh")
_DRIVERS = {"use": "product", "faults": "product"}
_REGIONS = np.array(["north", "south", "west", None], dtype=object)


@dataclass(frozen=True)
class Pair:
    """Hold an old and a new model of one kind."""

    old: Bundle
    new: Bundle


def draw_columns(n_rows: int, seed: int) -> Columns:
    """Return rows with numbers, a category and missing values."""
    chance = np.random.default_rng(seed)
    columns: Columns = {
        name: chance.normal(size=n_rows).round(2) for name in ("use", "faults", "gone", "fresh")
    }
    columns["faults"] = chance.poisson(2.0, n_rows).astype(float)
    for name in ("use", "faults", "fresh"):
        columns[name][chance.random(n_rows) < 0.1] = np.nan
    columns["region"] = _REGIONS[chance.integers(0, 4, n_rows)]
    return columns


def catalogue_of(names: tuple[str, ...]) -> Catalogue:
    return Catalogue(
        tuple(
            Feature(
                name,
                "category" if name == "region" else "number",
                "table",
                driver=_DRIVERS.get(name),
                role="lever" if name in _DRIVERS else None,
            )
            for name in names
        )
    )


def fit(kind: Kind, names: tuple[str, ...], seed: int) -> tuple[Encoder, Model]:
    """Fit a small blend of curves and trees to made-up outcomes."""
    columns, chance = draw_columns(500, seed), np.random.default_rng(seed + 1)
    encoder = Encoder.fit(columns, catalogue_of(names))
    encoded = encoder.encode(columns)
    known = {name: np.nan_to_num(columns[name]) for name in ("use", "faults", "gone", "fresh")}
    mood = (
        known["use"] + 0.3 * known["faults"] * (known["use"] > 0) + 0.7 * known["gone"] + 0.7 * known["fresh"]
    )
    mood = mood + 0.8 * (columns["region"] == "south") + chance.logistic(size=len(mood))
    if kind == "binary":
        return encoder, fit_binary(encoded, (mood > 0.8).astype(float), recipe=QUICK, seed=seed).model
    if kind == "rating":
        answers = 1.0 + (mood[:, None] > np.array([-1.0, 0.0, 1.0, 2.0])).sum(axis=1)
        return encoder, fit_rating(encoded, answers, "ordinal", (1, 5), recipe=QUICK, seed=seed).model
    due = chance.exponential(200.0 * np.exp(-0.6 * mood))
    days, event = np.minimum(due, 400.0), (due < 400.0).astype(float)
    return encoder, fit_hazard(encoded, days, event, HORIZONS, recipe=QUICK, seed=seed).model


def to_bundle(
    encoder: Encoder, model: Model, names: tuple[str, ...], seed: int, subject: str, minimum_group: int = 5
) -> Bundle:
    """Return a bundle as if it had been loaded."""
    usecase = parse(
        {
            "version": 1,
            "name": "sample",
            "table": {"file": "t.csv", "label": "y", "positive": "yes"},
            "drivers": {
                "product": {
                    "features": ["use", "faults"],
                    "role": "lever",
                    "actor": "company",
                    "label": {"en": "Product"},
                }
            },
            "privacy": {"subject": subject, "minimum_group": minimum_group},
        },
        "sample.yaml",
    )
    catalogue = catalogue_of(names)
    manifest = Manifest(1, "sample", catalogue.fingerprint, str(seed), {}, {"m": FileEntry(str(seed), 1)})
    primary = 1 if len(model.horizon_names) > 1 else 0
    return Bundle(
        usecase,
        catalogue,
        encoder,
        model,
        {"primary_horizon_index": primary, "average_risk": 0.3},
        {},
        [],
        Canary([], []),
        manifest,
    )


@cache
def make_pair(kind: Kind, seed: int = 0, subject: str = "customer", minimum_group: int = 5) -> Pair:
    """Return two models of other features, rows and seeds."""
    old, new = (
        to_bundle(*_fit_once(kind, names, number), names, number, subject, minimum_group)
        for names, number in ((OLD_FEATURES, 10 * seed + 1), (NEW_FEATURES, 10 * seed + 2))
    )
    return Pair(old, new)


_fit_once = cache(fit)


def row_of(columns: Columns, place: int) -> dict[str, Any]:
    """Return one row as a score request has it."""
    found = {name: column[place] for name, column in columns.items()}
    return {
        name: None if value is None or value != value else value  # noqa: PLR0124 - NaN
        for name, value in found.items()
    }
