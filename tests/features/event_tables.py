"""Random tables of events and the naive reading of a feature rule over them: a loop per row, plain Python."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from statistics import fmean, stdev
from typing import Any

import duckdb
import pyarrow as pa
from hypothesis import strategies as st

from features.cohort import count_days
from features.measures import Measure

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the tables hold UTC without a zone
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


def read_naively(
    events: Sequence[Event], entity: str, snapshot: date, measure: Measure
) -> float | str | None:
    """Return one feature of one row by going through the events one after the other."""
    midnight = datetime(snapshot.year, snapshot.month, snapshot.day)  # noqa: DTZ001 - UTC without a zone
    seen = [
        event
        for event in events
        if event.entity_id == entity and event.event_time < midnight and event.known_at <= midnight
    ]
    if measure.window_days is not None:
        longest = measure.long_days or measure.window_days
        seen = [event for event in seen if event.event_time >= midnight - timedelta(days=longest)]
    seen.sort(key=lambda event: (event.event_time, event.known_at, event.id))
    return _READINGS[measure.function](seen, midnight, measure)


def _values(seen: Sequence[Event], measure: Measure) -> list[tuple[datetime, float]]:
    found = [(event.event_time, getattr(event, measure.column or "")) for event in seen]
    return [(moment, value) for moment, value in found if value is not None]


def _of_numbers(function: Callable[[list[float]], float], at_least: int = 1) -> Callable[..., float | None]:
    def read(seen: Sequence[Event], _: datetime, measure: Measure) -> float | None:
        numbers = [float(value) for _, value in _values(seen, measure)]
        return function(numbers) if len(numbers) >= at_least else None

    return read


def _pick(place: int) -> Callable[..., float | str | None]:
    def read(seen: Sequence[Event], midnight: datetime, measure: Measure) -> float | str | None:
        values = _values(seen, measure)
        picked = values[place][1] if values else None
        return (midnight.date() - picked).days if isinstance(picked, date) else picked

    return read


def _since(place: int) -> Callable[..., int | None]:
    def read(seen: Sequence[Event], midnight: datetime, _: Measure) -> int | None:
        return (midnight.date() - seen[place].event_time.date()).days if seen else None

    return read


def _fit_line(points: Sequence[tuple[float, float]]) -> float | None:
    if len({x for x, _ in points}) < 2:
        return None
    middle = fmean([x for x, _ in points]), fmean([y for _, y in points])
    upper = math.fsum((x - middle[0]) * (y - middle[1]) for x, y in points)
    return upper / math.fsum((x - middle[0]) ** 2 for x, _ in points)


def _slope(seen: Sequence[Event], midnight: datetime, measure: Measure) -> float | None:
    month = timedelta(days=30)
    return _fit_line(
        [((moment - midnight) / month, float(value)) for moment, value in _values(seen, measure)]
    )


def _count_slope(seen: Sequence[Event], midnight: datetime, measure: Measure) -> float | None:
    days = measure.window_days or 0
    counts = [0] * days
    for event in seen:
        counts[(event.event_time - (midnight - timedelta(days=days))).days] += 1
    slope = _fit_line([(float(place), float(count)) for place, count in enumerate(counts)])
    return None if slope is None or not seen else slope * 30


def _share(seen: Sequence[Event], _: datetime, measure: Measure) -> float | None:
    comparison, bound = measure.condition or ("=", "")
    tests: dict[str, Callable[[Any], bool]] = {
        ">=": lambda value: value >= float(bound),
        "<=": lambda value: value <= float(bound),
        "=": lambda value: value == bound,
    }
    hits = [tests[comparison](value) for _, value in _values(seen, measure)]
    return sum(hits) / len(hits) if hits else None


def _ratio(seen: Sequence[Event], midnight: datetime, measure: Measure) -> float | None:
    short, long = measure.window_days or 0, measure.long_days or 0
    recent = [event for event in seen if event.event_time >= midnight - timedelta(days=short)]
    return (len(recent) / short) / (len(seen) / long) if seen else None


_READINGS: Mapping[str, Callable[..., float | str | None]] = {
    "count": lambda seen, *_: len(seen),
    "sum": _of_numbers(math.fsum),
    "mean": _of_numbers(fmean),
    "min": _of_numbers(min),
    "max": _of_numbers(max),
    "std": _of_numbers(stdev, at_least=2),
    "first": _pick(0),
    "last": _pick(-1),
    "slope": _slope,
    "count_slope": _count_slope,
    "share": _share,
    "ratio": _ratio,
    "days_since_first": _since(0),
    "days_since_last": _since(-1),
}

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
_DELAYS = st.one_of(
    st.just(timedelta(0)), st.timedeltas(timedelta(0), timedelta(days=60)), st.just(timedelta(days=1))
)


@st.composite
def event_lists(draw: st.DrawFn, max_size: int = 25) -> list[Event]:
    """Draw events with ties, missing values and times on the edges of windows and snapshots."""
    times = draw(st.lists(MOMENTS, max_size=max_size))
    found = []
    for place, moment in enumerate(times):
        known_at = draw(st.one_of(MOMENTS, st.builds(lambda delay, at: at + delay, _DELAYS, st.just(moment))))
        found.append(
            Event(
                entity_id=draw(st.sampled_from(ENTITIES)),
                event_time=moment,
                known_at=known_at,
                id=place,
                hours=draw(st.one_of(st.none(), st.floats(-1e6, 1e6, allow_subnormal=False))),
                nps=draw(st.one_of(st.none(), st.integers(0, 10))),
                channel=draw(st.sampled_from([None, "mail", "phone"])),
                due=draw(st.one_of(st.none(), st.dates(date(2023, 1, 1), date(2024, 12, 31)))),
            )
        )
    return draw(st.permutations(found))


ALL_ROWS = tuple((entity, snapshot) for snapshot in SNAPSHOTS for entity in sorted(ENTITIES))
