"""Logs of drawn events in Parquet, as exports write them."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from features.fold import fold_files
from features.measures import Measure
from features.sources import EventFiles
from tests.features.event_tables import database, day
from tests.features.event_worlds import (
    COLUMNS,
    ENTITIES,
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


def _make_world() -> World:
    """Return one world with ties, late events and every kind of value, the same in every run."""
    rng = np.random.default_rng(5)
    moments = [day("2024-01-01") + timedelta(microseconds=int(x)) for x in rng.integers(0, 9 * 10**12, 40)]
    values: dict[str, list[Any]] = {
        "amount": [None, 0.1, -3.5, float("nan"), 1e15],
        "whole": [None, 2**53 + 1, -(2**62), 7],
        "price": [None, Decimal("9.991"), Decimal("-0.001"), Decimal("123456789.125")],
        "flag": [None, True, False],
        "nps": [None, 0, 9, 10],
        "channel": [None, "", "mail", "it's"],
        "remark": [None, "grün", "b" * 40],
        "due": [None, date(2030, 1, 1), date(1969, 7, 20)],
        "closed": [None, day("2024-03-31T01:00"), day("1969-12-31T23:59:59.999999")],
    }
    events = []
    for place in range(400):
        at = moments[rng.integers(len(moments))]
        lag = timedelta(days=int(rng.choice([0, 0, 3, 40])), microseconds=int(rng.choice([0, 1])))
        drawn = {name: some[rng.integers(len(some))] for name, some in values.items()}
        entity = (*ENTITIES, "stranger")[rng.integers(4)]
        clocks = {"event_time": at, "known_at": at + lag, "known_until": None}
        events.append({"entity_id": entity, **clocks, "id": place, **drawn, "digits": None})
    rows = [(entity, date(2024, month, 1)) for entity in (*ENTITIES, "nobody") for month in (1, 2, 3, 5)]
    return World(events, rows)


WORLD = _make_world()
