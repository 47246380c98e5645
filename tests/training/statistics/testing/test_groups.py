import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.oneway import anova_oneway

from training.statistics.testing import compare_groups
from training.statistics.testing.shape import rows_asked, skewness, tell_spreads
from training.statistics.testing.variance import brown_forsythe, welch

EXACT = 1e-9


def normal(seed, *sizes, spreads=None, shifts=None):
    """Return normal groups of the given sizes."""
    random = np.random.default_rng(seed)
    spreads, shifts = spreads or (1.0,) * len(sizes), shifts or (0.0,) * len(sizes)
    return [random.normal(shift, spread, n) for n, spread, shift in zip(sizes, spreads, shifts, strict=True)]


def ratings(seed, *sizes):
    """Return groups of answers from 1 to 5, most of them high."""
    random = np.random.default_rng(seed)
    return [random.choice([1.0, 2, 3, 4, 5], n, p=[0.05, 0.1, 0.15, 0.3, 0.4]) for n in sizes]


class TestMeans:
    def test_students_t_is_that_of_scipy(self):
        groups = normal(1, 40, 45)
        found = compare_groups(groups)
        expected = stats.ttest_ind(*groups)
        assert found.test == "Student's t test"
        assert found.statistic == pytest.approx(expected.statistic, rel=EXACT)
        assert found.p_value == pytest.approx(expected.pvalue, rel=EXACT)
        assert found.freedom == (83.0,)

    def test_welchs_t_is_that_of_scipy(self):
        groups = normal(2, 40, 45, spreads=(1, 4))
        found = compare_groups(groups)
        expected = stats.ttest_ind(*groups, equal_var=False)
        assert found.test == "Welch's t test"
        assert found.p_value == pytest.approx(expected.pvalue, rel=EXACT)
        assert found.freedom[0] == pytest.approx(expected.df, rel=EXACT)

    def test_analysis_of_variance_is_that_of_scipy(self):
        groups = normal(3, 30, 32, 35)
        found = compare_groups(groups)
        expected = stats.f_oneway(*groups)
        assert found.test == "analysis of variance"
        assert (found.statistic, found.p_value) == pytest.approx(
            (expected.statistic, expected.pvalue), rel=EXACT
        )

    def test_welchs_analysis_is_that_of_statsmodels(self):
        groups = normal(4, 30, 60, 90, spreads=(3, 1, 2))
        found = compare_groups(groups)
        expected = anova_oneway(groups, use_var="unequal")
        assert found.test == "Welch's analysis of variance"
        assert found.statistic == pytest.approx(expected.statistic, rel=EXACT)
        assert found.p_value == pytest.approx(expected.pvalue, rel=EXACT)
        assert found.freedom == pytest.approx(tuple(expected.df), rel=EXACT)

    def test_brown_and_forsythes_analysis_is_that_of_statsmodels(self):
        groups = normal(5, 6, 30, 40, spreads=(3, 1, 2))
        statistic, freedom, p_value = brown_forsythe(groups)
        expected = anova_oneway(groups, use_var="bf")
        assert statistic == pytest.approx(expected.statistic, rel=EXACT)
        assert p_value == pytest.approx(expected.pvalue, rel=EXACT)
        assert freedom == pytest.approx(tuple(expected.df), rel=EXACT)

    def test_a_small_group_among_several_is_no_case_for_welch(self):
        found = compare_groups([np.arange(7.0), *normal(6, 40, 80)])
        assert found.test == "Brown and Forsythe's analysis of variance"
        assert "the smallest has 7 rows, too few for Welch's test" in found.because

    def test_the_effect_of_two_groups_is_a_difference_in_standard_deviations(self):
        first, second = normal(7, 400, 400, shifts=(1.0, 0.0))
        effect = compare_groups([first, second]).effect
        pooled = math.sqrt((first.var(ddof=1) + second.var(ddof=1)) / 2)
        plain = (first.mean() - second.mean()) / pooled
        assert effect.estimate.value == pytest.approx(plain * (1 - 3 / (4 * 800 - 9)), rel=EXACT)
        assert effect.estimate.low < 1 < effect.estimate.high
        assert effect.word == "large"

    def test_the_share_explained_is_epsilon_squared(self):
        groups = normal(8, 50, 50, 50, shifts=(0, 0.5, 1))
        found = compare_groups(groups)
        rows = np.concatenate(groups)
        between = sum(50 * (group.mean() - rows.mean()) ** 2 for group in groups)
        within = sum(((group - group.mean()) ** 2).sum() for group in groups) / 147
        expected = (between - 2 * within) / ((rows - rows.mean()) ** 2).sum()
        assert found.effect.estimate.value == pytest.approx(expected, rel=EXACT)


class TestChoice:
    def test_variances_that_differ_ask_for_welch_and_are_named(self):
        first, second = np.arange(40.0), 2 * np.arange(40.0)
        found = compare_groups([first, second])
        assert found.test == "Welch's t test"
        assert found.because == "groups differ 4.0-fold in variance"

    def test_sizes_that_differ_ask_for_welch_and_are_named(self):
        found = compare_groups([np.arange(40.0), np.arange(100.0)])
        assert found.test == "Welch's t test"
        assert found.because.startswith("groups differ 2.5-fold in size")

    def test_groups_that_are_alike_do_not(self):
        found = compare_groups([np.arange(40.0), np.arange(40.0) + 1])
        assert found.test == "Student's t test"
        assert found.because == "groups are alike in size (1.0-fold) and in variance (1.0-fold)"

    def test_skewness_asks_for_ranks_where_rows_are_few(self):
        skewed = np.random.default_rng(9).lognormal(0, 1, (2, 30))
        found = compare_groups(list(skewed))
        assert found.test in {"Mann-Whitney test", "Brunner-Munzel test"}
        assert "asks for" in found.because
        assert "the smallest has 30" in found.because

    def test_means_hold_for_the_same_shape_with_many_rows(self):
        skewed = np.random.default_rng(9).exponential(1, (2, 2000))
        assert "t test" in compare_groups(list(skewed)).test

    def test_a_rating_is_compared_by_ranks_however_it_is_shaped(self):
        found = compare_groups(normal(10, 60, 60), is_order_only=True)
        assert found.test == "Mann-Whitney test"
        assert found.because.startswith("a rating has an order")

    def test_a_group_that_does_not_vary_asks_for_ranks(self):
        found = compare_groups([[3.0] * 12, np.arange(12.0)])
        assert "one group does not vary" in found.because

    def test_the_choice_does_not_look_at_the_result(self):
        first, second = normal(11, 60, 60)
        tests = {compare_groups([first, second + shift]).test for shift in (0.0, 0.5, 5.0)}
        assert len(tests) == 1


class TestRanks:
    def test_mann_whitney_is_that_of_scipy(self):
        groups = ratings(1, 50, 55)
        found = compare_groups(groups, is_order_only=True)
        expected = stats.mannwhitneyu(*groups)
        assert found.test == "Mann-Whitney test"
        assert found.p_value == pytest.approx(expected.pvalue, rel=EXACT)
        pairs = np.sign(groups[0][:, None] - groups[1]).mean()
        assert found.effect.estimate.value == pytest.approx(pairs, abs=EXACT)

    def test_brunner_munzel_is_that_of_scipy(self):
        groups = ratings(2, 30, 90)
        found = compare_groups(groups, is_order_only=True)
        assert found.test == "Brunner-Munzel test"
        assert found.p_value == pytest.approx(stats.brunnermunzel(*groups).pvalue, rel=EXACT)

    def test_kruskal_wallis_is_that_of_scipy(self):
        groups = ratings(3, 50, 55, 60)
        found = compare_groups(groups, is_order_only=True)
        expected = stats.kruskal(*groups)
        assert found.test == "Kruskal-Wallis test"
        assert (found.statistic, found.p_value) == pytest.approx(
            (expected.statistic, expected.pvalue), rel=EXACT
        )

    def test_welch_on_ranks_is_welch_on_ranks(self):
        groups = ratings(4, 20, 60, 90)
        found = compare_groups(groups, is_order_only=True)
        ranks = np.split(stats.rankdata(np.concatenate(groups)), [20, 80])
        assert found.test == "Welch's test on ranks"
        assert found.p_value == pytest.approx(anova_oneway(ranks, use_var="unequal").pvalue, rel=EXACT)

    def test_small_groups_are_told(self):
        found = compare_groups([[1.0, 2, 3, 4, 5, 5], ratings(5, 80)[0]], is_order_only=True)
        assert found.test == "Mann-Whitney test"
        assert "the smaller group has 6 rows" in found.because

    def test_complete_separation_has_a_range(self):
        found = compare_groups([np.arange(20.0) % 5, 10 + np.arange(20.0) % 5], is_order_only=True)
        assert found.effect.estimate.value == -1
        assert -1 <= found.effect.estimate.low < found.effect.estimate.high < -0.5
        assert found.p_value < 1e-6

    def test_ranges_hold_the_truth_about_as_often_as_they_say(self):
        random = np.random.default_rng(12)
        held = 0
        for _ in range(300):
            found = compare_groups([random.normal(0.5, 1, 30), random.normal(0, 1, 30)], is_order_only=True)
            truth = 2 * stats.norm.cdf(0.5 / math.sqrt(2)) - 1
            held += found.effect.estimate.low <= truth <= found.effect.estimate.high
        assert 0.91 <= held / 300 <= 0.99


class TestRefusals:
    @pytest.mark.parametrize("groups", [[], [[1.0, 2.0]], [[1.0, 2.0], [3.0]]])
    def test_too_few_groups_or_values(self, groups):
        with pytest.raises(ValueError, match="two groups of two values are the least"):
            compare_groups(groups)

    def test_nothing_varies(self):
        with pytest.raises(ValueError, match="all values are 3; nothing can be compared"):
            compare_groups([[3.0, 3.0], [3.0, 3.0]])

    def test_a_value_is_missing(self):
        with pytest.raises(ValueError, match="every value must be finite"):
            compare_groups([[3.0, math.nan], [3.0, 4.0]])


def test_measures_of_shape():
    values = np.random.default_rng(0).exponential(1, 5000)
    assert skewness(values) == pytest.approx(stats.skew(values), rel=EXACT)
    assert skewness(np.ones(4)) == 0
    assert rows_asked(3.1) == 241
    assert tell_spreads([np.arange(10.0), np.arange(10.0)], "variance")[0]


def test_welch_of_two_groups_is_the_square_of_t():
    groups = normal(13, 20, 40, spreads=(1, 3))
    assert welch(groups)[0] == pytest.approx(
        stats.ttest_ind(*groups, equal_var=False).statistic ** 2, rel=EXACT
    )
