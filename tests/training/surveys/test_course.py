import numpy as np
import pytest

from tests.training.reports.wave_samples import risen, survivors
from tests.training.surveys.made import flat, make_answers, stepping
from training.reports import build_series
from training.statistics.levels import MeanWorth
from training.surveys.answers import SurveyAnswers
from training.surveys.course import follow


def of_rows(rows):
    """Return a question of which only the rows are known."""
    nothing = np.full(rows.waves.size, np.nan)
    return SurveyAnswers("surveys", MeanWorth.of("nps"), rows, nothing, nothing, {})


class TestLevels:
    def test_levels_are_those_of_the_report(self):
        answers = flat(120)
        course = follow(answers, 5)
        points = build_series(answers.rows).points
        assert [each.wave for each in course.levels] == [point.wave for point in points]
        for each, point in zip(course.levels, points, strict=True):
            assert each.level.estimate.value == pytest.approx(point.estimate.value)
            assert each.level.estimate.low == pytest.approx(point.estimate.low)
            assert each.level.estimate.n == point.estimate.n

    def test_somebody_with_several_answers_counts_by_parts(self):
        names = [f"k{number}" for number in range(8)]
        worth = [50.0, -50.0, 0.0, 100.0, -100.0, 25.0, 100.0, 0.0]
        course = follow(make_answers([dict(zip(names, worth, strict=True))]), 5)
        assert course.levels[0].level.estimate.value == pytest.approx(np.mean(worth))
        assert course.levels[0].level.estimate.n == 8

    def test_the_silent_are_asked_but_do_not_answer(self):
        names = [f"k{number}" for number in range(20)]
        answers = make_answers([dict.fromkeys(names[:6], 100.0)], members=[names], invited=set(names[:12]))
        (found,) = follow(answers, 5).levels
        assert (found.level.estimate.n, found.level.n_asked) == (6, 20)
        assert (found.n_members, found.n_invited, found.level.effective_n) == (20, 12, 6)


class TestChange:
    def test_a_first_wave_has_none(self):
        course = follow(flat(40, n_waves=1), 5)
        assert (course.moved, course.trend, course.steps) == (None, None, None)
        assert course.made_of is not None
        assert course.made_of.state == "first wave"

    def test_an_open_first_wave_has_nothing(self):
        course = follow(flat(40, n_waves=1, open_waves=[0]), 5)
        assert course.levels == ()
        assert course.moved is None

    def test_the_newest_change_is_the_plain_difference(self):
        course = follow(flat(200), 5)
        before, after = (each.level.estimate.value for each in course.levels[-2:])
        assert course.moved is not None
        assert course.moved.change.value == pytest.approx(after - before)
        assert course.moved.n_both == 200
        assert course.moved.p_value > 0.05

    def test_unhappy_leavers_are_found_behind_a_rise(self):
        course = follow(of_rows(survivors()), 5)
        assert course.moved is not None
        assert course.moved.change.low > 0
        assert course.made_of is not None
        assert course.made_of.verdict == "rise_from_composition"
        leavers = next(step for step in course.made_of.steps if step.kind == "leavers")
        assert leavers.value.low > 0

    def test_changed_minds_are_found_behind_a_rise(self):
        course = follow(of_rows(risen()), 5)
        assert course.made_of is not None
        assert course.made_of.verdict == "rise_confirmed"
        assert course.made_of.cancelling_fall is not None
        assert course.made_of.silent == 200

    def test_parts_add_up_to_the_change(self):
        course = follow(of_rows(survivors()), 5)
        assert course.moved is not None
        assert course.made_of is not None
        parts = [step.value.value for step in course.made_of.steps if step.kind not in {"start", "end"}]
        assert sum(parts) == pytest.approx(course.moved.change.value)


class TestMovement:
    def test_a_steady_rise_is_a_trend(self):
        course = follow(stepping([-40, -20, 0, 20, 40, 60, 80]), 5)
        assert course.trend is not None
        assert course.trend.is_clear
        assert course.trend.slope.low > 0

    def test_a_lasting_step_is_found_where_it_is(self):
        course = follow(stepping([0, 0, 0, 60, 60, 60, 60]), 5)
        assert course.steps is not None
        (point,) = course.steps.found
        assert point.wave == 3
        assert point.step.low > 0

    def test_too_few_waves_say_how_many_it_takes(self):
        course = follow(flat(100), 5)
        assert course.trend is not None
        assert course.steps is not None
        assert (course.trend.slope.n, course.trend.n_waves_needed) == (3, 5)
        assert (course.steps.found, course.steps.n_waves_needed) == ((), 4)

    def test_answers_that_are_all_alike_are_no_crash(self):
        names = [f"k{number}" for number in range(30)]
        course = follow(make_answers([dict.fromkeys(names, 100.0)] * 6), 5)
        assert course.trend is not None
        assert not course.trend.is_clear
        assert course.moved is not None
        assert course.moved.change.value == 0
