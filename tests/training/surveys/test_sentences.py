"""Single sentences: each verdict, each shape of decay, and what is not said where it does not stand."""

from dataclasses import replace

import numpy as np
import pytest

from tests.training.reports.wave_samples import make_rows, risen, survivors
from tests.training.surveys.made import flat, give_worth, make_answers, stepping
from tests.training.surveys.test_course import of_rows
from tests.training.surveys.test_lags import world
from training.surveys import SurveyFigures, measure_surveys
from training.surveys.sentences import tell_question


def figures_of(answers, minimum=5) -> SurveyFigures:
    (found,) = measure_surveys([answers], minimum)
    return found


def told(figures, *, is_bounded=False):
    return list(tell_question(figures, is_bounded=is_bounded))


def judged(figures, **p_values):
    """Return the figures with other adjusted p-values."""
    return replace(figures, adjusted=replace(figures.adjusted, **p_values))


@pytest.fixture(scope="module")
def confirmed():
    return figures_of(of_rows(risen()))


@pytest.fixture(scope="module")
def fallen():
    """Return figures of people whose minds changed for the worse."""
    random = np.random.default_rng(6)
    mind, names = random.normal(10, 60, 500), [f"k{number}" for number in range(500)]
    waves = [
        dict(zip(names, give_worth(mind + shift + random.normal(0, 25, 500)), strict=True))
        for shift in (0, 0, -60)
    ]
    return figures_of(of_rows(make_rows(waves)))


def test_a_fall_of_minds_is_one(fallen):
    lines = told(fallen)
    assert any(line.startswith("NPS fell by ") for line in lines)
    assert any(
        "The change of NPS is one of minds: those who answered both times moved by -" in line
        for line in lines
    )
    assert not any("would cancel" in line for line in lines)


def test_a_verdict_is_told_only_where_the_change_stands(confirmed):
    assert any("one of minds" in line for line in told(confirmed))
    weak = told(judged(confirmed, change=0.2))
    assert any("did not change beyond chance" in line and "adjusted p = 0.200" in line for line in weak)
    assert not any("one of minds" in line or "would cancel" in line for line in weak)


def test_without_a_wave_before_minds_are_not_told():
    lines = told(figures_of(stepping([0, 80])))
    assert any(line.startswith("NPS rose by ") for line in lines)
    assert not any("one of minds" in line for line in lines)


def test_too_few_who_answered_again_are_said():
    random = np.random.default_rng(1)
    names = [f"k{number}" for number in range(608)]
    waves = [
        dict(zip(names[first : first + 208], give_worth(random.normal(level, 50, 208)), strict=True))
        for first, level in ((0, 0), (200, 0), (400, 80))
    ]
    lines = told(figures_of(make_answers(waves)))
    assert any("too few answered all three waves" in line or "who left, who joined" in line for line in lines)


def test_parts_that_are_hidden_are_not_told(confirmed):
    hidden = replace(confirmed.course.made_of, steps=(), state="too few", silent=None, cancelling_fall=None)
    lines = told(replace(confirmed, course=replace(confirmed.course, made_of=hidden)))
    assert "The change of NPS is one of minds." in lines
    assert not any("beyond the chance swing" in line for line in lines)


def test_minds_behind_a_figure_that_stands_still():
    figures = figures_of(of_rows(survivors(1_500, fall=20)))
    assert figures.course.made_of.behind == "worse"
    lines = told(judged(figures, change=0.5))
    assert any("seem to have changed their minds on NPS for the worse (likely -" in line for line in lines)
    assert not any("seem to have changed" in line for line in told(figures_of(flat(200))))


def test_a_fall_by_other_people_answering_is_a_warning(confirmed):
    made_of = replace(confirmed.course.made_of, is_mix_falling=True)
    lines = told(replace(confirmed, course=replace(confirmed.course, made_of=made_of)))
    assert any(line.startswith("Other people answering seem to have pulled NPS down") for line in lines)
    assert not any("pulled" in line for line in told(confirmed))


def test_an_unsure_wave_of_a_step_is_said():
    figures = figures_of(stepping([0, 0, 0, 60, 60, 60, 60]))
    (point,) = figures.course.steps.found
    unsure = replace(figures.course.steps, found=(replace(point, earliest=2, latest=4),))
    lines = told(replace(figures, course=replace(figures.course, steps=unsure)))
    assert any("the wave somewhere from 2026 Q1 to 2026 Q3" in line for line in lines)


def test_a_step_or_trend_that_does_not_stand_over_all_questions_is_none():
    figures = figures_of(stepping([0, 0, 0, 60, 60, 60, 60]))
    assert any("made no lasting step" in line for line in told(judged(figures, steps=0.3)))
    rising = figures_of(stepping([-40, -20, 0, 20, 40, 60, 80]))
    assert any("has no trend beyond chance" in line for line in told(judged(rising, trend=0.3)))


def test_a_decay_that_does_not_stand_over_all_questions_is_none():
    figures = figures_of(world(fade=120))
    assert any("half of the way is gone" in line for line in told(figures))
    assert any(line.startswith("No decay found") for line in told(judged(figures, decay=0.3)))


def test_a_straight_decay_is_told_by_day():
    figures = figures_of(world(fade=120))
    straight = replace(figures.lags.decay, shape="linear", settled=None)
    lines = told(replace(figures, lags=replace(figures.lags, decay=straight)))
    assert any(line.startswith("NPS moves with the days since the invitation: -") for line in lines)


def test_where_nobody_is_silent_no_bounds_are_told():
    assert not any("are silent" in line for line in told(figures_of(flat(60))))


def test_nothing_is_told_before_a_wave_is_finished():
    assert told(figures_of(flat(60, n_waves=1, open_waves=[0]))) == []
