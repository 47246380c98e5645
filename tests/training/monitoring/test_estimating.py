"""The estimated ranking quality: near the truth where what was learned holds, blind where it does not."""

import numpy as np
import pytest

from tests.training.monitoring.shifted import IdealWorld
from training.evaluation import evaluate
from training.monitoring.estimating import estimate_auc

WORLDS = [
    IdealWorld.draw(seed, shift=shift, slope=slope)
    for seed in range(4)
    for shift, slope in ((0, 1), (1, 0.7))
]


@pytest.mark.parametrize("world", WORLDS, ids=str)
def test_it_is_near_the_truth_when_other_people_are_scored(world):
    found = estimate_auc(world.said, world.judged, seed=1)
    assert abs(found.value - world.true_auc) < 0.02
    assert found.low <= world.true_auc <= found.high
    assert found.n == world.said.size


def test_people_who_are_more_alike_are_expected_to_rank_worse():
    world = IdealWorld.draw(0)
    middle = np.abs(np.log(world.said / (1 - world.said)) + 1.8) < 0.5
    assert estimate_auc(world.said[middle], world.judged).value < estimate_auc(world.said, world.judged).low


def test_forecasts_that_are_too_extreme_promise_no_more_than_they_keep():
    world = IdealWorld.draw(1, slope=0.6)
    plain = evaluate(world.outcome, world.said).auc
    believed = IdealWorld.draw(1, slope=1.0)
    found = estimate_auc(world.said, world.judged)
    assert abs(found.value - plain.value) < 0.03
    assert estimate_auc(world.said, believed.judged).value > found.high + 0.03


def test_it_cannot_see_that_the_world_has_turned():
    world = IdealWorld.draw(2)
    found = estimate_auc(world.said, world.judged)
    assert evaluate(1 - world.outcome, world.said).auc.high < 0.3
    assert found.value > 0.7


def test_the_range_knows_how_sure_the_calibration_is():
    small, large = (IdealWorld.draw(3, n_kept=n) for n in (700, 20_000))
    widths = [
        found.high - found.low for found in (estimate_auc(one.said, one.judged) for one in (small, large))
    ]
    assert widths[0] > 1.5 * widths[1]


def test_the_range_knows_how_many_people_there_are():
    world = IdealWorld.draw(4, n_kept=20_000)
    few, all_rows = estimate_auc(world.said[:200], world.judged), estimate_auc(world.said, world.judged)
    assert few.high - few.low > 1.5 * (all_rows.high - all_rows.low)


def test_rows_of_one_person_are_no_more_people():
    world = IdealWorld.draw(5, n_kept=20_000)
    said, who = np.repeat(world.said[:300], 6), np.repeat(np.arange(300), 6)
    own, apart = estimate_auc(said, world.judged, entity=who), estimate_auc(said, world.judged)
    assert own.value == apart.value
    assert own.high - own.low > 1.3 * (apart.high - apart.low)


def test_weights_say_for_how_many_a_row_stands():
    world = IdealWorld.draw(6)
    twice = np.concatenate([world.said, world.said[:500]])
    weight = np.where(np.arange(world.said.size) < 500, 2.0, 1.0)
    found = estimate_auc(world.said, world.judged, weight=weight).value
    assert found == pytest.approx(estimate_auc(twice, world.judged).value, abs=1e-12)


@pytest.mark.parametrize("said", [np.full(500, 0.2), np.linspace(0.1, 0.9, 29)], ids=["alike", "few"])
def test_nothing_is_said_of_forecasts_that_are_alike_or_few(said):
    assert estimate_auc(said, WORLDS[0].judged) is None


def test_the_same_forecasts_give_the_same_range():
    world = WORLDS[0]
    one, same, other = (estimate_auc(world.said, world.judged, seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one != other
    assert one.value == other.value
