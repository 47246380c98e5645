"""Actions by repetition: null ones are flagged in one of twenty at most, planned ones are found."""

import numpy as np
import pytest

from tests.training.actions.arms import draw_trial
from training.actions import PlannedOutcome, compare_arms
from training.actions.sequences import ALPHA
from training.statistics import share

pytestmark = pytest.mark.long
RUNS = 400
LOOKS = 52


def _is_outside(trial, n_planned, truth):
    """Tell whether the range misses the truth at one of 52 looks."""
    for n_people in np.unique(np.linspace(trial.outcome.size / LOOKS, trial.outcome.size, LOOKS).astype(int)):
        found = compare_arms(**vars(trial.until(n_people)), n_planned=n_planned)
        if found is not None and not found.difference.low <= truth <= found.difference.high:
            return True
    return False


@pytest.mark.parametrize("level", [0.03, 0.1, 0.4])
@pytest.mark.parametrize("hold_out", [0.1, 0.2, 0.5])
@pytest.mark.parametrize("n_people", [100, 600, 5000])
def test_null_actions_are_flagged_in_one_of_twenty_at_most(level, hold_out, n_people, record_property):
    generator = np.random.default_rng([n_people, round(100 * level), round(100 * hold_out)])
    hits = sum(
        _is_outside(draw_trial(generator, n_people, level, 0.0, hold_out), n_people, 0.0) for _ in range(RUNS)
    )
    record_property("flagged", hits / RUNS)
    assert share(hits, RUNS).low <= ALPHA


@pytest.mark.parametrize("planned", [0.3, 3.0])
def test_it_holds_as_well_where_more_or_fewer_people_come_than_planned(planned):
    generator = np.random.default_rng([7, round(10 * planned)])
    n_planned = round(planned * 1000)
    hits = sum(_is_outside(draw_trial(generator, 1000, 0.1, 0.0), n_planned, 0.0) for _ in range(RUNS))
    assert share(hits, RUNS).low <= ALPHA


@pytest.mark.parametrize("level", [0.06, 0.12, 0.3])
@pytest.mark.parametrize("hold_out", [0.2, 0.5])
def test_three_points_are_found_with_the_power_that_was_planned(level, hold_out, record_property):
    generator = np.random.default_rng([11, round(100 * level), round(100 * hold_out)])
    n_people = PlannedOutcome.of_share(level).needs(-0.03, hold_out)
    found = 0
    for _ in range(RUNS):
        trial = draw_trial(generator, n_people, level, -0.03, hold_out)
        found += compare_arms(**vars(trial), n_planned=n_people).difference.high < 0
    record_property("power", found / RUNS)
    assert share(found, RUNS).high >= 0.8


@pytest.mark.parametrize("effect", [0.0, -0.03, -0.08])
def test_the_true_difference_lies_inside_at_all_looks(effect):
    generator = np.random.default_rng([13, round(-100 * effect)])
    hits = sum(_is_outside(draw_trial(generator, 2000, 0.12, effect), 2000, effect) for _ in range(RUNS))
    assert share(hits, RUNS).low <= ALPHA
