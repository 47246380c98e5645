"""Events become values for every row: cells, folded to snapshots and windows.

An event counts at a snapshot ``s`` only if ``event_time < s`` and ``known_at <= s``; a window of ``w`` days
is ``[s - w, s)``. Snapshots are 00:00 UTC, so both clocks and all windows come down to whole days: an event
has the day it fell on and the first day that may see it, and its age at ``s`` is 1 on the day before ``s``.
Events of the same moment are put in order by the time they were known, then by id (numbers by size, others
by a fixed hash), then by value. Import from here; the modules inside are an arrangement, not an interface.
"""

from collections.abc import Iterator, Sequence

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.columns import is_versioned, value_of
from features.fold.batches import to_events
from features.fold.engine import Engine, arrange_rows
from features.fold.folding import Rows, fold_cells
from features.measures import Measure
from features.panes import Roster, Texts
from features.sql import fetch_row, quoted_name

__all__ = ["Engine", "Rows", "arrange_rows", "fold_cells", "fold_events", "to_events"]

_BATCH_ROWS = 100_000


def fold_events(
    connection: duckdb.DuckDBPyConnection,
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
    asked = connection.sql(f"SELECT entity_id, snapshot_day FROM {rows} ORDER BY row_id").to_arrow_table()
    if not asked.num_rows:
        return pa.table({measure.name: pa.array([], _type_of(measure)) for measure in measures})
    ids = asked.column("entity_id").combine_chunks().dictionary_encode()
    days: NDArray[np.int32] = asked.column("snapshot_day").to_numpy().astype(np.int32)
    roster, texts = Roster(ids.dictionary), Texts()
    count = int(str(fetch_row(connection, f"SELECT count(*) FROM {events}")[0]))
    told = np.empty((len(measures), len(days)))
    with Engine(measures, np.unique(days), orders_by_id=id_column is not None, event_count=count) as engine:
        shapes = [column.shape for column in engine.layout.columns]
        for batch in _read_events(connection, events, engine, id_column):
            engine.add(to_events(batch, shapes, roster, texts), len(roster))
        order, arranged = arrange_rows(roster.number(ids), days, engine.grid.snapshots)
        begin = 0
        for block in engine.fold(arranged):
            told[:, order[begin : begin + len(block)]] = block.T
            begin += len(block)
    columns = {measure.name: _show(measure, told[place], texts) for place, measure in enumerate(measures)}
    return pa.table(columns)


def _read_events(
    connection: duckdb.DuckDBPyConnection, events: str, engine: Engine, id_column: str | None
) -> Iterator[pa.RecordBatch]:
    """Yield the events with the columns of the layout in their shapes."""
    selected = ["entity_id", "event_time", "known_at"]
    selected += ["known_until"] if is_versioned(connection, events) else []
    selected += [f"{_order_of(connection, events, id_column)} AS id"] if id_column is not None else []
    columns = enumerate(engine.layout.columns)
    selected += [f"{value_of(column.name, column.shape)} AS v{place}" for place, column in columns]
    yield from connection.sql(f"SELECT {', '.join(selected)} FROM {events}").to_arrow_reader(_BATCH_ROWS)


def _order_of(connection: duckdb.DuckDBPyConnection, events: str, id_column: str) -> str:
    """Return SQL for ids as whole numbers, where all of them are, or as texts."""
    text = f"CAST({quoted_name(id_column)} AS VARCHAR)"
    query = f"SELECT count(*) FROM {events} WHERE TRY_CAST({text} AS BIGINT) IS NULL AND {text} IS NOT NULL"
    return text if fetch_row(connection, query)[0] else f"CAST({text} AS BIGINT)"


def _type_of(measure: Measure) -> pa.DataType:
    """Return the type of the column of a measure."""
    return pa.string() if measure.kind == "category" else pa.float64()


def _show(measure: Measure, told: NDArray[np.float64], texts: Texts) -> pa.Array:
    """Return the column of a measure: missing where nothing was found."""
    if measure.kind == "category":
        return texts.read(told.view(np.int64))
    return pa.array(told, from_pandas=True)
