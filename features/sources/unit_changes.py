"""Columns of events that changed their unit at some day, told in words for the match report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pyarrow as pa

from features.sources.unit_shifts import Series, Shift, find_shifts
from features.sql import quoted_name

_EPOCH = date(1970, 1, 1)
_STEP = 0.03  # values that are no small whole numbers are counted in steps of three percent
# What stands after the change where something else stood before, by factor.
_WORDS = {
    10.0: ("a scale to 100", "one to 10"),
    24.0: ("hours", "days"),
    60.0: ("minutes", "hours"),
    100.0: ("cents or percent", "euros or shares"),
    1000.0: ("single ones", "thousands"),
    3600.0: ("seconds", "hours"),
    1e6: ("single ones", "millions"),
}


@dataclass(frozen=True)
class UnitChange:
    """Say that a column seems to be in another unit or on another scale from a day on.

    Attributes
    ----------
    column
        Name of the column.
    first_day
        First day with values in the new unit, ISO 8601 in UTC.
    factor
        What one value of the old unit is in the new one: 60 for hours that became minutes.
    share
        Share of the rows around that day, from it on, that are in the new unit; 1 for all.
    sentence
        The same in words.
    """

    column: str
    first_day: str
    factor: float
    share: float
    sentence: str


def find_unit_changes(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], condition: str = "true"
) -> tuple[UnitChange, ...]:
    """Return the changes of unit in the number columns of a typed table of events, after one pass over it.

    Parameters
    ----------
    connection
        Where the table is; its session speaks UTC.
    table
        Table with ``event_time``.
    columns
        Columns of numbers.
    condition
        SQL condition of the rows that count.
    """
    if not columns:
        return ()
    counted = ", ".join(f"histogram({_round(column)}) AS c{at}" for at, column in enumerate(columns))
    query = f"""
        SELECT CAST(event_time AS DATE) - DATE '1970-01-01' AS day, {counted}
        FROM {table} WHERE {condition} GROUP BY day ORDER BY day
    """
    found = connection.sql(query).to_arrow_table()
    days = np.asarray(found["day"].to_numpy(), np.int64)
    return tuple(
        _describe(column, shift)
        for at, column in enumerate(columns)
        for shift in find_shifts(_to_series(days, found[f"c{at}"].combine_chunks()))
    )


def _round(column: str) -> str:
    """Return SQL for the size of a number: exact for small whole numbers, else rounded on the log scale."""
    number = quoted_name(column)
    rounded = f"exp(round(ln(abs({number})) / {_STEP}) * {_STEP})"
    return (
        f"CASE WHEN {number} = round({number}) AND abs({number}) <= 100 THEN abs({number}) ELSE {rounded} END"
    )


def _to_series(days: np.ndarray[tuple[int], np.dtype[np.int64]], histograms: pa.Array) -> Series:
    """Return how often each value occurs on each day that has any."""
    lengths = np.asarray(histograms.offsets)[1:] - np.asarray(histograms.offsets)[:-1]
    lines = np.repeat(np.arange(len(days)), lengths)
    values, places = np.unique(np.asarray(histograms.keys, np.float64), return_inverse=True)
    counts = np.zeros((len(days), len(values)), np.int64)
    np.add.at(counts, (lines, places), np.asarray(histograms.items, np.int64))
    return Series(days[lengths > 0], values, counts[lengths > 0])


def _describe(column: str, shift: Shift) -> UnitChange:
    """Return a change with its sentence."""
    day = (_EPOCH + timedelta(days=shift.day)).isoformat()
    return UnitChange(column, day, shift.factor, round(shift.share, 2), " ".join(_tell(shift, day)))


def _tell(shift: Shift, day: str) -> Iterator[str]:
    """Yield the parts of the sentence."""
    yield f"from {day} on"
    yield "values are" if shift.share == 1 else f"{shift.share:.0%} of the values are"
    size = (
        f"{_show(shift.factor)} times as large"
        if shift.factor > 1
        else f"{_show(1 / shift.factor)} times smaller"
    )
    medians = f"median {_show(shift.old)} before, {_show(shift.new)} in these"
    yield f"about {size} ({medians}), on one day and all alike:"
    if shift.scales is not None:
        old, new = (f"{_show(low)} to {_show(high)}" for low, high in shift.scales)
        yield f"as if a scale of {new} stood where one of {old} stood"
        return
    factor = shift.factor if shift.factor > 1 else round(1 / shift.factor)
    new, old = _WORDS[factor] if shift.factor > 1 else reversed(_WORDS[factor])
    yield f"as if {new} stood where {old} stood"


def _show(value: float) -> str:
    """Write a size with two digits that count.

    Examples
    --------
    >>> _show(251.4), _show(0.00421), _show(1200.0), _show(60.0)
    ('250', '0.0042', '1200', '60')
    """
    return f"{float(f'{value:.2g}'):.15g}"
