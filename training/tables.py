"""Columns of pandas tables as features, numbers and entities; a fault names the column and the way out."""

from collections.abc import Collection, Iterable
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalogue import Feature
from features.errors import InputError
from training.encoding import Column
from training.statistics import Floats

_NUMBERS: Final = {"integer", "floating", "mixed-integer-float", "boolean", "decimal", "empty"}
_N_SHOWN: Final = 5


def demand_columns(table: pd.DataFrame, names: Iterable[str] = (), what: str = "the table") -> None:
    """Demand that all names of columns are texts, each there once, and these among them.

    Parameters
    ----------
    what
        What a message calls the table.

    Raises
    ------
    InputError
        If one is missing, stands twice or is no text.
    """
    unnamed: list[object] = [column for column in table.columns.tolist() if type(column) is not str]
    if unnamed:
        hint = "rename it: table.columns = table.columns.map(str)"
        raise InputError(what, f"has a column named {unnamed[0]!r}, which is no text", hint)
    for column in table.columns[table.columns.duplicated()]:
        raise InputError(f"column '{column}'", f"is in {what} twice", "give each column a name of its own")
    for name in names:
        if name not in table.columns:
            raise InputError(f"column '{name}'", f"is not in {what}", f"it has: {', '.join(table.columns)}")


def describe_features(table: pd.DataFrame, experience: Collection[str] = ()) -> tuple[Feature, ...]:
    """Return what each column is: numbers and truth values are numbers, all else is a category.

    Parameters
    ----------
    experience
        Columns with what people said themselves.

    Examples
    --------
    >>> [feature.kind for feature in describe_features(pd.DataFrame({"wait": [1, None], "plan": ["a", "b"]}))]
    ['number', 'category']
    """
    return tuple(
        Feature(
            name,
            "number" if is_number(table[name]) else "category",
            "table",
            "X" if name in experience else "O",
        )
        for name in table.columns
    )


def is_number(values: "pd.Series[Any]") -> bool:
    """Tell whether a column holds numbers or truth values; a column of dtype category never does."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return False
    return pd.api.types.infer_dtype(values, skipna=True) in _NUMBERS


def read_column(values: "pd.Series[Any]", feature: Feature) -> Column:
    """Return a feature as models take it: NaN or None where a value is missing.

    Raises
    ------
    InputError
        If it holds dates or infinite numbers.
    """
    if feature.kind == "number":
        return read_numbers(values, feature.name)
    if pd.api.types.is_datetime64_any_dtype(values) or pd.api.types.is_timedelta64_dtype(values):
        hint = "make a number of it, for example days up to the outcome"
        raise InputError(f"column '{feature.name}'", "holds moments, which are no categories", hint)
    cells = zip(values, values.isna(), strict=True)
    return np.array([None if is_missing else str(value) for value, is_missing in cells], dtype=object)


def read_numbers(values: "pd.Series[Any]", name: str) -> Floats:
    """Return a column of numbers, NaN where missing.

    Raises
    ------
    InputError
        If it holds anything else, or an infinite number.
    """
    where = f"column '{name}'"
    if not is_number(values):
        problem = f"holds {show_values(values)}, not numbers"
        raise InputError(
            where, problem, "pass a column of numbers, for example 1 for the wanted word, 0 else"
        )
    numbers = np.full(len(values), np.nan)
    known = values.notna().to_numpy()
    numbers[known] = values[known].to_numpy(dtype=np.float64)
    if n_infinite := int(np.isinf(numbers).sum()):
        raise InputError(where, f"is infinite in {n_infinite:,} rows", "put a number, or nothing, there")
    return numbers


def read_entities(table: pd.DataFrame, name: str | None) -> NDArray[np.object_]:
    """Return whose row each is; without a column each row is one of its own.

    Raises
    ------
    InputError
        If that is not known of every row.
    """
    if name is None:
        return np.arange(len(table)).astype(str).astype(object)
    if n_missing := int(table[name].isna().sum()):
        problem = f"is empty in {n_missing:,} rows"
        raise InputError(f"column '{name}'", problem, "say whose rows they are, or leave them out")
    return table[name].astype(str).to_numpy(dtype=object)


def show_values(values: "pd.Series[Any]") -> str:
    """Return the first different values of a column for a message.

    Examples
    --------
    >>> show_values(pd.Series(["Yes", None, "No", "Yes"]))
    "'Yes', 'No'"
    """
    found = values.dropna().unique().tolist()
    shown = ", ".join(repr(value) if isinstance(value, str) else f"{value}" for value in found[:_N_SHOWN])
    return f"{shown}, ..." if len(found) > _N_SHOWN else shown
