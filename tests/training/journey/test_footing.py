import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.journey.made import journeys_of, points_of
from training.journey.footing import level, stand

POINTS = points_of("book", "ease", "fly", "rate", "moan", ease="ces", rate="csat", moan="bad")
STAGES = ((0,), (1,), (2,), (3,), (4,))


@given(st.lists(st.integers(1, 7), min_size=1, max_size=40))
def test_standing_is_the_share_of_worse_answers_and_half_of_the_equal_ones(answers):
    values = np.array(answers, dtype=np.float64)
    expected = [((values < value).sum() + 0.5 * (values == value).sum()) / values.size for value in values]
    assert stand(values) == pytest.approx(expected)
    assert stand(values, is_lower_better=True) == pytest.approx(1 - np.array(expected))
    assert stand(values).mean() == pytest.approx(0.5)


def test_standing_does_not_know_the_scale():
    answers = np.array([1.0, 2.0, 2.0, 5.0, np.nan])
    assert np.array_equal(stand(answers), stand(10 * answers**3), equal_nan=True)


def test_standing_of_nothing_is_nothing():
    assert np.isnan(stand(np.array([np.nan, np.nan]))).all()


def test_each_stage_tells_its_own_question():
    journeys = journeys_of(
        POINTS,
        [
            [("book", 0.0), ("ease", 1.0, 7.0), ("fly", 5.0), ("rate", 6.0, 2.0)],
            [("book", 0.0), ("ease", 1.0, 3.0), ("fly", 5.0), ("rate", 6.0, 5.0)],
            [("book", 0.0), ("fly", 5.0)],
        ],
    )
    table = level(journeys, POINTS, STAGES)
    assert table.good[:2, [1, 3]].tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert table.standing[:2, [1, 3]].tolist() == [[0.75, 0.25], [0.25, 0.75]]
    assert np.isnan(table.good[2, [1, 3]]).all()
    assert np.isnan(table.good[:, [0, 2]]).all()
    assert table.told_day[0].tolist()[3] == 6.0
    assert table.is_touched[2].tolist() == [True, False, True, False, False]


def test_touchpoints_of_one_stage_are_averaged_and_its_days_span_them():
    journeys = journeys_of(POINTS, [[("book", 0.0), ("ease", 1.0, 7.0), ("rate", 6.0, 2.0)]] * 2)
    table = level(journeys, POINTS, ((0,), (1, 3), (2, 4)))
    assert table.good[0, 1] == 0.5
    assert (table.first_day[0, 1], table.last_day[0, 1], table.told_day[0, 1]) == (1.0, 6.0, 6.0)


COMPLAINED = [("book", 0.0), ("fly", 5.0), ("moan", 9.0)]
QUIET = [("book", 0.0), ("fly", 5.0)]
NEVER_FLOWN = [("book", 0.0)]


def test_something_bad_could_have_happened_where_all_that_met_it_had_been():
    journeys = journeys_of(POINTS, [COMPLAINED] * 3 + [QUIET] * 5 + [NEVER_FLOWN] * 2)
    table = level(journeys, POINTS, STAGES)
    assert table.good[:8, 4].tolist() == [0.0] * 3 + [1.0] * 5
    assert np.isnan(table.good[8:, 4]).all()
    assert np.isfinite(table.told_day[:, 4]).tolist() == [True] * 3 + [False] * 7
    assert np.isnan(table.asked_day[:, 4]).all()


def test_something_bad_may_still_happen_in_journeys_that_are_not_over():
    journeys = journeys_of(POINTS, [COMPLAINED, QUIET, QUIET])
    table = level(journeys, POINTS, STAGES, np.array([False, True, False]))
    assert table.good[:2, 4].tolist() == [0.0, 1.0]
    assert np.isnan(table.good[2, 4])


def test_something_bad_that_needs_nothing_could_happen_in_every_journey():
    scattered = [
        [("book", 0.0), ("moan", 1.0)],
        [("fly", 0.0), ("moan", 1.0)],
        [("fly", 0.0)],
        [("book", 0.0)],
    ]
    table = level(journeys_of(POINTS, scattered), POINTS, STAGES)
    assert table.good[:, 4].tolist() == [0.0, 0.0, 1.0, 1.0]


def test_an_experience_without_numbers_stands_by_being_good_or_not():
    journeys = journeys_of(POINTS, [[("rate", 1.0, 5.0)], [("rate", 1.0, 1.0)]])
    worded = type(journeys)(
        journeys.first_day,
        np.full_like(journeys.value, np.nan),
        journeys.is_good,
        journeys.value_day,
        journeys.entity,
    )
    assert level(worded, POINTS, STAGES).standing[:, 3].tolist() == [0.75, 0.25]
