"""What became of invitations: response rate, streak without an answer, days to the answer, as known then.

Each answer serves one invitation: the newest one before it, or of the same moment, that has no answer yet. An
answer that finds none does not count. Which answer serves which invitation is found anew for every snapshot,
among the answers and invitations that had happened before it and were known at it: an answer that becomes
known late changes nothing before that day.
"""

from collections.abc import Callable, Sequence
from typing import cast

import duckdb
import pyarrow as pa

from features.columns import list_days
from features.measures import Function, Measure

_DAY_US = 86_400_000_000


def fold_invitations(
    connection: duckdb.DuckDBPyConnection,
    *,
    answers: str,
    invitations: str,
    rows: str,
    measures: Sequence[Measure],
) -> pa.Table:
    """Return response rates, streaks and lags of every row.

    An invitation counts in the window in which it was sent, whenever its answer came.

    - ``response_rate``: share of the invitations in the window that have an answer, between 0 and 1; missing
      when nobody was invited. The invitations of the last days have had little time to be answered.
    - ``streak``: invitations without an answer that follow the newest one with an answer. An open invitation
      of the last ``patience_days`` is left out as if it had not been sent: nearly everybody would seem silent
      right after a wave. 0 when the newest invitation that counts has an answer; missing when none counts.
    - ``lag``: mean days (24 hours, with fractions) from the invitations in the window to their answers;
      ``lag_last``: those of the newest invitation that has an answer. Missing when none has. A window not
      much longer than the usual lag sees the quick answers alone.

    Parameters
    ----------
    connection
        Where the tables are; its session speaks UTC.
    answers, invitations
        Tables with ``entity_id``, ``event_time`` and ``known_at``. Where there is a column ``known_until``, a
        row counts only at snapshots before it (missing: for ever); it was corrected or withdrawn then.
    rows
        Table with ``row_id`` (0, 1, 2, ...), ``entity_id`` and ``snapshot_day`` (days since 1970-01-01).
    measures
        What to compute: the functions above.

    Returns
    -------
    pyarrow.Table
        One float64 column per measure, one line per row in the order of ``row_id``.
    """
    contacts = [
        f"SELECT entity_id, event_time, {step} AS step, {list_days(connection, table)} FROM {table}"
        for table, step in ((invitations, 1), (answers, -1))
    ]
    aggregates = [
        f"CAST({_AGGREGATES[measure.function](measure)} AS DOUBLE) AS f{place}"
        for place, measure in enumerate(measures)
    ]
    query = f"""
        WITH contacts AS ({" UNION ALL ".join(contacts)}),
        pairs AS (
            SELECT r.row_id, r.snapshot_day - c.event_day AS age, c.event_time, c.step
            FROM {rows} AS r JOIN contacts AS c
                ON c.entity_id = r.entity_id AND c.visible_day <= r.snapshot_day
                AND r.snapshot_day < c.gone_day {_limit_age(measures)}
        ),
        {_match_answers()},
        folded AS (SELECT row_id, {", ".join(aggregates)} FROM invited GROUP BY row_id)
        SELECT {", ".join(f"f{place}" for place in range(len(measures)))}
        FROM {rows} AS r LEFT JOIN folded USING (row_id) ORDER BY r.row_id
    """
    found = cast("pa.Table", connection.sql(query).to_arrow_table())
    return found.rename_columns([measure.name for measure in measures])


def _limit_age(measures: Sequence[Measure]) -> str:
    """Return SQL that leaves out what is older than every window.

    That changes no match inside the windows: an answer serves the newest open invitation, so one from before
    the window is served only where none inside is open.
    """
    windows = [measure.window_days for measure in measures if measure.window_days is not None]
    has_whole_history = len(windows) < len(measures)
    return "" if has_whole_history else f"AND r.snapshot_day - c.event_day <= {max(windows)}"


def _match_answers() -> str:
    """Return SQL that lists the invitations of each row with the time to their answers.

    Invitations open and answers close, as brackets do: the level rises by one with each invitation and falls
    with each answer. The answer to an invitation is the next step down from the level that it had reached;
    steps up to one level and down from it take turns, so it is the next step of that level.
    """
    return """
        ordered AS (
            SELECT *, row_number() OVER (PARTITION BY row_id ORDER BY event_time, step DESC) AS place
            FROM pairs
        ),
        levels AS (
            SELECT *, sum(step) OVER (PARTITION BY row_id ORDER BY place) - least(step, 0) AS level
            FROM ordered
        ),
        matched AS (
            SELECT *, lead(event_time) OVER (PARTITION BY row_id, level ORDER BY place) AS answered_at
            FROM levels
        ),
        invited AS (
            SELECT row_id, place, age, epoch_us(answered_at) - epoch_us(event_time) AS lag_us,
                max(CASE WHEN answered_at IS NOT NULL THEN place END) OVER (PARTITION BY row_id)
                    AS answered_place
            FROM matched WHERE step = 1
        )
    """


def _streak(measure: Measure) -> str:
    """Return SQL for the invitations after the newest one with an answer that are old enough to count."""
    is_old = f"age > {measure.patience_days}"
    unanswered = f"count(*) FILTER (WHERE {is_old} AND place > coalesce(answered_place, 0))"
    return f"CASE WHEN bool_or({is_old} OR lag_us IS NOT NULL) THEN {unanswered} END"


_AGGREGATES: dict[Function, Callable[[Measure], str]] = {
    "response_rate": lambda measure: (
        f"avg(CAST(lag_us IS NOT NULL AS INTEGER)) FILTER (WHERE age <= {measure.window_days})"
    ),
    "streak": _streak,
    "lag": lambda measure: f"avg(lag_us) FILTER (WHERE age <= {measure.window_days}) / {_DAY_US}",
    "lag_last": lambda _: f"arg_max(lag_us, place) FILTER (WHERE lag_us IS NOT NULL) / {_DAY_US}",
}
