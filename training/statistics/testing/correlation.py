"""Test whether two ordered columns go together."""

import math
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import stats

from training.statistics.arrays import as_column
from training.statistics.estimate import LEVEL, Estimate
from training.statistics.testing.outcome import Effect, Tested
from training.statistics.testing.shape import excess_kurtosis, skewness

FEWEST_PAIRS: Final = 10
MOST_SKEWNESS: Final = 1.0
MOST_KURTOSIS: Final = 3.0
_Z: Final = float(stats.norm.ppf((1 + LEVEL) / 2))


def correlate(first: npt.ArrayLike, second: npt.ArrayLike, *, is_order_only: bool = False) -> Tested:
    """Test whether two columns rise together: Pearson where both are shaped so that its range holds.

    The rule: a rating or a date has an order only: Spearman. A column with a skewness beyond 1 or an excess
    kurtosis beyond 3 lets single rows decide: Spearman. Else Pearson.

    Raises
    ------
    ValueError
        If the columns differ in length, have fewer than ten rows, or one does not vary.

    Examples
    --------
    >>> found = correlate(range(10), [1, 0, 3, 2, 5, 4, 7, 6, 9, 8])
    >>> found.test, round(found.effect.estimate.value, 3)
    ("Pearson's correlation", 0.939)
    """
    x = as_column("first", first)
    y = as_column("second", second, x.size)
    if x.size < FEWEST_PAIRS:
        message = f"{x.size} rows were passed; a correlation needs at least {FEWEST_PAIRS}"
        raise ValueError(message)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        message = "a column does not vary; nothing can go together with it"
        raise ValueError(message)
    if is_order_only:
        return _spearman(x, y, "an order is known, but steps need not be equal")
    skew = max(abs(skewness(x)), abs(skewness(y)))
    tails = max(excess_kurtosis(x), excess_kurtosis(y))
    if skew > MOST_SKEWNESS:
        return _spearman(x, y, f"a skewness of {skew:.1f} (more than {MOST_SKEWNESS:g}) lets few rows decide")
    if tails > MOST_KURTOSIS:
        return _spearman(
            x, y, f"an excess kurtosis of {tails:.1f} (more than {MOST_KURTOSIS:g}) lets few rows decide"
        )
    found = stats.pearsonr(x, y)
    value = float(found.statistic)
    because = f"both are near symmetric (skewness up to {skew:.1f}) without heavy tails"
    effect = Effect("Pearson's r", _fisher(value, 1.0, x.size), "correlation")
    return Tested(
        "Pearson's correlation", because, value, (x.size - 2.0,), float(found.pvalue), effect, x.size
    )


def _spearman(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], because: str) -> Tested:
    """Return Spearman's correlation."""
    found = stats.spearmanr(x, y)
    value, n = float(found.statistic), x.size
    effect = Effect("Spearman's rho", _fisher(value, 1 + value**2 / 2, n), "correlation")
    return Tested("Spearman's correlation", because, value, (n - 2.0,), float(found.pvalue), effect, n)


def _fisher(value: float, factor: float, n: int) -> Estimate:
    """Return the range by Fisher's z; the factor of its variance for ranks is of Bonett and Wright 2000."""
    if abs(value) >= 1:
        exact = math.copysign(1.0, value)
        return Estimate(exact, exact, exact, n)
    half = _Z * math.sqrt(factor / max(n - 3, 1))
    middle = math.atanh(value)
    return Estimate.around(value, math.tanh(middle - half), math.tanh(middle + half), n)
