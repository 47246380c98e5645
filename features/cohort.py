"""Who can be scored when: a row per entity and snapshot at which it belongs to the cohort, as known then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, cast

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.attributes import look_up_values
from features.columns import day_of, first_midnight_from, is_versioned, list_types, require_column, text_of
from features.errors import ContractError, SpecError
from features.sources import EventFiles
from features.sql import fetch_row, quoted_name
from features.usecase import Cohort, Source

Days = npt.NDArray[np.int32]
EPOCH = date(1970, 1, 1)
ROWS = "xm_rows"


class Tables(Protocol):
    """Raw tables of a use case in one database."""

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """Return the database."""

    def table(self, name: str) -> str:
        """Return the table of a source, ready to stand in SQL."""

    def files(self, name: str) -> EventFiles | None:
        """Return the files of a log that is read where it lies; ``None`` if the table is a copy."""


@dataclass(frozen=True)
class Rows:
    """Hold who is looked at on which day: entity and snapshot of each row, by snapshot, then entity."""

    entity_ids: pa.ChunkedArray
    snapshot_days: Days

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.snapshot_days)

    def where(self, keep: npt.NDArray[np.bool_]) -> "Rows":
        """Return the rows for which ``keep`` is true."""
        return Rows(self.entity_ids.filter(pa.array(keep)), self.snapshot_days[keep])

    def store(self, connection: duckdb.DuckDBPyConnection, name: str = ROWS) -> str:
        """Write a temporary table with ``row_id``, ``entity_id``, ``snapshot_day`` and return its name."""
        columns = {
            "row_id": pa.array(np.arange(len(self), dtype=np.int64)),
            "entity_id": self.entity_ids,
            "snapshot_day": pa.array(self.snapshot_days, pa.int32()),
        }
        connection.register("xm_draft", pa.table(columns))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM xm_draft ORDER BY row_id")
        connection.unregister("xm_draft")
        return name


def count_days(day: date) -> int:
    """Return the days from 1970-01-01 to ``day``.

    Examples
    --------
    >>> count_days(date(1970, 2, 1))
    31
    """
    return (day - EPOCH).days


def find_members(
    tables: Tables, cohort: Cohort, sources: Mapping[str, Source], snapshots: Sequence[date]
) -> Rows:
    """Return every entity at every snapshot at which it belongs to the cohort.

    An entity belongs if, as known at the snapshot, its start is not after the snapshot, and its end is after
    it or missing; where events say who is active, if one of them fell into the window before the snapshot and
    was known at it.

    Raises
    ------
    SpecError
        If the cohort names a source without attributes.
    ContractError
        If a column is missing or holds no dates, or nobody belongs at any snapshot.
    """
    candidates, belongs = list_status(tables, cohort, sources, snapshots)
    if not belongs.any():
        raise _nobody(cohort, snapshots)
    return candidates.where(belongs)


def list_status(
    tables: Tables,
    cohort: Cohort,
    sources: Mapping[str, Source],
    days: Sequence[date],
    *,
    known_day: int | None = None,
) -> tuple[Rows, npt.NDArray[np.bool_]]:
    """Return every entity on every day, and whether it belongs to the cohort then; see :func:`find_members`.

    Parameters
    ----------
    known_day
        Only entities that some row known by then speaks of, in days since 1970-01-01; all when absent.

    Raises
    ------
    SpecError, ContractError
        As :func:`find_members`, but for a cohort in which nobody belongs.
    """
    connection = tables.connection
    if cohort.active is not None and cohort.within is not None:
        table = tables.table(cohort.active)
        candidates = _list_candidates(connection, table, days, known_day)
        return candidates, _is_active(connection, table, candidates, cohort.within.days)
    start, end = _read_columns(tables, cohort, sources)
    candidates = _list_candidates(connection, start.table, days, known_day)
    candidates.store(connection)
    belongs = start.look_up(connection) <= candidates.snapshot_days
    if end is not None:
        ended = end.look_up(connection)
        belongs &= np.isnan(ended) | (ended > candidates.snapshot_days)
    return candidates, belongs


def find_ends(tables: Tables, cohort: Cohort, sources: Mapping[str, Source], day: int) -> pa.Table:
    """Return when each entity left or will leave the cohort, by the newest version known on ``day``.

    Returns
    -------
    pyarrow.Table
        ``entity_id``, ``end_day`` (the first day outside, may be missing) and ``end_known_day``.
    """
    end = None if cohort.ends is None else _read_columns(tables, cohort, sources)[1]
    if end is None:
        return pa.table({"entity_id": pa.array([], pa.string()), "end_day": [], "end_known_day": []})
    known_day = first_midnight_from("known_at")
    query = f"""
        SELECT entity_id,
            arg_max(ROW({end.day}, {known_day}), ROW(valid_from, known_at, {end.day})) AS newest
        FROM {end.table}
        WHERE {known_day} <= {day} AND {first_midnight_from("valid_from")} <= {day}
        GROUP BY entity_id
    """
    shown = f"SELECT entity_id, newest[1] AS end_day, newest[2] AS end_known_day FROM ({query})"
    return cast("pa.Table", tables.connection.sql(shown).to_arrow_table())


def _is_active(
    connection: duckdb.DuckDBPyConnection, table: str, candidates: Rows, within_days: int
) -> npt.NDArray[np.bool_]:
    """Return which rows had an event within the days before their snapshot, known at it."""
    rows = candidates.store(connection)
    day = day_of("event_time")
    gone = first_midnight_from("known_until") if is_versioned(connection, table) else "NULL"
    query = f"""
        WITH seen AS (
            SELECT entity_id, {day} AS event_day,
                greatest({day} + 1, {first_midnight_from("known_at")}) AS visible_day, {gone} AS gone_day
            FROM {table}
        )
        SELECT EXISTS (
            SELECT 1 FROM seen AS e WHERE e.entity_id = r.entity_id
                AND e.visible_day <= r.snapshot_day AND r.snapshot_day - e.event_day <= {within_days}
                AND (e.gone_day IS NULL OR r.snapshot_day < e.gone_day)
        ) AS belongs
        FROM {rows} AS r ORDER BY r.row_id
    """
    found = connection.sql(query).to_arrow_table().column(0)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _nobody(cohort: Cohort, snapshots: Sequence[date]) -> ContractError:
    """Say that nobody belongs at any snapshot."""
    span = f"{snapshots[0]} to {snapshots[-1]}"
    if cohort.active is not None and cohort.within is not None:
        problem = (
            f"nobody had an event in '{cohort.active}' in the {cohort.within.days} days before any snapshot"
        )
        hint = f"compare the times in '{cohort.active}' with the snapshots from {span}"
        return ContractError("cohort.active", problem, hint)
    problem = f"nobody belongs to the cohort at any snapshot from {span}"
    hint = f"compare '{cohort.starts}' and the times at which it was known with the snapshots"
    return ContractError("cohort", problem, hint)


@dataclass(frozen=True)
class _DayColumn:
    """A column of dates in a table of attributes, as SQL for the first day whose 00:00 is not before it."""

    table: str
    day: str

    def look_up(self, connection: duckdb.DuckDBPyConnection) -> npt.NDArray[np.float64]:
        """Return the day of each row as known at its snapshot; NaN where it is missing."""
        found = look_up_values(connection, history=self.table, rows=ROWS, values=[self.day], shown=["v0"])
        return to_floats(found.column(0))


def to_floats(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """Return a column of numbers as floats; NaN where a value is missing."""
    found: Any = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return cast("npt.NDArray[np.float64]", found)


def _read_columns(
    tables: Tables, cohort: Cohort, sources: Mapping[str, Source]
) -> tuple[_DayColumn, _DayColumn | None]:
    """Return the columns with the start and the end of belonging."""
    start = _read_column(tables, "cohort.from", cohort.starts or "", sources)
    return start, None if cohort.ends is None else _read_column(tables, "cohort.until", cohort.ends, sources)


def _read_column(tables: Tables, where: str, path: str, sources: Mapping[str, Source]) -> _DayColumn:
    """Return one column of dates, after a look at what it holds."""
    source, _, column = path.partition(".")
    if sources[source].is_events or sources[source].is_link:
        raise SpecError(
            where, f"'{source}' does not hold attributes", "name a source with valid_from and no links"
        )
    table = tables.table(source)
    types = list_types(tables.connection, table)
    require_column(source, column, tuple(types), where)
    moment = f"TRY_CAST({quoted_name(column)} AS TIMESTAMP)"
    odd = f"SELECT min({text_of(column)}) FROM {table} WHERE {moment} IS NULL"
    found = fetch_row(tables.connection, odd)[0]
    if found is not None:
        raise ContractError(
            where, f"column '{column}' holds '{found}', which is not a date", "write 2025-01-31"
        )
    return _DayColumn(table, first_midnight_from(moment))


def _list_candidates(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    snapshots: Sequence[date],
    known_day: int | None = None,
) -> Rows:
    """Return all entities of a table, or those known by a day, at all snapshots."""
    known = "" if known_day is None else f"AND {first_midnight_from('known_at')} <= {known_day}"
    query = f"SELECT DISTINCT entity_id FROM {table} WHERE entity_id IS NOT NULL {known} ORDER BY entity_id"
    entities = cast("pa.Table", connection.sql(query).to_arrow_table()).column(0)
    days = np.array([count_days(snapshot) for snapshot in snapshots], dtype=np.int32)
    repeated = pa.chunked_array(entities.chunks * len(days), pa.string())
    return Rows(repeated, np.repeat(days, len(entities)))
