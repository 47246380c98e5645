"""What rows kept back say of probabilities: level and slope as observed, and how sure that is."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit

from training.evaluation import evaluate
from training.monitoring.recalibrating import Recalibration
from training.statistics import Estimate


def judged_with(slope, shift=0.0, *, n=20_000, seed=0):
    """Return figures of forecasts whose log-odds have to be read as ``shift + slope * log-odds``."""
    random = np.random.default_rng(seed)
    truth = expit(random.normal(-1.5, 1, n))
    said = expit((logit(truth) - shift) / slope)
    return evaluate((random.random(n) < truth).astype(float), said, n_draws=100), truth, said


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (0.6, 0.0), (1.5, 0.0), (1.0, 0.7), (0.8, -0.5)])
def test_forecasts_are_read_as_they_came_true(slope, shift):
    judged, truth, said = judged_with(slope, shift)
    found = Recalibration.of(judged, n_draws=0).read(said, slice(1))[0]
    assert found.mean() == pytest.approx(truth.mean(), abs=0.01)
    assert np.abs(found - truth).mean() < 0.012


def test_right_forecasts_stay_as_they_are():
    judged, _, said = judged_with(1.0)
    opinions = Recalibration.of(judged, n_draws=300)
    assert opinions.slope[0] == pytest.approx(1.0, abs=0.05)
    assert opinions.intercept[0] == pytest.approx(0.0, abs=0.08)
    assert opinions.read(said[:7], slice(1, 4)).shape == (3, 7)


def test_fewer_rows_allow_more_opinions():
    spreads = [
        Recalibration.of(judged_with(1.0, n=n)[0], n_draws=400, seed=1).slope[1:].std() for n in (600, 20_000)
    ]
    assert spreads[0] > 3 * spreads[1]


def test_equal_seeds_draw_equal_opinions():
    judged = judged_with(0.9, n=800)[0]
    one, same, other = (Recalibration.of(judged, n_draws=20, seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(one.slope, same.slope)
    assert not np.array_equal(one.slope[1:], other.slope[1:])
    assert one.slope[0] == other.slope[0]


def test_a_slope_that_was_not_found_counts_as_one():
    nothing = Estimate(float("nan"), float("nan"), float("nan"), 500)
    judged = replace(judged_with(1.0, n=800)[0], calibration_slope=nothing)
    assert Recalibration.of(judged, n_draws=5).slope.tolist() == [1.0] * 6


def test_no_opinion_turns_the_order_round():
    judged = judged_with(1.0, n=800)[0]
    odd = replace(judged, calibration_slope=Estimate(-0.2, -1.0, 0.6, 800))
    assert Recalibration.of(odd, n_draws=50).slope.min() > 0


def test_a_slope_that_may_be_chance_is_not_believed():
    """Draw it towards 1: fully where its range holds 1 by far, hardly where it is far from it."""
    judged = judged_with(1.0, n=800)[0]

    def likeliest(value, error):
        estimate = Estimate(value, value - 1.96 * error, value + 1.96 * error, 800)
        return Recalibration.of(replace(judged, calibration_slope=estimate), n_draws=0).slope[0]

    assert likeliest(0.9, 0.1) == pytest.approx(1.0)
    assert likeliest(1.1, 0.2) == 1.0
    assert likeliest(0.8, 0.1) == pytest.approx(0.85, abs=0.001)
    assert likeliest(0.6, 0.05) == pytest.approx(0.606, abs=0.001)
    assert likeliest(1.0, 0.0) == 1.0
