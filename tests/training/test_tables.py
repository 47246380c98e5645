"""Columns of pandas tables as models take them, and what is said of those that cannot be."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from features.catalogue import Feature
from features.errors import InputError
from training.tables import (
    demand_columns,
    describe_features,
    is_number,
    read_column,
    read_entities,
    read_numbers,
    show_values,
)

NUMBERS = {
    "floats": pd.Series([1.5, np.nan, 0.0]),
    "integers": pd.Series([1, 2, 0]),
    "truth": pd.Series([True, False, True]),
    "nullable": pd.Series([1, None, 0], dtype="Int64"),
    "nullable truth": pd.Series([True, None, False], dtype="boolean"),
    "nullable floats": pd.Series([0.5, None, 1.0], dtype="Float64"),
    "objects": pd.Series([1.5, None, 0], dtype=object),
    "decimals": pd.Series([Decimal("1.5"), None, Decimal(0)], dtype=object),
    "small": pd.Series([1, 2, 0], dtype="int8"),
    "nothing": pd.Series([None, None, None], dtype=object),
}
OTHERS = {
    "texts": pd.Series(["a", None, "b"]),
    "codes": pd.Series([1, 2, 1]).astype("category"),
    "mixed": pd.Series([1, "a", None], dtype=object),
    "days": pd.Series(["2025-01-01", None, "2025-01-03"], dtype="datetime64[us]"),
    "spans": pd.Series(pd.to_timedelta([1, 2, 3], unit="D")),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_of_any_kind_are_read_with_nan_for_missing(name):
    values = NUMBERS[name]
    assert is_number(values)
    numbers = read_numbers(values, name)
    assert numbers.dtype == np.float64
    expected = [
        np.nan if missing else float(value) for value, missing in zip(values, values.isna(), strict=True)
    ]
    np.testing.assert_array_equal(numbers, expected)


@pytest.mark.parametrize("name", OTHERS)
def test_all_else_is_no_number_and_its_values_are_shown(name):
    assert not is_number(OTHERS[name])
    with pytest.raises(InputError, match=f"column '{name}': holds .*, not numbers; pass a column of numbers"):
        read_numbers(OTHERS[name], name)


def test_infinite_numbers_are_counted():
    with pytest.raises(InputError, match="column 'x': is infinite in 2 rows"):
        read_numbers(pd.Series([np.inf, -np.inf, 1.0]), "x")


def test_features_have_the_kind_of_their_column_and_know_what_people_said():
    table = pd.DataFrame({name: OTHERS[name] for name in ("texts", "codes")} | {"wait": NUMBERS["floats"]})
    found = describe_features(table, ["wait"])
    assert [(one.name, one.kind, one.data) for one in found] == [
        ("texts", "category", "O"),
        ("codes", "category", "O"),
        ("wait", "number", "X"),
    ]


def test_categories_are_texts_with_none_for_missing():
    for values, expected in ((OTHERS["texts"], ["a", None, "b"]), (OTHERS["codes"], ["1", "2", "1"])):
        assert list(read_column(values, Feature("plan", "category", "table"))) == expected
    numbers = read_column(NUMBERS["nullable"], Feature("n", "number", "table"))
    np.testing.assert_array_equal(np.asarray(numbers), [1.0, np.nan, 0.0])


@pytest.mark.parametrize("name", ["days", "spans"])
def test_moments_and_spans_are_no_categories(name):
    with pytest.raises(InputError, match="column 'when': holds moments, which are no categories; make"):
        read_column(OTHERS[name], Feature("when", "category", "table"))


def test_columns_have_names_that_are_texts_and_differ():
    demand_columns(pd.DataFrame({"a": [1], "b": [2]}), ["b"])
    for names, problem in (
        (["a", 7], "values: has a column named 7, which is no text; rename it"),
        (["a", "a"], "column 'a': is in values twice"),
        (["a", "b"], "column 'c': is not in values; it has: a, b"),
    ):
        with pytest.raises(InputError, match=problem):
            demand_columns(pd.DataFrame([[1, 2]], columns=names), ["c"], "values")


def test_entities_are_texts_and_rows_without_a_column_their_own():
    table = pd.DataFrame({"who": [3, 3, 4]}, index=[9, 8, 7])
    assert read_entities(table, "who").tolist() == ["3", "3", "4"]
    assert len(set(read_entities(table, None).tolist())) == 3
    with pytest.raises(InputError, match="column 'who': is empty in 1 rows; say whose rows they are"):
        read_entities(table.where(table > 3).iloc[1:], "who")


def test_only_the_first_values_are_shown():
    assert show_values(pd.Series(list("abcdefg"))) == "'a', 'b', 'c', 'd', 'e', ..."
    assert show_values(pd.Series([1, None, 2], dtype="Int64")) == "1, 2"
