"""Changes between two waves: people who answered both are paired, all others are not, in one estimate."""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy import stats

from training.statistics.arrays import Floats, as_weight
from training.statistics.estimate import LEVEL, Estimate
from training.statistics.families import holm_p_values
from training.statistics.levels import Level, SurveyMetric, measure_level
from training.statistics.overlap import OverlapDifference, PartedMean, PseudoAnswers, codes_of

Name = TypeVar("Name", bound=Hashable)
People = npt.NDArray[np.generic]

# Shares: one good and one bad answer in each wave (Agresti and Caffo 2000). NPS: half of what a level gets.
_PSEUDO_SHARE = PseudoAnswers(np.array([0.0, 1.0]), np.array([1.0, 1.0]))
_PSEUDO_NPS = PseudoAnswers(np.array([-100.0, 0.0, 100.0]), np.array([0.375, 0.75, 0.375]))


@dataclass(frozen=True)
class WaveAnswers:
    """Hold the answers of one wave.

    Parameters
    ----------
    ratings
        ``[n]`` one per row asked; NaN where the question was skipped.
    people
        ``[n]`` who was asked; several answers of one person count as one person's.
    weight
        ``[n]`` ones when absent.
    """

    ratings: npt.ArrayLike
    people: npt.ArrayLike
    weight: npt.ArrayLike | None = None


@dataclass(frozen=True)
class WaveChange:
    """Hold the change of a metric from one wave to the next.

    Attributes
    ----------
    before, after
        Both levels, each with its own range and denominators.
    change
        After minus before with its 95 % range; ``n`` counts the answers of both waves.
    n_both
        People who answered both waves: the paired part.
    p_value
        Two-sided, of no change; NaN where it cannot be judged (one person alone, or no answer varies).
    effect_size
        Cohen's h for shares, else Cohen's d: the change over the root mean of both variances; NaN where
        no answer varies.
    """

    before: Level
    after: Level
    change: Estimate
    n_both: int
    p_value: float
    effect_size: float


@dataclass(frozen=True)
class JudgedChange:
    """Hold one change of a family that was judged as a whole.

    Attributes
    ----------
    found
        The change.
    adjusted_p_value
        Holm's; below .05 is clear. NaN where the change could not be judged.
    is_clear
        Whether it stands: in a family without any change something does in at most 5 % of cases.
    """

    found: WaveChange
    adjusted_p_value: float
    is_clear: bool


def measure_change(metric: SurveyMetric, before: WaveAnswers, after: WaveAnswers) -> WaveChange:
    """Return the change of a metric between two waves, with range, p-value and effect size.

    The variance of a difference is the sum over people of their squared part in it: who answered both waves
    is thereby compared with himself, who answered one is not. Means are tested as Derrick, Russ, Toher and
    White (2017) test samples that overlap in part: without people in common that is Welch's test, with all in
    common the paired t-test. Shares get one good and one bad pseudo-answer in each wave and are judged by
    the normal law: without people in common that is the interval of Agresti and Caffo (2000), with all in
    common that of Bonett and Price (2012). NPS gets 1.5 pseudo-answers in each wave and is judged as means
    are. The value is always the plain difference.

    Raises
    ------
    ValueError
        If a wave has no answer, a rating lies outside the scale or columns differ in length.

    Examples
    --------
    >>> people = np.arange(40)
    >>> found = measure_change(
    ...     SurveyMetric.of("mean", (1, 5)),
    ...     WaveAnswers(np.tile([1, 2, 3, 4], 10), people),
    ...     WaveAnswers(np.tile([2, 2, 3, 5], 10), people),
    ... )
    >>> print(found.change, found.n_both)
    0.500 (0.338 to 0.662) 40
    """
    waves = before, after
    levels = [measure_level(metric, wave.ratings, wave.weight) for wave in waves]
    known = [_answered(metric, wave) for wave in waves]
    codes = codes_of(*(people for _, people, _ in known))
    pseudo = pseudo_answers(metric)
    first, second = (
        PartedMean.of(worth, numbers, weight, pseudo)
        for (worth, _, weight), numbers in zip(known, codes, strict=True)
    )
    difference = OverlapDifference.of(first, second)
    change, p_value = _judge(metric, levels[0], levels[1], difference)
    variances = [_variance(worth, weight) for worth, _, weight in known]
    effect_size = _effect_size(metric, change.value, levels, variances)
    return WaveChange(levels[0], levels[1], change, difference.n_both, p_value, effect_size)


def judge_changes(found: Mapping[Name, WaveChange]) -> dict[Name, JudgedChange]:
    """Judge a whole family of changes at once, for instance all metrics in all segments (Holm 1979).

    Parameters
    ----------
    found
        Each change under its name, such as ``("nps", "north")``. Changes that cannot be judged (NaN) are no
        members of the family.

    Returns
    -------
    dict
        The same names in the same order.
    """
    adjusted = holm_p_values([change.p_value for change in found.values()])
    return {
        name: JudgedChange(change, float(p_value), bool(p_value < 1 - LEVEL))
        for (name, change), p_value in zip(found.items(), adjusted, strict=True)
    }


def pseudo_answers(metric: SurveyMetric) -> PseudoAnswers:
    """Return what is added to each wave before it is judged."""
    if metric.is_score:
        return _PSEUDO_NPS
    return PseudoAnswers.none() if metric.good_from is None else _PSEUDO_SHARE


def _answered(metric: SurveyMetric, wave: WaveAnswers) -> tuple[Floats, People, Floats]:
    """Return worth, person and weight of the answers that count."""
    worth, people = metric.worth(wave.ratings), np.asarray(wave.people)
    if worth.shape != people.shape:
        message = f"a wave has {worth.size} ratings and {people.size} people; give one person per rating"
        raise ValueError(message)
    weight = as_weight(wave.weight, worth.size)
    known = np.isfinite(worth) & (weight > 0)
    return worth[known], people[known], weight[known]


def _judge(
    metric: SurveyMetric, before: Level, after: Level, difference: OverlapDifference
) -> tuple[Estimate, float]:
    """Return the change with its range, and its p-value."""
    value = after.estimate.value - before.estimate.value
    n_answers = before.estimate.n + after.estimate.n
    freedom = difference.freedom if metric.good_from is None else math.inf
    error = math.sqrt(difference.squared_error)
    low, high = metric.worth_range
    widest = high - low
    if not 0 < error < math.inf or freedom <= 0:
        return Estimate(value, -widest, widest, n_answers), math.nan
    half = float(stats.t.ppf((1 + LEVEL) / 2, freedom)) * error
    ends = max(difference.value - half, -widest), min(difference.value + half, widest)
    p_value = float(2 * stats.t.sf(abs(difference.value) / error, freedom))
    return Estimate.around(value, *ends, n_answers), p_value


def _variance(worth: Floats, weight: Floats) -> float:
    """Return the weighted sample variance of answers; NaN for one answer."""
    if worth.size < 2:
        return math.nan
    return float(np.cov(worth, aweights=weight))


def _effect_size(metric: SurveyMetric, change: float, levels: list[Level], variances: list[float]) -> float:
    """Return Cohen's h of two shares, else Cohen's d (1988)."""
    if metric.good_from is not None:
        before, after = (2 * math.asin(math.sqrt(level.estimate.value)) for level in levels)
        return after - before
    spread = math.sqrt(sum(variances) / 2)
    return change / spread if spread > 0 else math.nan
