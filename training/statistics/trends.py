"""Trends over waves: does a metric rise or fall steadily, and by how much per wave."""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

import numpy as np
from scipy import stats

from training.statistics.arrays import Floats, Ints
from training.statistics.estimate import LEVEL, Estimate
from training.statistics.wave_values import WaveValues

_ALL_ORDERS_TO, _SOME_ORDERS_TO, _N_ORDERS = 7, 30, 10_000


@dataclass(frozen=True)
class Trend:
    """Hold the trend of a metric over waves.

    Attributes
    ----------
    slope
        Theil-Sen slope per unit of ``position`` with its 95 % range (Sen 1968); ``slope.n`` waves. The range
        is unlimited where there are fewer than ``n_waves_needed``.
    tau
        Kendall's, -1 (falls in every pair of waves) to 1.
    p_value
        Two-sided, of no trend (Mann 1945, Kendall); NaN if all waves are equal or there are fewer than two.
    n_waves_needed
        Fewest waves that can show a trend at all.
    is_clear
        Whether it stands: without a trend that is so in at most 5 % of cases.
    """

    slope: Estimate
    tau: float
    p_value: float
    n_waves_needed: int
    is_clear: bool


def count_waves_for_trend(level: float = 1 - LEVEL) -> int:
    """Return the fewest waves that can show a trend.

    Even if every wave lies above the one before, chance alone does that in ``2 / k!`` of series of ``k``
    waves (up or down).

    Parameters
    ----------
    level
        What the p-value is held against; a family of ``m`` metrics needs ``.05 / m``.

    Examples
    --------
    >>> count_waves_for_trend(), count_waves_for_trend(0.05 / 20)
    (5, 7)
    """
    n_waves = 2
    while 2 / math.factorial(n_waves) >= level:
        n_waves += 1
    return n_waves


def find_trend(series: WaveValues, *, n_draws: int = 2000, seed: int = 0) -> Trend:
    """Return the trend of a metric over its waves.

    The test of Mann and Kendall asks for order alone, so one odd wave does not make a trend; its p-value is
    exact without ties and for up to seven waves with them, from drawn orders up to 30. Where people answered
    several waves, those waves share their errors and drift slowly when the panel is renewed bit by bit; the
    p-value is then at least the share of pure sampling noise that looks as steady.

    Examples
    --------
    >>> trend = find_trend(WaveValues.of([10, 13, 15, 21, 22, 25], [2] * 6, [400] * 6))
    >>> print(trend.slope, round(trend.p_value, 4), trend.is_clear)
    3.000 (2.000 to 4.000) 0.0028 True
    """
    value, position = series.value, series.position
    needed = count_waves_for_trend()
    if value.size < 2 or np.ptp(value) == 0:
        flat = Estimate(0.0, -math.inf, math.inf, value.size)
        return Trend(flat, math.nan, math.nan, needed, is_clear=False)
    tau, p_value = _mann_kendall(value)
    if series.is_shared:
        drawn = np.abs(_order(series.noise(n_draws, seed)))
        p_value = max(p_value, float((1 + (drawn >= abs(_order(value[None])[0])).sum()) / (1 + n_draws)))
    sen = stats.theilslopes(value, position, alpha=LEVEL)
    ends = (sen.low_slope, sen.high_slope) if value.size >= needed else (-math.inf, math.inf)
    slope = Estimate.around(sen.slope, *ends, value.size)
    return Trend(slope, tau, p_value, needed, value.size >= needed and p_value < 1 - LEVEL)


def _mann_kendall(value: Floats) -> tuple[float, float]:
    """Return Kendall's tau of values against their order, and its p-value."""
    time = np.arange(value.size)
    is_tied = np.unique(value).size < value.size
    if not is_tied:
        found = stats.kendalltau(time, value, method="exact")
        return float(found.statistic), float(found.pvalue)
    asymptotic = stats.kendalltau(time, value)
    if value.size > _SOME_ORDERS_TO:
        return float(asymptotic.statistic), float(asymptotic.pvalue)
    # The normal law calls 7 % of eight waves with ties a trend; scipy's permutation_test needs seconds.
    drawn = np.abs(_order(value[_orders(value.size)]))
    p_value = float(np.mean(drawn >= abs(_order(value[None])[0])))
    return float(asymptotic.statistic), p_value


@lru_cache(maxsize=_SOME_ORDERS_TO)
def _orders(n_waves: int) -> Ints:
    """Return every order of few waves, else the order itself and many drawn ones: ``[orders, waves]``."""
    if n_waves <= _ALL_ORDERS_TO:
        return np.array(list(permutations(range(n_waves))), dtype=np.int64)
    given = np.tile(np.arange(n_waves), (_N_ORDERS, 1))
    given[1:] = np.random.default_rng(n_waves).permuted(given[1:], axis=1)
    return given


def _order(series: Floats) -> Floats:
    """Return the pairs of waves that rise minus those that fall, ``[draws]`` of ``[draws, waves]``."""
    first, second = np.triu_indices(series.shape[1], k=1)
    found: Floats = np.sign(series[:, second] - series[:, first]).sum(axis=1)
    return found
