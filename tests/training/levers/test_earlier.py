import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.levers.earlier import find_earlier

BEGIN = np.datetime64("2025-01-01")


def on(*days):
    steps = (np.timedelta64("NaT" if day is None else day, "D") for day in days)
    return np.array([BEGIN + step for step in steps])


def names(*found):
    return np.array(found, dtype=object)


def pairs(*arguments):
    rows, earlier = find_earlier(*arguments)
    return dict(zip(rows.tolist(), earlier.tolist(), strict=True))


def search(entity, day, days, known):
    """Return the same pairs by looking at every row for every row."""
    found = {}
    for row in range(len(entity)):
        fitting = [
            (known[other], day[other], other)
            for other in range(len(entity))
            if entity[other] == entity[row] and known[other] is not None and known[other] <= day[row] - days
        ]
        if fitting:
            found[row] = max(fitting)
    return found


def test_the_newest_row_that_is_old_enough_is_taken():
    assert pairs(names("a", "a", "a", "a"), on(0, 30, 60, 120), 60) == {2: 0, 3: 2}


def test_another_entity_is_never_taken():
    assert pairs(names("a", "b", "a"), on(0, 0, 30), 31) == {}
    assert pairs(names("b", "a", "b"), on(0, 0, 90), 90) == {2: 0}


def test_rows_come_in_their_own_order():
    rows, earlier = find_earlier(names("a", "b", "a", "b"), on(90, 100, 0, 0), 90)
    assert rows.tolist() == [0, 1]
    assert earlier.tolist() == [2, 3]


def test_a_row_counts_from_the_day_on_which_it_was_known():
    assert pairs(names("a", "a", "a"), on(0, 30, 120), 90, on(20, 31, None)) == {2: 0}
    assert pairs(names("a", "a", "a"), on(0, 30, 121), 90, on(20, 31, None)) == {2: 1}
    assert pairs(names("a", "a"), on(0, 300), 90, on(None, None)) == {}


def test_of_rows_known_on_one_day_the_newest_snapshot_is_taken():
    assert pairs(names("a", "a", "a"), on(30, 0, 200), 90, on(40, 40, None)) == {2: 0}


def test_no_rows_have_no_pairs():
    rows, earlier = find_earlier(names(), on().astype("datetime64[D]"), 90)
    assert rows.size == earlier.size == 0


@pytest.mark.parametrize("unit", ["D", "s", "us"])
def test_times_of_day_do_not_matter(unit):
    found = find_earlier(names("a", "a"), on(0, 90).astype(f"datetime64[{unit}]"), 90)
    assert [positions.tolist() for positions in found] == [[1], [0]]


days = st.integers(-50, 400)
lines = st.tuples(st.sampled_from(["a", "b", "10", "9"]), days, st.none() | days)


@given(st.lists(lines, max_size=12, unique_by=lambda line: line[:2]), st.integers(0, 200))
def test_pairs_are_those_of_a_search_through_all_rows(found, days):
    entity, day, known = (list(column) for column in zip(*found, strict=True)) if found else ([], [], [])
    dates = on(*day).astype("datetime64[D]")
    by_snapshot = {row: best[2] for row, best in search(entity, day, days, day).items()}
    assert pairs(names(*entity), dates, days) == by_snapshot
    by_answer = {row: best[2] for row, best in search(entity, day, days, known).items()}
    assert pairs(names(*entity), dates, days, on(*known).astype("datetime64[D]")) == by_answer
