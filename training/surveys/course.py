"""How a survey figure moved: its level in each finished wave, the newest change, trend and lasting steps."""

from dataclasses import dataclass

import numpy as np

from training.reports import WaveChange, build_change, build_series
from training.statistics.change_points import ChangePoints, find_change_points
from training.statistics.changes import WaveAnswers, measure_change
from training.statistics.changes import WaveChange as Moved
from training.statistics.levels import Level, measure_level
from training.statistics.trends import Trend, find_trend
from training.statistics.wave_values import measure_waves
from training.surveys.answers import SurveyAnswers


@dataclass(frozen=True)
class WaveLevel:
    """Hold the level of one finished wave with how many belonged and were invited; None for unknown."""

    wave: str
    level: Level
    n_members: int | None
    n_invited: int | None


@dataclass(frozen=True)
class Course:
    """Hold how one figure moved over its finished waves.

    Attributes
    ----------
    levels
        Oldest first; empty while the first wave is still open.
    moved
        The newest change with its p-value; None for a first wave.
    made_of
        What that change is made of, or why nobody can say; None where no wave has enough answers.
    trend, steps
        None where there are fewer than two waves.
    """

    levels: tuple[WaveLevel, ...]
    moved: Moved | None
    made_of: WaveChange | None
    trend: Trend | None
    steps: ChangePoints | None


def follow(answers: SurveyAnswers, minimum: int) -> Course:
    """Return how a figure moved.

    Parameters
    ----------
    answers
        All that is known of one question.
    minimum
        A wave with fewer answers is left out.
    """
    waves = answers.list_finished(minimum)
    series = build_series(answers.rows, minimum=max(minimum, 1), keep=max(len(waves), 2))
    trend, steps = _find_movement(answers, waves)
    return Course(
        levels=tuple(_measure(answers, wave) for wave in waves),
        moved=_compare(answers, *waves[-2:]) if len(waves) > 1 else None,
        made_of=None if series is None else build_change(series, minimum),
        trend=trend,
        steps=steps,
    )


def _measure(answers: SurveyAnswers, wave: int) -> WaveLevel:
    """Return the level of one wave."""
    worth = answers.rows.worth[answers.is_in(wave)]
    return WaveLevel(
        answers.rows.names[wave],
        measure_level(answers.metric, worth),
        answers.count_members(wave),
        answers.count_invited(wave),
    )


def _compare(answers: SurveyAnswers, before: int, after: int) -> Moved:
    """Return the change between two waves."""
    first, second = (
        WaveAnswers(answers.rows.worth[rows], answers.people[rows])
        for rows in (answers.is_in(before), answers.is_in(after))
    )
    return measure_change(answers.metric, first, second)


def _find_movement(
    answers: SurveyAnswers, waves: tuple[int, ...]
) -> tuple[Trend | None, ChangePoints | None]:
    """Return trend and lasting steps; None where there is nothing to compare."""
    if len(waves) < 2:
        return None, None
    rows = np.isin(answers.rows.waves, waves) & answers.is_answered
    worth, positions = answers.rows.worth[rows], answers.rows.waves[rows]
    series = measure_waves(answers.metric, worth, positions, answers.people[rows], minimum_answers=1)
    return find_trend(series), find_change_points(series)
