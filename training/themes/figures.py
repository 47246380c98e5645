"""Figures of some verbatims: shares and mean tone, with ranges in which a person counts once."""

import math

import numpy as np
from scipy import stats

from training.disclosure import bound_share
from training.statistics import LEVEL, Bools, Estimate, Floats, Ints, share
from training.themes.record import ToldShare

NEGATIVE_TO, POSITIVE_FROM = -0.5, 0.5
"""A tone between them is neither; it may lie between two grades where a model is not sure."""


def measure_share(is_in: Bools, people: Ints) -> Estimate:
    """Return the share of verbatims that have something, with Wilson's interval.

    Verbatims of one person are no independent ones: their number is divided by what repeated writing adds to
    the variance (design effect, Kish 1965), never by less than 1.

    Parameters
    ----------
    is_in, people
        ``[n]`` whether each verbatim has it, and who wrote it.

    Examples
    --------
    >>> once, twice = np.arange(40), np.arange(40) // 2
    >>> found = np.arange(40) < 10
    >>> print(measure_share(found, once), "|", measure_share(found, twice))
    0.250 (0.142 to 0.402) | 0.250 (0.112 to 0.469)
    """
    n, count = is_in.size, float(is_in.sum())
    effective = n / _design_effect(is_in.astype(np.float64), people)
    found = share(count / n * effective, effective)
    return Estimate.around(count / n, found.low, found.high, n)


def measure_tone(tones: Floats, people: Ints) -> Estimate:
    """Return the mean tone with Student's interval over people.

    The squared error adds up the deviations of each person before they are squared, so that who wrote often
    is one person all the same.

    Parameters
    ----------
    tones, people
        ``[n]`` tones that are known, and who wrote.

    Raises
    ------
    ValueError
        If fewer than two people wrote.

    Examples
    --------
    >>> print(measure_tone(np.array([-2.0, -1.0, 0.0, 1.0]), np.array([0, 1, 2, 3])))
    -0.500 (-2.000 to 1.554)
    """
    writers, place = np.unique(people, return_inverse=True)
    if writers.size < 2:
        message = f"{tones.size} verbatims of {writers.size} people have no range; two people are needed"
        raise ValueError(message)
    value = float(tones.mean())
    parts = np.bincount(place, weights=tones - value)
    squared = float(parts @ parts) / tones.size**2 * writers.size / (writers.size - 1)
    half = float(stats.t.ppf((1 + LEVEL) / 2, writers.size - 1)) * math.sqrt(squared)
    return Estimate(value, max(-2.0, value - half), min(2.0, value + half), tones.size)


def tell_share(is_in: Bools, people: Ints, *, is_bounded: bool) -> ToldShare:
    """Return a share as it may be told: of people at work as a bound where nearly all, or nearly nobody.

    Examples
    --------
    >>> tell_share(np.arange(20) < 1, np.arange(20), is_bounded=True).told
    'under'
    """
    if is_bounded:
        shown = bound_share(int(is_in.sum()), is_in.size)
        if shown.form != "exact":
            is_under = shown.form == "under"
            bound = shown.high if is_under else shown.low
            estimate = Estimate(bound, shown.low, shown.high, is_in.size)
            return ToldShare(estimate, "under" if is_under else "over")
    return ToldShare(measure_share(is_in, people))


def is_alike(tones: Floats) -> bool:
    """Tell whether nearly all wrote in the same tone: bad, or good, or neither."""
    bad, good = tones <= NEGATIVE_TO, tones >= POSITIVE_FROM
    sides = (bad, good, ~bad & ~good)
    return any(bound_share(int(side.sum()), tones.size).form == "over" for side in sides)


def _design_effect(values: Floats, people: Ints) -> float:
    """Return what repeated writing multiplies the variance of a mean by, at least 1."""
    away = values - values.mean()
    spread = float(away @ away)
    if spread == 0:
        return float(values.size / np.unique(people).size)
    parts = np.bincount(np.unique(people, return_inverse=True)[1], weights=away)
    return max(1.0, float(parts @ parts) / spread)
