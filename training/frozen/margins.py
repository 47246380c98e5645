"""Margins: how large a change has to be before a survey of this size shows it."""

import math
from typing import Final

from scipy import stats

from training.statistics import LEVEL, Estimate

POWER: Final = 0.8
_Z_LEVEL = float(stats.norm.ppf((1 + LEVEL) / 2))
_Z_POWER = float(stats.norm.ppf(POWER))


def detectable_change(level: Estimate) -> float | None:
    """Return the change that a later wave of the same size would show in four of five cases.

    Shown means that the 95 % range of the difference leaves out zero. Different people are taken to answer
    both waves, which is careful: where the same people answer, smaller changes show. The standard error comes
    from the width of the range. Formula: Cohen, Statistical Power Analysis for the Behavioral Sciences, 1988,
    chapter 2.

    Parameters
    ----------
    level
        A metric of one wave.

    Returns
    -------
    float or None
        In the unit of the metric; None where the range has no width or no end.

    Examples
    --------
    >>> round(detectable_change(Estimate(0.5, 0.45, 0.55, 384)), 3)
    0.101
    """
    error = (level.high - level.low) / (2 * _Z_LEVEL)
    if not math.isfinite(error) or error <= 0:
        return None
    return (_Z_LEVEL + _Z_POWER) * math.sqrt(2) * error
