"""How often the range of the people kept holds the truth, and where it does not, by repetition."""

import numpy as np
import pytest
from scipy import stats

from tests.training.drivers.priority_worlds import Judged, judge_world

pytestmark = pytest.mark.long
N_WORLDS = 1000  # at 95 % coverage a share of them has a standard error of 0.7 points


def held(worlds: list[Judged]) -> float:
    return float(np.mean([one.kept.low <= one.true_kept <= one.kept.high for one in worlds]))


def held_revenue(worlds: list[Judged]) -> float:
    return float(np.mean([one.revenue.low <= one.true_revenue <= one.revenue.high for one in worlds]))


def mean_ratio(worlds: list[Judged]) -> float:
    """Return the estimate over the truth, on average."""
    return float(np.mean([one.kept.value for one in worlds]) / np.mean([one.true_kept for one in worlds]))


@pytest.mark.parametrize("effect", [0.08, 0.03, 0.015], ids=["strong", "medium", "weak"])
def test_the_true_number_kept_and_its_revenue_lie_in_the_range(effect):
    worlds = [judge_world(seed, effect=effect) for seed in range(N_WORLDS)]
    assert held(worlds) >= 0.93
    assert held_revenue(worlds) >= 0.93
    assert mean_ratio(worlds) == pytest.approx(1.0, abs=0.1)


def test_weak_levers_that_are_offered_look_better_than_they_are():
    """What is offered was lucky: the page says so, and judges by the low end."""
    worlds = [judge_world(seed, effect=0.015) for seed in range(N_WORLDS)]
    offered = [one for one in worlds if one.is_offered]
    assert 0.1 < len(offered) / len(worlds) < 0.3
    assert mean_ratio(offered) > 1.5
    n_held = sum(one.kept.low <= one.true_kept for one in offered)
    assert stats.binomtest(n_held, len(offered), 0.9, alternative="less").pvalue > 0.01


def test_one_slope_for_all_is_too_much_where_the_exposed_are_the_least_likely_to_leave():
    """A limit, told in docs/priorities.md: large customers wait longest and leave least."""
    worlds = [judge_world(seed, effect=0.08, is_logistic=True) for seed in range(N_WORLDS)]
    assert held(worlds) < 0.7
    assert 1.2 < mean_ratio(worlds) < 1.5
    assert held_revenue(worlds) < held(worlds)
