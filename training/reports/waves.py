"""Survey metrics per wave (quarter), with ranges, and the change since the wave before."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from training.statistics import LEVEL, Bools, Estimate, Floats, as_column, nps, share

Metric = Literal["nps", "enps", "csat", "ces"]
Quarters = npt.NDArray[np.int64]

PROMOTER_FROM, DETRACTOR_TO = 9, 6


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
    worth, good_from = _worth(metric, ratings, scale)
    counts = {quarter: int((quarters == quarter).sum()) for quarter in np.unique(quarters)}
    shown = [quarter for quarter, count in counts.items() if count >= minimum_answers][-keep:]
    if not shown:
        return None
    points = tuple(WavePoint(_name(quarter), _level(metric, worth[quarters == quarter])) for quarter in shown)
    change = _change(worth, people, quarters == shown[-2], quarters == shown[-1]) if len(shown) > 1 else None
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


def _worth(metric: Metric, ratings: Floats, scale: tuple[float, float]) -> tuple[Floats, float | None]:
    """Return the worth of each answer (-100, 0, 100 for NPS, else 0 or 1) and where good begins."""
    if metric in {"nps", "enps"}:
        return 100.0 * (ratings >= PROMOTER_FROM) - 100.0 * (ratings <= DETRACTOR_TO), None
    low, high = scale
    good_from = float(math.ceil(low + (high - low) * 2 / 3 - 1e-9))
    return (ratings >= good_from).astype(np.float64), good_from


def _level(metric: Metric, worth: Floats) -> Estimate:
    """Return the metric over the answers of one wave."""
    if metric in {"nps", "enps"}:
        return nps(int((worth > 0).sum()), int((worth == 0).sum()), int((worth < 0).sum()))
    return share(int(worth.sum()), worth.size)


def _change(worth: Floats, people: npt.NDArray[np.generic], before: Bools, after: Bools) -> Estimate:
    """Return the difference of two waves.

    Its variance is the sum over people of their squared part in the difference, so people who answered both
    waves are paired and all others are not.
    """
    first, second = as_column("answers before", worth[before]), as_column("answers after", worth[after])
    parts = np.zeros(worth.size)
    parts[before] = -(first - first.mean()) / first.size
    parts[after] = (second - second.mean()) / second.size
    codes = np.unique(people, return_inverse=True)[1]
    by_person = np.bincount(codes, weights=parts)
    half = float(stats.norm.ppf((1 + LEVEL) / 2)) * math.sqrt(float(by_person @ by_person))
    value = float(second.mean() - first.mean())
    return Estimate(value, value - half, value + half, first.size + second.size)


def _name(quarter: np.integer) -> str:
    """Name a quarter, counted from the first of 1970."""
    year, number = divmod(int(quarter), 4)
    return f"{1970 + year} Q{number + 1}"
