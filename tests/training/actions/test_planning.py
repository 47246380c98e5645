"""Plans: needed size, what can be shown, and the share that is held back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.actions import PlannedOutcome, make_plan
from training.actions.planning import SHARES


def test_needed_size_is_that_of_the_formula():
    n = PlannedOutcome.of_share(0.1).needs(-0.03, 0.5)
    variance = 0.07 * 0.93 / 0.5 + 0.1 * 0.9 / 0.5
    assert n == pytest.approx((3.0350 + 0.8416) ** 2 * variance / 0.03**2, rel=2e-3)


@given(st.floats(0.03, 0.6), st.floats(0.1, 0.5), st.integers(300, 50_000), st.sampled_from((1, -1)))
def test_the_smallest_effect_needs_the_people_there_are(level, hold_out, n_people, sign):
    outcome = PlannedOutcome.of_share(level)
    smallest = outcome.smallest(n_people, hold_out, sign)
    if smallest is None:
        most = 1.0 - level if sign > 0 else level
        assert outcome.needs(sign * most, hold_out) > n_people
    else:
        assert outcome.needs(sign * smallest, hold_out) <= n_people
        assert outcome.needs(sign * smallest * 0.98, hold_out) > n_people


def test_no_more_people_are_held_back_than_needed():
    outcome = PlannedOutcome.of_share(0.1)
    plenty, scarce = (make_plan(outcome, -0.03, n_people) for n_people in (100_000, 1000))
    assert plenty.hold_out == SHARES[0]
    assert plenty.is_enough
    assert scarce.hold_out == 0.5
    assert not scarce.is_enough
    assert plenty.smallest_effect < 0.03 < scarce.smallest_effect


def test_a_share_that_was_asked_for_is_kept():
    assert make_plan(PlannedOutcome.of_share(0.1), -0.03, 5000, 0.3).hold_out == 0.3


def test_answers_are_planned_by_their_spread():
    outcome = PlannedOutcome(3.4, 0.9, is_share=False)
    plan = make_plan(outcome, 0.2, 4000)
    assert plan.needed == outcome.needs(0.2, plan.hold_out)
    assert outcome.needs(0.2, 0.5) < outcome.needs(0.1, 0.5) / 3.9


def test_so_few_people_can_show_nothing():
    plan = make_plan(PlannedOutcome.of_share(0.05), -0.02, 40)
    assert plan.smallest_effect is None
    assert not plan.is_enough


@pytest.mark.parametrize(("effect", "level"), [(0.0, 0.1), (-0.2, 0.1), (0.95, 0.1)])
def test_impossible_effects_are_refused(effect, level):
    with pytest.raises(ValueError, match=re.escape(f"an effect of {effect:+.3f} from 0.100 leads to")):
        make_plan(PlannedOutcome.of_share(level), effect, 1000)


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_what_is_certain_cannot_be_compared(level):
    with pytest.raises(ValueError, match="with 0 or 1 nothing can be compared"):
        PlannedOutcome.of_share(level)
