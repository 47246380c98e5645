import numpy as np
import pytest

from features.flat.sifting import find_useless, is_missing, mark_not_applicable
from features.usecase import NotApplicable

DATES = "its values are dates, which are no categories; table.durations makes hours between two of them"


def texts(*values):
    return np.array(values, object)


def test_missing_values():
    assert is_missing(np.array([1.0, np.nan])).tolist() == [False, True]
    assert is_missing(texts("nan", None, "")).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.array([2.5, 2.5]), "all values are 2.5"),
        (texts("x", "x"), "all values are 'x'"),
        (np.array([np.nan, np.nan]), "all values are missing"),
        (texts(None, None), "all values are missing"),
        (np.array([1.0, np.nan]), None),  # a value here and nothing there is a difference
        (texts("x", None), None),
        (np.arange(50.0), None),  # numbers may all differ: they are amounts
        (texts(*(f"K{n}" for n in range(20))), "every row has its own text: an id or free text"),
        (texts(*(f"K{n}" for n in range(20)), None), "every row has its own text: an id or free text"),
        (texts(*(f"K{n}" for n in range(20)), "K0"), None),
        (texts(*(f"K{n}" for n in range(19))), None),
        (texts("03.02.2025", None, "04.02.2025", "03.02.2025"), DATES),
        (texts("2025-02-03 14:05", "2025-02-03 14:06", "?", "2025-02-03 14:05"), DATES),
        (texts("2024/25", "2025/26", "2024/25"), None),
        (np.array([20250203.0, 20250204.0]), None),
    ],
)
def test_columns_that_cannot_help(values, reason):
    expected = {} if reason is None else {"column": reason}
    assert find_useless({"column": values}) == expected


def test_marking_leaves_the_given_arrays_alone():
    given = np.array([0.0, 1.0])
    columns = {"food": given}
    mark_not_applicable(columns, NotApplicable(columns=["food"], value="0"))
    assert given.tolist() == [0, 1]
    assert np.isnan(columns["food"][0])


def test_column_that_is_no_feature_is_passed_over():
    columns = {"food": np.array([0.0, 1.0])}
    assert mark_not_applicable(columns, NotApplicable(columns=["drink"], value=0)) == {}
    assert mark_not_applicable(columns, None) == {}
    assert list(columns) == ["food"]


def test_missing_values_are_not_marked():
    columns = {"food": np.array([0.0, np.nan, 2.0])}
    mark_not_applicable(columns, NotApplicable(columns=["food"], value=0))
    assert columns["food_not_applicable"].tolist() == [1, 0, 0]
