"""Declared scales of which only a smaller one is in use: the answers may be to another question."""

from collections.abc import Mapping

import duckdb

from features.sources.unit_shifts import SCALES
from features.sql import fetch_row, quoted_name

_FEWEST = 100  # answers: with fewer the upper part of a scale may be unused by chance
_IN_USE = 0.02  # share of the answers at the upper end of the smaller scale


def doubt_scales(
    connection: duckdb.DuckDBPyConnection, table: str, scales: Mapping[str, tuple[float, float]]
) -> dict[str, str]:
    """Return for each column whose answers look like those to a smaller scale what was found.

    Parameters
    ----------
    connection
        Where the table is.
    table
        Typed table of a source.
    scales
        Declared scales by column.

    Examples
    --------
    >>> connection = duckdb.connect()
    >>> made = connection.execute("CREATE TABLE t AS SELECT range % 5 + 1 AS csat FROM range(200)")
    >>> doubt_scales(connection, "t", {"csat": (0.0, 100.0)})
    {'csat': 'is declared as 0..100, but all 200 values lie on 1..5'}
    """
    doubts = {}
    for column, declared in scales.items():
        found = _find_smaller(connection, table, quoted_name(column), declared)
        if found is not None:
            low, high, count = found
            shown = f"{declared[0]:g}..{declared[1]:g}"
            doubts[column] = f"is declared as {shown}, but all {count:,} values lie on {low:g}..{high:g}"
    return doubts


def _find_smaller(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, declared: tuple[float, float]
) -> tuple[float, float, int] | None:
    """Return the smaller scale that holds all values and whose upper end is in use, and their number."""
    query = f"""
        SELECT count({column}), min({column}), max({column}), count(*) FILTER ({column} <> round({column})),
            count(*) FILTER ({column} = (SELECT max({column}) FROM {table})) FROM {table}
    """
    count, lowest, highest, broken, at_top = (float(str(part or 0)) for part in fetch_row(connection, query))
    if count < _FEWEST:
        return None
    if broken and lowest >= 0 and highest <= 1 and declared[1] >= 10:
        return 0.0, 1.0, int(count)
    for low, high in SCALES:
        fits = low <= lowest and highest == high < declared[1]
        if fits and not broken and at_top >= _IN_USE * count:
            return low, high, int(count)
    return None
