"""Forecasts from some of the features beside forecasts from others, on the same rows, paired by entity."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from features.progress import Report, silent
from training.assessment import Split
from training.assessment.choosing import loss_by_row
from training.assessment.forecasting import forecast_rows
from training.breakdown.paired import PairedRows, Scored
from training.breakdown.trials import keep_features
from training.fairness.judged import JudgedRows, judged_rows
from training.models.recipe import DEFAULT_RECIPE, Recipe
from training.rows import TrainingRows
from training.statistics import EntityDraws

HAPPENED, RATED = "o", "ox"
N_DRAWS = 1000

Splitter = Callable[[TrainingRows], Sequence[Split]]


@dataclass(frozen=True)
class Compared:
    """Hold the figures of each part.

    Attributes
    ----------
    positions
        Which rows were judged.
    counts
        How many they are, their entities and, of events, how many had it.
    figures
        By part ``features`` (their number), loss and order with intervals, and ``minus``: by other part the
        paired differences. A negative difference is better for a loss, a positive one for the order.
    """

    positions: npt.NDArray[np.intp]
    counts: Mapping[str, int]
    figures: Mapping[str, Mapping[str, Any]]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {**self.counts, "parts": {name: dict(found) for name, found in self.figures.items()}}


def compare_parts(
    rows: TrainingRows,
    parts: Mapping[str, Sequence[str]],
    *,
    seeds: Sequence[int] = (0,),
    recipe: Recipe = DEFAULT_RECIPE,
    split: Splitter | None = None,
    report: Report = silent,
) -> Compared:
    """Forecast with the same recipe from each part of the features, and compare all with two of them.

    Parameters
    ----------
    parts
        Names of the features of each part; ``o`` and ``ox`` are those that the others are compared with.
    seeds
        Every part is fitted once with each; figures are means over the fits, for a fit differs from the next
        by about as much as a few features bring.
    split
        Makes the splits of the rows. Snapshots need none: the product's own origins are the same for every
        part and seed, while folds of a flat table are not.

    Raises
    ------
    ValueError
        If two parts were judged on different rows.
    """
    scored: dict[str, list[Scored]] = {}
    judged: JudgedRows | None = None
    for name, seed in ((name, seed) for name in parts for seed in seeds):
        report(f"{name}: {len(parts[name])} features, seed {seed}")
        kept = keep_features(rows, parts[name])
        forecasts = forecast_rows(kept, recipe, seed, report, None if split is None else split(kept))
        mine = judged_rows(kept, forecasts)
        judged = judged or mine
        if not np.array_equal(mine.positions, judged.positions):
            message = f"'{name}' was judged on other rows than the parts before it"
            raise ValueError(message)
        scored.setdefault(name, []).append(
            Scored(loss_by_row(kept, forecasts)[mine.positions], mine.forecast)
        )
    if judged is None:
        message = "there is no part to judge"
        raise ValueError(message)
    return _pair(judged, scored, {name: len(features) for name, features in parts.items()}, seeds[0])


def check_days(
    fitted_until: Mapping[str, date], days: npt.NDArray[np.datetime64], compared: Compared
) -> dict[str, Any]:
    """Return until when each text model learnt, and the first day that was judged, as plain values.

    Parameters
    ----------
    fitted_until
        Day of each text model.
    days
        Day of each row.

    Raises
    ------
    ValueError
        If a model learnt from texts of days that were judged.
    """
    first: date = days[compared.positions].min().astype("datetime64[D]").item()
    late = {name: day.isoformat() for name, day in fitted_until.items() if day > first}
    if late:
        message = f"forecasts are judged from {first} on, but texts were learnt until {late}"
        raise ValueError(message)
    until = {name: day.isoformat() for name, day in fitted_until.items()}
    return {"fitted_until": until, "judged_from": first.isoformat()}


def _pair(
    judged: JudgedRows, scored: Mapping[str, Sequence[Scored]], sizes: Mapping[str, int], seed: int
) -> Compared:
    """Return figures and differences; all parts see the same resamples of entities."""
    draws = EntityDraws.of(
        len(judged.outcome), entity=judged.entity, weight=judged.weight, n_draws=N_DRAWS, seed=seed
    )
    paired = PairedRows(judged.outcome, draws, judged.is_event)
    drawn = {name: paired.draw(fits) for name, fits in scored.items()}
    figures = {
        name: {
            "features": sizes[name],
            **paired.describe(mine),
            "minus": {
                other: paired.differ(mine, drawn[other])
                for other in (HAPPENED, RATED)
                if other in drawn and other != name
            },
        }
        for name, mine in drawn.items()
    }
    counts = {"rows": len(judged.outcome), "entities": draws.n_entities}
    events = {"events": int(judged.outcome.sum())} if judged.is_event else {}
    return Compared(judged.positions, counts | events, figures)
