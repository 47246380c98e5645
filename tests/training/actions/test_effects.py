"""Read-outs of arms: the arithmetic, what narrows them, and how often they err."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.actions.arms import draw_trial
from training.actions import PlannedOutcome, compare_arms


def test_without_forecasts_it_is_the_difference_of_the_shares():
    trial = draw_trial(np.random.default_rng(1), 2000, 0.2, -0.05)
    found = compare_arms(trial.outcome, trial.is_treated, n_planned=2000)
    treated, held_back = (trial.outcome[arm].mean() for arm in (trial.is_treated, ~trial.is_treated))
    assert found.difference.value == pytest.approx(treated - held_back, abs=1e-12)
    assert (found.treated.value, found.held_back.value) == pytest.approx((treated, held_back))
    assert found.difference.n == 2000


def test_a_good_forecast_narrows_the_range():
    generator = np.random.default_rng(2)
    forecast = np.where(generator.random(4000) < 0.3, 0.8, 0.02)
    is_treated = np.arange(4000) % 2 == 0
    outcome = (generator.random(4000) < forecast).astype(float)
    plain = compare_arms(outcome, is_treated, n_planned=4000)
    helped = compare_arms(outcome, is_treated, n_planned=4000, forecast=forecast)
    widths = [one.difference.high - one.difference.low for one in (plain, helped)]
    assert widths[1] < 0.75 * widths[0]


@pytest.mark.parametrize("forecast", [np.nan, 0.3])
def test_forecasts_that_say_nothing_change_nothing(forecast):
    trial = draw_trial(np.random.default_rng(3), 1000, 0.2, 0.0)
    plain = compare_arms(trial.outcome, trial.is_treated, n_planned=1000)
    same = compare_arms(trial.outcome, trial.is_treated, n_planned=1000, forecast=np.full(1000, forecast))
    assert same.difference.value == pytest.approx(plain.difference.value, abs=1e-12)


def test_answers_are_compared_by_their_means():
    generator = np.random.default_rng(4)
    is_treated = generator.random(600) < 0.5
    answers = generator.normal(3.4, 0.8, 600) + 0.3 * is_treated
    found = compare_arms(answers, is_treated, n_planned=600, is_share=False)
    assert found.difference.low < 0.3 < found.difference.high
    assert found.treated.value > found.held_back.value


@pytest.mark.parametrize(
    ("n_people", "n_events", "n_treated"), [(59, 20, 30), (1000, 5, 500), (1000, 995, 500), (1000, 300, 5)]
)
def test_of_too_few_nothing_is_told(n_people, n_events, n_treated):
    outcome = (np.arange(n_people) < n_events).astype(float)
    is_treated = np.arange(n_people) % n_people < n_treated
    assert compare_arms(outcome, is_treated, n_planned=n_people) is None


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.sampled_from((0.05, 0.2, 0.5)), st.sampled_from((0.2, 0.5)))
def test_to_swap_the_arms_turns_the_sign(seed, level, hold_out):
    trial = draw_trial(np.random.default_rng(seed), 900, level, 0.0, hold_out)
    there = compare_arms(trial.outcome, trial.is_treated, n_planned=900, forecast=trial.forecast)
    back = compare_arms(trial.outcome, ~trial.is_treated, n_planned=900, forecast=trial.forecast)
    assert there.difference.value == pytest.approx(-back.difference.value, abs=1e-12)
    assert there.difference.low == pytest.approx(-back.difference.high, abs=1e-12)


def test_null_actions_are_rarely_flagged_at_any_look():
    """The small version of the long test: 200 actions, 20 looks each."""
    generator = np.random.default_rng(5)
    flagged = 0
    for _ in range(200):
        trial = draw_trial(generator, 800, 0.12, 0.0)
        looks = (compare_arms(**vars(trial.until(n)), n_planned=800) for n in range(40, 801, 40))
        flagged += any(
            look is not None and not look.difference.low <= 0 <= look.difference.high for look in looks
        )
    assert flagged <= 17  # 10 are promised; more than 17 of 200 comes by chance in 1 of 50 cases


def test_planted_effects_are_found_as_often_as_planned():
    generator = np.random.default_rng(6)
    n_people = PlannedOutcome.of_share(0.10).needs(-0.05, 0.5)
    found = 0
    for _ in range(60):
        trial = draw_trial(generator, n_people, 0.10, -0.05)
        found += compare_arms(**vars(trial), n_planned=n_people).difference.high < 0
    assert found >= 42  # 48 are promised; fewer than 42 of 60 come by chance in 1 of 50 cases
