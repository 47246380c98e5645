"""Experience on a common footing, where every stage asks another question or none at all.

Two figures stand for an experience. **Good or not**: what the use case calls good, so that levels of stages
can be compared. **Standing**: the place of an answer among all answers to the same question, from 0 (worst)
to 1 (best), the middle of those with the same answer; so a step of one question means as much as a step of
any other, and effects of stages can be compared. Standing has the mean 0.5 in every stage by construction: it
says nothing of levels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from training.journey.order import Stages
from training.journey.touches import Journeys, Point
from training.statistics import Bools, Floats, Ints

NEARLY_ALL: Final = 0.95


@dataclass(frozen=True)
class StageTable:
    """Hold one row per journey and one column per stage.

    Attributes
    ----------
    first_day, last_day
        ``[n, s]`` days of the first touches of the earliest and of the latest touchpoint of the stage; NaN
        where the journey did not come by.
    good
        ``[n, s]`` share of the experiences in the stage that were good; NaN where nothing is told.
    standing
        ``[n, s]`` mean standing of the experiences in the stage; NaN where nothing is told.
    told_day
        ``[n, s]`` day of the latest of these experiences; NaN where nothing is told or where it is the
        absence of something bad.
    asked_day
        ``[n, s]`` the same without what is bad by itself, whose day alone would say that it happened.
    entity
        ``[n]`` whose journey it is.
    """

    first_day: Floats
    last_day: Floats
    good: Floats
    standing: Floats
    told_day: Floats
    asked_day: Floats
    entity: Ints

    @property
    def is_touched(self) -> Bools:
        """Return ``[n, s]`` whether a journey came by a stage."""
        return np.isfinite(self.first_day)


def stand(values: Floats, *, is_lower_better: bool = False) -> Floats:
    """Return the place of each value among all of them, from 0 (worst) to 1 (best); NaN stays NaN.

    The mid-distribution place (ridit, Bross 1958): the share of worse values and half of the equal ones.

    Examples
    --------
    >>> stand(np.array([1.0, 5.0, 5.0, np.nan])).round(3).tolist()
    [0.167, 0.667, 0.667, nan]
    >>> stand(np.array([30.0, 0.0]), is_lower_better=True).tolist()
    [0.25, 0.75]
    """
    known = np.isfinite(values)
    places = np.full(values.size, np.nan)
    if known.any():
        ordered = -values[known] if is_lower_better else values[known]
        places[known] = (stats.rankdata(ordered) - 0.5) / known.sum()
    return places


def level(
    journeys: Journeys, points: Sequence[Point], stages: Stages, is_over: Bools | None = None
) -> StageTable:
    """Return what every journey met in every stage.

    Something bad that may happen (a complaint) is not good where it happened, and good where it could have
    happened and did not: in journeys that came by the touchpoint that nearly all journeys with it have, the
    latest one up to its stage (the flight), or in all where there is no such touchpoint.

    Parameters
    ----------
    is_over
        ``[n]`` whether a journey has ended; in others something bad may still happen. All if absent.
    """
    shape = (journeys.entity.size, len(stages))
    first, last = np.full(shape, np.nan), np.full(shape, np.nan)
    for place, stage in enumerate(stages):
        days = journeys.first_day[:, list(stage)]
        first[:, place], last[:, place] = np.fmin.reduce(days, axis=1), np.fmax.reduce(days, axis=1)
    over = np.ones(shape[0], dtype=np.bool_) if is_over is None else is_over
    good, standing, told, asked = (np.full(shape, np.nan) for _ in range(4))
    for place, stage in enumerate(stages):
        valued = [number for number in stage if points[number].is_valued]
        if not valued:
            continue
        offered = [number for members in stages[: place + 1][::-1] for number in members]
        before = [number for number in offered if not points[number].is_bad]
        is_known = over | np.isfinite(first[:, place + 1 :]).any(axis=1)
        columns = [
            _tell(journeys, number, points[number], is_known & _expose(journeys, number, before))
            for number in valued
        ]
        good[:, place] = _mean([each[0] for each in columns])
        standing[:, place] = _mean([each[1] for each in columns])
        told[:, place] = np.fmax.reduce(journeys.value_day[:, valued], axis=1)
        if asking := [number for number in valued if not points[number].is_bad]:
            asked[:, place] = np.fmax.reduce(journeys.value_day[:, asking], axis=1)
    return StageTable(first, last, good, standing, told, asked, journeys.entity)


def _expose(journeys: Journeys, number: int, before: Sequence[int]) -> Bools:
    """Return which journeys could meet something bad: those with what nearly all that met it have."""
    touched = journeys.is_touched
    happened = touched[:, number]
    for other in before:
        if happened.any() and float(touched[happened, other].mean()) >= NEARLY_ALL:
            return np.asarray(touched[:, other])
    return np.ones(happened.size, dtype=np.bool_)


def _tell(journeys: Journeys, number: int, point: Point, is_exposed: Bools) -> tuple[Floats, Floats]:
    """Return good or not and the standing of the experience at one touchpoint."""
    if point.is_bad:
        happened = journeys.is_touched[:, number]
        good = np.where(happened, 0.0, np.where(is_exposed, 1.0, np.nan))
        return good, stand(good)
    good, value = journeys.is_good[:, number], journeys.value[:, number]
    if np.isfinite(value).any():
        return good, stand(value, is_lower_better=point.is_lower_better)
    return good, stand(good)


def _mean(columns: Sequence[Floats]) -> Floats:
    """Return the mean of those columns that are known in a row."""
    table = np.column_stack(columns)
    known = np.isfinite(table)
    counts = known.sum(axis=1)
    sums = np.where(known, table, 0.0).sum(axis=1)
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))
