import numpy as np
import pytest

from training.statistics.arrays import as_column, as_weight


def test_a_column_becomes_floats():
    column = as_column("target", [True, False])
    assert column.dtype == np.float64
    assert column.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("values", [[], [[1.0, 2.0]], 3.0])
def test_another_shape_is_named(values):
    with pytest.raises(ValueError, match=r"target has the shape \("):
        as_column("target", values)


def test_both_lengths_are_named():
    with pytest.raises(ValueError, match="weight has 2 rows where 3 are needed"):
        as_weight([1, 2], 3)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_is_named_with_its_row(bad):
    with pytest.raises(ValueError, match=rf"forecast is {bad} in row 1"):
        as_column("forecast", [0.5, bad])


def test_absent_weights_are_ones():
    assert as_weight(None, 3).tolist() == [1, 1, 1]


@pytest.mark.parametrize("weight", [[-1.0, 2.0], [0.0, 0.0]])
def test_weights_that_weigh_nothing_are_refused(weight):
    with pytest.raises(ValueError, match="weights are >= 0 and not all 0"):
        as_weight(weight, 2)
