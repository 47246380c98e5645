"""Flat tables in which it is known what each kind of feature tells, and forecasts made without any fit."""

import numpy as np

from features.catalogue import Catalogue, Feature
from training.assessment import Forecasts
from training.models.recipe import Recipe
from training.rows import LabelOutcome, TrainingRows

LIGHT = Recipe(
    inverse_penalties=(0.2,), boosters=(Recipe().boosters[0],), max_trees=20, patience=5, n_workers=1
)


def make_table(
    n_rows: int = 1200, *, x_effect: float = 0.0, n_noise: int = 1, seed: int = 0, copies: int = 1
) -> TrainingRows:
    """Return rows with one telling O-feature, one X-feature that tells ``x_effect``, and noise of both kinds.

    ``copies`` gives every group several people with other features and outcomes.
    """
    random = np.random.default_rng(seed)
    columns = {"use": random.normal(size=n_rows), "mood": random.normal(size=n_rows)}
    log_odds = 1.2 * columns["use"] + x_effect * columns["mood"] - 0.7
    columns |= {f"noise_{place}": random.normal(size=n_rows) for place in range(n_noise)}
    label = (random.random(n_rows) < 1 / (1 + np.exp(-log_odds))).astype(np.float64)
    entity = np.array([f"p{number:05d}" for number in range(n_rows)], dtype=object)
    group = np.array([f"g{number // copies:05d}" for number in range(n_rows)], dtype=object)
    features = tuple(
        Feature(name, "number", "table", data="X" if name == "mood" else "O") for name in columns
    )
    return TrainingRows(Catalogue(features), columns, entity, group, LabelOutcome(label), None, None)


def forecast_truly(rows: TrainingRows, *, x_effect: float = 0.0) -> Forecasts:
    """Return the true probability of every row of :func:`make_table`, as if no fit had seen any."""
    odds = 1.2 * np.asarray(rows.columns["use"]) + x_effect * np.asarray(rows.columns["mood"]) - 0.7
    n_rows = len(rows)
    return Forecasts(
        positions=np.arange(n_rows),
        is_new_entity=np.zeros(n_rows, dtype=np.bool_),
        probabilities=1 / (1 + np.exp(-odds))[:, None],
        baselines={},
        competing=np.full((n_rows, 1), np.nan),
    )
