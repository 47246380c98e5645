import math

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss

from training.statistics.arrays import Floats
from training.statistics.calibration import (
    CalibrationSlope,
    bin_gaps,
    brier_losses,
    calibration_error,
    log_losses,
    log_odds,
)
from training.statistics.ranking import Ranking
from training.statistics.resampling import EntityDraws


def _make_rows(seed: int, n: int, stretch: float = 1.0) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    x = random.normal(-1, 1.2, n)
    target = (random.random(n) < 1 / (1 + np.exp(-x))).astype(float)
    return target, 1 / (1 + np.exp(-stretch * x))


def _ece(target: Floats, probability: Floats) -> float:
    ranking = Ranking.of(target, probability)
    gaps = bin_gaps(ranking.weigh(np.ones((1, len(ranking.order)))))
    return float(np.abs(gaps).mean())


def test_losses_against_reference():
    target, probability = _make_rows(1, 500)
    probability[:2] = [0.0, 1.0]
    weight = np.random.default_rng(2).gamma(1, 1, 500)
    found = np.average(log_losses(target, probability), weights=weight)
    assert found == pytest.approx(log_loss(target, probability, sample_weight=weight), abs=1e-12)
    found = np.average(brier_losses(target, probability), weights=weight)
    assert found == pytest.approx(brier_score_loss(target, probability, sample_weight=weight), abs=1e-12)


def test_log_odds_are_finite_at_the_ends():
    assert np.isfinite(log_odds(np.array([0.0, 1.0]))).all()
    assert log_odds(np.array([0.8]))[0] == pytest.approx(math.log(4), abs=1e-12)


def test_ece_is_the_mean_gap_of_ten_bins_of_equal_size():
    target, probability = _make_rows(3, 1000)
    order = np.argsort(probability)
    bins = (probability - target)[order].reshape(10, 100).mean(axis=1)
    assert _ece(target, probability) == pytest.approx(np.abs(bins).mean(), abs=1e-12)


def test_ece_of_one_forecast_for_all_is_its_distance_from_the_share():
    assert _ece(np.array([1, 0, 0, 0] * 25), np.full(100, 0.4)) == pytest.approx(0.15, abs=1e-12)


def test_ece_cuts_a_row_at_the_edge_of_two_bins():
    target = np.zeros(15)
    assert _ece(target, np.linspace(0.1, 0.8, 15)) == pytest.approx(0.45, abs=1e-12)


@pytest.mark.parametrize("stretch", [1.0, 1.4])
def test_ece_interval_covers_in_a_small_repetition(stretch):
    random = np.random.default_rng(4)
    target, probability = _make_rows(5, 200_000, stretch)
    truth = _ece(1 / (1 + np.exp(-log_odds(probability) / stretch)), probability)
    hits = 0
    for repetition in range(60):
        rows = random.integers(0, 200_000, 800)
        ranking = Ranking.of(target[rows], probability[rows])
        draws = EntityDraws.of(800, n_draws=100, seed=repetition).ordered(ranking.order)
        gaps = bin_gaps(ranking.weigh(np.ones((1, 800))))[0]
        drawn_gaps = np.concatenate([bin_gaps(ranking.weigh(weights)) for weights in draws.blocks()])
        found = calibration_error(gaps, drawn_gaps, 800)
        hits += found.low <= truth <= found.high
    assert hits >= 54


class TestSlope:
    def test_against_reference(self):
        target, probability = _make_rows(6, 2000, 1.7)
        weight = np.random.default_rng(7).gamma(1, 1, 2000)
        found = CalibrationSlope.fit(target, probability, weight)
        reference = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
        reference.fit(log_odds(probability)[:, None], target, sample_weight=weight)
        assert found.slope == pytest.approx(reference.coef_[0, 0], abs=1e-5)
        assert found.intercept == pytest.approx(reference.intercept_[0], abs=1e-5)

    def test_too_extreme_forecasts_have_a_slope_below_one(self):
        target, probability = _make_rows(8, 20_000, 2.0)
        assert CalibrationSlope.fit(target, probability, np.ones(20_000)).slope == pytest.approx(
            0.5, abs=0.03
        )

    def test_one_step_of_a_resample_is_near_its_own_fit(self):
        target, probability = _make_rows(9, 3000)
        weights = np.random.default_rng(10).poisson(1.0, (5, 3000)).astype(float)
        fit = CalibrationSlope.fit(target, probability, np.ones(3000))
        refits = [CalibrationSlope.fit(target, probability, row).slope for row in weights]
        assert fit.resample(weights) == pytest.approx(refits, abs=0.15 * np.std(refits).item())

    def test_equal_forecasts_have_no_slope(self):
        fit = CalibrationSlope.fit(np.array([0.0, 1.0, 1.0]), np.full(3, 0.3), np.ones(3))
        assert math.isnan(fit.slope)
        assert np.isnan(fit.resample(np.ones((4, 3)))).all()

    def test_separated_classes_have_no_slope(self):
        target = np.repeat([0.0, 1.0], 50)
        assert math.isnan(CalibrationSlope.fit(target, np.linspace(0.01, 0.99, 100), np.ones(100)).slope)
