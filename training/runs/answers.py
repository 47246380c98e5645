"""What everybody is expected to answer, and what those who answered did say, for the report."""

import numpy as np
from numpy.typing import NDArray

from features.frame import Frame
from features.usecase import UseCase
from training.evaluation import Measure
from training.models import Levels, RatingModel
from training.reports import AnswerForecast
from training.rows import Bools, Floats, LabelOutcome, rows_of, texts
from training.statistics import Estimate, mean, nps, share

MIN_ANSWERS = 30


def forecast_answers(model: RatingModel, matrix: Floats, frame: Frame, usecase: UseCase) -> AnswerForecast:
    """Return the expected answer of the newest row of everybody, beside the newest answers.

    Parameters
    ----------
    model
        What forecasts.
    matrix
        The encoded newest rows.
    frame
        Where they come from.
    """
    rows = rows_of(frame, usecase)
    outcome = rows.outcome
    if not isinstance(outcome, LabelOutcome):
        message = f"use case '{usecase.name}' has no answers"
        raise TypeError(message)
    measure = measure_of(model.levels)
    good = model.good_share(matrix)
    values = model.expected(matrix) if measure != "satisfied" or good is None else good
    variances = values * (1.0 - values) if measure == "satisfied" else model.variance(matrix)
    newest = outcome.target[newest_answers(outcome)]
    return AnswerForecast(
        measure,
        values,
        variances,
        given=summarise(measure, newest, model.levels) if newest.size else None,
        silent=count_silent(frame, rows.entity[outcome.is_known]),
    )


def measure_of(levels: Levels) -> Measure:
    """Return what a report leads with: NPS, the share of good answers, or the mean where none is good."""
    if levels.kind == "nps_group":
        return "nps"
    return "mean" if levels.n_bad is None else "satisfied"


def newest_answers(outcome: LabelOutcome) -> Bools:
    """Return the rows of the newest snapshot with at least 30 answers, or all rows with one."""
    known = outcome.is_known
    if outcome.timing is None:
        return known
    days, counts = np.unique(outcome.timing.snapshot_date[known], return_counts=True)
    enough = days[counts >= MIN_ANSWERS]
    return known & (outcome.timing.snapshot_date == enough[-1]) if enough.size else known


def summarise(measure: Measure, answers: Floats, levels: Levels) -> Estimate:
    """Return the measure over answers."""
    place = levels.place(answers)
    if measure == "nps":
        detractors, passives, promoters = np.bincount(place, minlength=3).tolist()
        return nps(promoters, passives, detractors)
    if measure == "satisfied":
        return share(int(np.sum(place >= (levels.n_bad or 0))), place.size)
    return mean(answers)


def count_silent(frame: Frame, answered: NDArray[np.object_]) -> int:
    """Return how many of those who can be scored never answered this question or any survey."""
    heard = {*answered, *texts(frame.answers, "entity_id")}
    return sum(entity not in heard for entity in texts(frame.latest, "entity_id"))
