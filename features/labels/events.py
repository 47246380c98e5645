"""What happened to each row after its snapshot: days until the event, or until nothing more was seen.

Time is counted in days from the start of the horizon, ``snapshot + gap``. A row ends with the event (1), with
an event of a competing cause (2), or is censored (0): where observation ends, or where the entity leaves the
cohort without an event. Only what was known at the end of observation counts: labels say what is known in the
end. Of an event that was corrected the last version makes the label, one that was withdrawn makes none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.columns import day_of, first_midnight_from, is_observed, is_versioned, known_on, text_of
from features.errors import ContractError
from features.sql import quoted_texts
from features.usecase import Cause

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]
COMPETING = 2


@dataclass(frozen=True)
class Outcomes:
    """Hold what became of the entity of each row, in days since 1970-01-01; NaN where nothing did.

    Attributes
    ----------
    event_days, event_known_days
        Day of the first event, whatever its cause, and first day whose 00:00 UTC knew of it.
    end_days, end_known_days
        First day outside the cohort, and first day that knew of it.
    is_competing
        Whether the event has a competing cause.
    """

    event_days: Floats
    event_known_days: Floats
    end_days: Floats
    end_known_days: Floats
    is_competing: Booleans


@dataclass(frozen=True)
class Labels:
    """Hold the labels of all rows, and which rows can teach anything.

    Attributes
    ----------
    days
        Days from the start of the horizon to the event or to the end of what was seen; at least 0.
    event
        What ended the row: 1 the predicted event, 2 an event of a competing cause, 0 neither (censored).
    known_days
        Days from the start of the horizon to the day that knew how the row ended; NaN while it runs on.
    is_kept
        Whether anything was observed of the row.
    dropped
        Reason and number of the rows that are not kept.
    """

    days: Floats
    event: npt.NDArray[np.int8]
    known_days: Floats
    is_kept: Booleans
    dropped: Mapping[str, int]

    def where(self, keep: Booleans) -> "Labels":
        """Return the labels of the rows for which ``keep`` is true; the counts of dropped rows stay."""
        return Labels(
            self.days[keep], self.event[keep], self.known_days[keep], self.is_kept[keep], self.dropped
        )


def label_rows(
    snapshot_days: npt.NDArray[np.int32], outcomes: Outcomes, *, gap_days: int, observed_day: int
) -> Labels:
    """Return the label of each row.

    Parameters
    ----------
    snapshot_days
        Snapshot of each row, in days since 1970-01-01.
    outcomes
        What became of the entity of each row, as known on ``observed_day``.
    gap_days
        Days between snapshot and start of the horizon.
    observed_day
        First day that is not observed.
    """
    start = snapshot_days.astype(np.float64) + gap_days
    happened = outcomes.event_days < observed_day
    left = ~happened & (outcomes.end_days <= observed_day)
    until = np.where(happened, outcomes.event_days, np.where(left, outcomes.end_days, observed_day))
    known = np.where(happened, outcomes.event_known_days, np.where(left, outcomes.end_known_days, np.nan))
    is_event = happened & (until >= start)
    is_target, is_over = happened & ~outcomes.is_competing, left & (start < observed_day) & (until <= start)
    reasons = {
        "target event before the snapshot": is_target & (until < snapshot_days),
        "target event in the gap": is_target & (until >= snapshot_days) & (until < start),
        "horizon starts after the end of observation": ~happened & (start >= observed_day),
        "left the cohort before the horizon": is_over | (happened & outcomes.is_competing & (until < start)),
    }
    is_dropped = np.logical_or.reduce(list(reasons.values()))
    return Labels(
        days=np.maximum(until - start, 0.0),
        event=np.where(is_event, np.where(outcomes.is_competing, COMPETING, 1), 0).astype(np.int8),
        known_days=known - start,
        is_kept=~is_dropped,
        dropped={reason: int(hit.sum()) for reason, hit in reasons.items()},
    )


def labels_as_known(
    days: Floats, event: npt.NDArray[np.int8], known_days: Floats, origin_days: Floats
) -> tuple[Floats, npt.NDArray[np.int8]]:
    """Return labels as they stood at an earlier day, for evaluation with rolling origin.

    Parameters
    ----------
    days, event, known_days
        Labels as of now: ``target_days``, ``target_event``, ``target_known_days`` of a frame.
    origin_days
        Days from the start of each row's horizon to the origin; negative where the horizon starts later.

    Returns
    -------
    tuple
        Days and event of each row. An event or end counts if it lies before the origin and was known at it,
        with its cause; every other row is censored at the origin. Rows with 0 days and no event had nothing
        observed. A row keeps one ending: one with an event runs on until that was known, even if its entity
        had left before.

    Examples
    --------
    >>> import numpy as np
    >>> days, event, known = np.array([10.0, 10.0]), np.array([1, 1], np.int8), np.array([11.0, 40.0])
    >>> labels_as_known(days, event, known, np.array([30.0, 30.0]))
    (array([10., 30.]), array([1, 0], dtype=int8))
    """
    is_past = np.where(event > 0, days < origin_days, days <= origin_days)
    has_ended = is_past & (known_days <= origin_days)
    running = np.where(np.isnan(known_days), np.minimum(days, origin_days), origin_days)
    as_known = np.where(has_ended, days, np.maximum(running, 0.0))
    return as_known, np.where(has_ended, event, 0).astype(np.int8)


def find_outcomes(
    connection: duckdb.DuckDBPyConnection,
    *,
    events: str,
    rows: str,
    ends: pa.Table,
    observed_day: int,
    cause: Cause | None = None,
) -> Outcomes:
    """Return what became of the entity of each row, as known on ``observed_day``.

    Parameters
    ----------
    connection
        Where ``events`` and ``rows`` are.
    events
        Target events with ``entity_id``, ``event_time``, ``known_at``; the first one of an entity counts.
    rows
        Table with ``row_id`` and ``entity_id``.
    ends
        ``entity_id``, ``end_day`` and ``end_known_day`` of leaving the cohort.
    observed_day
        First day that is not observed.
    cause
        Which causes are predicted and which compete; the first event of an entity counts, whatever its cause.
    """
    connection.register("xm_ends", ends)
    happened, known = day_of("event_time"), first_midnight_from("known_at")
    competing = _is_competing(cause)
    query = f"""
        WITH firsts AS (
            SELECT entity_id, min(ROW({happened}, {known}, {competing})) AS event
            FROM {known_on(connection, events, observed_day)}
            WHERE {is_observed(observed_day)}
            GROUP BY entity_id
        )
        SELECT CAST(event[1] AS DOUBLE) AS event_days,
            CAST(event[2] AS DOUBLE) AS event_known_days,
            CAST(end_day AS DOUBLE) AS end_days,
            CAST(end_known_day AS DOUBLE) AS end_known_days,
            coalesce(event[3], false) AS is_competing
        FROM {rows} LEFT JOIN firsts USING (entity_id) LEFT JOIN xm_ends USING (entity_id)
        ORDER BY row_id
    """
    found = connection.sql(query).to_arrow_table()
    connection.unregister("xm_ends")
    return Outcomes(*(column.to_numpy(zero_copy_only=False) for column in found.columns))


def _is_competing(cause: Cause | None) -> str:
    """Return SQL that tells whether the cause of an event is a competing one."""
    if cause is None or not cause.competing:
        return "false"
    return f"coalesce({text_of(cause.column)} IN ({quoted_texts(cause.competing)}), false)"


def count_causes(
    connection: duckdb.DuckDBPyConnection, *, events: str, source: str, cause: Cause
) -> dict[str, int]:
    """Return the number of events of each cause, as known in the end, the most frequent first.

    Raises
    ------
    ContractError
        If a cause stands in neither list; the message names the causes and their numbers.
    """
    query = f"""
        SELECT coalesce({text_of(cause.column)}, ''), count(*) FROM {known_on(connection, events)}
        GROUP BY 1 ORDER BY 2 DESC, 1
    """
    counts = {str(value): int(count) for value, count in connection.execute(query).fetchall()}
    _demand_listed(counts, [*cause.voluntary, *cause.competing], f"{source}.{cause.column}")
    return counts


def _demand_listed(counts: Mapping[str, int], listed: Sequence[str], where: str) -> None:
    """Demand that every cause is one of those listed."""
    odd = [f"{_show_cause(value)} ({count} events)" for value, count in counts.items() if value not in listed]
    if odd:
        shown = ", ".join(odd[:5]) + (", ..." if len(odd) > 5 else "")
        problem = f"{shown}: neither voluntary nor competing"
        hint = "add each cause to one of the lists of target.cause"
        raise ContractError(where, problem, hint)


def _show_cause(value: str) -> str:
    """Write a cause as a message shows it."""
    return f"'{value}'" if value else "no cause"


def find_gone(connection: duckdb.DuckDBPyConnection, *, events: str, rows: str) -> Booleans:
    """Tell for each row whether a target event of its entity had happened and was known at the snapshot.

    Scoring asks for this: what was corrected or withdrawn after the snapshot still counts at it.
    """
    seen = f"greatest({day_of('event_time')} + 1, {first_midnight_from('known_at')})"
    until = first_midnight_from("known_until") if is_versioned(connection, events) else "NULL"
    query = f"""
        WITH seen AS (SELECT entity_id, {seen} AS gone_day, {until} AS until_day FROM {events})
        SELECT EXISTS (
            SELECT 1 FROM seen AS e WHERE e.entity_id = r.entity_id AND e.gone_day <= r.snapshot_day
                AND (e.until_day IS NULL OR r.snapshot_day < e.until_day)
        ) AS is_gone
        FROM {rows} AS r ORDER BY r.row_id
    """
    found = connection.sql(query).to_arrow_table().column(0)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)
