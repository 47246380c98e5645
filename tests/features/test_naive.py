"""The definitions themselves, on a few events whose features anyone can work out by hand."""

from datetime import date, datetime
from typing import Any

import pytest

from tests.features.event_tables import day
from tests.features.event_worlds import measure_of
from tests.features.naive import Event, Value, read, view_rows

SNAPSHOT = date(2024, 3, 1)


def event(event_time: str, known_at: str | None = None, until: str | None = None, **values: Any) -> Event:
    clocks: dict[str, datetime | None] = {
        "event_time": day(event_time),
        "known_at": day(known_at or event_time),
        "known_until": None if until is None else day(until),
    }
    blank = {"amount": None, "nps": None, "channel": None, "due": None, "closed": None, "id": 0}
    return {"entity_id": "anna", **clocks, **blank, **values}


EVENTS = [
    event("2024-01-05T12:00", nps=2, channel="mail"),
    event("2024-02-10", nps=4, channel="phone"),
    event("2024-02-20", nps=8, channel="phone", due=date(2024, 3, 11)),
    event("2024-02-29T23:59", nps=9, channel="", amount=float("nan")),
    event("2024-03-01", nps=0),
]


def read_one(
    function: str, *asked: Any, events: list[Event] = EVENTS, id_column: str | None = None, **more: Any
) -> Value:
    (view,) = view_rows(events, [("anna", SNAPSHOT)], id_column)
    return read(view, measure_of(function, *asked, **more))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("count", None, 1), 1),
        (("count", None, 30), 3),
        (("count", "amount", 90), 0),
        (("count", "channel", 90), 3),
        (("sum", "nps", 30), 21.0),
        (("mean", "nps", 30), 7.0),
        (("mean", "nps", 90), 23 / 4),
        (("min", "nps", 90), 2.0),
        (("max", "nps", 90), 9.0),
        (("std", "nps", 30), 7**0.5),
        (("std", "nps", 1), None),
        (("first", "channel"), "mail"),
        (("last", "channel"), "phone"),
        (("last", "due"), -10),
        (("days_since_first",), 56),
        (("days_since_last",), 1),
        (("ratio", None, 7, 30), (1 / 7) / (3 / 30)),
        (("ratio", None, 1, 7), 7.0),
        (("delta", "nps", 30), 7.0 - 2.0),
        (("delta", "nps", 14), 17 / 2 - 4.0),
        (("delta", "nps", 7), 9.0 - 8.0),
        (("delta", "nps", 1), None),
        (("count_delta", None, 30), 3 - 1),
        (("count_delta", None, 7), 1 - 1),
        (("count_delta", None, 1), 1 - 0),
        (("distinct", "channel", 90), 2),
        (("distinct", "amount", 90), 0),
        (("count_slope", None, 1), None),
        (("count_slope", None, 2), 30.0),
    ],
)
def test_features_worked_out_by_hand(asked, expected):
    assert read_one(*asked) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(("comparison", "share"), [(">=", 3 / 4), (">", 2 / 4), ("<=", 2 / 4), ("<", 1 / 4)])
def test_a_share_is_that_of_the_values_that_meet_the_condition(comparison, share):
    assert read_one("share", "nps", 90, condition=(comparison, "4")) == share
    assert read_one("share", "nps", 90, condition=("=", "4")) == 1 / 4
    assert read_one("share", "channel", 90, condition=("=", "phone")) == 2 / 3
    assert read_one("share", "amount", 90, condition=("=", "0")) is None


def test_a_slope_is_the_change_per_30_days_of_the_exact_times():
    rising = [
        event("2024-02-01T06:00", nps=1),
        event("2024-02-16T06:00", nps=3),
        event("2024-02-28", nps=None),
    ]
    assert read_one("slope", "nps", 90, events=rising) == pytest.approx(4.0)
    assert read_one("slope", "nps", 90, events=[rising[0], rising[0]]) is None


def test_a_slope_of_counts_is_that_of_the_line_through_the_counts_of_each_day():
    growing = [event("2024-02-28"), event("2024-02-29"), event("2024-02-29T10:00")]  # 0, 1, 2 a day
    assert read_one("count_slope", None, 3, events=growing) == pytest.approx(30.0)
    assert read_one("count_slope", None, 3, events=[]) is None


def test_an_event_counts_from_the_midnight_it_is_known_at_to_the_one_it_ends_at():
    spans = [("2024-03-01", None, 1), ("2024-03-01T00:00:00.000001", None, 0)]
    ends = [("2024-02-20", "2024-03-01", 0), ("2024-02-20", "2024-03-01T00:00:00.000001", 1)]
    for known_at, until, expected in [*spans, *ends]:
        assert read_one("count", None, 30, events=[event("2024-02-15", known_at, until)]) == expected


def test_a_window_holds_its_first_midnight():
    assert read_one("count", None, 7, events=[event("2024-02-23")]) == 1
    assert read_one("count", None, 7, events=[event("2024-02-22T23:59:59.999999")]) == 0


def test_of_events_at_one_time_the_later_known_then_the_greater_id_then_the_greater_value_is_last():
    at = "2024-02-01"
    known = [event(at, "2024-02-03", nps=1, id=1), event(at, "2024-02-02", nps=9, id=10)]
    by_id = [event(at, nps=1, id=10), event(at, nps=9, id=9)]
    assert [read_one(end, "nps", events=known, id_column="id") for end in ("first", "last")] == [9, 1]
    assert [read_one(end, "nps", events=by_id, id_column="id") for end in ("first", "last")] == [9, 1]
    assert [read_one(end, "nps", events=by_id) for end in ("first", "last")] == [1, 9]


def test_a_first_value_passes_over_events_without_one():
    events = [event("2024-02-01"), event("2024-02-02", channel=""), event("2024-02-03", channel="fax")]
    assert read_one("first", "channel", events=events) == "fax"
    assert read_one("first", "nps", events=events) is None
