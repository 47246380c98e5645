"""Small fitted bundles of every kind of outcome, saved and loaded like real ones."""

import functools
from pathlib import Path
from typing import Any

from features.catalogue import Catalogue, Feature
from features.usecase import UseCase, parse
from tests.training.models.known_truth import QUICK, make_flat, make_ratings
from training.bundle import Bundle, BundleParts, load, save
from training.canary import make_canary
from training.encoding import Encoder
from training.models import Model
from training.models.fit_binary import fit_binary
from training.models.fit_rating import fit_rating

RATING_FEATURES = Catalogue(tuple(Feature(name, "number", "table") for name in "abcde"))
LEVEL_ERROR = {"value": 0.01, "low": -0.02, "high": 0.04, "n": 500}


@functools.cache
def fit_sample(kind: str) -> tuple[Encoder, Model, dict[str, Any], Catalogue]:
    """Return encoder, model, columns and catalogue of a kind of outcome."""
    if kind == "binary":
        world = make_flat(800)
        model: Model = fit_binary(world.encoded, world.target, recipe=QUICK, seed=1).model
        return world.encoder, model, world.columns, world.catalogue
    ratings = make_ratings(800)
    columns = {name: ratings.encoded.matrix[:, place] for place, name in enumerate("abcde")}
    encoder = Encoder.fit(columns, RATING_FEATURES)
    answers = ratings.answers if kind != "nps_group" else 2 * ratings.answers
    fitted = fit_rating(encoder.encode(columns), answers, kind, recipe=QUICK, seed=1)  # type: ignore[arg-type]
    return encoder, fitted.model, columns, RATING_FEATURES


def spell(kind: str, subject: str = "customer", minimum_group: int = 5) -> UseCase:
    """Return a flat use case."""
    label = {"positive": "yes"} if kind == "binary" else {"kind": kind}
    return parse(
        {
            "version": 1,
            "name": f"{subject}_{kind}",
            "table": {"file": "t.csv", "label": "y", **label},
            "privacy": {"subject": subject, "minimum_group": minimum_group},
        },
        "sample.yaml",
    )


def make_bundle(folder: Path, kind: str, subject: str = "customer") -> Bundle:
    """Save a bundle and load it."""
    encoder, model, columns, catalogue = fit_sample(kind)
    error = {"kind": "rating", "bias": LEVEL_ERROR} if kind != "binary" else {"level_error": LEVEL_ERROR}
    parts = BundleParts(
        usecase=spell(kind, subject),
        catalogue=catalogue,
        encoder=encoder,
        model=model,
        facts={"primary_horizon_index": 0, "average_risk" if kind == "binary" else "average_value": 0.3},
        evaluation={"all_rows": {"horizons": {"outcome": error}, "left_out": {}}},
        drivers=[],
        canary=make_canary(catalogue, columns, encoder, model),
    )
    save(parts, folder)
    return load(folder)


def plain_rows(kind: str, n_rows: int = 20) -> list[dict[str, Any]]:
    """Return training rows as they would be sent."""
    _, _, columns, catalogue = fit_sample(kind)
    rows = [{name: columns[name][index] for name in catalogue.names} for index in range(n_rows)]
    return [
        {
            name: (None if value != value else value if isinstance(value, str) else float(value))  # noqa: PLR0124
            if value is not None
            else None
            for name, value in row.items()
        }
        for row in rows
    ]
