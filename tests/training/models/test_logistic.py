import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from training.models import logistic
from training.models.logistic import fit_logistic
from training.models.odds import to_probability


def make_problem(n_rows=400, n_periods=1, seed=0):
    chance = np.random.default_rng(seed)
    columns = chance.normal(size=(n_rows, 6))
    log_odds = columns @ chance.normal(size=6) * 0.7 - 1.0
    target = (chance.random((n_rows, n_periods)) < to_probability(log_odds)[:, None]).astype(float)
    return columns, target, chance.uniform(0.5, 2.0, (n_rows, n_periods))


@pytest.mark.parametrize("inverse_penalty", [0.01, 1.0, 100.0])
def test_equals_scikit_learn(inverse_penalty):
    columns, target, weight = make_problem()
    fit = fit_logistic(columns, target, weight, inverse_penalty)
    reference = LogisticRegression(C=inverse_penalty, solver="newton-cholesky", tol=1e-12, max_iter=500)
    reference.fit(columns, target[:, 0], sample_weight=weight[:, 0])
    np.testing.assert_allclose(fit.coefficients, reference.coef_[0], atol=1e-10)
    assert fit.intercepts[0] == pytest.approx(reference.intercept_[0], abs=1e-10)


def test_several_periods_equal_repeated_rows_with_free_intercepts():
    columns, target, weight = make_problem(n_periods=3)
    weight[::3, 1:] = 0.0
    fit = fit_logistic(columns, target, weight, 0.5)
    residual = weight * (to_probability(fit.log_odds(columns)) - target)
    np.testing.assert_allclose(residual.sum(axis=0), 0.0, atol=1e-8)
    np.testing.assert_allclose(0.5 * columns.T @ residual.sum(axis=1), -fit.coefficients, atol=1e-8)


def test_the_start_does_not_change_the_end():
    columns, target, weight = make_problem(n_periods=2)
    start = fit_logistic(columns, target, weight, 100.0)
    warm, cold = (fit_logistic(columns, target, weight, 0.1, start=begin) for begin in (start, None))
    np.testing.assert_allclose(warm.coefficients, cold.coefficients, atol=1e-9)


def test_separable_rows_and_empty_periods_end_at_finite_numbers():
    columns = np.linspace(-1, 1, 50)[:, None] * np.ones((1, 2))
    target = np.column_stack([columns[:, 0] > 0, np.zeros(50)]).astype(float)
    fit = fit_logistic(columns, target, np.ones((50, 2)), 1e4)
    assert np.isfinite(fit.coefficients).all()
    assert np.isfinite(fit.intercepts).all()
    assert to_probability(fit.log_odds(columns))[:, 1].max() < 0.01


def test_a_period_without_rows_leaves_the_others_alone():
    columns, target, weight = make_problem(n_periods=2)
    blank = weight * np.array([1.0, 0.0])
    found, alone = (
        fit_logistic(columns, target, blank, 1.0),
        fit_logistic(columns, target[:, :1], weight[:, :1], 1.0),
    )
    np.testing.assert_allclose(found.coefficients, alone.coefficients, atol=1e-9)
    assert np.isfinite(found.intercepts).all()


def test_without_columns_the_intercept_is_the_share():
    target = np.array([[1.0], [0.0], [0.0], [0.0]])
    fit = fit_logistic(np.empty((4, 0)), target, np.ones((4, 1)), 1.0)
    assert to_probability(fit.intercepts)[0] == pytest.approx(0.25, abs=1e-9)


def test_some_rows_are_learned_from_as_if_the_others_were_not_there():
    columns, target, weight = make_problem(n_rows=900, n_periods=2)
    chosen = np.sort(np.random.default_rng(1).permutation(900)[:500])
    found = fit_logistic(columns, target[chosen], weight[chosen], 0.3, rows=chosen)
    alone = fit_logistic(columns[chosen], target[chosen], weight[chosen], 0.3)
    np.testing.assert_array_equal(found.coefficients, alone.coefficients)
    np.testing.assert_array_equal(found.log_odds(columns, chosen), alone.log_odds(columns[chosen]))


def test_blocks_do_not_change_the_fit(monkeypatch):
    columns, target, weight = make_problem()
    whole = fit_logistic(columns, target, weight, 1.0)
    monkeypatch.setattr(logistic, "_BLOCK_ROWS", 37)
    np.testing.assert_allclose(
        fit_logistic(columns, target, weight, 1.0).coefficients, whole.coefficients, atol=1e-10
    )


def test_curvature_from_a_sample_of_rows_leads_to_the_same_end(monkeypatch):
    columns, target, weight = make_problem(n_rows=4000, n_periods=2)
    chosen = np.arange(0, 4000, 2)
    for rows in (None, chosen):
        given = (target, weight) if rows is None else (target[rows], weight[rows])
        exact = fit_logistic(columns, *given, 2.0, rows=rows)
        monkeypatch.setattr(logistic, "_MOST_CURVED_ROWS", 300)
        sampled = fit_logistic(columns, *given, 2.0, rows=rows)
        monkeypatch.undo()
        np.testing.assert_allclose(sampled.coefficients, exact.coefficients, atol=1e-5)
        np.testing.assert_allclose(sampled.intercepts, exact.intercepts, atol=1e-5)
        assert np.any(sampled.coefficients != exact.coefficients)


def test_single_precision_columns_lose_the_seventh_digit_alone():
    columns, target, weight = make_problem()
    double = fit_logistic(columns, target, weight, 1.0)
    single = fit_logistic(columns.astype(np.float32), target, weight, 1.0)
    assert single.coefficients.dtype == np.float64
    np.testing.assert_allclose(single.coefficients, double.coefficients, atol=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_bounded_coefficients_reach_the_minimum_that_scipy_finds(seed):
    columns, target, weight = make_problem(n_periods=2, seed=seed)
    columns = np.column_stack([columns, columns[:, :3] + 0.05 * columns[:, 3:6]])
    is_bounded = np.arange(9) % 3 > 0

    def loss(point):
        log_odds = (columns @ point[:9])[:, None] + point[9:]
        summed = np.sum(weight * (np.logaddexp(0.0, log_odds) - target * log_odds))
        return summed + point[:9] @ point[:9] / 2

    fit = fit_logistic(columns, target, weight, 1.0, is_bounded=is_bounded)
    bounds = [(0.0 if bound else None, None) for bound in (*is_bounded, False, False)]
    reference = minimize(loss, np.zeros(11), bounds=bounds, options={"ftol": 1e-15, "maxfun": 1e5})
    assert np.all(fit.coefficients[is_bounded] >= 0)
    assert np.any(fit.coefficients[is_bounded] == 0)
    reached = loss(np.concatenate([fit.coefficients, fit.intercepts]))
    assert reached <= reference.fun + 1e-8 * reference.fun


def test_bounds_that_do_not_bind_change_nothing():
    columns, target, weight = make_problem()
    columns *= np.sign(fit_logistic(columns, target, weight, 1.0).coefficients)
    bounded = fit_logistic(columns, target, weight, 1.0, is_bounded=np.ones(6, dtype=bool))
    free = fit_logistic(columns, target, weight, 1.0)
    np.testing.assert_allclose(bounded.coefficients, free.coefficients, atol=1e-9)
