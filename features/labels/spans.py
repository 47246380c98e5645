"""Labels of one span after the snapshot: whether a source stayed silent in it, or its first answer.

The span of a snapshot ``s`` is ``[s + gap, s + gap + length)``. A row teaches only if its whole span was
observed. Time is counted in days from the start of the span; only what was known at the end of observation
counts: labels say what is known in the end. Of an event that was corrected the last version makes the label,
one that was withdrawn makes none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from features.columns import day_of, first_midnight_from, is_observed, known_on, number_of
from features.timeline import Horizon

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]
_NOT_OVER = "horizon not over at the end of observation"


@dataclass(frozen=True)
class SpanLabels:
    """Hold the labels of all rows, and which rows can be kept.

    Attributes
    ----------
    value
        Silence: 1 if nothing happened, else 0. Answers: the first one; NaN where there is none.
    known_days
        Days from the start of the span until the label was known.
    is_kept
        Whether the whole span was observed.
    dropped
        Reason and number of the rows that are not kept.
    """

    value: Floats
    known_days: Floats
    is_kept: Booleans
    dropped: Mapping[str, int]

    def where(self, keep: Booleans) -> "SpanLabels":
        """Return the labels of the rows for which ``keep`` is true; the counts of dropped rows stay."""
        return SpanLabels(self.value[keep], self.known_days[keep], self.is_kept[keep], self.dropped)


def label_silence(
    connection: duckdb.DuckDBPyConnection, *, events: str, rows: str, span: Horizon, observed_day: int
) -> SpanLabels:
    """Return for each row whether no event fell into its span.

    Silence is known when the span is over. An event that became known later turns the label to 0 then; such a
    label counts as known from that day on, so that no earlier evaluation reads it.

    Parameters
    ----------
    connection
        Where the tables are.
    events
        Table with ``entity_id``, ``event_time``, ``known_at``.
    rows
        Table with ``row_id``, ``entity_id``, ``snapshot_day``.
    span
        Gap and length.
    observed_day
        First day that is not observed.
    """
    found = _find_first(connection, events, rows, span, observed_day, value="0.0", by_known=True)
    is_silent = np.isnan(found.value)
    length = float(span.length.days)
    known = np.where(is_silent, length, np.maximum(found.known_days, length))
    return _keep(np.where(is_silent, 1.0, 0.0), known, found.end_days, observed_day)


def label_answers(
    connection: duckdb.DuckDBPyConnection,
    *,
    events: str,
    rows: str,
    span: Horizon,
    observed_day: int,
    column: str,
) -> SpanLabels:
    """Return the first answer of each row inside its span; NaN for those who stayed silent.

    An answer is known when it arrived, silence when the span is over. Parameters as for
    :func:`label_silence`; ``column`` holds the answers.
    """
    answer = number_of(column)
    found = _find_first(connection, events, rows, span, observed_day, value=answer, by_known=False)
    is_silent = np.isnan(found.value)
    known = np.where(is_silent, float(span.length.days), np.maximum(found.known_days, 0.0))
    return _keep(found.value, known, found.end_days, observed_day)


@dataclass(frozen=True)
class _First:
    """The first event of each row in its span, when it was known, and the day on which the span ends."""

    value: Floats
    known_days: Floats
    end_days: Floats


def _find_first(
    connection: duckdb.DuckDBPyConnection,
    events: str,
    rows: str,
    span: Horizon,
    observed_day: int,
    *,
    value: str,
    by_known: bool,
) -> _First:
    """Return the event of each row that came first, or was known first."""
    happened, known = day_of("event_time"), first_midnight_from("known_at")
    order = "known_at, event_time" if by_known else "event_time, known_at"
    start = f"r.snapshot_day + {span.gap_days}"
    query = f"""
        WITH seen AS (
            SELECT entity_id, {happened} AS event_day,
                ROW({order}, {value}, {known}) AS event
            FROM {known_on(connection, events, observed_day)}
            WHERE {is_observed(observed_day)} AND {value} IS NOT NULL
        ),
        firsts AS (
            SELECT r.row_id, min(e.event) AS event
            FROM {rows} AS r JOIN seen AS e
                ON e.entity_id = r.entity_id AND e.event_day >= {start}
                AND e.event_day < {start} + {span.length.days}
            GROUP BY r.row_id
        )
        SELECT CAST(event[3] AS DOUBLE) AS value, CAST(event[4] - ({start}) AS DOUBLE) AS known_days,
            CAST({start} + {span.length.days} AS DOUBLE) AS end_days
        FROM {rows} AS r LEFT JOIN firsts USING (row_id) ORDER BY r.row_id
    """
    found = connection.sql(query).to_arrow_table()
    return _First(*(column.to_numpy(zero_copy_only=False) for column in found.columns))


def _keep(value: Floats, known_days: Floats, end_days: Floats, observed_day: int) -> SpanLabels:
    """Return the labels, kept where the span was over by the end of observation."""
    is_over = end_days <= observed_day
    return SpanLabels(value, known_days, is_over, {_NOT_OVER: int((~is_over).sum())})
