"""What forecasts of many cases add up to, with ranges that hold both kinds of doubt."""

import math

from scipy import stats

from training.statistics.arrays import Floats
from training.statistics.estimate import LEVEL, Estimate

_Z = float(stats.norm.ppf((1 + LEVEL) / 2))


def expected_share(probabilities: Floats, level_error: Estimate) -> Estimate:
    """Return the share of cases in which the event is expected.

    The range holds the chance in each single case (a forecast of 30 % is not a promise) and the error of the
    level of all forecasts, as test rows show it. If those say that forecasts are too high, it reaches further
    down.

    Parameters
    ----------
    probabilities
        Calibrated probability of each entity in the cohort.
    level_error
        Mean forecast minus observed share on test rows, signed.

    Examples
    --------
    >>> import numpy as np
    >>> print(expected_share(np.full(100, 0.2), Estimate(0.0, -0.01, 0.01, n=500)))
    0.200 (0.121 to 0.279)
    """
    chance = math.sqrt(float((probabilities * (1 - probabilities)).sum())) / probabilities.size
    return _around(float(probabilities.mean()), _Z * chance, level_error, 1.0, probabilities.size)


def expected_mean(values: Floats, variances: Floats, level_error: Estimate) -> Estimate:
    """Return the mean answer that is expected.

    Parameters
    ----------
    values, variances
        Mean and variance of the forecast distribution of each case.
    level_error
        Mean forecast minus mean answer on test rows, signed, as for :func:`expected_share`.

    Examples
    --------
    >>> import numpy as np
    >>> print(expected_mean(np.full(400, 3.5), np.full(400, 1.0), Estimate(0.0, 0.0, 0.0, n=500)))
    3.500 (3.402 to 3.598)
    """
    chance = math.sqrt(float(variances.sum())) / values.size
    too_high, too_low = max(0.0, level_error.high), max(0.0, -level_error.low)
    value = float(values.mean())
    low, high = value - math.hypot(_Z * chance, too_high), value + math.hypot(_Z * chance, too_low)
    return Estimate(value, low, high, values.size)


def expected_count(share: Estimate) -> Estimate:
    """Return the expected number of cases from the expected share."""
    return Estimate(share.value * share.n, share.low * share.n, share.high * share.n, share.n)


def expected_loss(probabilities: Floats, revenue: Floats, level_error: Estimate) -> Estimate:
    """Return the yearly revenue that is expected to be lost, in EUR.

    Parameters
    ----------
    revenue
        Yearly revenue of each entity; none may be missing.
    level_error
        As for :func:`expected_share`; an error of the level moves the loss in proportion to the revenue.
    """
    chance = math.sqrt(float((probabilities * (1 - probabilities) * revenue**2).sum()))
    whole = float(revenue.sum())
    return _around(
        float((probabilities * revenue).sum()), _Z * chance, level_error, whole, probabilities.size
    )


def _around(value: float, chance: float, level_error: Estimate, whole: float, n: int) -> Estimate:
    """Join both doubts around a value; forecasts that may be too high widen the range downwards only."""
    too_high, too_low = max(0.0, level_error.high) * whole, max(0.0, -level_error.low) * whole
    low, high = value - math.hypot(chance, too_high), value + math.hypot(chance, too_low)
    return Estimate(value, max(0.0, low), min(whole, high), n)
