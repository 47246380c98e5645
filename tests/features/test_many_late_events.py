"""One entity whose 100,000 events all become known late, each at its own time."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from tests.features.closeness import assert_naive
from tests.features.event_tables import day
from tests.features.event_worlds import fold_table, known, measure_of
from tests.features.naive import DAY, Row, View, microseconds_of, view_rows

GIANT, SMALL = "giant", tuple(f"small {number}" for number in range(20))
MEASURES = known(
    [
        measure_of("count", None, 90),
        measure_of("sum", "amount", 90),
        measure_of("mean", "price", 30),
        measure_of("min", "amount", 7),
        measure_of("max", "price", 30),
        measure_of("std", "amount", 90),
        measure_of("first", "channel"),
        measure_of("last", "nps"),
        measure_of("last", "closed"),
        measure_of("slope", "nps", 90),
        measure_of("count_slope", None, 30),
        measure_of("days_since_first"),
        measure_of("days_since_last"),
        measure_of("ratio", None, 30, 90),
        measure_of("delta", "nps", 30),
        measure_of("count_delta", None, 30),
        measure_of("distinct", "nps", 30),
        measure_of("share", "nps", 90, condition=(">=", "9")),
        measure_of("share", "amount", 30, condition=("<", "0")),
        measure_of("share", "channel", 7, condition=("=", "phone")),
    ]
)


def with_gaps(
    chance: np.random.Generator, values: Sequence[object] | np.ndarray, kind: pa.DataType
) -> pa.Array:
    """Return a column in which about every third value is missing."""
    return pa.array(values, kind, mask=chance.random(len(values)) < 0.3)


def draw_late_events(n_events: int, seed: int = 5) -> pa.Table:
    """Return events of three years that become known within two more, in no order; some times tie."""
    chance = np.random.default_rng(seed)
    start, n_all = microseconds_of(day("2021-01-01")), n_events + n_events // 50
    happened = start + chance.integers(0, 3 * 365 * 24, n_all) * (DAY // 24)
    lag = 1 + np.minimum(chance.exponential(90 * DAY, n_all), 730 * DAY).astype(np.int64)
    names = np.array([GIANT, *SMALL])
    whose = np.where(np.arange(n_all) < n_events, 0, chance.integers(1, len(names), n_all))
    order = chance.permutation(n_all)
    columns = {
        "entity_id": pa.array(names[whose]),
        "event_time": pa.array(happened, pa.timestamp("us")),
        "known_at": pa.array(happened + lag, pa.timestamp("us")),
        "id": pa.array(chance.permutation(n_all)),
        "amount": with_gaps(chance, chance.normal(0, 1e4, n_all), pa.float64()),
        "price": with_gaps(chance, chance.integers(0, 10**6, n_all) / 8, pa.float64()),
        "nps": with_gaps(chance, chance.integers(0, 11, n_all), pa.int8()),
        "channel": with_gaps(
            chance, np.array(["mail", "phone", ""])[chance.integers(0, 3, n_all)], pa.string()
        ),
        "closed": with_gaps(chance, happened + 2 * lag, pa.timestamp("us")),
    }
    return pa.table(columns).take(order)


def list_rows(n_snapshots: int) -> list[Row]:
    days = [date(2021, 2, 1) + timedelta(days=60 * number) for number in range(n_snapshots)]
    return [(entity, snapshot) for snapshot in days for entity in (GIANT, *SMALL[:3])]


ROWS = list_rows(20)


@pytest.fixture(scope="module")
def late() -> tuple[pa.Table, list[View]]:
    """Draw the events and what each row may know of them."""
    events = draw_late_events(100_000)
    return events, list(view_rows(events.to_pylist(), ROWS, "id"))


def test_as_many_events_are_waited_for_as_are_late(late):
    events, views = late
    known_times = events.filter(pa.compute.equal(events["entity_id"], GIANT))["known_at"]
    assert len(known_times.unique()) > 99_000
    seen = [int(view.is_seen.sum()) for view in views[::4]]
    assert seen == sorted(seen)
    assert seen[0] < 1000
    assert seen[-1] > 95_000


@pytest.mark.parametrize("order", ["none", "entity_id"])
def test_every_late_event_counts_from_its_own_time_on(late, order):
    events, views = late
    ordered = events if order == "none" else events.sort_by(order)
    assert_naive(fold_table(ordered, ROWS, MEASURES, "id"), views, MEASURES)
