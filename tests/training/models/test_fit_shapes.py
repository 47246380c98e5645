import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, SplineTransformer

from tests.training.models.known_truth import make_flat
from training.models.fit_shapes import fit_shapes
from training.models.folds import deal_folds, label_groups
from training.models.odds import log_loss
from training.models.periods import PeriodTable


def make_table(n_rows=900, n_periods=1, missing=0.1, seed=0):
    chance = np.random.default_rng(seed)
    matrix = np.column_stack(
        [chance.lognormal(size=n_rows), chance.normal(size=n_rows), chance.integers(0, 3, n_rows)]
    )
    log_odds = np.sin(2 * matrix[:, 1]) + (matrix[:, 2] == 1) - 1.0
    matrix[chance.random(matrix.shape) < missing] = np.nan
    target = (chance.random((n_rows, n_periods)) < 1 / (1 + np.exp(-log_odds[:, None]))).astype(float)
    return PeriodTable(matrix, (0, 0, 3), target, np.ones_like(target))


def fold(table, n_folds=3):
    return deal_folds(label_groups(None, len(table.matrix)), table.target[:, 0], n_folds, 0)[None, :]


def test_the_compiled_model_equals_the_pipeline_of_scikit_learn():
    table = make_table(missing=0.0)
    fit = fit_shapes(table, fold(table), (0.3,))
    splines = SplineTransformer(n_knots=5, degree=2, knots="quantile", extrapolation="constant")
    write_out = ColumnTransformer([("numbers", splines, [0, 1]), ("levels", OneHotEncoder(), [2])])
    pipeline = make_pipeline(
        write_out, LogisticRegression(C=0.3, solver="newton-cholesky", tol=1e-13, max_iter=1000)
    )
    pipeline.fit(table.matrix, table.target[:, 0])
    fresh = make_table(missing=0.0, seed=9).matrix
    np.testing.assert_allclose(
        fit.model.log_odds(fresh), pipeline.decision_function(fresh), atol=1e-10, rtol=0
    )


def test_takes_the_penalty_that_is_best_out_of_fold():
    table = make_table()
    penalties = (1e-4, 0.3, 1e4)
    fit = fit_shapes(table, fold(table), penalties)
    losses = [
        log_loss(fit_shapes(table, fold(table), (one,)).out_of_fold, table.target, table.weight)
        for one in penalties
    ]
    assert fit.inverse_penalty == penalties[int(np.argmin(losses))] == 0.3
    assert log_loss(fit.out_of_fold, table.target, table.weight) == pytest.approx(min(losses), rel=1e-9)


def test_no_row_is_scored_by_a_fit_that_saw_it():
    table, folds = make_table(), fold(make_table())
    is_changed = folds[0] == 1
    target = np.where(is_changed[:, None], 1 - table.target, table.target)
    before = fit_shapes(table, folds, (0.3,)).out_of_fold
    after = fit_shapes(
        PeriodTable(table.matrix, table.n_codes, target, table.weight), folds, (0.3,)
    ).out_of_fold
    np.testing.assert_array_equal(before[is_changed], after[is_changed])
    assert not np.allclose(before[~is_changed], after[~is_changed], atol=1e-3)


def test_weights_count_like_copies():
    table = make_table(n_rows=300)
    weight = np.where(np.arange(300) < 50, 2.0, 1.0)[:, None]
    double = np.concatenate([np.arange(300), np.arange(50)])
    copied = PeriodTable(table.matrix[double], table.n_codes, table.target[double], np.ones((350, 1)))
    weighted = PeriodTable(table.matrix, table.n_codes, table.target, weight)
    one, other = (fit_shapes(each, fold(each), (0.01,)).model for each in (copied, weighted))
    difference = one.log_odds(table.matrix) - other.log_odds(table.matrix)
    assert np.abs(difference).max() < 0.05  # knots are those of 350 and of 300 rows


def test_with_periods_the_last_curve_is_that_of_the_period():
    table = make_table(n_periods=2)
    table = PeriodTable(table.matrix, table.n_codes, table.target * np.array([1.0, 0.3]), table.weight)
    fit = fit_shapes(table, fold(table), (0.3,))
    first, second = (
        fit.model.log_odds(np.column_stack([table.matrix, np.full(len(table.matrix), float(period))]))
        for period in (0, 1)
    )
    gap = first - second
    np.testing.assert_allclose(gap, gap[0], atol=1e-12)
    assert gap[0] > 0.5
    assert fit.out_of_fold.shape == table.target.shape


def test_beats_a_straight_line_where_effects_bend(flat_world):
    world = make_flat(n_rows=3000, seed=8)
    matrix = world.encoded.matrix[:, :1]
    table = PeriodTable(matrix, (0,), world.target[:, None], np.ones((3000, 1)))
    bent = fit_shapes(table, fold(table), (1.0,))
    line = LogisticRegression().fit(matrix, world.target)
    straight = line.decision_function(matrix)
    assert log_loss(bent.out_of_fold[:, 0], world.target, np.ones(3000)) < log_loss(
        straight, world.target, np.ones(3000)
    )
