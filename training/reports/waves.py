"""Survey metrics per wave (quarter), with ranges, and the change since the wave before."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from training.statistics import Estimate, Floats
from training.statistics.changes import WaveAnswers, measure_change
from training.statistics.levels import SurveyMetric, measure_level

Metric = Literal["nps", "enps", "csat", "ces"]
Quarters = npt.NDArray[np.int64]


@dataclass(frozen=True)
class WavePoint:
    """Hold one wave, named like ``2026 Q4``; shares as 0..1, NPS in points; ``n`` = answers."""

    wave: str
    estimate: Estimate


@dataclass(frozen=True)
class WaveSeries:
    """Hold a metric over waves, oldest first.

    Attributes
    ----------
    change
        Newest wave minus the one before, with a range that knows who answered both; None for a first wave.
    good_from, scale_high
        For CSAT and CES: the lowest rating that counts as good, and the best rating there is.
    """

    metric: Metric
    points: tuple[WavePoint, ...]
    change: Estimate | None
    good_from: float | None = None
    scale_high: float | None = None


def experience_waves(
    metric: Metric,
    scores: npt.ArrayLike,
    answered_on: npt.ArrayLike,
    entities: npt.ArrayLike,
    *,
    scale: tuple[float, float] = (0, 10),
    minimum_answers: int = 5,
    keep: int = 6,
) -> WaveSeries | None:
    """Return a survey metric per quarter.

    NPS is the plain score with an interval from three pseudo-answers; CSAT and CES are the share of answers
    in the upper third of the scale, with Wilson's interval.

    Parameters
    ----------
    scores
        One rating per answer; NaN (question skipped) is left out.
    answered_on
        Day of each answer, as ``datetime64`` or ISO text.
    entities
        Who answered, so that a change between waves counts repeated answers of one person as such.
    scale
        Lowest and best rating.
    minimum_answers
        A wave with fewer answers is not shown.
    keep
        How many waves to show, the newest ones.

    Returns
    -------
    WaveSeries or None
        None when no wave has enough answers.

    Examples
    --------
    >>> series = experience_waves("nps", [10, 9, 7, 3, 9], ["2026-01-05"] * 5, list("abcde"))
    >>> series.points[0].wave, series.points[0].estimate.value
    ('2026 Q1', 40.0)
    """
    ratings, quarters, people = _known(scores, answered_on, entities)
    measured = SurveyMetric.of(metric) if metric in {"nps", "enps"} else SurveyMetric.of(metric, scale)
    counts = {quarter: int((quarters == quarter).sum()) for quarter in np.unique(quarters)}
    shown = [quarter for quarter, count in counts.items() if count >= minimum_answers][-keep:]
    if not shown:
        return None
    answers = [WaveAnswers(ratings[quarters == quarter], people[quarters == quarter]) for quarter in shown]
    points = tuple(
        WavePoint(_name(quarter), measure_level(measured, wave.ratings).estimate)
        for quarter, wave in zip(shown, answers, strict=True)
    )
    change = measure_change(measured, answers[-2], answers[-1]).change if len(shown) > 1 else None
    good_from = measured.good_from
    return WaveSeries(metric, points, change, good_from, None if good_from is None else scale[1])


def _known(
    scores: npt.ArrayLike, answered_on: npt.ArrayLike, entities: npt.ArrayLike
) -> tuple[Floats, Quarters, npt.NDArray[np.generic]]:
    """Return rating, quarter and person of every answer that has a rating."""
    ratings, days, people = (
        np.asarray(scores, dtype=np.float64),
        np.asarray(answered_on),
        np.asarray(entities),
    )
    if not ratings.shape == days.shape == people.shape:
        message = f"scores, answered_on and entities have {ratings.size}, {days.size} and {people.size} rows"
        raise ValueError(message)
    known = np.isfinite(ratings)
    months = days[known].astype("datetime64[M]").astype(np.int64)
    return ratings[known], months // 3, people[known]


def _name(quarter: np.integer) -> str:
    """Name a quarter, counted from the first of 1970."""
    year, number = divmod(int(quarter), 4)
    return f"{1970 + year} Q{number + 1}"
