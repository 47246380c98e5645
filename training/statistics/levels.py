"""Levels of survey metrics: value, range, answers, and what they are a part of; plain or weighted."""

import math
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
from scipy import stats

from features.usecase import DETRACTOR_TO, PROMOTER_FROM, good_from
from training.statistics.arrays import Floats, as_weight
from training.statistics.estimate import LEVEL, Estimate
from training.statistics.intervals import mean, nps, share

MetricKind = Literal["nps", "enps", "csat", "ces", "top_box", "mean"]
Scale = tuple[float, float]

NPS_SCALE: Scale = (0, 10)
_ROUNDING = 1e-9


@dataclass(frozen=True)
class SurveyMetric:
    """Say what one answer is worth: a metric is the mean of that worth over the answers.

    Parameters
    ----------
    kind
        ``nps`` and ``enps``: -100, 0 or 100 points; ``csat``, ``ces`` and ``top_box``: 1 for a good answer,
        else 0; ``mean``: the rating itself.
    scale
        Lowest and best rating. A question where a low rating is good is turned round first
        (``lowest + best - rating``).
    good_from
        The lowest rating that counts as good; None where there is none (NPS, mean).
    """

    kind: MetricKind
    scale: Scale
    good_from: float | None = None

    @classmethod
    def of(cls, kind: MetricKind, scale: Scale = NPS_SCALE) -> Self:
        """Return the metric with its usual rule: good is the upper third, for ``top_box`` the best rating.

        Raises
        ------
        ValueError
            If the scale does not rise, or NPS is asked on another scale than 0 to 10.

        Examples
        --------
        >>> SurveyMetric.of("csat", (1, 5)).good_from, SurveyMetric.of("top_box", (1, 5)).good_from
        (4.0, 5.0)
        """
        low, high = scale
        if not low < high:
            message = f"the scale {low:g} to {high:g} does not rise; give the lowest rating first"
            raise ValueError(message)
        if kind in {"nps", "enps"} and (low, high) != NPS_SCALE:
            message = f"{kind} is asked on 0 to 10, not on {low:g} to {high:g}; use csat or mean"
            raise ValueError(message)
        starts_at = {"csat": good_from(scale), "ces": good_from(scale), "top_box": float(high)}.get(kind)
        return cls(kind, scale, starts_at)

    @property
    def is_score(self) -> bool:
        """Return whether answers are promoters, passives and detractors."""
        return self.kind in {"nps", "enps"}

    @property
    def worth_range(self) -> tuple[float, float]:
        """Return the lowest and the highest worth that an answer can have."""
        if self.is_score:
            return -100.0, 100.0
        return self.scale if self.good_from is None else (0.0, 1.0)

    def worth(self, ratings: npt.ArrayLike) -> Floats:
        """Return what each rating counts as, ``[n]``; NaN (question skipped) stays NaN.

        Raises
        ------
        ValueError
            If a rating lies outside the scale.
        """
        given = np.asarray(ratings, dtype=np.float64)
        low, high = self.scale
        outside = (given < low) | (given > high)
        if outside.any():
            message = f"the rating {given[outside][0]:g} lies outside the scale {low:g} to {high:g}"
            raise ValueError(message)
        if self.is_score:
            found = 100.0 * (given >= PROMOTER_FROM) - 100.0 * (given <= DETRACTOR_TO)
        else:
            found = given if self.good_from is None else 1.0 * (given >= self.good_from)
        return np.where(np.isnan(given), np.nan, found)


@dataclass(frozen=True)
class MeanWorth(SurveyMetric):
    """Say that answers come as what they are worth already: the mean worth of all that a person gave.

    Somebody who gave a 10 and a 5 in one wave is worth 0 points of NPS, and half a good answer of CSAT.

    Examples
    --------
    >>> measure_level(MeanWorth.of("csat", (1, 5)), [1.0, 0.5, 0.0, 0.5]).estimate.value
    0.5
    """

    def worth(self, ratings: npt.ArrayLike) -> Floats:
        """Return what was given, ``[n]``; NaN stays NaN.

        Raises
        ------
        ValueError
            If something lies outside what an answer can be worth.
        """
        given = np.asarray(ratings, dtype=np.float64)
        low, high = self.worth_range
        outside = (given < low) | (given > high)
        if outside.any():
            message = f"the worth {given[outside][0]:g} lies outside {low:g} to {high:g} of {self.kind}"
            raise ValueError(message)
        return given


@dataclass(frozen=True)
class Level:
    """Hold the level of a metric with everything its figure needs beside it.

    Attributes
    ----------
    metric
        What was measured.
    estimate
        Value and 95 % range; ``estimate.n`` answers were counted: the denominator of the value.
    n_asked
        Rows that could have held an answer, skipped ones included: the denominator of ``estimate.n``.
    effective_n
        How many equal answers are worth as much as the weighted ones (Kish 1965); ``estimate.n`` without
        weights.
    """

    metric: SurveyMetric
    estimate: Estimate
    n_asked: int
    effective_n: float


def measure_level(metric: SurveyMetric, ratings: npt.ArrayLike, weight: npt.ArrayLike | None = None) -> Level:
    """Return the level of a metric over the answers given.

    NPS gets the interval with three pseudo-answers, shares that of Wilson, means that of Student. With
    weights the same formulas take the effective number of answers, ``(sum w)^2 / sum w^2``.

    Parameters
    ----------
    ratings
        ``[n]`` one rating for each row asked; NaN where the question was skipped.
    weight
        ``[n]`` for instance from raking; ones when absent.

    Raises
    ------
    ValueError
        If there is no answer, or a rating lies outside the scale.

    Examples
    --------
    >>> level = measure_level(SurveyMetric.of("csat", (1, 5)), [5, 4, 3, 1, float("nan")])
    >>> print(level.estimate, level.estimate.n, level.n_asked)
    0.500 (0.150 to 0.850) 4 5
    """
    worth = metric.worth(ratings)
    weights = as_weight(weight, worth.size)
    known = np.isfinite(worth) & (weights > 0)
    n_answers, total = int(known.sum()), float(weights[known].sum())
    if n_answers == 0:
        message = f"none of {worth.size} rows holds an answer with a weight; a {metric.kind} needs one"
        raise ValueError(message)
    effective_n = effective_answers(weights[known])
    estimate = _estimate(metric, worth[known], weights[known] * (effective_n / total), effective_n)
    return Level(metric, replace(estimate, n=n_answers), worth.size, effective_n)


def effective_answers(weight: Floats) -> float:
    """Return how many equal answers are worth as much as weighted ones (Kish 1965).

    Examples
    --------
    >>> effective_answers(np.array([3.0, 1.0]))
    1.6
    """
    return float(weight.sum() ** 2 / (weight**2).sum())


def _estimate(metric: SurveyMetric, worth: Floats, weight: Floats, effective_n: float) -> Estimate:
    """Return the level of answers whose weights add up to the effective number of answers."""
    # Who gave several answers of different worth counts by parts.
    if metric.is_score:
        promoters, detractors = (
            float(weight @ part) / 100 for part in (np.maximum(worth, 0), np.maximum(-worth, 0))
        )
        return nps(promoters, max(0.0, effective_n - promoters - detractors), detractors)
    if metric.good_from is not None:
        return share(min(float(weight @ worth), effective_n), effective_n)
    return mean(worth) if np.ptp(weight) == 0 else _weighted_mean(worth, weight, effective_n)


def _weighted_mean(worth: Floats, weight: Floats, effective_n: float) -> Estimate:
    """Return the weighted mean with Student's interval of as many equal answers."""
    value = float(np.average(worth, weights=weight))
    squared = float((weight**2) @ (worth - value) ** 2) / effective_n**2
    if effective_n <= 1 + _ROUNDING:
        return Estimate(value, -math.inf, math.inf, worth.size)
    freedom = effective_n - 1
    half = float(stats.t.ppf((1 + LEVEL) / 2, freedom)) * math.sqrt(squared * effective_n / freedom)
    return Estimate(value, value - half, value + half, worth.size)
