import numpy as np
import pytest

from tests.training.journey.made import journeys_of, points_of
from training.journey.footing import level
from training.journey.setting import GOING_ON, Setting, cut, is_split
from training.statistics.controls import Control

POINTS = points_of("book", "ease", "fee", "rate", "moan", ease="ces", rate="csat", moan="bad")
STAGES = ((0,), (1,), (2,), (3,), (4,))
TRIPS = [
    [("book", 0.0), ("ease", 1.0, 5.0), ("fee", 3.0), ("rate", 9.0, 4.0)],
    [("book", 0.0), ("ease", 1.0, 2.0), ("rate", 8.0, 2.0), ("moan", 9.0)],
    [("book", 0.0), ("fee", 4.0)],
    [("book", 0.0)],
]


@pytest.fixture
def setting():
    journeys = journeys_of(POINTS, TRIPS)
    table = level(journeys, POINTS, STAGES)
    context = (Control("plan", np.array([0.0, 1.0, 0.0, 1.0]), is_category=True),)
    return Setting(POINTS, STAGES, journeys, table, context, np.ones((4, 5), dtype=np.bool_))


def test_stages_that_tell_of_experience(setting):
    assert setting.told == [1, 3, 4]
    assert [setting.stage_of(number) for number in range(5)] == list(range(5))


def test_going_on_is_the_first_touch_of_a_later_stage_but_no_complaint(setting):
    assert setting.goes_on(0).tolist()[:3] == [1.0, 1.0, 4.0]
    assert setting.goes_on(1).tolist()[:2] == [3.0, 8.0]
    assert np.isnan(setting.goes_on(3)).all()
    assert np.isnan(setting.goes_on(4)).all()


def test_what_came_before_is_held_equal(setting):
    held = setting.before(3, setting.table.told_day[:, 3])
    assert [control.name for control in held] == ["context:plan", "experience:1", "event:2"]
    assert held[0].is_category
    assert held[2].values.tolist() == [1.0, 0.0, 1.0, 0.0]
    assert [control.name for control in setting.before(1, setting.table.told_day[:, 1])] == ["context:plan"]


def test_what_came_later_than_what_acts_is_not_held_equal(setting):
    early = np.full(4, 0.5)
    assert [control.name for control in setting.before(3, early)] == ["context:plan"]


def test_the_time_until_an_answer_is_held_equal_but_not_that_of_a_complaint(setting):
    (time,) = setting.time_until(3)
    assert time.name == "time"
    assert time.values.tolist()[:2] == [9.0, 8.0]
    assert setting.time_until(4) == []
    assert setting.time_until(GOING_ON) == []


def test_days_before_the_later_answer(setting):
    assert setting.in_time(np.array([9.0, 7.9, 1.0, np.nan]), 3).tolist() == [False, True, True, True]


@pytest.mark.parametrize(
    ("happened", "expected"), [(5, True), (4, False), (95, True), (96, False), (0, False), (50, True)]
)
def test_an_event_needs_both_sides(happened, expected):
    assert is_split(np.arange(100) < happened) is expected
    assert not is_split(np.zeros(0, dtype=np.bool_))


def test_rows_of_controls_are_cut():
    (control,) = cut(
        [Control("a", np.array([1.0, 2.0, 3.0]), is_category=True)], np.array([True, False, True])
    )
    assert (control.name, control.values.tolist(), control.is_category) == ("a", [1.0, 3.0], True)
