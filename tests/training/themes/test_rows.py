import numpy as np
import pytest

from tests.training.themes.theme_worlds import FIRST, lines_of, make_rows
from training.themes.rows import WaveVerbatims


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="have 3, 3, 3, 3, 3, 2 rows"):
        make_rows([lines_of(waiting=3)], languages=np.array(["en", "en"], dtype=object))


def test_what_is_in_another_language_or_too_short_is_not_read_unless_something_was_found():
    lines = [
        ("a", None, np.nan, 0.0),
        ("b", None, np.nan, 0.0),
        ("c", None, -1.0, 0.0),
        ("d", "price", np.nan, 0.0),
    ]
    rows = make_rows([lines], languages=np.array(["en", "fr", "", ""], dtype=object))
    assert rows.is_read.tolist() == [True, False, True, True]
    assert WaveVerbatims.of(rows, FIRST).people == ("=a", "=c", "=d")


def test_a_wave_counts_if_it_is_closed_and_has_enough_verbatims_by_enough_people():
    by_one = [("a", "waiting", 0.0, 0.0)] * 30
    rows = make_rows([lines_of(waiting=10), lines_of(waiting=9), by_one, lines_of(waiting=30)])
    assert rows.list_finished(10) == (FIRST, FIRST + 3)
    still_open = make_rows([lines_of(waiting=10), lines_of(waiting=30)], open_waves=frozenset({FIRST + 1}))
    assert still_open.list_finished(10) == (FIRST,)


def test_each_anonymous_verbatim_is_somebody_elses():
    rows = make_rows([[(None, "waiting", 0.0, 0.0)] * 4, [(None, "waiting", 0.0, 0.0)] * 4])
    first, second = (WaveVerbatims.of(rows, number) for number in (FIRST, FIRST + 1))
    assert first.count_people(first.everybody) == 4
    assert not set(first.people) & set(second.people)


def test_units_are_verbatims_and_people():
    wave = WaveVerbatims.of(
        make_rows([[("b", None, 0.0, 0.0), ("a", None, 0.0, 0.0), ("b", None, 1.0, 0.0)]]), FIRST
    )
    assert wave.as_verbatims().people == ("=b/1", "=a/1", "=b/2")
    assert wave.as_people().people == ("=a", "=b")
    assert wave.codes.tolist() == [1, 0, 1]


@pytest.mark.parametrize("place", [1, 2, 3], ids=["topic", "tone", "actionable"])
def test_a_wave_that_is_read_otherwise_is_another_one(place):
    lines = lines_of(waiting=5, price=5)
    changed = list(lines[0])
    changed[place] = "price" if place == 1 else 2.0
    waves = [WaveVerbatims.of(make_rows([found]), FIRST) for found in (lines, [tuple(changed), *lines[1:]])]
    assert waves[0].as_verbatims().answers != waves[1].as_verbatims().answers
    again = WaveVerbatims.of(make_rows([lines[::-1]]), FIRST)
    assert waves[0].as_people().answers == again.as_people().answers
