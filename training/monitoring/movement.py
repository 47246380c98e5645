"""Whether a figure moved more than it does from one snapshot to the next: one test for everything watched.

A company's figures move a little from month to month. So the step to the newest snapshot is held against the
earlier steps, whose mean is the trend. Where these vary no more than sampling alone would make them, sampling
counts as four more steps: a quiet past is luck, and their variance is drawn up towards that of two
independent samples, never down (a moderated variance: Smyth 2004, "Linear models and empirical Bayes methods
for assessing differential expression in microarray experiments", Statistical Applications in Genetics and
Molecular Biology 3). Figures that wander far more than sampling explains are judged by their own steps alone.

Waves of a survey are few, and other people answer each time: there the newest one is held against the mean of
the earlier ones, and sampling counts for more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from training.statistics import LEVEL, Floats

WORTH_STEPS = 4.0
"""How many earlier steps the sampling variance is worth."""
WORTH_WAVES = 12.0
"""The same for waves, in earlier waves."""
LEAST_STEPS = 2
MOST_STEPS = 12


@dataclass(frozen=True)
class Past:
    """Hold a figure at earlier snapshots.

    Attributes
    ----------
    values
        Oldest first; those that are NaN were not known.
    sampling
        Variance of one value by sampling alone.
    ahead
        How many snapshots the newest one lies after the last of these.
    is_steady
        Whether the figure varies around a level, as waves of a survey do, and does not wander.
    """

    values: Sequence[float]
    sampling: float
    ahead: int = 1
    is_steady: bool = False


@dataclass(frozen=True)
class Moved:
    """Hold what a test of movement found.

    Attributes
    ----------
    low, high
        Where the figure lies in 95 of 100 cases while nothing has changed.
    p_value
        Of "it has moved by no more than the allowance and than it ever does".
    before
        What was to be expected.
    """

    low: float
    high: float
    p_value: float
    before: float


def judge_movement(now: float, sampling: float, past: Past, allowance: float = 0.0) -> Moved | None:
    """Return whether a figure has moved beyond its usual movement and an allowance; None without any past.

    Parameters
    ----------
    now, sampling
        The newest value and its variance by sampling alone.
    past
        The figure at earlier snapshots.
    allowance
        A move that does not matter, at least 0.

    Examples
    --------
    >>> quiet = Past([0.50, 0.51, 0.49, 0.50, 0.51, 0.50], sampling=0.0001)
    >>> judge_movement(0.51, 0.0001, quiet).p_value > 0.5, judge_movement(0.70, 0.0001, quiet).p_value < 1e-4
    (True, True)
    """
    values: Floats = np.asarray(past.values, np.float64)
    values = values[np.isfinite(values)]
    if not values.size or not math.isfinite(now):
        return None
    expect = _expect_level if past.is_steady else _expect_step
    before, variance, freedom = expect(values, sampling, past)
    spread = math.sqrt(variance)
    near = float(stats.t.ppf((1 + LEVEL) / 2, freedom)) * spread
    beyond = [
        float(stats.t.sf((abs(now - before) + edge) / spread, freedom)) for edge in (-allowance, allowance)
    ]
    return Moved(before - near, before + near, min(1.0, sum(beyond)), before)


def _expect_step(values: Floats, sampling: float, past: Past) -> tuple[float, float, float]:
    """Return what is to be expected after the last value, its variance and the degrees of freedom."""
    noise = max(sampling + past.sampling, 1e-12)
    steps = np.diff(values)[-MOST_STEPS:]
    if len(steps) < LEAST_STEPS:
        return float(values[-1]), noise, math.inf
    trend = float(steps.mean())
    freedom, squares = len(steps) - 1.0, float(((steps - trend) ** 2).sum())
    moderate = squares / freedom
    if squares < noise * float(stats.chi2.ppf(LEVEL, freedom)):
        drawn = (squares + WORTH_STEPS * noise) / (freedom + WORTH_STEPS)
        moderate, freedom = max(moderate, drawn), freedom + WORTH_STEPS
    # What moves adds up from snapshot to snapshot, and the trend is known from so many steps only.
    variance = moderate * (past.ahead + past.ahead**2 / len(steps))
    return float(values[-1]) + trend * past.ahead, variance, freedom


def _expect_level(values: Floats, sampling: float, past: Past) -> tuple[float, float, float]:
    """Return the same where values vary around a level."""
    noise = max((sampling + past.sampling) / 2, 1e-12)
    kept = values[-MOST_STEPS:]
    level, freedom = float(kept.mean()), WORTH_WAVES + len(kept) - 1
    moderate = (WORTH_WAVES * noise + float(((kept - level) ** 2).sum())) / freedom
    return level, moderate * (1 + 1 / len(kept)), freedom


def judge_all(now: float, sampling: float, pasts: Sequence[Past], allowance: float = 0.0) -> Moved | None:
    """Return the clearest of the movements beside several pasts; its p-value counts how many were tried.

    Parameters
    ----------
    pasts
        The same figure as today's table and as the training has it: a file that was changed throughout
        shows beside the second alone.
    """
    judged = [judge_movement(now, sampling, past, allowance) for past in pasts]
    found = [one for one in judged if one is not None]
    if not found:
        return None
    clearest = min(found, key=lambda one: one.p_value)
    p_value = min(1.0, clearest.p_value * len(found))
    return Moved(clearest.low, clearest.high, p_value, clearest.before)
