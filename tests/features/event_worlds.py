"""Random worlds of events on the edges of days, windows and snapshots, and what is asked about them."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast, get_args

import duckdb
import pyarrow as pa
from hypothesis import strategies as st

from features.cohort import count_days
from features.fold import fold_events
from features.measures import Function, Measure, Shape
from tests.features.event_tables import database, day
from tests.features.naive import Event, Row, View, view_rows

ENTITIES = ("anna", "bob", "Zoë")
NOBODY, STRANGER = "nobody", "stranger"  # a row without events, events without rows
# Year's end, a leap day, the days on which clocks change in America and Europe, and before 1970.
DAYS = tuple(
    date.fromisoformat(text)
    for text in (
        "1970-01-01",
        "2023-12-31",
        "2024-01-01",
        "2024-02-29",
        "2024-03-01",
        "2024-03-11",
        "2024-03-31",
        "2024-04-01",
        "2024-10-28",
    )
)
WINDOWS = (1, 7, 30, 90)
CLOCKS = ("event_time", "known_at", "known_until")
COLUMNS: dict[str, tuple[pa.DataType, Shape]] = {
    "amount": (pa.float64(), "number"),
    "whole": (pa.int64(), "number"),
    "price": (pa.decimal128(12, 3), "number"),
    "flag": (pa.bool_(), "number"),
    "nps": (pa.int8(), "number"),
    "digits": (pa.string(), "number"),
    "channel": (pa.string(), "text"),
    "remark": (pa.string(), "text"),
    "due": (pa.date32(), "time"),
    "closed": (pa.timestamp("us"), "time"),
}
_CONDITIONS = {
    "amount": [("<", "0"), (">=", "0.1")],
    "whole": [(">", "0")],
    "price": [("<=", "9.99"), ("=", "0")],
    "flag": [("=", "1")],
    "nps": [(">=", "9"), ("<=", "6")],
    "digits": [("=", "7")],
    "channel": [("=", "phone"), ("=", "it's")],
    "remark": [("=", "grün")],
}


@dataclass(frozen=True)
class World:
    """Events, the rows that ask about them, and how events of equal times are ordered."""

    events: Sequence[Event]
    rows: Sequence[Row]
    id_column: str | None = None
    has_ends: bool = False

    @property
    def views(self) -> list[View]:
        """Return what each row may know."""
        return list(view_rows(self.events, self.rows, self.id_column))


def event_schema(*, has_ends: bool) -> pa.Schema:
    """Return the columns of a table of events."""
    clocks = [(clock, pa.timestamp("us")) for clock in CLOCKS if has_ends or clock != "known_until"]
    values = [(column, kind) for column, (kind, _) in COLUMNS.items()]
    return pa.schema([("entity_id", pa.string()), *clocks, ("id", pa.int64()), *values])


def row_table(rows: Sequence[Row]) -> pa.Table:
    """Return rows as the engine reads them."""
    columns = {
        "row_id": pa.array(range(len(rows)), pa.int64()),
        "entity_id": pa.array([entity for entity, _ in rows], pa.string()),
        "snapshot_day": pa.array([count_days(snapshot) for _, snapshot in rows], pa.int32()),
    }
    return pa.table(columns)


def fold(
    world: World, measures: Sequence[Measure], connection: duckdb.DuckDBPyConnection | None = None
) -> pa.Table:
    """Compute the measures of a world."""
    events = pa.Table.from_pylist(list(world.events), event_schema(has_ends=world.has_ends))
    return fold_table(events, world.rows, measures, world.id_column, connection)


def fold_table(
    events: pa.Table,
    rows: Sequence[Row],
    measures: Sequence[Measure],
    id_column: str | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> pa.Table:
    """Compute the measures of a table of events."""
    opened = connection or database()
    opened.register("world_events", events)
    opened.register("world_rows", row_table(rows))
    return fold_events(
        opened, events="world_events", rows="world_rows", measures=measures, id_column=id_column
    )


def measure_of(
    function: str,
    column: str | None = None,
    window_days: int | None = None,
    long_days: int | None = None,
    condition: tuple[str, str] | None = None,
) -> Measure:
    """Return a measure of the columns above, named after all that it asks."""
    asked = (column, function, window_days, long_days, *(condition or ()))
    name = "_".join(str(part) for part in asked if part is not None)
    shape: Shape = COLUMNS[column][1] if column is not None else "number"
    return Measure(name, cast("Function", function), column, window_days, long_days, condition, shape)


def known(measures: Iterable[Measure]) -> tuple[Measure, ...]:
    """Return the measures whose function the product has."""
    return tuple(measure for measure in measures if measure.function in get_args(Function))


def _list_measures(days: int) -> Iterable[Measure]:
    """Yield what can be asked of one window."""
    yield from (measure_of(function, None, days) for function in ("count", "count_slope", "count_delta"))
    yield measure_of("ratio", None, days, 3 * days)
    for column, (_, shape) in COLUMNS.items():
        of_all = ("count", "distinct") if shape != "time" else ()
        of_numbers = ("sum", "mean", "min", "max", "std", "slope", "delta") if shape == "number" else ()
        yield from (measure_of(function, column, days) for function in (*of_all, *of_numbers))


EVER = known(
    [
        measure_of("days_since_first"),
        measure_of("days_since_last"),
        *(measure_of(function, column) for column in COLUMNS for function in ("first", "last")),
    ]
)
WINDOWED = known(measure for days in WINDOWS for measure in _list_measures(days))
SHARES = tuple(
    measure_of("share", column, days, condition=condition)
    for column, conditions in _CONDITIONS.items()
    for condition in conditions
    for days in WINDOWS
)
EVERYTHING = (*EVER, *WINDOWED, *SHARES)
# One measure of each function: what the laws of time and order are tried on.
ONE_OF_EACH = known(
    [
        measure_of("count", None, 90),
        measure_of("count", "nps", 30),
        measure_of("sum", "price", 30),
        measure_of("mean", "amount", 90),
        measure_of("min", "whole", 30),
        measure_of("max", "digits", 90),
        measure_of("std", "nps", 90),
        measure_of("first", "channel"),
        measure_of("last", "remark"),
        measure_of("last", "closed"),
        measure_of("slope", "nps", 90),
        measure_of("count_slope", None, 30),
        measure_of("share", "flag", 90, condition=("=", "1")),
        measure_of("ratio", None, 7, 90),
        measure_of("days_since_first"),
        measure_of("days_since_last"),
        measure_of("delta", "price", 30),
        measure_of("count_delta", None, 30),
        measure_of("distinct", "channel", 90),
    ]
)

_TICK = timedelta(microseconds=1)
_SHIFTS = (-_TICK, timedelta(0), timedelta(0), _TICK, timedelta(hours=-9), timedelta(hours=5))
_DISTANCES = (0, *WINDOWS, 2, 14, 60, 180)


def edges_of(days: Iterable[date], distances: Sequence[int] = _DISTANCES) -> list[datetime]:
    """Return midnights so many days before the ones given, and the moments beside them."""
    return [
        datetime.combine(snapshot, time()) - timedelta(distance) + shift
        for snapshot in days
        for distance in distances
        for shift in _SHIFTS
    ]


EDGES = edges_of(DAYS)
_FAR = tuple(
    map(day, ("1901-12-13T20:45:52", "1969-12-31T23:59:59.999999", "2038-01-19T03:14:08", "2199-01-01"))
)
_LATE_HOURS = tuple(
    map(day, ("2024-03-10T07:00", "2024-03-31T01:00", "2024-03-31T02:30", "2024-10-27T01:30"))
)
moments = st.one_of(
    st.sampled_from(EDGES),
    st.sampled_from((*_FAR, *_LATE_HOURS)),
    st.datetimes(day("2023-06-01"), day("2024-11-01")),
)
_LAGS = (_TICK, *map(timedelta, (1, 20, 45, 400)))
_NOW = timedelta(0)
_DELAYS = (_NOW, _NOW, _NOW, _NOW, _TICK, *map(timedelta, (1, 7, 31, 200, -1, -3)))
_delays = st.sampled_from(_DELAYS)
_IDS = (1, 2, 9, 10)
_VALUES: dict[str, Sequence[Any]] = {
    "amount": [None, float("nan"), float("inf"), -float("inf"), 0.0, 1e-12, -1e15, 1e15, 0.1, -2.5, 1e6 / 7],
    "whole": [None, 0, 1, -1, 7, 2**31, 2**53 + 1, 2**62, -(2**62), 2**63 - 1],
    "price": [None, *map(Decimal, ("0", "9.99", "9.991", "-3.5", "123456789.125", "0.001"))],
    "flag": [None, True, False],
    "nps": [None, *range(11)],
    "digits": [None, "", "7", "07", "-2.5", "1e3", "12"],
    "channel": [None, "", "mail", "phone", "it's", "Mail"],
    "remark": [None, "grün", "gruen", "a", "b" * 40, "b" * 40 + "c", "\U0001f600", "\uffee"],
    "due": [None, *DAYS, date(1969, 7, 20), date(2030, 1, 1)],
    "closed": [None, *EDGES[::7], *_FAR],
}
_amounts = st.one_of(st.sampled_from(_VALUES["amount"]), st.floats(-1e6, 1e6, allow_subnormal=False))
_days = st.one_of(st.sampled_from(DAYS), st.dates(date(2023, 11, 1), date(2024, 12, 1)))
_contents = st.fixed_dictionaries(
    {name: st.sampled_from(values) for name, values in _VALUES.items()} | {"amount": _amounts}
)


def _events(
    event_time: st.SearchStrategy[Any],
    known_at: st.SearchStrategy[Any],
    ends: st.SearchStrategy[Any] | None = None,
    contents: st.SearchStrategy[dict[str, Any]] = _contents,
) -> st.SearchStrategy[Event]:
    """Draw one event; it is known at a moment or with a delay, and ends only where the table has ends."""
    ended = st.none() if ends is None else st.one_of(st.none(), ends)
    whose = st.sampled_from((*ENTITIES, ENTITIES[0], ENTITIES[0], STRANGER))
    return st.builds(_settle, whose, event_time, known_at, ended, st.sampled_from(_IDS), contents)


def _settle(
    entity: str,
    event_time: datetime,
    known_at: datetime | timedelta,
    known_until: datetime | None,
    number: int,
    contents: dict[str, Any],
) -> Event:
    """Return an event with a moment in place of a delay."""
    known_at = event_time + known_at if isinstance(known_at, timedelta) else known_at
    clocks = {"event_time": event_time, "known_at": known_at, "known_until": known_until}
    return {"entity_id": entity, **clocks, "id": number, **contents}


@st.composite
def worlds(draw: st.DrawFn, max_events: int = 20) -> World:
    """Draw a world of a few days, whose events lie on the edges of these days and of windows before them.

    Few moments and contents for many events make events tie; some are late, some end.
    """
    days = draw(st.lists(_days, min_size=1, max_size=4))
    near, borders = st.sampled_from(edges_of(days)), st.sampled_from(edges_of(days, (0,)))
    at = st.sampled_from(draw(st.lists(st.one_of(near, near, near, moments), min_size=1, max_size=5)))
    contents = st.sampled_from(draw(st.lists(_contents, min_size=1, max_size=8)))
    has_ends = draw(st.booleans())
    drawn = _events(
        at, st.one_of(_delays, borders, at), st.one_of(borders, at) if has_ends else None, contents
    )
    size = draw(st.integers(0, max_events))
    events = draw(st.lists(drawn, min_size=size, max_size=size))
    whose = st.sampled_from((*ENTITIES, NOBODY))
    rows = draw(st.lists(st.tuples(whose, st.sampled_from(days)), min_size=4, max_size=12))
    return World(events, rows, draw(st.sampled_from(["id", None])), has_ends)


def dense_world(seed: int, n_events: int = 250, *, id_column: str | None = None) -> World:
    """Return a world in which every edge, tie and missing value occurs many times over."""
    dice = random.Random(seed)
    days = dice.sample(DAYS, 4)
    busy = dice.sample(edges_of(days), 40)
    borders = edges_of(days, (0,))
    events = []
    for _ in range(n_events):
        event_time, delay = dice.choice(busy), dice.choice(_DELAYS)
        known_at = dice.choice([event_time + delay, event_time + delay, dice.choice(borders)])
        until = dice.choice([None, None, dice.choice(borders)])
        contents = {name: dice.choice(values) for name, values in _VALUES.items()}
        events.append(
            _settle(dice.choice(ENTITIES), event_time, known_at, until, dice.choice(_IDS), contents)
        )
    rows = [(entity, snapshot) for entity in (*ENTITIES, NOBODY) for snapshot in days]
    return World(events, dice.choices(rows, k=2 * len(rows)), id_column, has_ends=True)


@st.composite
def late_events(draw: st.DrawFn) -> Event:
    """Draw an event that is known later than it happened, often about midnight."""
    event_time = draw(moments)
    borders = [border for border in edges_of(DAYS, (0,)) if border > event_time]
    lags = [event_time + lag for lag in _LAGS]
    return draw(_events(st.just(event_time), st.sampled_from([*lags, *borders])))


@st.composite
def worlds_with_news(draw: st.DrawFn, max_events: int = 8) -> tuple[World, list[Event], date]:
    """Draw a world, its events with news added at the end, and a day whose midnight cannot know the news.

    News are events that happen at that midnight or later or become known after it, and ends after it.
    """
    world = draw(worlds(max_events))
    snapshot = draw(st.sampled_from([day for _, day in world.rows]))
    midnight = datetime.combine(snapshot, time())
    after = st.sampled_from([midnight + lag for lag in _LAGS])
    happening = st.one_of(st.just(midnight), after)
    ends = after if world.has_ends else None
    added = st.one_of(_events(happening, st.one_of(_delays, moments), ends), _events(moments, after, ends))
    events = [_end_later(draw, event, midnight, after) if world.has_ends else event for event in world.events]
    return world, [*events, *draw(st.lists(added, min_size=1, max_size=6))], snapshot


def _end_later(
    draw: st.DrawFn, event: Event, midnight: datetime, after: st.SearchStrategy[datetime]
) -> Event:
    """Return an event that ended never or after a midnight with another end after it, or as it is."""
    end = event["known_until"]
    if end is not None and end <= midnight:
        return event
    return {**event, "known_until": draw(st.one_of(st.just(end), after))}


def twin_of(entity: str) -> str:
    """Return the name of an entity's double."""
    return f"{entity}'s twin"


def fold_twins(
    world: World, events: Sequence[Event], measures: Sequence[Measure]
) -> tuple[pa.Table, pa.Table]:
    """Compute the rows of a world, and the same rows of its entities' twins, who have other events."""
    theirs = [{**event, "entity_id": twin_of(event["entity_id"])} for event in events]
    rows = [*world.rows, *((twin_of(entity), snapshot) for entity, snapshot in world.rows)]
    found = fold(replace(world, events=[*world.events, *theirs], rows=rows), measures)
    return found.slice(0, len(world.rows)), found.slice(len(world.rows))


def _one_of(measures: Iterable[Measure]) -> st.SearchStrategy[Measure]:
    """Draw a measure, each function as often as any other."""
    by_function: dict[str, list[Measure]] = {}
    for measure in measures:
        by_function.setdefault(measure.function, []).append(measure)
    return st.one_of(*map(st.sampled_from, by_function.values()))


@st.composite
def questions(draw: st.DrawFn, n_measures: int = 10, n_shares: int = 3) -> tuple[Measure, ...]:
    """Draw what is asked of a source: so many measures, over some windows or all time, and so many shares."""
    windows = draw(st.sets(st.sampled_from(WINDOWS), min_size=1))
    windowed = [measure for measure in WINDOWED if measure.window_days in windows]
    shares = [measure for measure in SHARES if measure.window_days in windows]
    n_ever = draw(st.integers(0, n_measures // 2))
    asked: list[Measure] = []
    for pool, size in ((EVER, n_ever), (windowed, n_measures - n_ever), (shares, n_shares)):
        asked += draw(st.lists(_one_of(pool), min_size=size, max_size=size, unique=True))
    return tuple(asked)
