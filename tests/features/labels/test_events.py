from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from features.cohort import count_days
from features.labels import Labels, Outcomes, find_gone, find_outcomes, label_rows, labels_as_known
from tests.features.event_tables import Event, day, open_tables

NEVER = float("nan")
SNAPSHOT, GAP, OBSERVED = 100, 7, 200
START = SNAPSHOT + GAP


def label(
    event: float = NEVER,
    known: float = NEVER,
    end: float = NEVER,
    end_known: float = NEVER,
    *,
    competes: bool = False,
    observed_day: int = OBSERVED,
) -> Labels:
    days, known_days, end_days, end_known_days, is_competing = (
        np.array([value]) for value in (event, known, end, end_known, competes)
    )
    snapshots = np.array([SNAPSHOT], dtype=np.int32)
    outcomes = Outcomes(days, known_days, end_days, end_known_days, is_competing)
    return label_rows(snapshots, outcomes, gap_days=GAP, observed_day=observed_day)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        pytest.param({}, (OBSERVED - START, 0), id="still-there-at-the-end-of-observation"),
        pytest.param({"event": 150, "known": 152}, (43, 1), id="event"),
        pytest.param({"event": START, "known": 110}, (0, 1), id="event-on-the-first-day-of-the-horizon"),
        pytest.param({"event": 199, "known": 200}, (92, 1), id="event-on-the-last-observed-day"),
        pytest.param({"event": 200, "known": 190}, (93, 0), id="event-announced-for-after-the-end"),
        pytest.param({"end": 150, "end_known": 140}, (43, 0), id="left-for-another-reason"),
        pytest.param({"end": 250, "end_known": 140}, (93, 0), id="leaves-after-the-end-of-observation"),
        pytest.param(
            {"event": 150, "known": 152, "end": 151, "end_known": 152}, (43, 1), id="event-ends-stay"
        ),
        pytest.param(
            {"event": 150, "known": 152, "end": 140, "end_known": 152}, (43, 1), id="event-after-end"
        ),
        pytest.param({"event": 150, "known": 152, "competes": True}, (43, 2), id="competing"),
        pytest.param(
            {"event": START, "known": 110, "competes": True}, (0, 2), id="competing-on-the-first-day"
        ),
        pytest.param({"event": 200, "known": 190, "competes": True}, (93, 0), id="competing-after-the-end"),
        pytest.param(
            {"event": 150, "known": 152, "end": 151, "end_known": 152, "competes": True},
            (43, 2),
            id="competing-ends-stay",
        ),
    ],
)
def test_a_row_that_teaches_ends_with_its_event_or_is_censored(outcome, expected):
    found = label(**outcome)
    assert found.is_kept.all()
    assert (found.days[0], found.event[0]) == expected


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        ({"event": 99, "known": 101}, "target event before the snapshot"),
        ({"event": 100, "known": 101}, "target event in the gap"),
        ({"event": START - 1, "known": 120}, "target event in the gap"),
        ({"event": 99, "known": 101, "competes": True}, "left the cohort before the horizon"),
        ({"event": START - 1, "known": 120, "competes": True}, "left the cohort before the horizon"),
        ({"observed_day": START}, "horizon starts after the end of observation"),
        ({"observed_day": 50}, "horizon starts after the end of observation"),
        ({"end": START, "end_known": 90}, "left the cohort before the horizon"),
        ({"end": 101, "end_known": 150}, "left the cohort before the horizon"),
    ],
)
def test_a_row_with_nothing_observed_is_left_out_with_its_reason(outcome, reason):
    found = label(**outcome)
    assert not found.is_kept.any()
    assert {name: count for name, count in found.dropped.items() if count} == {reason: 1}
    assert found.event[0] == 0
    assert found.days[0] >= 0


def test_the_days_until_the_end_was_known_count_from_the_start_of_the_horizon():
    assert label(event=150, known=152).known_days[0] == 152 - START
    assert label(end=150, end_known=90).known_days[0] == 90 - START
    assert np.isnan(label().known_days[0])


def as_known(labels: Labels, origin: int) -> tuple[float, int]:
    days, event = labels_as_known(
        labels.days, labels.event, labels.known_days, np.array([float(origin - START)])
    )
    return float(days[0]), int(event[0])


@pytest.mark.parametrize(
    ("origin", "expected"),
    [(120, (13, 0)), (150, (43, 0)), (151, (44, 0)), (152, (43, 1)), (200, (43, 1)), (100, (0, 0))],
)
def test_an_event_counts_from_the_day_it_was_known(origin, expected):
    assert as_known(label(event=150, known=152), origin) == expected


@pytest.mark.parametrize(("origin", "expected"), [(130, (23, 0)), (150, (43, 0)), (190, (43, 0))])
def test_an_announced_event_counts_only_once_it_has_come(origin, expected):
    found = as_known(label(event=150, known=120), origin)
    assert found == ((43, 1) if origin > 150 else expected)


@pytest.mark.parametrize(
    ("origin", "expected"), [(150, (43, 0)), (151, (44, 0)), (152, (43, 2)), (190, (43, 2))]
)
def test_a_competing_exit_counts_with_its_cause_from_the_day_it_was_known(origin, expected):
    assert as_known(label(event=150, known=152, competes=True), origin) == expected


def test_leaving_counts_from_the_day_it_was_known():
    left = label(end=150, end_known=170)
    assert as_known(left, 160) == (53, 0)
    assert as_known(left, 170) == (43, 0)


def test_a_row_that_runs_on_never_outlives_the_end_of_observation():
    assert as_known(label(), 180) == (73, 0)
    assert as_known(label(), 400) == (93, 0)


days_or_never = st.one_of(st.just(NEVER), st.integers(80, 220).map(float))
delays = st.integers(0, 60)


@settings(max_examples=300, deadline=None)
@given(
    days_or_never,
    delays,
    days_or_never,
    st.integers(0, 30),
    st.integers(START + 1, OBSERVED),
    st.booleans(),
)
def test_labels_as_known_are_those_of_a_build_at_that_day(event, delay, end, end_delay, origin, competes):
    assume(np.isnan(event) or np.isnan(end))  # a row keeps one ending: the event, if both came
    at_the_end = find(event, delay, end, end_delay, OBSERVED, competes=competes)
    at_the_origin = find(event, delay, end, end_delay, origin, competes=competes)
    if at_the_end.is_kept[0] and at_the_origin.is_kept[0]:
        found = as_known(at_the_end, origin)
        assert found == (at_the_origin.days[0], at_the_origin.event[0])


def find(
    event: float, delay: int, end: float, end_delay: int, observed_day: int, *, competes: bool
) -> Labels:
    known, end_known = event + delay, end + end_delay
    seen = (event, known) if known <= observed_day else (NEVER, NEVER)
    left = (end, end_known) if end_known <= observed_day else (NEVER, NEVER)
    return label(*seen, *left, competes=competes, observed_day=observed_day)


ROWS = [("anna", date(2024, 3, 1)), ("bob", date(2024, 3, 1)), ("anna", date(2024, 6, 1))]
NO_ENDS = pa.table({"entity_id": pa.array([], pa.string()), "end_day": [], "end_known_day": []})


def event(event_time: str, known_at: str) -> Event:
    return Event("anna", day(event_time), day(known_at), 0)


def outcomes_of(events: Sequence[Event], observed: str, ends: pa.Table = NO_ENDS) -> Outcomes:
    observed_day = count_days(date.fromisoformat(observed))
    with open_tables(events, ROWS) as connection:
        return find_outcomes(connection, events="events", rows="rows", ends=ends, observed_day=observed_day)


def test_the_first_event_of_an_entity_counts_for_all_its_rows():
    events = [event("2024-05-02T10:00", "2024-05-03T08:00"), event("2024-04-01", "2024-04-01")]
    found = outcomes_of(events, "2025-01-01")
    expected = float(count_days(date(2024, 4, 1)))
    np.testing.assert_array_equal(found.event_days, [expected, NEVER, expected])


def test_a_moment_within_a_day_is_known_on_the_next_midnight():
    found = outcomes_of([event("2024-05-02T10:00", "2024-05-03T08:00")], "2025-01-01")
    assert found.event_days[0] == count_days(date(2024, 5, 2))
    assert found.event_known_days[0] == count_days(date(2024, 5, 4))


@pytest.mark.parametrize(
    ("known_at", "is_seen"), [("2024-06-01", True), ("2024-06-01T00:00:01", False), ("2024-05-20", True)]
)
def test_an_event_known_after_the_end_of_observation_is_not_seen(known_at, is_seen):
    found = outcomes_of([event("2024-05-02", known_at)], "2024-06-01")
    assert np.isfinite(found.event_days[0]) == is_seen


def test_ends_reach_the_rows_of_their_entity():
    ends = pa.table({"entity_id": ["bob"], "end_day": [19900], "end_known_day": [19890]})
    found = outcomes_of([], "2025-01-01", ends)
    np.testing.assert_array_equal(found.end_days, [NEVER, 19900, NEVER])
    np.testing.assert_array_equal(found.end_known_days, [NEVER, 19890, NEVER])


@pytest.mark.parametrize(
    ("event_time", "known_at", "gone"),
    [
        ("2024-02-20", "2024-02-25", [True, False, True]),
        ("2024-02-20", "2024-03-01T00:00:01", [False, False, True]),
        ("2024-03-01", "2024-02-01", [False, False, True]),
        ("2024-06-01", "2024-06-01", [False, False, False]),
    ],
)
def test_who_is_known_to_be_gone_is_not_scored(event_time, known_at, gone):
    with open_tables([event(event_time, known_at)], ROWS) as connection:
        assert find_gone(connection, events="events", rows="rows").tolist() == gone
