"""Experience on a common footing, where every stage asks another question or none at all.

Two figures stand for an experience. **Good or not**: what the use case calls good, so that levels of stages
can be compared. **Standing**: the place of an answer among all answers to the same question, from 0 (worst)
to 1 (best), the middle of those with the same answer; so a step of one question means as much as a step of
any other, and effects of stages can be compared. Standing has the mean 0.5 in every stage by construction: it
says nothing of levels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from training.journey.order import Stages
from training.journey.touches import Journeys, Point
from training.statistics import Bools, Floats, Ints


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
    entity
        ``[n]`` whose journey it is.
    """

    first_day: Floats
    last_day: Floats
    good: Floats
    standing: Floats
    told_day: Floats
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


def level(journeys: Journeys, points: Sequence[Point], stages: Stages) -> StageTable:
    """Return what every journey met in every stage.

    Something bad that may happen (a complaint) tells of every journey that came by its stage or passed it on
    the way from an earlier to a later one: not good where it happened, good where it did not.
    """
    shape = (journeys.entity.size, len(stages))
    first, last = np.full(shape, np.nan), np.full(shape, np.nan)
    for place, stage in enumerate(stages):
        days = journeys.first_day[:, list(stage)]
        first[:, place], last[:, place] = np.fmin.reduce(days, axis=1), np.fmax.reduce(days, axis=1)
    is_passed = _pass(np.isfinite(first))
    good, standing, told = (np.full(shape, np.nan) for _ in range(3))
    for place, stage in enumerate(stages):
        valued = [number for number in stage if points[number].is_valued]
        if not valued:
            continue
        columns = [_tell(journeys, number, points[number], is_passed[:, place]) for number in valued]
        good[:, place] = _mean([each[0] for each in columns])
        standing[:, place] = _mean([each[1] for each in columns])
        told[:, place] = np.fmax.reduce(journeys.value_day[:, valued], axis=1)
    return StageTable(first, last, good, standing, told, journeys.entity)


def _pass(is_touched: Bools) -> Bools:
    """Return which stages lie between the first and the last one that a journey came by."""
    from_first = np.logical_or.accumulate(is_touched, axis=1)
    to_last = np.logical_or.accumulate(is_touched[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(from_first & to_last)


def _tell(journeys: Journeys, number: int, point: Point, is_passed: Bools) -> tuple[Floats, Floats]:
    """Return good or not and the standing of the experience at one touchpoint."""
    if point.is_bad:
        good = np.where(is_passed, np.where(journeys.is_touched[:, number], 0.0, 1.0), np.nan)
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
