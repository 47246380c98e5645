"""Judge a recipe on rows it has not seen: folds of a flat table, rolling origins of snapshots."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.errors import TooFewEventsError
from features.frame import labels_as_known
from features.progress import Report, silent
from training.baselines import fit_baselines
from training.evaluation import HorizonEvaluations, evaluate, evaluate_horizons, horizon_labels
from training.fitting import FittedModel, fit_rows
from training.models.recipe import DEFAULT_RECIPE, Recipe
from training.rows import OUTCOME, Bools, Floats, FollowUp, TrainingRows
from training.splits import (
    Origin,
    days_observed,
    is_held_out,
    merge_duplicates,
    rolling_origins,
    stratified_folds,
)

N_FOLDS = 5
N_ORIGINS = 3


@dataclass(frozen=True)
class Forecasts:
    """Hold forecasts for rows that no part of the fit had seen.

    Attributes
    ----------
    positions
        Which rows were forecast.
    probabilities
        Shape (forecast rows, horizons).
    baselines
        By name the forecasts of simple rules at the primary horizon, shape (forecast rows,).
    is_new_entity
        Whether the entity was kept out of training altogether.
    """

    positions: NDArray[np.intp]
    probabilities: Floats
    baselines: Mapping[str, Floats]
    is_new_entity: Bools


@dataclass(frozen=True)
class Assessment:
    """Hold forecasts for unseen rows and what they are worth.

    Attributes
    ----------
    all_rows, new_entities
        Figures over all forecast rows, and over those of entities that the model never learned from.
    """

    forecasts: Forecasts
    all_rows: HorizonEvaluations
    new_entities: HorizonEvaluations | None

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        new = None if self.new_entities is None else self.new_entities.to_json()
        return {"all_rows": self.all_rows.to_json(), "new_entities": new}


def assess(
    rows: TrainingRows, recipe: Recipe = DEFAULT_RECIPE, seed: int = 0, report: Report = silent
) -> Assessment:
    """Fit the recipe on part of the rows, forecast the others, and judge the forecasts beside simple rules.

    Snapshots: the newest three with a finished primary horizon are forecast from what was known at each of
    them; a fifth of the entities is kept out of training for a second figure. Flat tables: five folds,
    groups and exact duplicates on one side.

    Raises
    ------
    TooFewEventsError
        If there is too little to learn from or to judge with.
    """
    outcome = rows.outcome
    forecasts = (
        _forecast_origins(rows, outcome, recipe, seed, report)
        if isinstance(outcome, FollowUp)
        else _forecast_folds(rows, outcome, recipe, seed, report)
    )
    everything = np.ones(len(forecasts.positions), dtype=np.bool_)
    new = judge(rows, forecasts, forecasts.is_new_entity, seed) if forecasts.is_new_entity.any() else None
    return Assessment(forecasts, judge(rows, forecasts, everything, seed), new)


def judge(rows: TrainingRows, forecasts: Forecasts, chosen: Bools, seed: int = 0) -> HorizonEvaluations:
    """Return the figures over some of the forecast rows."""
    tested = rows.take(forecasts.positions[chosen])
    probabilities = forecasts.probabilities[chosen]
    baselines = {name: rule[chosen] for name, rule in forecasts.baselines.items()}
    outcome = tested.outcome
    if not isinstance(outcome, FollowUp):
        figures = evaluate(
            outcome,
            probabilities[:, 0],
            weight=tested.weight,
            entity=tested.entity,
            value=tested.value,
            baselines=baselines,
            seed=seed,
        )
        return HorizonEvaluations({OUTCOME: figures}, {})
    primary = rows.horizon_names[rows.primary_index]
    return evaluate_horizons(
        outcome.days,
        outcome.event,
        probabilities,
        [span.length for span in outcome.spans],
        observed_days=_observed_days(outcome),
        weight=tested.weight,
        entity=tested.entity,
        value=tested.value,
        baselines={primary: baselines},
        seed=seed,
    )


def _forecast_folds(
    rows: TrainingRows, labels: Floats, recipe: Recipe, seed: int, report: Report
) -> Forecasts:
    """Forecast every row of a flat table from the other folds."""
    folds = stratified_folds(labels, _copies(rows), n_folds=N_FOLDS, seed=seed)
    probabilities = np.full((len(rows), 1), np.nan)
    baselines: dict[str, Floats] = {}
    for fold in range(N_FOLDS):
        report(f"fitting without fold {fold + 1} of {N_FOLDS} to forecast it")
        training, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        learned = rows.take(training)
        fitted = fit_rows(learned, recipe, seed)
        probabilities[test] = fitted.probabilities(rows.take(test))
        for name, values in _forecast_baselines(fitted, learned, labels[training], rows.take(test)).items():
            baselines.setdefault(name, np.full(len(rows), np.nan))[test] = values
    positions = np.arange(len(rows))
    return Forecasts(positions, probabilities, baselines, np.zeros(len(rows), dtype=np.bool_))


def _copies(rows: TrainingRows) -> NDArray[np.int64]:
    """Return groups in which declared groups and exact duplicates stay together."""
    codes = [
        np.unique(np.asarray(column).astype(str), return_inverse=True)[1] for column in rows.columns.values()
    ]
    return merge_duplicates(np.column_stack(codes).astype(np.float64), rows.group)


def _forecast_origins(
    rows: TrainingRows, follow_up: FollowUp, recipe: Recipe, seed: int, report: Report
) -> Forecasts:
    """Forecast the newest judged snapshots, each from what was known at it."""
    dates = [day.item() for day in np.unique(follow_up.snapshot_date)]
    origins = rolling_origins(dates, follow_up.primary, follow_up.observed_until, N_ORIGINS)
    parts = []
    for number, origin in enumerate(origins, start=1):
        report(
            f"fitting on what was known on {origin.snapshot_date} to forecast it ({number} of {len(origins)})"
        )
        parts.append(_forecast_origin(rows, follow_up, origin, recipe, seed))
    names = set.intersection(*(set(part.baselines) for part in parts))
    return Forecasts(
        positions=np.concatenate([part.positions for part in parts]),
        probabilities=np.concatenate([part.probabilities for part in parts]),
        baselines={name: np.concatenate([part.baselines[name] for part in parts]) for name in sorted(names)},
        is_new_entity=np.concatenate([part.is_new_entity for part in parts]),
    )


def _forecast_origin(
    rows: TrainingRows, follow_up: FollowUp, origin: Origin, recipe: Recipe, seed: int
) -> Forecasts:
    """Forecast one snapshot."""
    learned = known_at_origin(rows, follow_up, origin)
    test = np.flatnonzero(origin.test_rows(follow_up.snapshot_date))
    fitted = fit_rows(learned, recipe, seed)
    tested = rows.take(test)
    return Forecasts(
        positions=test,
        probabilities=fitted.probabilities(tested),
        baselines=_forecast_hazard_baselines(fitted, learned, origin, tested),
        is_new_entity=is_held_out(tested.entity),
    )


def known_at_origin(rows: TrainingRows, follow_up: FollowUp, origin: Origin) -> TrainingRows:
    """Return earlier rows with their labels as they stood at the origin, where anything had been seen."""
    days, event = labels_as_known(
        follow_up.days,
        follow_up.event.astype(np.int8),
        follow_up.known_days,
        origin.known_days(follow_up.snapshot_date, follow_up.primary.gap_days),
    )
    as_known = replace(rows, outcome=replace(follow_up, days=days, event=event.astype(np.float64)))
    is_seen = (days > 0) | (event == 1)
    return as_known.take(origin.training_rows(follow_up.snapshot_date, rows.entity) & is_seen)


def _forecast_hazard_baselines(
    fitted: FittedModel, learned: TrainingRows, origin: Origin, tested: TrainingRows
) -> dict[str, Floats]:
    """Forecast the primary horizon with simple rules, learned where it was over at the origin."""
    follow_up = learned.outcome
    if not isinstance(follow_up, FollowUp):
        return {}
    labels, is_known = horizon_labels(
        follow_up.days,
        follow_up.event,
        origin.known_days(follow_up.snapshot_date, follow_up.primary.gap_days),
        follow_up.primary.length.days,
    )
    return _forecast_baselines(fitted, learned.take(is_known), labels[is_known], tested)


def _forecast_baselines(
    fitted: FittedModel, learned: TrainingRows, labels: Floats, tested: TrainingRows
) -> dict[str, Floats]:
    """Forecast with the prior, the last survey score and a plain logistic regression, where possible."""
    features = tuple(learned.catalogue)
    encode = fitted.encoder.encode
    try:
        rules = fit_baselines(encode(learned.columns).matrix, features, labels, learned.weight)
    except TooFewEventsError:
        return {}
    matrix = encode(tested.columns).matrix
    return {name: rule(matrix) for name, rule in rules.items()}


def primary_outcomes(rows: TrainingRows, forecasts: Forecasts) -> tuple[Floats, Floats]:
    """Return label and forecast at the primary horizon of the forecast rows whose label is known there."""
    tested = rows.take(forecasts.positions)
    probability = forecasts.probabilities[:, rows.primary_index]
    follow_up = tested.outcome
    if not isinstance(follow_up, FollowUp):
        return follow_up, probability
    labels, is_known = horizon_labels(
        follow_up.days, follow_up.event, _observed_days(follow_up), follow_up.primary.length.days
    )
    return labels[is_known], probability[is_known]


def _observed_days(follow_up: FollowUp) -> Floats:
    """Return how many days of each row's horizon were over when observation ended."""
    return days_observed(follow_up.snapshot_date, follow_up.primary.gap_days, follow_up.observed_until)
