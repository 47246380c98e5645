"""How often ranges of shares inside segments hold the truth, by repetition on worlds of known truth."""

import pytest
from scipy import stats

from tests.training.drivers.segment_worlds import equal_world, judge, mixed_world, varied_world

pytestmark = pytest.mark.long
N_RUNS = 150
WORLDS = {
    "alike": equal_world(learns_each=False),
    "alike-learnt-apart": equal_world(learns_each=True),
    "varied": varied_world(),
    "mixed": mixed_world(),
}


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_ranges_of_each_segment_hold_the_truth(world):
    held = judge(world, range(N_RUNS))
    assert held.share.min() >= 0.9
    assert held.rank.min() >= 0.95
    assert held.difference.min() >= 0.9
    assert stats.binomtest(held.wrong, N_RUNS, 0.05, alternative="greater").pvalue > 0.01


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_few_refitted_rows_widen_ranges_and_name_no_more_differences(world):
    """Of the small segment refits see 12 rows on average: in every third run too few."""
    held = judge(world, range(N_RUNS), n_refitted=120)
    assert held.share.min() >= 0.85
    assert held.share.mean() >= 0.9
    assert held.difference.mean() >= 0.9
    assert stats.binomtest(held.wrong, N_RUNS, 0.05, alternative="greater").pvalue > 0.01
