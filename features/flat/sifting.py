"""Values that mean "does not apply", and columns that cannot help any model."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.flat.rows import Values
from features.reading import holds_dates
from features.usecase import NotApplicable

INDICATOR = "_not_applicable"
_FEW_ROWS = 20


def mark_not_applicable(columns: dict[str, Values], rule: NotApplicable | None) -> dict[str, int]:
    """Turn values that mean "does not apply" into missing ones, with an indicator column of 0 and 1 beside.

    Parameters
    ----------
    columns
        Changed in place; an indicator is added where the value occurs.
    rule
        Columns and value; nothing happens when absent.

    Returns
    -------
    dict
        Number of such cells per column.

    Examples
    --------
    >>> columns = {"food": np.array([0.0, 3.0])}
    >>> mark_not_applicable(columns, NotApplicable(columns=["food"], value=0))
    {'food': 1}
    >>> columns
    {'food': array([nan,  3.]), 'food_not_applicable': array([1., 0.])}
    """
    marked: dict[str, int] = {}
    for name in rule.columns if rule is not None else ():
        if rule is None or name not in columns:
            continue
        values = columns[name].copy()
        applies_not = _equals(values, rule.value)
        marked[name] = int(applies_not.sum())
        if marked[name]:
            values[applies_not] = np.nan if values.dtype == np.float64 else None
            columns[name] = values
            columns[name + INDICATOR] = applies_not.astype(np.float64)
    return marked


def is_missing(values: Values) -> NDArray[np.bool_]:
    """Tell for each value whether it is missing."""
    if values.dtype == np.float64:
        return np.isnan(values.astype(np.float64))
    return np.array([value is None for value in values], np.bool_)


def number_alike(columns: Iterable[NDArray[Any]]) -> NDArray[np.int64]:
    """Return a number per row, equal for rows that are equal in every column.

    Examples
    --------
    >>> number_alike([np.array(["a", "b", "a"], object), np.array(["1", "1", "1"], object)])
    array([0, 1, 0])
    """
    numbers: dict[tuple[object, ...], int] = {}
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return np.array([numbers.setdefault(row, len(numbers)) for row in rows], np.int64)


def find_copies(columns: Iterable[Values]) -> NDArray[np.bool_]:
    """Tell which rows equal an earlier one in every column.

    Examples
    --------
    >>> find_copies([np.array(["a", "b", "a"], object), np.array(["1", "1", "1"], object)])
    array([False, False,  True])
    """
    numbers = number_alike(columns)
    is_copy = np.ones(len(numbers), np.bool_)
    is_copy[np.unique(numbers, return_index=True)[1]] = False
    return is_copy


def find_useless(columns: Mapping[str, Values]) -> dict[str, str]:
    """Return the columns that cannot help, each with the reason."""
    found = {name: _find_reason(values) for name, values in columns.items()}
    return {name: reason for name, reason in found.items() if reason is not None}


def _find_reason(values: Values) -> str | None:
    """Say why a column cannot help, if it cannot."""
    present = values[~is_missing(values)]
    distinct = len(set(present.tolist()))
    if distinct == 0:
        return "all values are missing"
    if distinct == 1 and len(present) == len(values):
        only = values[0]
        return f"all values are '{only}'" if values.dtype != np.float64 else f"all values are {only:g}"
    if values.dtype != np.float64 and distinct == len(present) >= _FEW_ROWS:
        return "every row has its own text: an id or free text"
    if values.dtype != np.float64 and holds_dates(present.tolist()):
        return (
            "its values are dates, which are no categories; table.durations makes hours between two of them"
        )
    return None


def _equals(values: Values, wanted: str | float) -> NDArray[np.bool_]:
    """Tell where ``values`` are the wanted one; a number also matches its text."""
    if values.dtype != np.float64:
        return np.asarray(values == (wanted.strip() if isinstance(wanted, str) else f"{wanted:g}"))
    try:
        return np.asarray(values == float(wanted))
    except ValueError:
        return np.zeros(len(values), np.bool_)
