"""Response rates: the share of invitations that were answered, as it was known at each snapshot."""

from collections.abc import Sequence
from typing import cast

import duckdb
import pyarrow as pa

from features.columns import day_of, first_midnight_from
from features.measures import Measure


def rate_responses(
    connection: duckdb.DuckDBPyConnection,
    *,
    answers: str,
    invitations: str,
    rows: str,
    measures: Sequence[Measure],
) -> pa.Table:
    """Return response rates of every row over its windows.

    An invitation counts in the window in which it was sent. Each answer serves one invitation: the newest one
    before it, or of the same moment, that has no answer yet. An answer that finds none does not count, so a
    rate lies between 0 and 1; it is missing when nobody was invited. Only answers and invitations count that
    had happened before the snapshot and were known at it; the invitations of the last days have had little
    time to be answered.

    Parameters
    ----------
    connection
        Where the tables are; its session speaks UTC.
    answers, invitations
        Tables with ``entity_id``, ``event_time`` and ``known_at``.
    rows
        Table with ``row_id`` (0, 1, 2, ...), ``entity_id`` and ``snapshot_day`` (days since 1970-01-01).
    measures
        One response rate per window.

    Returns
    -------
    pyarrow.Table
        One float64 column per measure, one line per row in the order of ``row_id``.
    """
    rates = [
        f"avg(CAST(is_answered AS INTEGER)) FILTER (WHERE age <= {measure.window_days}) AS f{place}"
        for place, measure in enumerate(measures)
    ]
    longest = max(measure.window_days or 0 for measure in measures)
    query = f"""
        WITH contacts AS ({_list_contacts(invitations, 1)} UNION ALL {_list_contacts(answers, -1)}),
        pairs AS (
            SELECT r.row_id, r.snapshot_day - c.event_day AS age, c.event_time, c.step
            FROM {rows} AS r JOIN contacts AS c
                ON c.entity_id = r.entity_id AND c.visible_day <= r.snapshot_day
                AND r.snapshot_day - c.event_day <= {longest}
        ),
        {_match_answers()},
        rated AS (SELECT row_id, {", ".join(rates)} FROM matched WHERE step = 1 GROUP BY row_id)
        SELECT {", ".join(f"f{place}" for place in range(len(measures)))}
        FROM {rows} AS r LEFT JOIN rated USING (row_id) ORDER BY r.row_id
    """
    found = cast("pa.Table", connection.sql(query).to_arrow_table())
    return found.rename_columns([measure.name for measure in measures])


def _list_contacts(table: str, step: int) -> str:
    """Return SQL for answers or invitations with the day they fell on and the first day that may see them."""
    return f"""
        SELECT entity_id, event_time, {step} AS step, {day_of("event_time")} AS event_day,
            greatest({day_of("event_time")} + 1, {first_midnight_from("known_at")}) AS visible_day
        FROM {table}
    """


def _match_answers() -> str:
    """Return SQL that tells which invitations were answered.

    Invitations open and answers close, as brackets do: the level rises by one with each invitation and falls
    with each answer. An invitation is answered if the level later falls below the one it had made.
    """
    return """
        ordered AS (
            SELECT *, row_number() OVER (PARTITION BY row_id ORDER BY event_time, step DESC, age) AS place
            FROM pairs
        ),
        levels AS (
            SELECT *, sum(step) OVER (PARTITION BY row_id ORDER BY place) AS level FROM ordered
        ),
        matched AS (
            SELECT *, coalesce(level > min(level) OVER (
                PARTITION BY row_id ORDER BY place ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
            ), false) AS is_answered
            FROM levels
        )
    """
