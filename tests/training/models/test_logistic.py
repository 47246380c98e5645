import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

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
