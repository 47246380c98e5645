import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import SplineTransformer

from training.models import splines as splines_module
from training.models.shapes import ShapeModel
from training.models.splines import Design, Terms

CHANCE = np.random.default_rng(4)


def test_columns_are_the_splines_of_scikit_learn():
    column = CHANCE.lognormal(size=400)
    terms = Terms.plan(column, 0)
    splines = SplineTransformer(n_knots=5, degree=2, knots="quantile", extrapolation="constant")
    expected = splines.fit(column[:, None]).transform(column[:, None])
    np.testing.assert_allclose(terms.write_out(column), expected, atol=1e-12)
    beyond = np.array([-5.0, 1e6])
    np.testing.assert_allclose(terms.write_out(beyond), splines.transform(beyond[:, None]), atol=1e-12)


def test_numbers_with_few_values_get_a_column_per_value_as_well():
    column = np.repeat([1.0, 2.0, 4.0], 20)
    terms = Terms.plan(column, 0)
    assert terms.values.tolist() == [1.0, 2.0, 4.0]
    assert terms.write_out(np.array([2.0]))[0, -3:].tolist() == [0.0, 1.0, 0.0]
    assert not len(Terms.plan(np.arange(12.0), 0).values)
    assert len(Terms.plan(np.arange(11.0), 0).values) == 11


def test_categories_have_no_spline():
    terms = Terms.plan(np.array([0.0, 1.0, 1.0, np.nan]), 3)
    assert terms.n_columns == 3
    assert terms.write_out(np.array([1.0, 2.0, np.nan])).tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize(
    ("column", "n_columns"),
    [([5.0] * 9, 0), ([np.nan] * 9, 1), ([5.0, np.nan] * 5, 1), ([0.0, 1.0, 1.0] * 9, 5)],
    ids=["constant", "never known", "known or not", "two values"],
)
def test_columns_without_much_in_them_are_written_out_all_the_same(column, n_columns):
    column = np.array(column)
    terms = Terms.plan(column, 0)
    assert terms.n_columns == n_columns
    assert terms.write_out(column).shape == (len(column), n_columns)
    curve = terms.compile(np.ones(n_columns), column)
    assert np.isfinite(ShapeModel(0.0, (curve,)).log_odds(np.array([[5.0], [np.nan], [-1.0]]))).all()


training_columns = st.lists(
    st.one_of(st.none(), st.integers(-5, 5), st.floats(-1e6, 1e6).map(lambda x: round(x, 3))),
    min_size=2,
    max_size=60,
)


@given(training_columns, st.lists(st.floats(-2e6, 2e6), max_size=20), st.integers(0, 99))
def test_a_compiled_curve_equals_the_columns_times_the_coefficients(column, others, seed):
    known = np.array([np.nan if value is None else value for value in column], dtype=float)
    terms = Terms.plan(known, 0)
    coefficients = np.random.default_rng(seed).normal(size=terms.n_columns)
    model = ShapeModel(0.0, (terms.compile(coefficients, known),))
    points = np.concatenate([known, np.array(others), terms.knots])
    if not terms.has_missing:
        points = points[~np.isnan(points)]
    expected = terms.write_out(points) @ coefficients
    np.testing.assert_allclose(model.log_odds(points[:, None]), expected, rtol=1e-7, atol=1e-7)


def test_curves_are_centred_on_training():
    matrix = np.column_stack([CHANCE.normal(size=300), CHANCE.integers(0, 3, 300)])
    matrix[::7, 0] = np.nan
    design = Design.write_out(matrix, (0, 3))
    coefficients = CHANCE.normal(size=design.columns.shape[1])
    model = ShapeModel(0.5, design.compile(coefficients, matrix))
    _, contributions = model.attributions(matrix)
    np.testing.assert_allclose(contributions.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(model.log_odds(matrix), 0.5 + design.columns @ coefficients, atol=1e-10)


def test_very_many_columns_are_kept_in_single_precision(monkeypatch):
    matrix = np.random.default_rng(4).normal(size=(200, 3))
    double = Design.write_out(matrix, (0, 0, 0))
    monkeypatch.setattr(splines_module, "_MOST_DOUBLES", 1000)
    single = Design.write_out(matrix, (0, 0, 0))
    assert (double.columns.dtype, single.columns.dtype) == (np.float64, np.float32)
    np.testing.assert_allclose(single.columns, double.columns, atol=1e-7)
    coefficients = np.ones(single.columns.shape[1])
    assert [curve.center for curve in single.compile(coefficients, matrix)] == [
        curve.center for curve in double.compile(coefficients, matrix)
    ]
