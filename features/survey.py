"""Response rates: the share of invitations that were answered, as it was known at each snapshot."""

from collections.abc import Sequence
from typing import cast

import duckdb
import pyarrow as pa

from features.columns import day_of, first_midnight_from
from features.measures import Measure
from features.sql import quoted_name


def rate_responses(
    connection: duckdb.DuckDBPyConnection,
    *,
    answers: str,
    invitations: str,
    rows: str,
    measures: Sequence[Measure],
    respondent: str | None = None,
) -> pa.Table:
    """Return response rates of every row over its windows.

    An invitation counts in the window in which it was sent. It is answered if the next thing known of the
    same respondent after it, whether answer or invitation, is an answer: each answer serves one invitation at
    most, a second answer to the same one adds nothing, and an answer without an invitation does not count. So
    a rate lies between 0 and 1; it is missing when nobody was invited. Only answers and invitations count
    that had happened before the snapshot and were known at it; one of the last days has had little time to be
    answered.

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
    respondent
        Column of both tables that tells several respondents of one entity apart; the entity itself if absent.

    Returns
    -------
    pyarrow.Table
        One float64 column per measure, one line per row in the order of ``row_id``.
    """
    rates = [
        f"avg(is_answered) FILTER (WHERE age <= {measure.window_days}) AS f{place}"
        for place, measure in enumerate(measures)
    ]
    shown = ", ".join(f"CAST(f{place} AS DOUBLE) AS f{place}" for place in range(len(measures)))
    longest = max(measure.window_days or 0 for measure in measures)
    query = f"""
        WITH sent AS ({_list_contacts(invitations, respondent, is_answer=0)}),
        returned AS ({_list_contacts(answers, respondent, is_answer=1)}),
        pairs AS (
            SELECT r.row_id, r.snapshot_day - c.event_day AS age, c.respondent, c.event_time, c.is_answer
            FROM {rows} AS r JOIN (SELECT * FROM sent UNION ALL SELECT * FROM returned) AS c
                ON c.entity_id = r.entity_id AND c.visible_day <= r.snapshot_day
                AND r.snapshot_day - c.event_day <= {longest}
        ),
        followed AS (
            SELECT row_id, age, is_answer, coalesce(lead(is_answer) OVER same, 0) AS is_answered
            FROM pairs
            WINDOW same AS (PARTITION BY row_id, respondent ORDER BY event_time, is_answer)
        ),
        rated AS (SELECT row_id, {", ".join(rates)} FROM followed WHERE is_answer = 0 GROUP BY row_id)
        SELECT {shown} FROM {rows} AS r LEFT JOIN rated USING (row_id) ORDER BY r.row_id
    """
    found = cast("pa.Table", connection.sql(query).to_arrow_table())
    return found.rename_columns([measure.name for measure in measures])


def _list_contacts(table: str, respondent: str | None, *, is_answer: int) -> str:
    """Return SQL for answers or invitations with the day they fell on and the first day that may see them."""
    who = "entity_id" if respondent is None else f"CAST({quoted_name(respondent)} AS VARCHAR)"
    return f"""
        SELECT entity_id, {who} AS respondent, event_time, {is_answer} AS is_answer,
            {day_of("event_time")} AS event_day,
            greatest({day_of("event_time")} + 1, {first_midnight_from("known_at")}) AS visible_day
        FROM {table}
    """
