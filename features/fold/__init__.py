"""Events become values for every row: cells, folded to snapshots and windows.

An event counts at a snapshot ``s`` only if ``event_time < s`` and ``known_at <= s``; a window of ``w`` days
is ``[s - w, s)``. Snapshots are 00:00 UTC, so both clocks and all windows come down to whole days: an event
has the day it fell on and the first day that may see it, and its age at ``s`` is 1 on the day before ``s``.
Events of the same moment are put in order by the time they were known, then by id (numbers by size, others
by a fixed hash), then by value. Import from here; the modules inside are an arrangement, not an interface.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa

from features.columns import is_versioned, value_of
from features.fold.asking import Asked, arrange, order_rows, read_rows, to_table
from features.fold.batches import name_columns, to_events
from features.fold.engine import Engine
from features.fold.folding import Rows, fold_cells
from features.measures import Measure
from features.panes import Texts
from features.progress import Report, silent
from features.sql import fetch_row, quoted_name

if TYPE_CHECKING:  # the executors of Spark import this package and need no database
    import duckdb

    from features.sources import EventFiles

__all__ = [
    "Asked",
    "Engine",
    "FoldLog",
    "Rows",
    "arrange",
    "fold_cells",
    "fold_events",
    "fold_files",
    "name_columns",
    "order_rows",
    "read_rows",
    "to_events",
    "to_table",
]

_BATCH_ROWS = 100_000


class FoldLog(Protocol):
    """Compute measures of a log for every row, in whatever place: :func:`fold_files` does it here."""

    def __call__(
        self,
        connection: "duckdb.DuckDBPyConnection",
        *,
        files: "EventFiles",
        rows: str,
        measures: Sequence[Measure],
        report: Report,
    ) -> pa.Table:
        """Return one column per measure, one line per row in the order of ``row_id``."""


def fold_events(
    connection: "duckdb.DuckDBPyConnection",
    *,
    events: str,
    rows: str,
    measures: Sequence[Measure],
    id_column: str | None = None,
) -> pa.Table:
    """Compute measures of one source of events for every row.

    A count of nothing is 0; every other function of nothing is missing. The order of the events does not
    matter: counts, extremes, times and picked values are equal, sums to the last bits.

    Parameters
    ----------
    connection
        Where ``events`` and ``rows`` are; its session speaks UTC.
    events
        Table with ``entity_id``, ``event_time``, ``known_at`` and the columns that the measures read; with
        ``known_until`` where events can be corrected or withdrawn: from then on they do not count.
    rows
        Table with ``row_id`` (0, 1, 2, ...), ``entity_id`` and ``snapshot_day`` (days since 1970-01-01).
    measures
        What to compute, with the shapes of their columns (:func:`features.columns.resolve_measures`).
    id_column
        Column that orders events which happened and were known at the same time: the greater one is later.

    Returns
    -------
    pyarrow.Table
        One column per measure, one line per row in the order of ``row_id``; float64, or string for texts.
    """
    asked, texts = read_rows(connection, rows), Texts()
    told = np.empty((len(measures), len(asked.order)))
    if not len(asked.days):
        return to_table(measures, told, texts)
    count = int(str(fetch_row(connection, f"SELECT count(*) FROM {events}")[0]))
    has_ids = id_column is not None
    with Engine(measures, asked.days, orders_by_id=has_ids, event_count=count) as engine:
        for batch in _read_events(connection, events, engine, id_column):
            engine.read(batch, asked.roster, texts)
        engine.tell(asked.rows, told, asked.order)
    return to_table(measures, told, texts)


def fold_files(
    connection: "duckdb.DuckDBPyConnection",
    *,
    files: "EventFiles",
    rows: str,
    measures: Sequence[Measure],
    partials: Path | None = None,
    report: Report = silent,
) -> pa.Table:
    """Compute measures of a log for every row, straight from its files: as :func:`fold_events`.

    Parameters
    ----------
    connection, rows, measures
        As there.
    files
        The log.
    partials
        Folder in which the cells of every file are kept, so that the next run reads only files that are new
        or have changed; nothing is kept when absent.
    report
        Told how far the log has been read.
    """
    from features.fold.parquet import read_files
    from features.fold.refreshing import fold_with_partials

    asked, texts = read_rows(connection, rows), Texts()
    told = np.empty((len(measures), len(asked.order)))
    if not len(asked.days):
        return to_table(measures, told, texts)
    if partials is not None:
        fold_with_partials(partials, files, measures, asked, told, texts, report)
        return to_table(measures, told, texts)
    with Engine(measures, asked.days, orders_by_known=files.known_at is not None) as engine:
        for batch in read_files(files, files.paths, engine.layout, report):
            engine.read(batch, asked.roster, texts, delay_days=files.delay_days)
        engine.tell(asked.rows, told, asked.order)
    return to_table(measures, told, texts)


def _read_events(
    connection: "duckdb.DuckDBPyConnection", events: str, engine: Engine, id_column: str | None
) -> Iterator[pa.RecordBatch]:
    """Yield the events with the columns of the layout in their shapes."""
    selected = ["entity_id", "event_time", "known_at"]
    selected += ["known_until"] if is_versioned(connection, events) else []
    selected += [f"{_order_of(connection, events, id_column)} AS id"] if id_column is not None else []
    columns = enumerate(engine.layout.columns)
    selected += [f"{value_of(column.name, column.shape)} AS v{place}" for place, column in columns]
    yield from connection.sql(f"SELECT {', '.join(selected)} FROM {events}").to_arrow_reader(_BATCH_ROWS)


def _order_of(connection: "duckdb.DuckDBPyConnection", events: str, id_column: str) -> str:
    """Return SQL for ids as whole numbers, where all of them are, or as texts."""
    text = f"CAST({quoted_name(id_column)} AS VARCHAR)"
    query = f"SELECT count(*) FROM {events} WHERE TRY_CAST({text} AS BIGINT) IS NULL AND {text} IS NOT NULL"
    return text if fetch_row(connection, query)[0] else f"CAST({text} AS BIGINT)"
