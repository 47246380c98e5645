import numpy as np
import pytest
from sklearn.preprocessing import SplineTransformer

from training.statistics.controls import (
    Control,
    ControlBases,
    demand_rows,
    orthonormal,
    write_bent,
    write_context,
)

RANDOM = np.random.default_rng(4)
SIZE = Control("size", RANDOM.normal(size=300))
AGE = Control("age", RANDOM.gamma(2.0, 3.0, 300))
PLAN = Control("plan", RANDOM.integers(0, 3, 300).astype(float), is_category=True)


def unexplained(values, columns):
    """Return the share of variance that columns do not explain."""
    basis = orthonormal(columns)
    rest = values - basis @ (basis.T @ values)
    return (rest**2).sum() / ((values - values.mean()) ** 2).sum()


def test_a_basis_is_orthonormal_and_spans_no_more_than_its_columns():
    columns = RANDOM.normal(size=(50, 4))
    basis = orthonormal(np.column_stack([columns, columns @ [1.0, 2.0, 0.0, -1.0], np.zeros(50)]))
    assert basis.shape == (50, 4)
    assert basis.T @ basis == pytest.approx(np.eye(4), abs=1e-12)
    assert basis @ (basis.T @ columns) == pytest.approx(columns, abs=1e-10)


def test_a_basis_beside_another_leaves_out_what_that_spans():
    first = orthonormal(RANDOM.normal(size=(60, 3)))
    more = np.column_stack([first @ [1.0, -1.0, 2.0], RANDOM.normal(size=60)])
    found = orthonormal(more, first)
    assert found.shape == (60, 1)
    assert np.abs(first.T @ found).max() < 1e-12
    assert orthonormal(first @ np.ones((3, 2)), first).shape == (60, 0)


@pytest.mark.parametrize(
    "bend", [lambda x: x, np.sin, lambda x: np.maximum(x, 0.3)], ids=["line", "wave", "hinge"]
)
def test_context_explains_what_bends(bend):
    assert unexplained(bend(SIZE.values), write_context([SIZE], 300)) < 0.01


def test_context_explains_levels_and_products():
    values = np.where(PLAN.values == 1, SIZE.values, -SIZE.values) + SIZE.values * AGE.values
    assert unexplained(values, write_context([SIZE, AGE, PLAN], 300)) < 1e-9
    alone = np.hstack([write_bent(control, 5) for control in (SIZE, AGE, PLAN)])
    assert unexplained(values, alone) > 0.3


def test_without_context_there_is_a_constant():
    assert write_context([], 7).tolist() == [[1.0]] * 7


def test_missing_values_are_marked_and_nothing_is_not_a_number():
    values = SIZE.values.copy()
    values[::7] = np.nan
    columns = write_context([Control("size", values), PLAN], 300)
    assert np.isfinite(columns).all()
    assert unexplained(np.isnan(values).astype(float), columns) < 1e-12


def test_rare_levels_share_a_column_and_the_most_frequent_has_none():
    codes = np.repeat([0.0, 1.0, 2.0, 3.0, np.nan], [60, 30, 3, 2, 5])
    columns = write_bent(Control("plan", codes, is_category=True), 5)
    assert columns.sum(axis=0).tolist() == [30.0, 5.0, 5.0]


def test_a_number_with_few_values_is_written_as_levels():
    columns = write_bent(Control("grade", np.tile([1.0, 2.0, 3.0], 20)), 5)
    assert set(np.unique(columns)) == {0.0, 1.0}
    assert columns.shape == (60, 2)


@pytest.mark.parametrize("values", [np.full(300, 2.0), np.full(300, np.nan)], ids=["constant", "missing"])
def test_a_column_that_tells_nothing_changes_nothing(values):
    columns = write_context([SIZE, Control("still", values)], 300)
    assert orthonormal(columns).shape == orthonormal(write_context([SIZE], 300)).shape


@pytest.mark.parametrize(
    "values",
    [
        RANDOM.normal(size=500),
        RANDOM.poisson(3.0, 500).astype(float),
        np.where(RANDOM.random(500) < 0.6, 0.0, RANDOM.gamma(2.0, 3.0, 500)),
        np.minimum(RANDOM.gamma(2.0, 3.0, 500), 5.0),
        RANDOM.standard_cauchy(500),
    ],
    ids=["bell", "counts", "many zeros", "capped", "far tails"],
)
@pytest.mark.parametrize("n_knots", [4, 5])
def test_numbers_are_written_as_the_splines_that_others_write(values, n_knots):
    expected = SplineTransformer(n_knots, knots="quantile", include_bias=False).fit_transform(values[:, None])
    assert write_bent(Control("size", values), n_knots) == pytest.approx(expected, abs=1e-12)


def same_span(first, second):
    """Tell whether two orthonormal bases span the same."""
    return first.shape == second.shape and np.abs(first @ (first.T @ second) - second).max() < 1e-9


def test_bases_that_share_columns_are_those_written_one_by_one():
    rows = RANDOM.random(300) < 0.8
    bases = ControlBases(rows)
    others = [Control("wait", RANDOM.normal(size=300)), Control("tone", RANDOM.gamma(2.0, 1.0, 300))]

    def take(control):
        return Control(control.name, control.values[rows], control.is_category)

    for context in ([SIZE, PLAN], [SIZE], []):
        for beside in (others, others[:1], others[1:], []):
            written = [write_bent(take(control), 4) for control in beside]
            n_rows = int(rows.sum())
            alone = np.hstack([write_context([take(control) for control in context], n_rows), *written])
            found = bases.span(context, beside)
            assert found.T @ found == pytest.approx(np.eye(found.shape[1]), abs=1e-9)
            assert same_span(found, orthonormal(alone))


def test_a_number_and_the_same_codes_of_a_category_are_told_apart():
    bases = ControlBases(np.ones(300, dtype=bool))
    number = Control("grade", PLAN.values + 10.0 * np.arange(300))
    category = Control("grade", number.values, is_category=True)
    assert bases.span([number], []).shape[1] > 2
    assert bases.span([category], []).shape[1] != bases.span([number], []).shape[1]


def test_columns_of_another_length_are_named():
    with pytest.raises(ValueError, match="still has 2 rows where 300 are needed"):
        demand_rows([SIZE, Control("still", np.zeros(2))], 300)
