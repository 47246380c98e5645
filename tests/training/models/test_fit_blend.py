import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from training.models.fit_blend import cross_fit, fit_weights
from training.models.odds import log_loss, to_probability

N_ROWS = 4000


def make_stack(seed=0):
    """Return scores of two good members, a noisy one and one that is upside down."""
    chance = np.random.default_rng(seed)
    first, second = chance.normal(size=N_ROWS), chance.normal(size=N_ROWS)
    target = (chance.random(N_ROWS) < to_probability(first + second - 1.0)).astype(float)[:, None]
    scores = np.column_stack([first - 1, second - 1, chance.normal(size=N_ROWS), -first])[:, None, :]
    return scores, target, np.ones((N_ROWS, 1))


def expected_calibration_error(log_odds, target):
    order = np.argsort(log_odds)
    probability = to_probability(log_odds)
    bins = np.array_split(order, 10)
    return sum(len(rows) * abs(probability[rows].mean() - target[rows].mean()) for rows in bins) / len(order)


def test_finds_the_true_weights_and_drops_what_does_not_help():
    scores, target, weight = make_stack()
    intercepts, weights = fit_weights(scores, target, weight, 0.05)
    assert weights[:2] == pytest.approx([1.0, 1.0], abs=0.12)
    assert weights[2:].tolist() == [0.0, 0.0]
    assert intercepts[0] == pytest.approx(1.0, abs=0.15)


def test_a_light_member_is_dropped_and_the_rest_fitted_again():
    scores, target, weight = make_stack()
    _, kept = fit_weights(scores[:, :, :2], target, weight, 0.05)
    _, all_but_light = fit_weights(scores[:, :, :3], target, weight, 0.2)
    np.testing.assert_allclose(all_but_light[:2], kept, atol=1e-6)


def test_one_member_gives_the_calibration_of_platt():
    scores, target, weight = make_stack()
    over_confident = 3.0 * scores[:, :, :1]
    intercepts, weights = fit_weights(over_confident, target, weight, 0.05)
    platt = LogisticRegression(C=np.inf, tol=1e-10).fit(over_confident[:, 0], target[:, 0])
    assert weights[0] == pytest.approx(platt.coef_[0, 0], abs=1e-5)
    assert intercepts[0] == pytest.approx(platt.intercept_[0], abs=1e-5)
    raw = expected_calibration_error(over_confident[:, 0, 0], target[:, 0])
    calibrated = expected_calibration_error(
        intercepts[0] + weights[0] * over_confident[:, 0, 0], target[:, 0]
    )
    assert calibrated < 0.25 * raw


def test_the_blend_is_never_worse_than_a_member_on_what_it_was_fitted_to():
    scores, target, weight = make_stack()
    intercepts, weights = fit_weights(scores, target, weight, 0.05)
    blended = log_loss(intercepts + scores @ weights, target, weight)
    assert all(blended <= log_loss(scores[:, :, place], target, weight) for place in range(4))


def test_the_heaviest_stays_though_all_are_useless():
    chance = np.random.default_rng(1)
    target = (chance.random((500, 1)) < 0.3).astype(float)
    upside_down = (-target + 0.1 * chance.normal(size=target.shape))[:, :, None]
    intercepts, weights = fit_weights(
        np.concatenate([upside_down, upside_down], axis=2), target, np.ones((500, 1)), 0.05
    )
    assert weights.max() < 0.05
    assert to_probability(intercepts)[0] == pytest.approx(target.mean(), abs=0.01)


def test_cells_without_weight_do_not_count():
    scores, target, weight = make_stack()
    wide = [np.concatenate([part, 1 - part if part is target else part], axis=1) for part in (scores, target)]
    blank = np.concatenate([weight, np.zeros_like(weight)], axis=1)
    intercepts, weights = fit_weights(*wide, blank, 0.05)
    expected_intercepts, expected = fit_weights(scores, target, weight, 0.05)
    np.testing.assert_allclose(weights, expected, atol=1e-9)
    assert intercepts[0] == pytest.approx(expected_intercepts[0], abs=1e-9)


def test_each_period_gets_an_intercept_of_its_own():
    scores, target, _ = make_stack()
    seldom = target * (np.random.default_rng(3).random(target.shape) < 0.3)
    twice = np.concatenate([scores, scores], axis=1)
    outcome = np.concatenate([target, seldom], axis=1)
    intercepts, weights = fit_weights(twice, outcome, np.ones(outcome.shape), 0.05)
    means = to_probability(intercepts + twice @ weights).mean(axis=0)
    np.testing.assert_allclose(means, outcome.mean(axis=0), atol=1e-5)
    assert intercepts[0] > intercepts[1] + 0.5


def test_cross_fitted_rows_do_not_see_their_own_target():
    scores, target, weight = make_stack()
    folds = np.resize([0, 1, 2], N_ROWS)
    before = cross_fit(scores, target, weight, folds, 0.05)
    changed = np.where((folds == 1)[:, None], 1 - target, target)
    after = cross_fit(scores, changed, weight, folds, 0.05)
    np.testing.assert_array_equal(before[folds == 1], after[folds == 1])
    assert not np.allclose(before[folds == 0], after[folds == 0])
