"""What a row may know: nothing from its midnight on, and late news from the midnight that knows them."""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from datetime import time as clock

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.measures import Measure
from tests.features.closeness import allowance, assert_naive, assert_near
from tests.features.event_worlds import (
    DAYS,
    ENTITIES,
    ONE_OF_EACH,
    World,
    fold,
    fold_twins,
    late_events,
    measure_of,
    worlds,
    worlds_with_news,
)
from tests.features.naive import Event, View
from tests.properties import law

EVER_COUNTED = measure_of("count", None, 200 * 365)
THIRDS = tuple(ONE_OF_EACH[start::3] for start in range(3))  # few measures at a time, many worlds
ZONES = ("America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Kiritimati")


def values_of(found: pa.Table, place: int) -> list[object]:
    return [column[place].as_py() for column in found.columns]


def assert_news_change_nothing(
    world: World, events: list[Event], snapshot: date, measures: Sequence[Measure]
) -> None:
    asked = replace(world, rows=[*world.rows, *((entity, snapshot) for entity in ENTITIES)])
    before, after = fold_twins(asked, events, measures)
    views = asked.views
    for place, (entity, day) in enumerate(asked.rows):
        if day > snapshot:
            continue
        for measure in measures:
            found, expected = (table.column(measure.name)[place].as_py() for table in (after, before))
            allowed = rounding_of(views[place], measure)
            assert_near(found, expected, allowed, f"{measure.name} of {entity} at {day}")


def rounding_of(view: View, measure: Measure) -> float:
    """Return by how much later news may move a value: std and slope in the last digits.

    Both are merged from parts, and where a part ends depends on all that is known.
    """
    return 1e-3 * allowance(view, measure) if measure.function in {"std", "slope"} else 0.0


@settings(max_examples=40)  # many more worlds in tests/long/test_event_features.py
@given(worlds_with_news(), st.sampled_from(THIRDS))
def test_what_happens_or_is_known_later_never_changes_a_row(drawn, measures):
    assert_news_change_nothing(*drawn, measures)


@law(20, worlds(), late_events(), st.sampled_from(ENTITIES))
def test_a_late_event_counts_from_the_first_midnight_it_is_known_at_and_not_before(world, late, entity):
    late = {**late, "entity_id": entity}
    asked = replace(world, rows=[(someone, day) for someone in ENTITIES for day in DAYS])
    before, after = fold_twins(asked, [*world.events, late], (EVER_COUNTED, *ONE_OF_EACH))
    for place, (someone, day) in enumerate(asked.rows):
        midnight = datetime.combine(day, clock())
        without, with_it = values_of(before, place), values_of(after, place)
        if someone == entity and late["event_time"] < midnight and late["known_at"] <= midnight:
            assert with_it[0] == without[0] + 1
        else:
            assert with_it == without


@pytest.fixture(scope="module", params=ZONES)
def database_abroad(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database on a machine whose clock shows the time of another zone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield connection
    time.tzset()


@settings(max_examples=8)
@given(world=worlds())
def test_the_zone_of_the_machine_moves_no_event_over_any_edge(database_abroad, world):
    assert os.environ["TZ"] in ZONES
    assert_naive(fold(world, ONE_OF_EACH, database_abroad), world.views, ONE_OF_EACH)
