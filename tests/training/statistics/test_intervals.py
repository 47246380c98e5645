import math

import numpy as np
import pytest
from scipy import stats

from training.statistics.intervals import difference, mean, nps, share


@pytest.mark.parametrize(("successes", "n"), [(0, 1), (0, 40), (3, 10), (50, 100), (999, 1000), (10, 10)])
def test_share_is_wilsons_interval(successes, n):
    expected = stats.binomtest(successes, n).proportion_ci(method="wilson")
    found = share(successes, n)
    assert found.value == successes / n
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert found.n == n


@pytest.mark.parametrize(("successes", "n"), [(-1, 10), (11, 10), (0, 0)])
def test_an_impossible_share_is_refused(successes, n):
    with pytest.raises(ValueError, match=f"{successes} of {n} is not a share"):
        share(successes, n)


@pytest.mark.parametrize("counts", [(5, 3, 2), (50, 30, 20), (0, 7, 0), (1, 0, 0), (0, 0, 12), (400, 0, 600)])
def test_nps_interval_is_that_of_a_mean_with_three_pseudo_answers(counts):
    weights = np.add(counts, [0.75, 1.5, 0.75])
    points = np.array([100, 0, -100])
    centre = np.average(points, weights=weights)
    error = math.sqrt(np.average((points - centre) ** 2, weights=weights) / weights.sum())
    low, high = stats.norm.interval(0.95, centre, error)
    found = nps(*counts)
    assert found.value == pytest.approx(100 * (counts[0] - counts[2]) / sum(counts), abs=1e-12)
    assert found.low == pytest.approx(max(-100, min(low, found.value)), abs=1e-9)
    assert found.high == pytest.approx(min(100, max(high, found.value)), abs=1e-9)


def test_one_promoter_is_no_certainty():
    found = nps(1, 0, 0)
    assert (found.value, found.high) == (100, 100)
    assert found.low < 0


def test_nps_turns_round_with_its_answers():
    up, down = nps(12, 5, 3), nps(3, 5, 12)
    assert (up.value, up.low, up.high) == pytest.approx((-down.value, -down.high, -down.low))


@pytest.mark.parametrize("counts", [(0, 0, 0), (-1, 2, 3)])
def test_nps_needs_answers(counts):
    with pytest.raises(ValueError, match="cannot be scored"):
        nps(*counts)


def test_mean_is_students_interval():
    values = np.random.default_rng(1).gamma(2, 3, 17)
    expected = stats.ttest_1samp(values, 0).confidence_interval()
    found = mean(values)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert found.value == pytest.approx(values.mean(), abs=1e-12)


def test_the_mean_of_one_answer_has_no_limits():
    assert (mean([3.0]).low, mean([3.0]).high) == (-math.inf, math.inf)


def test_equal_answers_have_a_mean_without_doubt():
    assert (mean([2.0, 2.0, 2.0]).low, mean([2.0, 2.0, 2.0]).high) == (2, 2)


def test_difference_is_welchs_t_test():
    random = np.random.default_rng(3)
    before, after = random.normal(0, 1, 12), random.normal(0.5, 4, 40)
    expected = stats.ttest_ind(after, before, equal_var=False).confidence_interval()
    found = difference(before, after)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert found.n == 52


def test_difference_of_groups_without_spread():
    assert difference([1, 1], [3, 3]).value == 2
    assert difference([1], [3, 3]).high == math.inf


class TestCoverage:
    """Small repetitions with a fixed seed; tests/long repeats them at size."""

    def test_nps_from_ten_answers(self):
        draws = np.random.default_rng(4).multinomial(10, [0.6, 0.3, 0.1], size=2000)
        found = [nps(*counts) for counts in draws]
        assert np.mean([estimate.low <= 50 <= estimate.high for estimate in found]) >= 0.92

    def test_share_from_fifteen_answers(self):
        draws = np.random.default_rng(5).binomial(15, 0.85, size=2000)
        assert (
            0.92
            <= np.mean([share(count, 15).low <= 0.85 <= share(count, 15).high for count in draws])
            <= 0.99
        )

    def test_mean_from_twelve_answers(self):
        draws = np.random.default_rng(6).normal(3, 2, size=(1500, 12))
        found = [mean(values) for values in draws]
        assert 0.93 <= np.mean([estimate.low <= 3 <= estimate.high for estimate in found]) <= 0.97
