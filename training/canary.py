"""Made-up rows that stand in for real ones: canaries of a bundle, examples in MLflow and in the API."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.catalogue import Catalogue
from training.bundle import Canary
from training.encoding import Column, Encoder
from training.models import Model

N_ROWS = 16
_MISSING_SHARE = 0.1
_SIGNIFICANT_DIGITS = 3
_FEWEST_PEOPLE = 10


def make_canary(
    catalogue: Catalogue, columns: Mapping[str, Column], encoder: Encoder, model: Model, seed: int = 0
) -> Canary:
    """Draw rows whose values are plausible one by one, and score them.

    Each value is drawn on its own, numbers are rounded quantiles and categories are levels that many people
    share, so no row is anybody's.

    Parameters
    ----------
    columns
        Feature values by name, one row per person.
    """
    draw = np.random.default_rng(seed)
    drawn = {
        feature.name: _draw(np.asarray(columns[feature.name]), feature.kind, draw) for feature in catalogue
    }
    rows = [{name: values[index] for name, values in drawn.items()} for index in range(N_ROWS)]
    encoded = encoder.encode({name: [row[name] for row in rows] for name in catalogue.names})
    return Canary(rows, model.probabilities(encoded.matrix).tolist())


def _draw(column: NDArray[Any], kind: str, draw: np.random.Generator) -> list[Any]:
    """Return values for the rows of one feature."""
    values = _draw_numbers(column, draw) if kind == "number" else _draw_levels(column, draw)
    is_missing = draw.random(N_ROWS) < _MISSING_SHARE
    return [None if missing else value for value, missing in zip(values, is_missing, strict=True)]


def _draw_numbers(column: NDArray[Any], draw: np.random.Generator) -> list[float | None]:
    """Return rounded quantiles between the 5th and the 95th percentile."""
    known = column[~np.isnan(column)]
    if known.size == 0:
        return [None] * N_ROWS
    quantiles = np.quantile(known, draw.uniform(0.05, 0.95, N_ROWS))
    return [float(f"{value:.{_SIGNIFICANT_DIGITS}g}") for value in quantiles]


def _draw_levels(column: NDArray[Any], draw: np.random.Generator) -> list[str | None]:
    """Return levels that at least ten rows share."""
    levels, counts = np.unique([value for value in column if value is not None], return_counts=True)
    common = levels[counts >= _FEWEST_PEOPLE]
    if common.size == 0:
        return [None] * N_ROWS
    return [str(level) for level in draw.choice(common, N_ROWS)]
