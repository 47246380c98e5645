"""Hours between two moments of a row, as far as they were known."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.errors import ContractError
from features.flat.cells import Cells
from features.usecase import FlatTable

_HOUR_US = 3.6e9


@dataclass(frozen=True)
class Durations:
    """Hold features made of two moments.

    Attributes
    ----------
    columns
        Hours per row; NaN where a moment is missing, was not known yet, or the span is impossible.
    impossible
        Rows per duration whose second moment comes before the first, where that cannot be.
    not_known_yet
        Moments per column that come after the moment of the forecast.
    """

    columns: Mapping[str, NDArray[np.float64]]
    impossible: Mapping[str, int]
    not_known_yet: Mapping[str, int]


def measure_durations(cells: Mapping[str, Cells], table: FlatTable, kept: NDArray[np.bool_]) -> Durations:
    """Return the declared durations of the rows that are kept.

    Of a row without a moment of the forecast no other moment counts as known.

    Raises
    ------
    ContractError
        If a duration has the name of a column.
    SourceError
        If a value is no moment as declared.
    """
    for name in table.durations:
        if name in cells:
            problem = "is the name of a column already"
            raise ContractError(f"table.durations.{name}", problem, "give the duration another name")
    moments = {name: cells[name].moments()[kept] for name in table.moments}
    limit = None if table.as_of is None else moments[table.as_of]
    not_known_yet: dict[str, int] = {}
    for name, found in moments.items():
        if limit is None or name == table.as_of or name in table.planned:
            continue
        is_later = ~np.isnat(found) & ~(found <= limit)
        not_known_yet[name] = int(is_later.sum())
        moments[name] = np.where(is_later, np.datetime64("NaT", "us"), found)
    columns: dict[str, NDArray[np.float64]] = {}
    impossible: dict[str, int] = {}
    for name, span in table.durations.items():
        hours = _count_hours(moments[span.start], moments[span.end])
        is_odd = (hours < 0) & (not span.is_signed)
        impossible[name] = int(is_odd.sum())
        columns[name] = np.where(is_odd, np.nan, hours)
    return Durations(columns, impossible, not_known_yet)


def _count_hours(start: NDArray[np.datetime64], end: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return the hours from one moment to another; NaN where either is missing."""
    elapsed = (end - start).astype("timedelta64[us]")
    return np.where(np.isnat(elapsed), np.nan, elapsed.astype(np.int64) / _HOUR_US)
