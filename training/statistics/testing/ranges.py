"""Ranges of effects whose statistic follows a noncentral distribution: the inversion of its test.

All noncentral parameters are those at which the statistic found would be the 2.5 % or the 97.5 % quantile
(Steiger 2004, Psychological Methods 9).
"""

import math
from collections.abc import Callable
from typing import Final

from scipy import optimize, stats

from training.statistics.estimate import LEVEL

_TAIL: Final = (1 - LEVEL) / 2
_LARGE: Final = 1000.0  # beyond, the root of the statistic is as good as normal with unit variance
_Z: Final = float(stats.norm.ppf(1 - _TAIL))


def chi2_noncentrality(statistic: float, freedom: float) -> tuple[float, float]:
    """Return the range of the noncentrality behind a chi-squared statistic.

    Examples
    --------
    >>> low, high = chi2_noncentrality(20.0, 3)
    >>> round(low, 2), round(high, 2)
    (4.82, 38.97)
    """
    if statistic > _LARGE:
        return _far(statistic, freedom)
    return _invert(lambda shift: float(stats.ncx2.cdf(statistic, freedom, shift)), statistic)


def f_noncentrality(statistic: float, above: float, below: float) -> tuple[float, float]:
    """Return the range of the noncentrality behind an F statistic with ``above`` and ``below`` freedom."""
    mass = statistic * above
    if mass > _LARGE:
        return _far(mass, above)
    return _invert(lambda shift: float(stats.ncf.cdf(statistic, above, below, shift)), mass)


def _far(statistic: float, freedom: float) -> tuple[float, float]:
    """Return the range where the statistic is large."""
    root = math.sqrt(statistic - freedom + 1)
    return (root - _Z) ** 2, (root + _Z) ** 2


def _invert(cumulative: Callable[[float], float], statistic: float) -> tuple[float, float]:
    """Return the shifts at which the cumulative distribution is 97.5 % and 2.5 %; 0 where none is."""

    def solve(level: float) -> float:
        tiny = 1e-9  # at 0 itself the noncentral distributions of scipy give NaN
        if cumulative(tiny) <= level:
            return 0.0
        top = 2 * statistic + 10.0
        while cumulative(top) > level:
            top *= 2
        return float(optimize.brentq(lambda shift: cumulative(shift) - level, tiny, top))

    return solve(1 - _TAIL), solve(_TAIL)
