"""Levers after a test: clearly better, clearly worse, nothing seen, and what a small test leaves standing."""

import pytest

from training.drivers import Goal
from training.levers import Lever, LeverEffect, TestedEffect, grade_by_tests
from training.statistics import Estimate

GOAL = Goal("hours", "<=", 24.0, "h")
LABEL = {"en": "Waiting", "de": "Warten"}


def _effect(per_unit=-0.002):
    one = Estimate.around(per_unit, per_unit - 0.001, per_unit + 0.001, 900)
    return LeverEffect(one, one, one, 0.001, 0.5, 0.2, ("region",), 900, 12)


def _lever(status="offered", grade="B", goal=GOAL, effect=None):
    return Lever("wait", LABEL, "hours", goal, grade, status, effect=effect or _effect())


def _test(value, half, *, is_better, way=20.0):
    return TestedEffect(Estimate.around(value, value - half, value + half, 2000), way, is_better)


def _grade(lever, test, shortfall=10.0):
    return grade_by_tests((lever,), {"wait": test}, {"wait": shortfall})[0]


def test_a_clear_effect_raises_the_grade_and_takes_the_place_of_the_estimate():
    found = _grade(_lever(), _test(-0.06, 0.02, is_better=True))
    assert (found.grade, found.status, found.refusals) == ("A", "offered", ())
    assert found.effect.short_slope.value == pytest.approx(-0.003)
    assert found.effect.contrast.value == pytest.approx(-0.03)  # everybody lacks 10 hours on average
    assert found.effect.slope.value == pytest.approx(0.003)  # an hour more raises the risk
    assert found.effect.n_entities == 2000


def test_a_lever_that_was_refused_may_be_offered_after_a_test():
    found = _grade(_lever("refused", "C", effect=_effect()), _test(-0.06, 0.02, is_better=True))
    assert (found.grade, found.is_offered) == ("A", True)


def test_an_action_for_the_worse_takes_the_lever_off_the_list():
    found = _grade(_lever(), _test(0.06, 0.02, is_better=False))
    assert (found.grade, found.status) == ("A", "wrong way")


def test_no_effect_takes_it_off_only_where_the_promised_one_is_ruled_out():
    promised = -0.002 * 20.0
    room = _grade(_lever(), _test(-0.01, abs(promised), is_better=None))
    assert room == _lever()
    ruled_out = _grade(_lever(), _test(0.0, 0.5 * abs(promised), is_better=None))
    assert (ruled_out.grade, ruled_out.status) == ("A", "unclear")


def test_what_was_never_estimated_cannot_be_ruled_out():
    lever = Lever("wait", LABEL, "hours", GOAL, "C", "refused")
    assert _grade(lever, _test(0.0, 0.01, is_better=None)) == lever


def test_more_may_be_better():
    found = _grade(_lever(goal=Goal("hours", ">=", 5.0, "h")), _test(-0.06, 0.02, is_better=True))
    assert found.effect.slope.value == pytest.approx(-0.003)


@pytest.mark.parametrize(
    ("lever", "test"),
    [
        (_lever(goal=None), _test(-0.06, 0.02, is_better=True)),
        (_lever(), _test(-0.06, 0.02, is_better=True, way=0.0)),
    ],
)
def test_without_a_way_to_the_goal_nothing_can_be_translated(lever, test):
    assert _grade(lever, test) == lever


def test_levers_without_a_test_stay_as_they_are():
    assert grade_by_tests((_lever(),), {}, {}) == (_lever(),)
    assert grade_by_tests((_lever(),), {"wait": _test(-0.06, 0.02, is_better=True)}, {}) == (_lever(),)
