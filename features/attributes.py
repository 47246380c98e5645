"""Attributes that change over time, as they were known at each snapshot.

A history holds versions: what was true of an entity from ``valid_from`` until ``valid_to``, and since when
the company knew it. At a snapshot ``s`` a version is

- known if ``known_at <= s``, and corrected once another version with the same ``valid_from`` is known later;
- begun if ``valid_from <= s``;
- ended if ``valid_to <= s`` and that end is known too. Most systems write an end into the old version later,
  and keep no known time for it. So the end of a version counts as known as late after the fact as its
  beginning was, at most 31 days late; until then the version holds on, otherwise every change would leave a
  hole between the end of the old version and the news of the next one. A version that is known after its end,
  or that corrects an earlier one, tells its end itself and ends on the day.

Among the versions left the one that began last counts. Nothing that is known after ``s`` plays a part.
"""

from collections.abc import Sequence
from typing import cast

import duckdb
import pyarrow as pa

from features.columns import first_midnight_from, value_of
from features.measures import Measure

_LONGEST_DELAY_DAYS = 31
_NEVER = 2**31 - 1


def look_up(
    connection: duckdb.DuckDBPyConnection, *, history: str, rows: str, measures: Sequence[Measure]
) -> pa.Table:
    """Return the attributes of every row as they were known at its snapshot.

    Parameters
    ----------
    connection
        Where ``history`` and ``rows`` are; its session speaks UTC.
    history
        Table with ``entity_id``, ``valid_from``, ``valid_to`` (missing while it lasts) and ``known_at``.
    rows
        Table with ``row_id`` (0, 1, 2, ...), ``entity_id`` and ``snapshot_day`` (days since 1970-01-01).
    measures
        The columns wanted, with their shapes; a time is told as days before the snapshot (negative after it).

    Returns
    -------
    pyarrow.Table
        One column per measure, one line per row in the order of ``row_id``; missing where no version counts.
    """
    values = [value_of(measure.column or "", measure.shape) for measure in measures]
    shown = [
        f"snapshot_day - v{place}" if measure.shape == "time" else f"v{place}"
        for place, measure in enumerate(measures)
    ]
    found = look_up_values(connection, history=history, rows=rows, values=values, shown=shown)
    return found.rename_columns([measure.name for measure in measures])


def look_up_values(
    connection: duckdb.DuckDBPyConnection,
    *,
    history: str,
    rows: str,
    values: Sequence[str],
    shown: Sequence[str],
) -> pa.Table:
    """Return SQL values of the version that counts for each row.

    Parameters
    ----------
    connection, history, rows
        As for :func:`look_up`.
    values
        SQL over the columns of the history; they are called ``v0``, ``v1`` and so on.
    shown
        SQL over those and ``snapshot_day``: the columns of the result.
    """
    connection.execute(_sort_versions(history, values))
    query = f"""
        WITH held AS (
            SELECT r.row_id, max(v.position) AS position
            FROM {rows} AS r JOIN xm_versions AS v
                ON v.entity_id = r.entity_id AND v.first_day <= r.snapshot_day AND r.snapshot_day < v.end_day
            GROUP BY r.row_id
        )
        SELECT {", ".join(shown)}
        FROM {rows} AS r LEFT JOIN held USING (row_id) LEFT JOIN xm_versions AS v USING (position)
        ORDER BY r.row_id
    """
    found = cast("pa.Table", connection.sql(query).to_arrow_table())
    connection.execute("DROP TABLE xm_versions")
    return found


def _sort_versions(history: str, values: Sequence[str]) -> str:
    """Return SQL that stores each version with the days ``[first_day, end_day)`` on which it may count.

    A greater ``position`` began later. Versions with the same beginning follow each other in known time: the
    earlier ends where the later becomes known.
    """
    order = ", ".join(["known_at", *(f"v{place} NULLS FIRST" for place in range(len(values)))])
    return f"""
        CREATE OR REPLACE TEMP TABLE xm_versions AS
        WITH versions AS (
            SELECT entity_id, {"".join(f"{value} AS v{place}, " for place, value in enumerate(values))}
                {first_midnight_from("valid_from")} AS begun_day,
                {first_midnight_from("known_at")} AS known_day,
                {first_midnight_from("valid_to")} AS ended_day, valid_from, known_at
            FROM {history}
        ),
        ordered AS (
            SELECT *,
                row_number() OVER (ORDER BY valid_from, {order}) AS position,
                lead(known_day) OVER same AS corrected_day,
                CASE WHEN known_day < ended_day AND row_number() OVER same = 1
                    THEN greatest(0, least(known_day - begun_day, {_LONGEST_DELAY_DAYS}))
                    ELSE 0 END AS delay_days
            FROM versions
            WINDOW same AS (PARTITION BY entity_id, valid_from ORDER BY {order})
        )
        SELECT *, greatest(begun_day, known_day) AS first_day,
            least(corrected_day, ended_day + delay_days, {_NEVER}) AS end_day
        FROM ordered
    """
