"""Events become values for every row: one SQL pass over the pairs of a row and an event it may know.

An event counts at a snapshot ``s`` only if ``event_time < s`` and ``known_at <= s``, and if the source says
until when an event was held to be true, ``s < known_until``; a window of ``w`` days is ``[s - w, s)``.
Snapshots are 00:00 UTC, so the clocks and all windows come down to whole days: an event has the day it fell
on and the first day that may see it, and its age at ``s`` is 1 on the day before ``s``.
"""

from collections.abc import Callable, Sequence
from typing import cast

import duckdb
import pyarrow as pa

from features.columns import day_of, first_midnight_from, list_types, value_of
from features.measures import Function, Measure, Shape
from features.sql import quoted_name, quoted_text

Aliases = dict[tuple[str, Shape], str]
_DAY_US = 86_400_000_000
_SLOPE_DAYS = 30


def fold_events(
    connection: duckdb.DuckDBPyConnection,
    *,
    events: str,
    rows: str,
    measures: Sequence[Measure],
    id_column: str | None = None,
) -> pa.Table:
    """Compute measures of one source of events for every row.

    A count of nothing is 0; every other function of nothing is missing. With one thread the result does not
    depend on the order of the events, to the last bit.

    Parameters
    ----------
    connection
        Where ``events`` and ``rows`` are; its session speaks UTC.
    events
        Table with ``entity_id``, ``event_time``, ``known_at`` and the columns that the measures read. With a
        column ``known_until``, an event counts until then; for good, where that is missing.
    rows
        Table with ``row_id`` (0, 1, 2, ...), ``entity_id`` and ``snapshot_day`` (days since 1970-01-01).
    measures
        What to compute, with the shapes of their columns (:func:`features.columns.resolve_measures`).
    id_column
        Column that orders events which happened and were known at the same time: the greater one is later.
        Without it, or where it is equal too, the greater value is later.

    Returns
    -------
    pyarrow.Table
        One column per measure, one line per row in the order of ``row_id``; float64, or string for texts.
    """
    aliases = _name_columns(measures)
    ends = first_midnight_from("known_until") if "known_until" in list_types(connection, events) else "NULL"
    connection.execute(_sort_events(events, aliases, id_column, ends))
    aggregates = [f"{_aggregate(measure, aliases)} AS f{place}" for place, measure in enumerate(measures)]
    query = f"""
        WITH pairs AS ({_pair(rows, measures, aliases)}),
        folded AS (SELECT row_id, {", ".join(aggregates)} FROM pairs GROUP BY row_id)
        SELECT {", ".join(_outcome(measure, place) for place, measure in enumerate(measures))}
        FROM {rows} AS r LEFT JOIN folded USING (row_id) ORDER BY r.row_id
    """
    found = cast("pa.Table", connection.sql(query).to_arrow_table())
    connection.execute("DROP TABLE xm_events")
    return found.rename_columns([measure.name for measure in measures])


def _name_columns(measures: Sequence[Measure]) -> Aliases:
    """Return a short name for each pair of column and shape that any measure reads."""
    used = dict.fromkeys(
        (measure.column, measure.shape) for measure in measures if measure.column is not None
    )
    return {pair: f"v{place}" for place, pair in enumerate(used)}


def _sort_events(events: str, aliases: Aliases, id_column: str | None, ends: str) -> str:
    """Return SQL that stores the events in one order: entity, event time, known time, id, values.

    Events with the same times and id share a position.
    """
    values = [f"{value_of(column, shape)} AS {alias}" for (column, shape), alias in aliases.items()]
    ties = [quoted_name(id_column)] if id_column is not None else []
    order = ", ".join(f"{key} NULLS FIRST" for key in ["event_time", "known_at", *ties])
    return f"""
        CREATE OR REPLACE TEMP TABLE xm_events AS
        SELECT *, dense_rank() OVER (ORDER BY {order}) AS position
        FROM (
            SELECT {", ".join(["*", *values])},
                {day_of("event_time")} AS event_day,
                greatest({day_of("event_time")} + 1, {first_midnight_from("known_at")}) AS visible_day,
                {ends} AS hidden_day
            FROM {events}
        )
        ORDER BY {", ".join(["entity_id", "position", *aliases.values()])}
    """


def _outcome(measure: Measure, place: int) -> str:
    """Return what a row shows of an aggregate: a count of nothing is 0, all else is missing."""
    found = f"coalesce(f{place}, 0)" if measure.function == "count" else f"f{place}"
    return f"CAST({found} AS {'VARCHAR' if measure.kind == 'category' else 'DOUBLE'}) AS f{place}"


def _pair(rows: str, measures: Sequence[Measure], aliases: Aliases) -> str:
    """Return SQL for the pairs of a row and an event that it may know, with the age of the event."""
    windows = [measure.long_days or measure.window_days for measure in measures]
    longest = None if None in windows else max(window for window in windows if window is not None)
    limit = "" if longest is None else f"AND r.snapshot_day - e.event_day <= {longest}"
    elapsed = f"(epoch_us(e.event_time) - r.snapshot_day * CAST({_DAY_US} AS BIGINT))"
    return f"""
        SELECT r.row_id, r.snapshot_day, e.position, {"".join(f"e.{alias}, " for alias in aliases.values())}
            r.snapshot_day - e.event_day AS age,
            {elapsed} / CAST({_DAY_US * _SLOPE_DAYS} AS DOUBLE) AS x
        FROM {rows} AS r
        JOIN xm_events AS e
            ON e.entity_id = r.entity_id AND e.visible_day <= r.snapshot_day
            AND (e.hidden_day IS NULL OR r.snapshot_day < e.hidden_day) {limit}
    """


def _aggregate(measure: Measure, aliases: Aliases) -> str:
    """Return the SQL aggregate of one measure over the pairs of a row."""
    value = aliases[measure.column, measure.shape] if measure.column is not None else ""
    return _AGGREGATES[measure.function](measure, value)


def _within(days: int | None, condition: str = "true") -> str:
    """Return the SQL filter for the events of a window."""
    return f"FILTER (WHERE age <= {days} AND {condition})"


def _plain(sql_function: str) -> Callable[[Measure, str], str]:
    """Return the builder of an aggregate that SQL knows by one name."""
    return lambda measure, value: f"{sql_function}({value}) {_within(measure.window_days)}"


def _pick(sql_function: str) -> Callable[[Measure, str], str]:
    """Return the builder of a first or last value; a time is told as days before the snapshot."""

    def build(measure: Measure, value: str) -> str:
        picked = f"{sql_function}({value}, (position, {value}))"
        return f"any_value(snapshot_day) - {picked}" if measure.shape == "time" else picked

    return build


def _share(measure: Measure, value: str) -> str:
    """Return the share of values that meet a condition; missing values count on neither side."""
    comparison, bound = measure.condition or ("=", "")
    literal = quoted_text(bound) if measure.shape == "text" else f"CAST({float(bound)!r} AS DOUBLE)"
    return f"avg(CAST({value} {comparison} {literal} AS INTEGER)) {_within(measure.window_days)}"


def _slope(measure: Measure, value: str) -> str:
    """Return the least-squares change of a value per 30 days; missing without two different times."""
    within = _within(measure.window_days, f"{value} IS NOT NULL")
    return f"CASE WHEN min(x) {within} < max(x) {within} THEN regr_slope({value}, x) {within} END"


def _slope_of_counts(measure: Measure, _: str) -> str:
    """Return the least-squares change per 30 days of a window's daily counts; missing without events.

    With days ``d = 0 .. w - 1`` and counts ``y``: ``sum((d - mean(d)) y) / sum((d - mean(d))^2)``, whose
    lower part is ``w (w^2 - 1) / 12``. Each event adds its day once, so no table of days is needed.
    """
    days = measure.window_days or 1
    twice_centred = f"sum(2 * ({days} - age) - {days - 1}) {_within(days)}"
    return f"{twice_centred} * {6 * _SLOPE_DAYS}.0 / nullif({days * (days**2 - 1)}.0, 0)"


def _ratio(measure: Measure, _: str) -> str:
    """Return events per day in the short window over those in the long one; missing when that is empty."""
    short_days, long_days = measure.window_days, measure.long_days
    short, long = (f"count(*) {_within(days)}" for days in (short_days, long_days))
    return f"({short} * {long_days}.0) / nullif({long} * {short_days}.0, 0)"


_AGGREGATES: dict[Function, Callable[[Measure, str], str]] = {
    "count": lambda measure, value: f"count({value or '*'}) {_within(measure.window_days)}",
    "sum": _plain("fsum"),
    "mean": _plain("favg"),
    "min": _plain("min"),
    "max": _plain("max"),
    "std": _plain("stddev_samp"),
    "first": _pick("arg_min"),
    "last": _pick("arg_max"),
    "slope": _slope,
    "count_slope": _slope_of_counts,
    "share": _share,
    "ratio": _ratio,
    "days_since_first": lambda *_: "max(age)",
    "days_since_last": lambda *_: "min(age)",
}
