"""Logs of drawn events in Parquet, as exports write them."""

from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from features.fold import fold_files
from features.measures import Measure
from features.sources import EventFiles
from tests.features.event_tables import database
from tests.features.event_worlds import (
    COLUMNS,
    EVER,
    SHARES,
    WINDOWED,
    World,
    event_schema,
    row_table,
)
from tests.features.naive import Event, Row

CLOCK = pa.timestamp("us", "UTC")
READABLE = [name for name in COLUMNS if name != "digits"]  # a text is no number in a log that is not refined
ASKED = tuple(m for m in (*EVER, *WINDOWED, *SHARES) if m.column != "digits")


def asked(count: int = 8) -> st.SearchStrategy[tuple[Measure, ...]]:
    """Draw what is asked of a log."""
    return st.lists(st.sampled_from(ASKED), min_size=1, max_size=count, unique_by=id).map(tuple)


def to_log(events: Sequence[Event], clock: pa.DataType = CLOCK, key: pa.DataType | None = None) -> pa.Table:
    """Return events as a log with the types of an export."""
    plain = pa.Table.from_pylist(list(events), event_schema(has_ends=False))
    columns = {"who": plain.column("entity_id").cast(pa.string())}
    if key is not None:
        columns["who"] = columns["who"].combine_chunks().cast(key)
    for name in ("event_time", "known_at"):
        columns[name] = _to_clock(plain.column(name), clock)
    return pa.table(columns | {name: plain.column(name) for name in READABLE})


def _to_clock(moments: pa.ChunkedArray, clock: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_date(clock):
        return moments.cast(clock, safe=False)
    return moments.cast(pa.timestamp(clock.unit), safe=False).cast(clock)


def write_log(folder: Path, name: str, log: pa.Table, row_group_size: int = 1_000) -> Path:
    """Write one file of a log."""
    path = folder / f"{name}.parquet"
    pq.write_table(log, path, row_group_size=row_group_size)
    return path


def name_files(
    paths: Sequence[Path], *, known_at: str | None = "known_at", delay_days: int = 0
) -> EventFiles:
    """Return the files of a log."""
    return EventFiles(tuple(paths), "who", "event_time", known_at, delay_days)


def fold_log(
    files: EventFiles,
    rows: Sequence[Row],
    measures: Sequence[Measure],
    partials: Path | None = None,
    told: list[str] | None = None,
) -> pa.Table:
    """Compute the measures of a log; what is reported goes to ``told``."""
    connection = database()
    connection.register("log_rows", row_table(rows))
    report = (lambda line: None) if told is None else told.append
    return fold_files(
        connection, files=files, rows="log_rows", measures=measures, partials=partials, report=report
    )


def floor_clocks(world: World, unit: str) -> World:
    """Return a world whose moments are whole days or milliseconds."""
    events = [
        {**event, **{name: _floor(event[name], unit) for name in ("event_time", "known_at")}}
        for event in world.events
    ]
    return World(events, world.rows)


def _floor(moment: datetime, unit: str) -> datetime:
    if unit == "day":
        return datetime.combine(date(moment.year, moment.month, moment.day), time())
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
