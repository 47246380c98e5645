"""Small generated tables whose true probabilities are known."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.catalogue import Catalogue, Feature
from training.encoding import Encoded, Encoder
from training.models.odds import to_probability
from training.models.recipe import BoosterSettings, Recipe

Floats = NDArray[np.float64]

QUICK = Recipe(
    inverse_penalties=(0.1, 1.0),
    boosters=(
        BoosterSettings(
            "smooth", n_leaves=6, max_depth=3, learning_rate=0.2, min_leaf_rows=10, is_extra=True
        ),
        BoosterSettings(
            "sharp", n_leaves=12, max_depth=5, learning_rate=0.15, feature_share=0.6, min_leaf_rows=10
        ),
    ),
    max_trees=60,
    patience=10,
    pooled_below_events=100,
)


@dataclass(frozen=True)
class FlatWorld:
    """Hold a flat table: spend and visits bend, plan and contract interact, some values are missing."""

    columns: dict[str, Any]
    catalogue: Catalogue
    encoder: Encoder
    encoded: Encoded
    target: Floats
    truth: Floats


def make_flat(n_rows: int = 1500, seed: int = 3, base_log_odds: float = -0.6) -> FlatWorld:
    """Return a flat world with numbers, few-valued numbers and categories."""
    chance = np.random.default_rng(seed)
    spend, visits = chance.lognormal(3.0, 0.8, n_rows), chance.poisson(2.0, n_rows).astype(float)
    age = chance.normal(45.0, 12.0, n_rows)
    plan = chance.choice(["basic", "plus", "gold"], n_rows, p=[0.5, 0.3, 0.2])
    contract = chance.choice(["month", "year"], n_rows)
    log_odds = base_log_odds + 0.9 * np.sin(np.log(spend)) - 0.3 * visits + 0.02 * np.abs(age - 45.0)
    log_odds += 1.4 * ((plan == "basic") & (contract == "month"))
    truth = to_probability(log_odds)
    target = (chance.random(n_rows) < truth).astype(float)
    age[chance.random(n_rows) < 0.1] = np.nan
    texts = [None if chance.random() < 0.05 else str(level) for level in plan]
    columns = {"spend": spend, "visits": visits, "age": age, "plan": texts, "contract": contract.tolist()}
    is_text = {name: isinstance(values, list) for name, values in columns.items()}
    features = (Feature(name, "category" if is_text[name] else "number", "table") for name in columns)
    catalogue = Catalogue(tuple(features))
    encoder = Encoder.fit(columns, catalogue)
    return FlatWorld(columns, catalogue, encoder, encoder.encode(columns), target, truth)


@dataclass(frozen=True)
class HazardWorld:
    """Hold snapshots with a time to event under a known hazard, and early ends of watching."""

    encoded: Encoded
    days: Floats
    event: Floats
    entities: NDArray[np.int64]
    horizons: tuple[int, ...]
    truth: Floats


def make_hazard(n_entities: int = 900, n_snapshots: int = 3, seed: int = 5) -> HazardWorld:
    """Return a world in which many rows are watched for less than the longest horizon."""
    chance = np.random.default_rng(seed)
    horizons = (30, 90, 180)
    entities = np.repeat(np.arange(n_entities), n_snapshots)
    n_rows = len(entities)
    matrix = 0.8 * chance.normal(size=(n_entities, 4))[entities] + 0.6 * chance.normal(size=(n_rows, 4))
    region = chance.integers(0, 3, n_rows).astype(float)
    log_rate = np.log(0.002) + 0.7 * matrix[:, 0] - 0.5 * np.abs(matrix[:, 1]) + 0.5 * (region == 2)
    rate = np.exp(log_rate)
    due = chance.exponential(1.0 / rate)
    watched = np.where(chance.random(n_rows) < 0.6, chance.uniform(0.0, 180.0, n_rows), 1000.0)
    truth = 1.0 - np.exp(-rate[:, None] * np.array(horizons))
    matrix[chance.random(matrix.shape) < 0.05] = np.nan
    encoded = Encoded(np.column_stack([matrix, region]), ("a", "b", "c", "d", "region"), (0, 0, 0, 0, 3), {})
    return HazardWorld(
        encoded, np.minimum(due, watched), (due <= watched).astype(float), entities, horizons, truth
    )


@dataclass(frozen=True)
class CompetingWorld:
    """Hold snapshots with two causes of leaving whose hazards are known, and early ends of watching.

    Attributes
    ----------
    event
        1 the predicted event, 2 a competing exit, 0 watching ended.
    truth, competing_truth
        Probability of each cause up to each horizon, shape (rows, horizons).
    """

    encoded: Encoded
    days: Floats
    event: Floats
    entities: NDArray[np.int64]
    horizons: tuple[int, ...]
    truth: Floats
    competing_truth: Floats


def make_competing(
    n_entities: int = 1200, seed: int = 5, *, competing_rate: float = 0.006, n_snapshots: int = 2
) -> CompetingWorld:
    """Return a world of two constant hazards; as many as three in four leave for the competing cause.

    One column raises both hazards, one the event's alone, one the competing cause's alone, one means nothing.
    """
    chance = np.random.default_rng(seed)
    horizons = (30, 90, 180, 365)
    entities = np.repeat(np.arange(n_entities), n_snapshots)
    n_rows = len(entities)
    matrix = chance.normal(size=(n_rows, 4))
    rate = 0.003 * np.exp(0.6 * matrix[:, 0] + 0.5 * matrix[:, 1])
    other = competing_rate * np.exp(0.6 * matrix[:, 0] - 0.5 * matrix[:, 2])
    total = rate + other
    due, is_event = chance.exponential(1.0 / total), chance.random(n_rows) < rate / total
    watched = np.where(chance.random(n_rows) < 0.4, chance.uniform(0.0, 365.0, n_rows), 1000.0)
    left = 1.0 - np.exp(-total[:, None] * np.array(horizons))
    return CompetingWorld(
        Encoded(matrix, ("both", "own", "other", "none"), (0,) * 4, {}),
        np.minimum(due, watched),
        np.where(due > watched, 0.0, np.where(is_event, 1.0, 2.0)),
        entities,
        horizons,
        (rate / total)[:, None] * left,
        (other / total)[:, None] * left,
    )


@dataclass(frozen=True)
class RatingWorld:
    """Hold answers on five levels, and their true distribution, which three of five columns decide."""

    encoded: Encoded
    answers: Floats
    truth: Floats


def make_ratings(n_rows: int = 1200, seed: int = 11) -> RatingWorld:
    """Return a proportional-odds world; the last two columns mean nothing."""
    chance = np.random.default_rng(seed)
    matrix = chance.normal(size=(n_rows, 5))
    mood = 0.9 * matrix[:, 0] - 0.6 * matrix[:, 1] + 0.5 * (matrix[:, 2] > 0)
    at_most = to_probability((np.array([-1.5, -0.7, 0.2, 1.2]) - mood[:, None]) / 0.7)
    truth = np.diff(np.column_stack([np.zeros(n_rows), at_most, np.ones(n_rows)]), axis=1)
    answers = 1.0 + (chance.random(n_rows)[:, None] > at_most).sum(axis=1).astype(np.float64)
    matrix[chance.random(matrix.shape) < 0.03] = np.nan
    return RatingWorld(Encoded(matrix, ("a", "b", "c", "d", "e"), (0,) * 5, {}), answers, truth)
