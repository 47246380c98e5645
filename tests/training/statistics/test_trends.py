import math
from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from tests.training.statistics.survey_worlds import draw_panel
from training.statistics import share
from training.statistics.levels import SurveyMetric
from training.statistics.trends import count_waves_for_trend, find_trend
from training.statistics.wave_values import WaveValues, measure_waves

NPS = SurveyMetric.of("nps")


def series_of(value, error=2.0, position=None):
    return WaveValues.of(value, np.full(len(value), error), np.full(len(value), 300), position)


@pytest.mark.parametrize("n_waves", [5, 9, 30])
def test_it_equals_scipy(n_waves):
    chance = np.random.default_rng(n_waves)
    position = np.cumsum(chance.uniform(0.5, 2, n_waves))
    value = 0.4 * position + chance.normal(size=n_waves)
    found = find_trend(series_of(value, position=position))
    kendall, sen = stats.kendalltau(position, value, method="exact"), stats.theilslopes(value, position)
    assert (found.tau, found.p_value) == pytest.approx((kendall.statistic, kendall.pvalue), abs=1e-9)
    assert found.slope.value == pytest.approx(sen.slope, abs=1e-9)
    assert (found.slope.low, found.slope.high) == pytest.approx((sen.low_slope, sen.high_slope), abs=1e-9)
    assert found.slope.n == n_waves


def test_few_waves_with_ties_are_counted_through():
    value = np.array([20.0, 22.0, 22.0, 25.0, 27.0, 27.0])
    first, second = np.triu_indices(6, k=1)
    orders = np.array(list(permutations(value)))
    sums = np.sign(orders[:, second] - orders[:, first]).sum(axis=1)
    seen = np.sign(value[second] - value[first]).sum()
    assert find_trend(series_of(value)).p_value == pytest.approx(np.mean(np.abs(sums) >= seen))


def test_many_waves_with_ties_are_scipys_approximation():
    chance = np.random.default_rng(7)
    value = np.round(chance.normal(size=40) + 0.02 * np.arange(40), 1)
    expected = stats.kendalltau(np.arange(40), value)
    assert find_trend(series_of(value)).p_value == pytest.approx(expected.pvalue)


def test_some_waves_with_ties_are_drawn_and_near_to_scipys_own_draws():
    value = np.array([20, 22, 21, 22, 23, 21, 24, 22, 24, 23.0])
    expected = stats.permutation_test(
        (value,),
        lambda given: stats.kendalltau(np.arange(10), given).statistic,
        permutation_type="pairings",
        n_resamples=2000,
        rng=np.random.default_rng(0),
    )
    assert find_trend(series_of(value)).p_value == pytest.approx(expected.pvalue, abs=0.02)


def test_how_many_waves_are_needed_is_counted():
    assert count_waves_for_trend() == 5
    assert 2 / math.factorial(5) < 0.05 < 2 / math.factorial(4)
    assert count_waves_for_trend(0.05 / 10) == 6


def test_four_waves_show_nothing_however_steep():
    found = find_trend(series_of([1, 11, 21, 31]))
    assert (found.is_clear, found.n_waves_needed) == (False, 5)
    assert (found.slope.value, found.slope.low, found.slope.high) == (10.0, -math.inf, math.inf)
    assert found.p_value == pytest.approx(2 / 24)
    assert find_trend(series_of([1, 11, 21, 31, 41])).is_clear


@pytest.mark.parametrize("value", [[30.0], [30.0] * 8])
def test_one_wave_or_equal_waves_have_no_trend(value):
    found = find_trend(series_of(value))
    assert (found.is_clear, found.slope.value) == (False, 0.0)
    assert math.isnan(found.p_value)


def test_slope_is_per_unit_of_position_and_turns_round():
    rising = find_trend(series_of([1, 2, 4, 5, 7], position=[0, 0.25, 0.75, 1.0, 1.5]))
    falling = find_trend(series_of([-1, -2, -4, -5, -7], position=[0, 0.25, 0.75, 1.0, 1.5]))
    assert rising.slope.value == pytest.approx(4.0)
    assert (falling.slope.low, falling.slope.high) == (-rising.slope.high, -rising.slope.low)


def test_a_planted_trend_is_found():
    found = [
        find_trend(waves_of(seed, n_waves=8, shifts=0.2 * np.arange(8), stays=0.0)).is_clear
        for seed in range(20)
    ]
    assert np.mean(found) >= 0.9


def waves_of(seed, **world):
    panel = draw_panel(seed, n_answers=150, **world)
    return measure_waves(NPS, panel.ratings, panel.waves, panel.people)


@pytest.mark.parametrize("stays", [0.0, 0.8], ids=["strangers", "a panel renewed bit by bit"])
def test_sampling_alone_raises_few_alarms(stays):
    alarms = sum(
        find_trend(waves_of(seed, n_waves=8, stays=stays), n_draws=500).is_clear for seed in range(120)
    )
    assert share(alarms, 120).low <= 0.05


def test_a_panel_renewed_bit_by_bit_drifts_without_any_trend():
    """What the covariance is for: order alone takes the drift of such a panel for a trend."""
    alarms = 0
    for seed in range(120):
        series = waves_of(seed, n_waves=8, stays=0.8)
        alone = WaveValues.of(series.value, series.standard_error, series.n)
        alarms += find_trend(alone).is_clear
    assert share(alarms, 120).low > 0.05
