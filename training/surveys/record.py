"""All figures of all survey questions, judged together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from training.statistics import LEVEL
from training.statistics.families import holm_p_values
from training.surveys.answers import SurveyAnswers
from training.surveys.course import Course, follow
from training.surveys.lags import Lags, read_lags
from training.surveys.silence import Silence, weigh_silence


@dataclass(frozen=True)
class Adjusted:
    """Hold p-values of one question, each adjusted over all questions (Holm 1979); NaN for not judged."""

    change: float
    trend: float
    steps: float
    decay: float
    response: tuple[float, ...]

    @property
    def has_changed(self) -> bool:
        """Return whether the newest change stands."""
        return is_beyond_chance(self.change)


@dataclass(frozen=True)
class SurveyFigures:
    """Hold all figures of one question; ``silence`` is None before the first wave is finished."""

    answers: SurveyAnswers
    course: Course
    silence: Silence | None
    lags: Lags | None
    adjusted: Adjusted


def measure_surveys(questions: Sequence[SurveyAnswers], minimum: int) -> tuple[SurveyFigures, ...]:
    """Return the figures of all questions, with p-values adjusted over all of them.

    Changes are one family, and so are trends, steps, decays, and differences of response rates.

    Parameters
    ----------
    questions
        All that is known of each question.
    minimum
        Fewest people that may be shown.
    """
    courses = [follow(answers, minimum) for answers in questions]
    finished = [answers.list_finished(minimum) for answers in questions]
    silences = [
        weigh_silence(answers, waves[-1], minimum) if waves else None
        for answers, waves in zip(questions, finished, strict=True)
    ]
    lags = [read_lags(answers, waves, minimum) for answers, waves in zip(questions, finished, strict=True)]
    adjusted = _adjust(courses, silences, lags)
    return tuple(map(SurveyFigures, questions, courses, silences, lags, adjusted))


def is_beyond_chance(p_value: float) -> bool:
    """Tell whether an adjusted p-value stands; NaN does not."""
    return p_value < 1 - LEVEL


def _adjust(
    courses: Sequence[Course], silences: Sequence[Silence | None], lags: Sequence[Lags | None]
) -> list[Adjusted]:
    """Return the adjusted p-values of each question."""
    nan = math.nan
    changes = _holm([nan if course.moved is None else course.moved.p_value for course in courses])
    trends = _holm([_trend_p_value(course) for course in courses])
    steps = _holm([nan if course.steps is None else course.steps.p_value for course in courses])
    decays = _holm([nan if one is None or one.decay is None else one.decay.p_value for one in lags])
    cuts = [() if silence is None else silence.by_cut for silence in silences]
    rates = iter(_holm([cut.p_value for each in cuts for cut in each]))
    responses = [tuple(next(rates) for _ in each) for each in cuts]
    return list(map(Adjusted, changes, trends, steps, decays, responses))


def _trend_p_value(course: Course) -> float:
    """Return the p-value of no trend; NaN where there are too few waves to show one."""
    trend = course.trend
    return math.nan if trend is None or trend.slope.n < trend.n_waves_needed else trend.p_value


def _holm(p_values: list[float]) -> list[float]:
    """Return adjusted p-values; NaN stays NaN."""
    return [float(p_value) for p_value in holm_p_values(p_values)] if p_values else []
