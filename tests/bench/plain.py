"""What DuckDB does by itself: the limit (one pass over the log) and the loop with one query per snapshot."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from features.sql import open_database, quoted_text, quoted_texts
from tests.bench.asked import BOUND, MEASURE, list_features, list_files, midnight_of

_PLAIN = {
    "count": "count(*)",
    "sum": f"sum({MEASURE})",
    "mean": f"avg({MEASURE})",
    "min": f"min({MEASURE})",
    "max": f"max({MEASURE})",
    "share": f"avg(CAST({MEASURE} > {BOUND} AS INTEGER))",
}
_MONTH_US = 30 * 86_400_000_000


def scan_once(log: Path, to: Path, snapshots: Sequence[date], windows: Sequence[int]) -> None:
    """Read the columns that features need and group them by entity once: no build can do with less.

    Nothing is written; there are no snapshots and no windows in it.
    """
    del to, snapshots, windows
    query = f"""
        SELECT entity_id, count(*), count({MEASURE}), sum({MEASURE}), min({MEASURE}), max({MEASURE}),
            min(event_time), max(event_time), max(known_at)
        FROM {_scan(log)} GROUP BY entity_id
    """
    with open_database() as connection:
        connection.sql(query).to_arrow_table()


def loop_in_sql(log: Path, to: Path, snapshots: Sequence[date], windows: Sequence[int]) -> None:
    """Write the feature table with one query over the raw log per snapshot, a filter per window."""
    to.mkdir()
    with open_database(scratch=str(to.with_name("scratch"))) as connection:
        for snapshot in snapshots:
            target = quoted_text(to / f"{snapshot}.parquet")
            connection.execute(f"COPY ({select_features(log, snapshot, windows)}) TO {target}")


def select_features(log: Path, snapshot: date, windows: Sequence[int]) -> str:
    """Return the query for all features at one snapshot, straight from their definitions."""
    at = _moment(snapshot)
    shown = [*_windowed(snapshot, windows), *_whole_history(snapshot)]
    named = zip(shown, list_features(windows), strict=True)
    columns = ", ".join(f"CAST({value} AS DOUBLE) AS {name}" for value, name in named)
    return f"""
        SELECT entity_id, DATE '{snapshot}' AS snapshot, {columns}
        FROM {_scan(log)} WHERE event_time < {at} AND known_at <= {at} GROUP BY entity_id
    """


def _scan(log: Path) -> str:
    """Return the log as SQL."""
    return f"read_parquet([{quoted_texts(str(file) for file in list_files(log))}])"


def _moment(snapshot: date, days_before: int = 0) -> str:
    """Return 00:00 UTC of a snapshot, or of a day before it, as SQL."""
    return f"TIMESTAMPTZ '{midnight_of(snapshot, days_before):%Y-%m-%d %H:%M:%S+00}'"


def _windowed(snapshot: date, windows: Sequence[int]) -> list[str]:
    """Return the aggregates over windows, all windows of one function side by side."""
    starts = [_moment(snapshot, days) for days in windows]
    plain = [
        f"{sql} FILTER (WHERE event_time >= {start})" for function, sql in _PLAIN.items() for start in starts
    ]
    return plain + [_slope(snapshot, start) for start in starts]


def _slope(snapshot: date, start: str) -> str:
    """Return the least-squares change per 30 days; missing without two different times."""
    within = f"FILTER (WHERE event_time >= {start} AND {MEASURE} IS NOT NULL)"
    months = f"(epoch_us(event_time) - epoch_us({_moment(snapshot)})) / {_MONTH_US}.0"
    has_two = f"min(event_time) {within} < max(event_time) {within}"
    return f"CASE WHEN {has_two} THEN regr_slope({MEASURE}, CAST({months} AS DOUBLE)) {within} END"


def _whole_history(snapshot: date) -> list[str]:
    """Return the aggregates without a window: last value, days since the first and the last event."""
    order = f"ORDER BY event_time, known_at, {MEASURE}"
    last = f"last({MEASURE} {order}) FILTER (WHERE {MEASURE} IS NOT NULL)"
    ages = [
        f"DATE '{snapshot}' - CAST({function}(event_time) AT TIME ZONE 'UTC' AS DATE)"
        for function in ("min", "max")
    ]
    return [last, *ages]
