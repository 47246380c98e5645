import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from features.columns import resolve_measures
from features.fold import fold_events
from features.measures import Measure, list_measures
from features.usecase import FeatureRule, Source
from tests.features.event_tables import (
    ALL_ROWS,
    SNAPSHOTS,
    Event,
    day,
    open_tables,
)

TICKETS = Source(file="tickets.csv", event_time="event_time", known_at="known_at", id="id")
FULL_RULE = {
    "windows": ["1d", "7d", "30d", "90d"],
    "count": {},
    "sum": ["hours"],
    "mean": ["hours", "nps"],
    "min": ["hours"],
    "max": ["nps"],
    "std": ["hours"],
    "first": ["nps", "channel"],
    "last": ["nps", "channel", "due"],
    "slope": ["count", "nps"],
    "share": {"nps": {"promoter": ">=9", "detractor": "<=6"}, "channel": {"phone": "=phone"}},
    "ratio": ["7d", "90d"],
    "days_since_first": {},
    "days_since_last": {},
}


def fold(
    events: Sequence[Event], rows: Sequence[tuple[str, date]] = ALL_ROWS, rule: object = None
) -> tuple[pa.Table, tuple[Measure, ...]]:
    with open_tables(events, rows) as connection:
        asked = list_measures("tickets", TICKETS, FeatureRule.model_validate(rule or FULL_RULE))
        measures = resolve_measures(connection, "events", "tickets", asked)
        found = fold_events(connection, events="events", rows="rows", measures=measures, id_column="id")
    return found, measures


def fold_one(name: str, events: Sequence[Event], snapshot: str = "2024-03-01") -> object:
    found, _ = fold(events, [("anna", date.fromisoformat(snapshot))])
    return found.column(f"o_tickets.{name}")[0].as_py()


def event(event_time: str, known_at: str | None = None, id: int = 0, **values: Any) -> Event:  # noqa: A002 - the column is called id
    return Event("anna", day(event_time), day(known_at or event_time), id, **values)


def test_an_event_of_the_snapshot_itself_is_in_the_future():
    assert fold_one("count_30d", [event("2024-03-01", "2024-02-01")]) == 0
    assert fold_one("count_30d", [event("2024-02-29T23:59:59.999999")], "2024-03-01") == 1


def test_an_event_known_exactly_at_the_snapshot_counts_and_a_moment_later_does_not():
    assert fold_one("count_30d", [event("2024-02-20", "2024-03-01")]) == 1
    assert fold_one("count_30d", [event("2024-02-20", "2024-03-01T00:00:00.000001")]) == 0


def test_a_window_holds_its_first_moment_and_not_the_one_before():
    assert fold_one("count_1d", [event("2024-02-29")]) == 1
    assert fold_one("count_1d", [event("2024-02-28T23:59:59.999999")]) == 0


def test_a_late_event_appears_only_at_snapshots_after_it_is_known():
    late = [event("2023-12-20", "2024-02-15")]
    rows = [("anna", snapshot) for snapshot in SNAPSHOTS]
    counts = fold(late, rows)[0].column("o_tickets.count_90d").to_pylist()
    assert counts == [0, 0, 1, 1, 0]
    firsts = fold(late, rows)[0].column("o_tickets.days_since_first").to_pylist()
    assert firsts == [None, None, 71, 72, 102]


def test_many_late_events_all_wait_for_their_day():
    late = [event("2024-01-10", "2024-03-15", number) for number in range(10_000)]
    rows = [("anna", date(2024, 3, 1)), ("anna", date(2024, 3, 31))]
    assert fold(late, rows)[0].column("o_tickets.count_90d").to_pylist() == [0, 10_000]


def test_of_events_at_the_same_time_the_one_known_later_and_then_the_greater_id_is_last():
    at = "2024-02-01"
    by_known = [event(at, "2024-02-03", 1, nps=3), event(at, "2024-02-02", 2, nps=4)]
    by_id = [event(at, "2024-02-02", 8, nps=5), event(at, "2024-02-02", 7, nps=6)]
    assert fold_one("nps.last", by_known) == 3
    assert fold_one("nps.first", by_known) == 4
    assert fold_one("nps.last", by_id) == 5
    assert fold_one("nps.first", by_id) == 6


def test_nothing_seen_is_a_count_of_zero_and_a_missing_value_for_all_else():
    found, measures = fold([], [("anna", date(2024, 3, 1))])
    for measure in measures:
        assert found.column(measure.name)[0].as_py() == (0 if measure.function == "count" else None)


def test_missing_and_unbounded_numbers_do_not_count_as_values():
    events = [event("2024-02-25", hours=4.0), event("2024-02-26", hours=math.nan), event("2024-02-27")]
    endless = [*events, event("2024-02-28", hours=math.inf)]
    assert fold_one("hours.mean_30d", endless) == 4.0
    assert fold_one("hours.std_30d", endless) is None
    assert fold_one("count_30d", endless) == 4


def test_a_slope_needs_two_different_times():
    twice = [event("2024-02-20T08:00", nps=2), event("2024-02-20T08:00", nps=8)]
    assert fold_one("nps.slope_30d", twice) is None
    assert fold_one("nps.slope_30d", [*twice, event("2024-02-25T08:00", nps=10)]) == pytest.approx(30.0)


def test_the_slope_of_a_line_is_its_change_per_30_days():
    rising = [event(f"2024-02-{number:02d}", nps=number // 3) for number in range(3, 28, 3)]
    assert fold_one("nps.slope_30d", rising) == pytest.approx(10.0)


def test_the_slope_of_counts_is_zero_for_a_steady_stream_and_positive_for_a_growing_one():
    steady = [event(f"2024-02-{number:02d}") for number in range(1, 30)] + [event("2024-01-31")]
    growing = [event("2024-02-29", id=number) for number in range(5)]
    assert fold_one("count.slope_30d", steady) == 0.0
    assert fold_one("count.slope_7d", growing) == pytest.approx(30 * 5 * 3 / 28)
    assert fold_one("count.slope_1d", growing) is None


def test_a_ratio_compares_events_per_day():
    steady = [event("2023-12-10"), *[event("2024-02-27", id=number) for number in range(7)]]
    assert fold_one("count.ratio_7d_90d", steady) == pytest.approx((7 / 7) / (8 / 90))
    assert fold_one("count.ratio_7d_90d", [event("2023-12-10")]) == 0
    assert fold_one("count.ratio_7d_90d", [event("2023-11-10")]) is None


def test_times_before_1970_keep_their_days():
    old = [event("1969-12-30T23:00"), event("1969-12-31T01:00")]
    found, _ = fold(old, [("anna", date(1970, 1, 1)), ("anna", date(1969, 12, 31))])
    assert found.column("o_tickets.count_1d").to_pylist() == [1, 1]
    assert found.column("o_tickets.days_since_first").to_pylist() == [2, 1]


def test_rows_come_back_in_their_order_and_with_their_types():
    rows = [("Zoë", date(2024, 3, 1)), ("nobody", date(2024, 1, 1)), ("anna", date(2024, 3, 1))]
    events = [
        event("2024-02-01", nps=7, channel="mail"),
        replace(event("2024-02-02", nps=1), entity_id="Zoë"),
    ]
    found, _ = fold(events, rows)
    assert found.column("o_tickets.nps.last").to_pylist() == [1, None, 7]
    assert found.schema.field("o_tickets.channel.last").type == pa.string()
    assert found.schema.field("o_tickets.count_30d").type == pa.float64()
