"""Tables of events with times on the edges of windows and snapshots, in a database for tests."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

import duckdb
import pyarrow as pa
from hypothesis import strategies as st

from features.cohort import count_days

SCHEMA = pa.schema(
    [
        ("entity_id", pa.string()),
        ("event_time", pa.timestamp("us")),
        ("known_at", pa.timestamp("us")),
        ("id", pa.int64()),
        ("hours", pa.float64()),
        ("nps", pa.int64()),
        ("channel", pa.string()),
        ("due", pa.date32()),
    ]
)


@dataclass(frozen=True)
class Event:
    """One row of a table of events."""

    entity_id: str
    event_time: datetime
    known_at: datetime
    id: int
    hours: float | None = None
    nps: int | None = None
    channel: str | None = None
    due: date | None = None


def day(text: str) -> datetime:
    """Return 00:00 of a day, or the moment written, in UTC without a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).replace(tzinfo=None)


@cache
def database() -> duckdb.DuckDBPyConnection:
    """Return the one database of a test run: opening one for each example would take most of the time."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET TimeZone = 'UTC'")
    return connection


@contextmanager
def open_tables(
    events: Sequence[Event], rows: Sequence[tuple[str, date]]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a database with the tables ``events`` and ``rows``."""
    connection = database()
    store(connection, "events", pa.Table.from_pylist([vars(event) for event in events], SCHEMA))
    cells = [
        {"row_id": place, "entity_id": entity, "snapshot_day": count_days(snapshot)}
        for place, (entity, snapshot) in enumerate(rows)
    ]
    schema = pa.schema([("row_id", pa.int64()), ("entity_id", pa.string()), ("snapshot_day", pa.int32())])
    store(connection, "rows", pa.Table.from_pylist(cells, schema))
    yield connection


def store(connection: duckdb.DuckDBPyConnection, name: str, content: pa.Table) -> None:
    """Write an Arrow table to the database."""
    connection.register("draft", content)
    connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM draft")
    connection.unregister("draft")


ENTITIES = ("anna", "bob", "Zoë")
SNAPSHOTS = (date(2023, 12, 31), date(2024, 1, 1), date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 31))
_EDGES = [
    day(snapshot.isoformat()) + timedelta(days=-window, microseconds=shift)
    for snapshot in SNAPSHOTS
    for window in (0, 1, 7, 30, 90)
    for shift in (-1, 0, 1)
]
_ANY_TIME = st.datetimes(day("2023-09-01"), day("2024-04-10"))
MOMENTS = st.one_of(st.sampled_from(_EDGES), _ANY_TIME)
ALL_ROWS = tuple((entity, snapshot) for snapshot in SNAPSHOTS for entity in sorted(ENTITIES))
