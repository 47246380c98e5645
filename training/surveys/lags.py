"""Answers by the days since the invitation, and whether they fade."""

from dataclasses import dataclass

import numpy as np

from training.statistics.recall import LagBand, RecallDecay, find_recall_decay, measure_lag_bands
from training.surveys.answers import SurveyAnswers

_FEWEST_ANSWERS = 30
_FEWEST_LAGS = 3


@dataclass(frozen=True)
class Lags:
    """Hold the level by days since the invitation over all finished waves, and its decay.

    ``decay`` is None where fewer than thirty answers, or fewer than three different lags, are known.
    """

    n: int
    bands: tuple[LagBand, ...]
    decay: RecallDecay | None


def read_lags(answers: SurveyAnswers, waves: tuple[int, ...], minimum: int) -> Lags | None:
    """Return answers by their lag; None where no lag is known.

    Parameters
    ----------
    answers
        All that is known of one question.
    waves
        Numbers of the finished waves.
    minimum
        A band with fewer answers is left out.
    """
    known = np.isin(answers.rows.waves, waves) & answers.is_answered & (answers.lag_days >= 0)
    n_known = int(known.sum())
    if n_known < max(minimum, 1) or answers.is_anonymous:
        return None
    worth, days = answers.rows.worth[known], answers.lag_days[known]
    bands = measure_lag_bands(answers.metric, worth, days, minimum_answers=max(minimum, 1))
    if n_known < _FEWEST_ANSWERS or np.unique(days).size < _FEWEST_LAGS or np.ptp(worth) == 0:
        return Lags(n_known, bands, None)
    decay = find_recall_decay(answers.metric, worth, days, people=answers.people[known])
    return Lags(n_known, bands, decay)
