from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.timeline import Duration, Horizon, SnapshotGrid, list_judged

days = st.dates(min_value=date(1904, 1, 1), max_value=date(2150, 12, 31))
lengths = st.integers(min_value=1, max_value=99_999).map(Duration)


@pytest.mark.parametrize(("text", "count"), [("1d", 1), ("90d", 90), (" 365d ", 365), ("99999d", 99_999)])
def test_duration_is_a_number_of_days(text, count):
    assert Duration.parse(text) == Duration(count)


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("90", "90d"),
        ("90 d", "90d"),
        ("090d", "90d"),
        ("+7d", "7d"),
        ("-5d", "5d"),
        ("90D", "90d"),
        ("90 days", "90d"),
        ("2 weeks", "14d"),
        ("12w", "84d"),
        ("3 months", "90d"),
        ("1q", "91d"),
        ("1 year", "365d"),
        ("2y", "730d"),
        ("0d", "90d"),
        ("", "90d"),
        ("d", "90d"),
        ("soon", "90d"),
        ("1.5d", "90d"),
        ("1,5 d", "90d"),
        ("123456d", "90d"),
        ("9999 years", "90d"),
        ("٣d", "90d"),
        ("90d\n7d", "90d"),
    ],
)
def test_refused_duration_says_what_to_write(text, proposed):
    with pytest.raises(ValueError, match="is not a duration") as caught:
        Duration.parse(text)
    assert str(caught.value) == f"'{text}' is not a duration; write '{proposed}'"
    assert Duration.parse(proposed)


@given(lengths)
def test_duration_reads_what_it_writes(length):
    assert Duration.parse(str(length)) == length


@given(st.text(max_size=8))
def test_any_text_is_a_duration_or_a_message_with_a_duration(text):
    try:
        assert Duration.parse(text).days > 0
    except ValueError as refusal:
        proposed = str(refusal).rpartition("write '")[2].removesuffix("'")
        assert Duration.parse(proposed).days > 0


@given(lengths, lengths)
def test_durations_sort_by_length_and_not_by_text(one, other):
    assert (one < other) == (one.days < other.days)


@given(days, st.integers(1, 400), st.integers(0, 60))
def test_horizon_begins_after_the_gap_and_has_its_length(snapshot, length, gap):
    horizon = Horizon(Duration(length), gap)
    assert horizon.start(snapshot) == snapshot + timedelta(days=gap)
    assert horizon.end(snapshot) - horizon.start(snapshot) == timedelta(days=length)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2025, 1, 31), date(2025, 5, 31), ["01-31", "02-28", "03-31", "04-30", "05-31"]),
        (date(2024, 1, 31), date(2024, 3, 31), ["01-31", "02-29", "03-31"]),
        (date(2024, 1, 30), date(2024, 3, 31), ["01-30", "02-29", "03-30"]),
        (date(2025, 1, 28), date(2025, 3, 27), ["01-28", "02-28"]),
        (date(2025, 1, 1), date(2025, 3, 1), ["01-01", "02-01", "03-01"]),
    ],
)
def test_months_keep_the_day_or_take_the_last_one(first, last, expected):
    assert [f"{day:%m-%d}" for day in SnapshotGrid("month", first, last).dates()] == expected


def test_leap_day_comes_back_every_fourth_year_in_a_grid_of_months():
    grid = SnapshotGrid("month", date(2024, 2, 29), date(2028, 2, 29)).dates()
    assert [day for day in grid if day.month == 2] == [
        date(2024, 2, 29),
        date(2025, 2, 28),
        date(2026, 2, 28),
        date(2027, 2, 28),
        date(2028, 2, 29),
    ]


def test_quarters_step_over_the_end_of_a_year():
    grid = SnapshotGrid("quarter", date(2024, 8, 31), date(2025, 8, 31)).dates()
    assert grid == (
        date(2024, 8, 31),
        date(2024, 11, 30),
        date(2025, 2, 28),
        date(2025, 5, 31),
        date(2025, 8, 31),
    )


def test_december_is_followed_by_january():
    assert SnapshotGrid("month", date(2024, 12, 31), date(2025, 1, 31)).dates() == (
        date(2024, 12, 31),
        date(2025, 1, 31),
    )


@given(days, st.integers(0, 70))
def test_grid_of_days_has_every_day(first, span):
    grid = SnapshotGrid("day", first, first + timedelta(days=span)).dates()
    assert grid == tuple(first + timedelta(days=index) for index in range(span + 1))


@given(days, st.integers(0, 400))
def test_grid_of_weeks_keeps_the_weekday(first, span):
    grid = SnapshotGrid("week", first, first + timedelta(days=span)).dates()
    assert {day.weekday() for day in grid} == {first.weekday()}
    assert len(grid) == span // 7 + 1


@given(days, st.integers(0, 2000), st.sampled_from(["month", "quarter"]))
def test_grid_of_months_keeps_the_day_of_the_first_where_the_month_has_it(first, span, step):
    last = first + timedelta(days=span)
    grid = SnapshotGrid(step, first, last).dates()
    months = [day.year * 12 + day.month for day in grid]
    assert [later - earlier for earlier, later in pairwise(months)] == [3 if step == "quarter" else 1] * (
        len(grid) - 1
    )
    assert all(day.day == min(first.day, monthrange(day.year, day.month)[1]) for day in grid)


@given(days, st.integers(0, 900), st.sampled_from(["day", "week", "month", "quarter"]))
def test_grid_begins_with_first_grows_and_stays_within_last(first, span, step):
    last = first + timedelta(days=span)
    grid = SnapshotGrid(step, first, last).dates()
    assert grid[0] == first
    assert grid[-1] <= last
    assert list(grid) == sorted(set(grid))


@given(days, st.integers(1, 900), st.sampled_from(["day", "week", "month", "quarter"]))
def test_longer_grid_begins_with_the_shorter_one(first, span, step):
    longer = SnapshotGrid(step, first, first + timedelta(days=span)).dates()
    shorter = SnapshotGrid(step, first, first + timedelta(days=span // 2)).dates()
    assert longer[: len(shorter)] == shorter


def test_grid_that_ends_before_it_begins_is_empty():
    assert SnapshotGrid("month", date(2025, 2, 1), date(2025, 1, 1)).dates() == ()


class TestListJudged:
    MONTHS = tuple(date(2025, month, 1) for month in range(1, 7))

    def test_the_newest_with_a_finished_horizon(self):
        found = list_judged(self.MONTHS, Horizon(Duration(30), 7), date(2025, 6, 1))
        assert [day.month for day in found] == [2, 3, 4]

    def test_none_where_nothing_is_over(self):
        assert list_judged(self.MONTHS, Horizon(Duration(365)), date(2025, 6, 1)) == ()

    def test_the_first_snapshot_has_nothing_before_it(self):
        assert date(2025, 1, 1) not in list_judged(
            self.MONTHS, Horizon(Duration(30)), date(2026, 1, 1), most=9
        )
