"""Judge a recipe on rows it has not seen: folds of a flat table, rolling origins of snapshots.

Import from here; the modules inside are an arrangement, not an interface.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from features.errors import TooFewEventsError
from features.progress import Report, silent
from training.assessment.choosing import Tuning, compare_recipes, search_recipe
from training.assessment.competing import judge_competing, tell_competing
from training.assessment.forecasting import Forecasts, RatingForecasts, forecast_rows
from training.assessment.judging import judge, primary_labels, primary_outcomes
from training.assessment.population import describe_population
from training.assessment.splitting import Split, known_at_origin, split_rows
from training.assessment.worth import judge_worth, tell_worth
from training.evaluation import CohortValue, HorizonEvaluations
from training.models.recipe import DEFAULT_RECIPE, Recipe
from training.rows import TrainingRows
from training.tuning import SearchPlan

__all__ = [
    "Assessment",
    "Choice",
    "Forecasts",
    "RatingForecasts",
    "Split",
    "Tuning",
    "assess",
    "choose_recipe",
    "judge",
    "judge_competing",
    "judge_worth",
    "known_at_origin",
    "primary_labels",
    "primary_outcomes",
    "split_rows",
    "tell_competing",
    "tell_worth",
]


@dataclass(frozen=True)
class Assessment:
    """Hold forecasts for unseen rows and what they are worth.

    Attributes
    ----------
    all_rows, new_entities
        Figures over all forecast rows, and over those of entities that the model never learned from; None
        where there are none, or too few to judge.
    competing
        Figures of the risk of a competing exit (:func:`judge_competing`); None where it is not modelled.
    population
        The value of everybody where answers are forecast and some stay silent.
    """

    forecasts: Forecasts | RatingForecasts
    all_rows: HorizonEvaluations
    new_entities: HorizonEvaluations | None
    competing: Mapping[str, Any] | None = None
    population: CohortValue | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        new = None if self.new_entities is None else self.new_entities.to_json()
        figures: dict[str, Any] = {"all_rows": self.all_rows.to_json(), "new_entities": new}
        if self.competing is not None:
            figures["competing"] = dict(self.competing)
        if self.population is not None:
            figures["population"] = self.population.to_json()
        return figures


@dataclass(frozen=True)
class Choice:
    """Hold the recipe to use, what it is worth, and what the search was worth where there was one."""

    recipe: Recipe
    assessment: Assessment
    tuning: Tuning | None = None


def choose_recipe(
    rows: TrainingRows,
    base: Recipe = DEFAULT_RECIPE,
    plan: SearchPlan | None = None,
    *,
    seed: int = 0,
    report: Report = silent,
) -> Choice:
    """Assess the base recipe and, if planned, one that is searched for; a clear winner takes its place.

    The figures of a tuned recipe are those of rows that the search never saw.

    Raises
    ------
    TooFewEventsError
        If there is too little to learn from or to judge with.
    """
    usual = assess(rows, base, seed, report)
    if plan is None:
        return Choice(base, usual)
    report("searching for a better recipe on the earliest rows")
    found = search_recipe(rows, base, plan, seed=seed, report=report)
    if not found.best.number:
        return Choice(base, usual, found.without_gain(usual.forecasts))
    tuned = assess(rows, found.best.recipe, seed, report, found.unseen)
    tuning = compare_recipes(rows, found, tuned.forecasts, usual.forecasts, seed)
    return Choice(found.best.recipe, tuned, tuning) if tuning.is_shipped else Choice(base, usual, tuning)


def assess(
    rows: TrainingRows,
    recipe: Recipe = DEFAULT_RECIPE,
    seed: int = 0,
    report: Report = silent,
    splits: Sequence[Split] | None = None,
) -> Assessment:
    """Fit the recipe on part of the rows, forecast the others, and judge the forecasts beside simple rules.

    Parameters
    ----------
    splits
        Those of the rows (:func:`split_rows`), or some of them.

    Raises
    ------
    TooFewEventsError
        If there is too little to learn from or to judge with.
    """
    forecasts = forecast_rows(rows, recipe, seed, report, splits)
    everything = np.ones(len(forecasts.positions), dtype=np.bool_)
    judged = judge(rows, forecasts, everything, seed)
    if not judged.by_horizon:
        reason = next(iter(judged.left_out.values()))
        raise TooFewEventsError("target", f"no horizon can be judged: {reason}", "wait for more events")
    competing = judge_competing(rows, forecasts, seed)
    population = None
    if isinstance(forecasts, RatingForecasts):
        population = describe_population(rows, forecasts.cohort, seed)
    return Assessment(forecasts, judged, _judge_new(rows, forecasts, seed), competing, population)


def _judge_new(
    rows: TrainingRows, forecasts: Forecasts | RatingForecasts, seed: int
) -> HorizonEvaluations | None:
    """Return the figures over unseen entities, where that is possible."""
    if not forecasts.is_new_entity.any():
        return None
    try:
        return judge(rows, forecasts, forecasts.is_new_entity, seed)
    except TooFewEventsError:
        return None
