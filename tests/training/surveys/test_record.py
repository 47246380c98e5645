import math

import numpy as np
import pytest

from tests.training.surveys.made import flat, make_answers, silence_regions, stepping
from training.surveys import measure_surveys
from training.surveys.record import is_beyond_chance


@pytest.fixture(scope="module")
def measured():
    regions, _ = silence_regions()
    return measure_surveys([regions, stepping([0, 0, 60]), flat(100, n_waves=1)], 5)


def test_every_question_has_its_figures(measured):
    assert [len(figures.course.levels) for figures in measured] == [3, 3, 1]
    assert [figures.silence.wave for figures in measured] == ["2026 Q1", "2026 Q1", "2025 Q3"]
    assert [figures.lags for figures in measured] == [None, None, None]


def test_changes_are_judged_together(measured):
    raw = [figures.course.moved.p_value for figures in measured[:2]]
    adjusted = [figures.adjusted.change for figures in measured[:2]]
    assert min(adjusted) == pytest.approx(2 * min(raw))
    assert max(adjusted) >= max(raw)
    assert [figures.adjusted.has_changed for figures in measured] == [False, True, False]


def test_what_cannot_be_judged_is_no_member_of_a_family(measured):
    assert math.isnan(measured[2].adjusted.change)
    alone = measure_surveys([measured[1].answers], 5)[0]
    assert alone.adjusted.change == pytest.approx(alone.course.moved.p_value)
    # Three waves cannot show a trend, so none is judged.
    assert all(math.isnan(figures.adjusted.trend) for figures in measured)
    assert all(math.isnan(figures.adjusted.steps) for figures in measured)


def test_differences_of_response_are_a_family_of_their_own(measured):
    assert [len(figures.adjusted.response) for figures in measured] == [1, 0, 0]
    assert measured[0].adjusted.response[0] == pytest.approx(measured[0].silence.by_cut[0].p_value)


def test_questions_without_a_finished_wave_are_kept(measured):
    (figures,) = measure_surveys([flat(40, n_waves=1, open_waves=[0])], 5)
    assert (figures.silence, figures.lags, figures.course.levels) == (None, None, ())


def test_no_question_is_no_crash():
    assert measure_surveys([], 5) == ()


def test_nan_never_stands():
    assert not is_beyond_chance(math.nan)
    assert is_beyond_chance(0.049)
    assert not is_beyond_chance(0.051)


def test_where_nothing_changes_few_families_raise_an_alarm():
    alarms = 0
    for seed in range(60):
        questions = [flat(40, n_waves=2, seed=3 * seed + place) for place in range(3)]
        alarms += any(figures.adjusted.has_changed for figures in measure_surveys(questions, 5))
    assert alarms <= 8  # of 60 at 5 %: more in 1 of 300 tries


def test_the_figures_do_not_depend_on_the_order_of_questions(measured):
    turned = measure_surveys([figures.answers for figures in reversed(measured)], 5)
    for first, second in zip(measured, reversed(turned), strict=True):
        assert first.adjusted.has_changed == second.adjusted.has_changed
        assert first.course.levels == second.course.levels


def test_a_lone_answer_is_hidden_by_the_minimum():
    (figures,) = measure_surveys([make_answers([{"a": 100.0}, {"a": 0.0}])], 5)
    assert figures.course.levels == ()
    (shown,) = measure_surveys([make_answers([{"a": 100.0}, {"a": 0.0}])], 0)
    assert len(shown.course.levels) == 2
    assert np.isfinite(shown.course.moved.change.value)
