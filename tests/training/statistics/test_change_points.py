import math

import numpy as np
import pytest
import ruptures

from tests.training.statistics.survey_worlds import draw_panel
from training.statistics import share
from training.statistics.change_points import find_change_points
from training.statistics.levels import SurveyMetric
from training.statistics.wave_values import WaveValues, measure_waves

FEW_DRAWS = 400


def series_of(value, error=2.0):
    return WaveValues.of(value, np.broadcast_to(error, len(value)), np.full(len(value), 300))


def steps(seed, n_waves, places, heights, error=2.0):
    """Return waves whose level moves by some height at some places."""
    level = sum(height * (np.arange(n_waves) >= place) for place, height in zip(places, heights, strict=True))
    return series_of(30 + level + np.random.default_rng(seed).normal(0, error, n_waves), error)


def test_a_planted_step_is_found_where_it_is():
    found = find_change_points(steps(1, 12, [7], [12]))
    (point,) = found.found
    assert (point.wave, point.earliest, point.latest) == (7, 7, 7)
    assert point.step.low <= 12 <= point.step.high
    assert point.step.n == 12
    assert max(point.p_value, found.p_value) < 0.01


def test_two_steps_up_and_down_are_both_found():
    found = find_change_points(steps(2, 16, [5, 11], [12, -10])).found
    assert [point.wave for point in found] == [5, 11]
    assert (found[0].step.value > 0, found[1].step.value < 0) == (True, True)
    assert [point.step.n for point in found] == [11, 11]


def test_places_are_those_of_ruptures():
    """With equal errors weighted squares are plain ones."""
    for seed in range(10):
        series = steps(seed, 14, [4, 9], [9, 9])
        found = find_change_points(series, n_draws=FEW_DRAWS).found
        if len(found) == 2:
            search = ruptures.Dynp(model="l2", min_size=2, jump=1).fit(series.value)
            assert [point.wave for point in found] == search.predict(2)[:-1]


def test_a_wave_of_few_answers_counts_little():
    """A wave that is far off with a wide error moves neither level nor place."""
    value, error = np.array([30, 30, 30, 30, 60, 40, 40, 40, 40, 40.0]), np.array([1.0] * 10)
    error[4] = 40.0
    (point,) = find_change_points(WaveValues.of(value, error, np.full(10, 300))).found
    assert point.step.value == pytest.approx(10, abs=0.1)
    assert (point.earliest, point.latest) == (4, 5)


def test_one_odd_wave_is_no_step():
    value = np.full(12, 30.0) + np.tile([0.5, -0.5], 6)
    value[6] = 45
    assert find_change_points(series_of(value)).found == ()


def test_too_few_waves_are_told_apart_from_no_step():
    short, flat = find_change_points(series_of([1, 9, 20])), find_change_points(series_of([30, 31, 29, 30]))
    assert (short.found, short.n_waves, short.n_waves_needed) == ((), 3, 4)
    assert math.isnan(short.p_value)
    assert flat.found == ()
    assert flat.p_value > 0.05


def test_it_turns_round_with_the_metric():
    series = steps(4, 10, [5], [9])
    turned = WaveValues.of(-series.value, series.standard_error, series.n)
    up, down = find_change_points(series).found[0], find_change_points(turned).found[0]
    assert (up.wave, up.step.value) == (down.wave, pytest.approx(-down.step.value))


@pytest.mark.parametrize("n_waves", [4, 6, 12])
@pytest.mark.parametrize("unrest", [1, 3], ids=["sampling", "waves that go up and down"])
def test_waves_on_one_level_raise_few_alarms(n_waves, unrest):
    chance, alarms = np.random.default_rng(n_waves), 0
    for seed in range(120):
        error = chance.uniform(1, 3, n_waves)
        series = series_of(30 + unrest * error * chance.normal(size=n_waves), error)
        alarms += find_change_points(series, n_draws=FEW_DRAWS, seed=seed).p_value < 0.05
    assert share(alarms, 120).low <= 0.05


def test_a_panel_renewed_bit_by_bit_raises_few_alarms():
    alarms = 0
    for seed in range(120):
        panel = draw_panel(seed, 8, 100, stays=0.8)
        series = measure_waves(SurveyMetric.of("nps"), panel.ratings, panel.waves, panel.people)
        alarms += find_change_points(series, n_draws=FEW_DRAWS).p_value < 0.05
    assert share(alarms, 120).low <= 0.05


def test_the_range_of_the_place_holds_it():
    held = []
    for seed in range(60):
        place = 3 + seed % 6
        found = find_change_points(steps(seed, 12, [place], [8]), n_draws=FEW_DRAWS).found
        held += [point.earliest <= place <= point.latest for point in found[:1]]
    assert len(held) > 50
    assert share(sum(held), len(held)).high >= 0.95
