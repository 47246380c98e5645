"""What forecasts of unseen rows are worth."""

import numpy as np
from numpy.typing import NDArray

from training.assessment.forecasting import Forecasts, RatingForecasts
from training.evaluation import (
    HorizonEvaluations,
    evaluate,
    evaluate_horizons,
    evaluate_ratings,
    horizon_labels,
)
from training.rows import Bools, Floats, FollowUp, LabelOutcome, TrainingRows
from training.splits import days_observed


def judge(
    rows: TrainingRows, forecasts: Forecasts | RatingForecasts, chosen: Bools, seed: int = 0
) -> HorizonEvaluations:
    """Return the figures over some of the forecast rows.

    Parameters
    ----------
    rows
        All rows.
    chosen
        One truth value per forecast row.

    Raises
    ------
    TooFewEventsError
        If there is too little to judge with.
    """
    if isinstance(forecasts, RatingForecasts):
        return _judge_answers(rows, forecasts, chosen, seed)
    tested = rows.take(forecasts.positions[chosen])
    probabilities = forecasts.probabilities[chosen]
    baselines = {name: rule[chosen] for name, rule in forecasts.baselines.items()}
    outcome, primary = tested.outcome, rows.horizon_names[rows.primary_index]
    if isinstance(outcome, LabelOutcome):
        figures = evaluate(
            outcome.target,
            probabilities[:, 0],
            weight=tested.weight,
            entity=tested.entity,
            value=tested.value,
            baselines=baselines,
            seed=seed,
        )
        return HorizonEvaluations({primary: figures}, {})
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


def primary_outcomes(rows: TrainingRows, forecasts: Forecasts) -> tuple[Floats, Floats]:
    """Return label and forecast at the primary horizon of the forecast rows whose label is known there."""
    labels, is_known = primary_labels(rows, forecasts.positions)
    return labels[is_known], forecasts.probabilities[is_known, rows.primary_index]


def primary_labels(rows: TrainingRows, positions: NDArray[np.intp]) -> tuple[Floats, Bools]:
    """Return the label of some rows at the primary horizon, and for which of them it is known."""
    outcome = rows.take(positions).outcome
    if isinstance(outcome, LabelOutcome):
        return outcome.target, outcome.is_known
    return horizon_labels(outcome.days, outcome.event, _observed_days(outcome), outcome.primary.length.days)


def _judge_answers(
    rows: TrainingRows, forecasts: RatingForecasts, chosen: Bools, seed: int
) -> HorizonEvaluations:
    """Return the figures of answers; rows nobody answered cannot be judged and are counted."""
    positions = forecasts.positions[chosen]
    figures = evaluate_ratings(
        forecasts.target[chosen],
        forecasts.answers.take(chosen),
        weight=None if rows.weight is None else rows.weight[positions],
        entity=rows.entity[positions],
        baselines={name: rule.take(chosen) for name, rule in forecasts.baselines.items()},
        n_silent=_count_silent(rows, positions),
        seed=seed,
    )
    return HorizonEvaluations({rows.horizon_names[0]: figures}, {})


def _count_silent(rows: TrainingRows, positions: NDArray[np.intp]) -> int:
    """Return how many rows of the forecast snapshots have no answer."""
    outcome = rows.outcome
    if isinstance(outcome, FollowUp):
        return 0
    silent = ~outcome.is_known
    if outcome.timing is not None:
        days = outcome.timing.snapshot_date
        silent &= np.isin(days, np.unique(days[positions]))
    return int(silent.sum())


def _observed_days(follow_up: FollowUp) -> Floats:
    """Return how many days of each row's horizon were over when observation ended."""
    return days_observed(follow_up.snapshot_date, follow_up.primary.gap_days, follow_up.observed_until)
