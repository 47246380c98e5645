import numpy as np
import pytest
from scipy import stats

from training.statistics.rank_intervals import rank_intervals

TRUTH = np.array([0.6, 0.4, 0.4, 0.1])


def covariance_of(size: int, error: float = 0.05, correlation: float = 0.3):
    return error**2 * ((1 - correlation) * np.eye(size) + correlation)


def test_clear_differences_leave_one_rank_each():
    found = rank_intervals([0.1, -0.9, 0.5], 1e-6 * np.eye(3))
    assert found.low.tolist() == found.high.tolist() == [3, 1, 2]
    assert found.order.tolist() == [1, 2, 0]


def test_signed_estimates_are_ranked_as_they_are():
    found = rank_intervals([0.1, -0.9, 0.5], 1e-6 * np.eye(3), is_signed=True)
    assert found.low.tolist() == [2, 3, 1]


def test_noise_alone_leaves_every_rank_open():
    found = rank_intervals([0.01, 0.02, 0.015, 0.005], np.eye(4))
    assert found.low.tolist() == [1] * 4
    assert found.high.tolist() == [4] * 4
    assert found.tie_groups() == ((1, 2, 0, 3),)


def test_two_things_are_the_two_sided_test_of_their_difference():
    covariance = np.diag([0.04, 0.05])
    error = np.sqrt(0.09)
    critical = stats.norm.ppf(0.975)
    for factor, is_clear in ((0.93, False), (1.07, True)):
        gap = factor * critical * error
        found = rank_intervals([5.0 + gap, 5.0], covariance, n_draws=20_000)
        assert (found.high[0] == 1) == is_clear
        assert (found.low[1] == 2) == is_clear


def test_tie_groups_begin_where_one_is_clearly_below_all_before_it():
    found = rank_intervals([0.9, 0.88, 0.3, 0.29, 0.0], covariance_of(5, 0.02, 0.0))
    assert found.tie_groups() == ((0, 1), (2, 3), (4,))
    assert found.low.tolist() == [1, 1, 3, 3, 5]


def test_an_order_is_open_where_no_test_tells_it():
    found = rank_intervals([0.9, 0.88, 0.3], covariance_of(3, 0.02, 0.0))
    assert found.is_open.tolist() == [[False, True, False], [True, False, False], [False, False, False]]


def test_two_whose_ranges_share_the_rank_of_a_third_may_be_told_apart():
    """The one in the middle may be first or last; that does not open the order of the other two."""
    found = rank_intervals([0.5, 0.45, 0.4], np.diag([1e-6, 0.05**2, 1e-6]))
    assert (found.high[0], found.low[2]) == (2, 2)
    assert not found.is_open[0, 2]
    assert found.is_open[1].tolist() == [True, False, True]


@pytest.mark.parametrize("is_joint", [False, True])
def test_what_is_open_for_one_is_open_for_the_other(is_joint):
    random = np.random.default_rng(4)
    for seed in range(10):
        found = rank_intervals(random.normal(size=6), covariance_of(6, 0.3), is_joint=is_joint, seed=seed)
        assert (found.is_open == found.is_open.T).all()
        assert (found.is_open.sum(axis=1) >= found.high - found.low).all()


def test_joint_ranges_are_never_narrower():
    estimate, covariance = np.linspace(0.1, 0.6, 8), covariance_of(8, 0.1)
    each, joint = rank_intervals(estimate, covariance), rank_intervals(estimate, covariance, is_joint=True)
    assert (joint.low <= each.low).all()
    assert (joint.high >= each.high).all()


def test_every_estimate_lies_in_its_own_range():
    random = np.random.default_rng(2)
    for seed in range(20):
        estimate = random.normal(size=7)
        root = random.normal(size=(7, 7)) / 3
        found = rank_intervals(estimate, root @ root.T, seed=seed)
        rank = stats.rankdata(-np.abs(estimate))
        assert (found.low <= rank).all()
        assert (rank <= found.high).all()


def test_things_that_always_move_together_are_told_apart_by_any_difference():
    found = rank_intervals([0.5, 0.4], np.full((2, 2), 0.25), is_signed=True)
    assert found.low.tolist() == [1, 2]
    assert rank_intervals([0.5, 0.5], np.full((2, 2), 0.25), is_signed=True).high.tolist() == [2, 2]


def test_one_thing_is_the_first():
    found = rank_intervals([-3.0], np.eye(1))
    assert (found.low.tolist(), found.high.tolist(), found.tie_groups()) == ([1], [1], ((0,),))


def test_equal_seeds_give_equal_ranges():
    first, again = (rank_intervals(TRUTH, covariance_of(4), seed=5) for _ in range(2))
    assert first.low.tolist() == again.low.tolist()
    assert first.high.tolist() == again.high.tolist()


@pytest.mark.parametrize("covariance", [np.eye(3), np.full((4, 4), np.nan)])
def test_a_covariance_that_does_not_fit_is_refused(covariance):
    with pytest.raises(ValueError, match=r"finite values of \(4, 4\) are needed"):
        rank_intervals(TRUTH, covariance)


def covered(n_worlds: int, *, is_joint: bool) -> tuple[float, float]:
    """Return how often a range, and all ranges together, hold every rank that ties leave to the truth."""
    covariance = covariance_of(4)
    best, worst = stats.rankdata(-TRUTH, "min"), stats.rankdata(-TRUTH, "max")
    random = np.random.default_rng(11)
    hits = []
    for seed in range(n_worlds):
        estimate = random.multivariate_normal(TRUTH, covariance)
        found = rank_intervals(estimate, covariance, is_joint=is_joint, n_draws=500, seed=seed)
        hits.append((found.low <= best) & (worst <= found.high))
    return float(np.mean(hits)), float(np.mean(np.all(hits, axis=1)))


def test_ranges_hold_the_truth_and_its_ties_as_often_as_they_promise():
    each, _ = covered(150, is_joint=False)
    _, joint = covered(150, is_joint=True)
    assert stats.binomtest(round(each * 600), 600, 0.95, alternative="less").pvalue > 0.01
    assert stats.binomtest(round(joint * 150), 150, 0.95, alternative="less").pvalue > 0.01
