import tempfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.fold.batches import to_events
from features.panes import Roster, Texts
from tests.features.closeness import assert_same_features
from tests.features.event_tables import database
from tests.features.event_worlds import ENTITIES, World, fold, measure_of, worlds
from tests.features.fold.logs import (
    ASKED,
    CLOCK,
    WORLD,
    asked,
    floor_clocks,
    fold_log,
    name_files,
    to_log,
    write_log,
)
from tests.properties import law

PLAIN = worlds(max_events=20).filter(lambda world: not world.has_ends).map(lambda w: World(w.events, w.rows))


@law(20, world=PLAIN, measures=asked(), pieces=st.integers(1, 3), group=st.integers(1, 7))
def test_a_log_in_files_tells_what_its_table_does(world, measures, pieces, group):
    with tempfile.TemporaryDirectory() as folder:
        paths = [
            write_log(Path(folder), f"part-{place}", to_log(world.events[place::pieces]), group)
            for place in range(pieces)
        ]
        found = fold_log(name_files(paths), world.rows, measures)
    assert_same_features(found, fold(world, measures), world.views, measures)


def assert_like_table(folder, world, log, **clocks):
    files = name_files([write_log(folder, "log", log, 97)], **clocks)
    found = fold_log(files, world.rows, ASKED)
    assert_same_features(found, fold(world, ASKED), world.views, ASKED)


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())],
    ids=str,
)
def test_keys_of_any_text_type_lead_to_the_same(tmp_path, kind):
    assert_like_table(tmp_path, WORLD, to_log(WORLD.events, key=kind))


@pytest.mark.parametrize("kind", [pa.int64(), pa.int32(), pa.uint8()], ids=str)
def test_keys_that_are_whole_numbers_are_those_of_their_texts(tmp_path, kind):
    codes = {name: str(place + 3) for place, name in enumerate((*ENTITIES, "stranger", "nobody"))}
    events = [{**event, "entity_id": codes[event["entity_id"]]} for event in WORLD.events]
    world = World(events, [(codes[entity], snapshot) for entity, snapshot in WORLD.rows])
    assert_like_table(tmp_path, world, to_log(events, key=kind))


@pytest.mark.parametrize(
    ("clock", "unit"),
    [
        (pa.date32(), "day"),
        (pa.timestamp("ms", "UTC"), "millisecond"),
        (pa.timestamp("us", "Europe/Berlin"), None),
        (pa.timestamp("ns", "America/New_York"), None),
    ],
    ids=str,
)
def test_clocks_of_any_type_tell_the_same_moments(tmp_path, clock, unit):
    world = WORLD if unit is None else floor_clocks(WORLD, unit)
    assert_like_table(tmp_path, world, to_log(world.events, clock))


@pytest.mark.parametrize("days", [0, 1, 45])
def test_a_known_time_that_follows_the_event_needs_no_column(tmp_path, days):
    delay = timedelta(days=days)
    events = [{**event, "known_at": event["event_time"] + delay} for event in WORLD.events]
    log = to_log(events).drop_columns("known_at")
    assert_like_table(tmp_path, World(events, WORLD.rows), log, known_at=None, delay_days=days)


@pytest.mark.parametrize("kind", [pa.large_string(), pa.dictionary(pa.int8(), pa.string())], ids=str)
def test_texts_of_any_type_tell_the_same(tmp_path, kind):
    log = to_log(WORLD.events)
    for name in ("channel", "remark"):
        column = log.column(name).combine_chunks().cast(kind)
        log = log.set_column(log.schema.get_field_index(name), name, column)
    assert_like_table(tmp_path, WORLD, log)


def test_events_without_a_time_and_without_an_entity_are_nobodys(tmp_path):
    log = to_log(WORLD.events)
    missing = log.slice(0, 3)
    holes = [
        missing.set_column(place, name, pa.nulls(3, log.schema.field(name).type))
        for place, name in enumerate(("who", "event_time", "known_at"))
    ]
    assert_like_table(tmp_path, WORLD, pa.concat_tables([*holes, log, *holes]))


def test_a_log_without_events_and_columns_without_values_tell_nothing(tmp_path):
    empty = write_log(tmp_path, "empty", to_log([]))
    found = fold_log(name_files([empty]), WORLD.rows, ASKED)
    assert_same_features(found, fold(World([], WORLD.rows), ASKED), World([], WORLD.rows).views, ASKED)
    bare = [{**event, **dict.fromkeys(("amount", "channel", "price", "closed"))} for event in WORLD.events]
    assert_like_table(tmp_path, World(bare, WORLD.rows), to_log(bare))


def test_no_row_asked_gives_columns_without_lines(tmp_path):
    log = write_log(tmp_path, "log", to_log(WORLD.events))
    found = fold_log(name_files([log]), [], ASKED)
    assert (found.num_rows, found.column_names) == (0, [measure.name for measure in ASKED])


def test_snapshots_without_windows_know_the_whole_history(tmp_path):
    measures = [measure_of("last", "channel"), measure_of("days_since_first"), measure_of("first", "price")]
    log = write_log(tmp_path, "log", to_log(WORLD.events))
    found = fold_log(name_files([log]), WORLD.rows, measures)
    assert_same_features(found, fold(WORLD, measures), WORLD.views, measures)
    assert found.column("days_since_first").null_count < len(WORLD.rows)


@given(st.lists(st.one_of(st.none(), st.integers(-(10**18) + 1, 10**18 - 1)), min_size=1), st.integers(0, 18))
def test_decimals_are_the_numbers_that_the_database_makes_of_them(digits, scale):
    values = [None if one is None else Decimal(one).scaleb(-scale) for one in digits]
    table = pa.table({"v0": pa.array(values, pa.decimal128(18, scale))})
    connection = database()
    connection.register("decimals", table)
    query = "SELECT CAST(v0 AS DOUBLE) FROM decimals"
    expected = [row[0] for row in connection.execute(query).fetchall()]
    for begin in (0, len(digits) // 2):
        found = read_numbers(table.column("v0").combine_chunks()[begin:])
        assert found == expected[begin:]


def read_numbers(values: pa.Array) -> list[float | None]:
    """Return the numbers of a column as the fold reads them."""
    at = pa.array([0] * len(values), CLOCK)
    batch = pa.RecordBatch.from_pydict(
        {"entity_id": pa.nulls(len(values), pa.string()), "event_time": at, "v0": values}
    )
    numbers = to_events(batch, ["number"], Roster(), Texts()).bits[0].view(np.float64)
    return [None if np.isnan(number) else number for number in numbers.tolist()]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([2**53 + 1, None], pa.int64()), [float(2**53), None]),
        (pa.array([2**64 - 1], pa.uint64()), [float(2**64)]),
        (pa.array([True, None, False]), [1.0, None, 0.0]),
        (pa.array([0.1, None], pa.float32()), [float(np.float32(0.1)), None]),
        (pa.array([1.5], pa.float16()), [1.5]),
        (pa.array([Decimal(10**30), None], pa.decimal128(38, 0)), [1e30, None]),
        (pa.array([-1, 0, None], pa.timestamp("us")), [-1.0, 0.0, None]),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)
def test_numbers_of_any_type_are_float64(values, expected):
    assert read_numbers(values) == expected


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1))
def test_nanoseconds_are_rounded_as_the_database_does(moments):
    clock = pa.array(moments, pa.timestamp("ns"))
    connection = database()
    connection.register("moments", pa.table({"moment": clock}))
    query = "SELECT epoch_us(CAST(moment AS TIMESTAMP)) FROM moments"
    expected = [row[0] for row in connection.execute(query).fetchall()]
    batch = pa.RecordBatch.from_pydict(
        {"entity_id": pa.nulls(len(moments), pa.string()), "event_time": clock}
    )
    assert to_events(batch, [], Roster(), Texts()).times.tolist() == expected


def test_the_progress_of_a_long_log_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("features.fold.parquet._TOLD_ROWS", 100)
    log, told = write_log(tmp_path, "log", to_log(WORLD.events), 50), []
    monkeypatch.setattr("features.fold.parquet._BATCH_ROWS", 50)
    fold_log(name_files([log]), WORLD.rows, ASKED[:1], told=told)
    assert len(told) == 4
