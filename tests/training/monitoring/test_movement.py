"""Whether a figure moved more than it ever does: right as often as promised, and blind to trend and size."""

import math

import numpy as np
import pytest

from training.monitoring.movement import Past, judge_all, judge_movement

N_WORLDS = 1500


def draw_series(random, n, *, wander, noise, trend=0.0):
    """Return values that wander from step to step, follow a trend and are seen with noise."""
    steps = random.normal(trend, wander, n)
    return np.cumsum(steps) + random.normal(0, noise, n)


@pytest.mark.parametrize(
    ("wander", "noise", "trend"), [(0.0, 0.02, 0.0), (0.02, 0.005, 0.0), (0.01, 0.01, 0.03)]
)
@pytest.mark.parametrize("level", [0.05, 0.005])
def test_false_alarms_are_no_more_than_promised(wander, noise, trend, level):
    random = np.random.default_rng(3)
    n_alarms = 0
    for _ in range(N_WORLDS):
        *past, now = draw_series(random, 13, wander=wander, noise=noise, trend=trend)
        found = judge_movement(now, noise**2, Past(past, noise**2))
        assert found is not None
        n_alarms += found.p_value <= level
    # Half as many again as promised is the most that a series which wanders may cost.
    assert n_alarms / N_WORLDS <= 1.5 * level + 3 * math.sqrt(level / N_WORLDS)


def test_a_step_ahead_of_several_snapshots_is_judged_with_more_room():
    random = np.random.default_rng(4)
    n_alarms = 0
    for _ in range(N_WORLDS):
        series = draw_series(random, 18, wander=0.02, noise=0.002)
        found = judge_movement(series[-1], 4e-6, Past(series[:12], 4e-6, ahead=6))
        assert found is not None
        n_alarms += found.p_value <= 0.05
    assert 0.02 <= n_alarms / N_WORLDS <= 0.08


@pytest.mark.parametrize("n_steps", [3, 5, 11])
def test_a_short_past_alarms_no_more_often_and_still_finds_a_large_step(n_steps):
    random = np.random.default_rng(6)
    n_alarms = n_found = 0
    for _ in range(N_WORLDS):
        *past, now = draw_series(random, n_steps + 2, wander=0.008, noise=0.01)
        quiet, moved = (judge_movement(one, 1e-4, Past(past, 1e-4)) for one in (now, now + 0.25))
        assert quiet is not None
        assert moved is not None
        n_alarms += quiet.p_value <= 0.005
        n_found += moved.p_value <= 1e-4
    assert n_alarms / N_WORLDS <= 0.01
    assert n_found / N_WORLDS >= {3: 0.5, 5: 0.75, 11: 0.95}[n_steps]


def test_a_trend_that_goes_on_is_no_change_and_its_end_is_one():
    past = Past([0.1 * step for step in range(10)], 1e-6)
    goes_on, stops = (judge_movement(now, 1e-6, past) for now in (1.0, 0.9))
    assert goes_on is not None
    assert stops is not None
    assert goes_on.p_value > 0.9
    assert stops.p_value < 1e-6
    assert goes_on.low < 1.0 < goes_on.high


def test_what_moves_often_has_to_move_further():
    quiet, lively = Past([0.5] * 10, 1e-5), Past([0.45, 0.55] * 5, 1e-5)
    p_quiet, p_lively = (judge_movement(0.6, 1e-5, past) for past in (quiet, lively))
    assert p_quiet is not None
    assert p_lively is not None
    assert p_quiet.p_value < 1e-3 < p_lively.p_value


def test_a_move_within_the_allowance_is_none():
    past = Past([0.5] * 12, 1e-9)
    found = [judge_movement(0.54, 1e-9, past, allowance) for allowance in (0.0, 0.03, 0.05)]
    p_values = [one.p_value for one in found if one is not None]
    assert p_values[0] < p_values[1] < 1e-3
    assert p_values[2] > 0.99


def test_a_single_past_leaves_sampling_alone():
    found = judge_movement(0.55, 0.01**2, Past([0.5], 0.01**2))
    assert found is not None
    z = 0.05 / (0.01 * math.sqrt(2))
    assert found.p_value == pytest.approx(2 * 0.5 * math.erfc(z / math.sqrt(2)), rel=1e-6)


def test_without_a_past_nothing_is_judged():
    assert judge_movement(0.5, 0.1, Past([], 0.1)) is None
    assert judge_movement(0.5, 0.1, Past([math.nan], 0.1)) is None
    assert judge_movement(math.nan, 0.1, Past([0.5], 0.1)) is None
    assert judge_all(0.5, 0.1, []) is None


def test_waves_are_held_against_their_level_and_find_more_with_few():
    values = [0.40, 0.42, 0.41, 0.39]
    step, level = (
        judge_movement(0.33, 0.015**2, Past(values, 0.015**2, is_steady=steady)) for steady in (False, True)
    )
    assert step is not None
    assert level is not None
    assert level.before == pytest.approx(np.mean(values))
    assert level.p_value < step.p_value


def test_waves_that_are_alike_alarm_no_more_than_promised():
    random = np.random.default_rng(5)
    n_alarms = 0
    for _ in range(N_WORLDS):
        *past, now = random.normal(0.5, 0.02, 6)
        found = judge_movement(now, 4e-4, Past(past, 4e-4, is_steady=True))
        assert found is not None
        n_alarms += found.p_value <= 0.05
    assert 0.03 <= n_alarms / N_WORLDS <= 0.06


def test_of_several_pasts_the_clearest_counts_at_its_price():
    same, other = Past([0.6] * 8, 1e-5), Past([0.5] * 8, 1e-5)
    alone, both = judge_all(0.6, 1e-5, [other]), judge_all(0.6, 1e-5, [same, other])
    assert alone is not None
    assert both is not None
    assert both.p_value == pytest.approx(2 * alone.p_value)
    assert both.before == 0.5
