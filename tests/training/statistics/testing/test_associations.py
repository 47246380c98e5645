import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from training.statistics import Estimate
from training.statistics.families import holm, holm_p_values
from training.statistics.testing import Effect, compare_counts, correlate, quantile
from training.statistics.testing.ranges import chi2_noncentrality, f_noncentrality

EXACT = 1e-9


class TestCorrelation:
    def test_pearson_is_that_of_scipy(self):
        random = np.random.default_rng(1)
        x = random.normal(size=80)
        y = x + random.normal(size=80)
        found = correlate(x, y)
        expected = stats.pearsonr(x, y)
        assert found.test == "Pearson's correlation"
        assert found.p_value == pytest.approx(expected.pvalue, rel=EXACT)
        low, high = expected.confidence_interval()
        assert (found.effect.estimate.low, found.effect.estimate.high) == pytest.approx(
            (low, high), rel=EXACT
        )

    def test_spearman_is_that_of_scipy(self):
        random = np.random.default_rng(2)
        x = random.lognormal(size=80)
        y = x + random.lognormal(size=80)
        found = correlate(x, y)
        expected = stats.spearmanr(x, y)
        assert found.test == "Spearman's correlation"
        assert "a skewness of" in found.because
        assert (found.statistic, found.p_value) == pytest.approx(
            (expected.statistic, expected.pvalue), rel=EXACT
        )

    def test_heavy_tails_ask_for_spearman(self):
        x = np.append(np.tile([-1.0, 0.0, 1.0], 30), [30.0, -30.0])
        found = correlate(x, np.arange(92.0))
        assert "excess kurtosis" in found.because

    def test_a_rating_asks_for_spearman(self):
        found = correlate(np.arange(30.0), np.arange(30.0) % 5, is_order_only=True)
        assert found.test == "Spearman's correlation"
        assert "order" in found.because

    def test_a_perfect_correlation_has_no_width(self):
        found = correlate(np.arange(20.0), -np.arange(20.0), is_order_only=True)
        assert (found.effect.estimate.low, found.effect.estimate.high) == pytest.approx((-1, -1))

    def test_refusals(self):
        with pytest.raises(ValueError, match="at least 10"):
            correlate([1, 2, 3], [1, 2, 3])
        with pytest.raises(ValueError, match="does not vary"):
            correlate(np.ones(20), np.arange(20))
        with pytest.raises(ValueError, match="3 rows where 4 are needed"):
            correlate(np.arange(4), np.arange(3))


class TestCounts:
    def test_chi_squared_is_that_of_scipy(self):
        table = np.array([[30, 12, 8], [20, 25, 15]])
        found = compare_counts(table)
        expected = stats.chi2_contingency(table, correction=False)
        assert found.test == "chi-squared test"
        assert (found.statistic, found.p_value) == pytest.approx(
            (expected.statistic, expected.pvalue), rel=EXACT
        )

    def test_few_in_two_by_two_ask_for_fisher(self):
        table = [[8, 1], [2, 6]]
        found = compare_counts(table)
        assert found.test == "Fisher's exact test"
        assert found.p_value == pytest.approx(stats.fisher_exact(table).pvalue, rel=EXACT)
        assert "too few for chi squared" in found.because

    def test_few_in_larger_tables_ask_for_permutation_near_the_exact_value(self):
        table = [[4, 1, 0], [1, 5, 1], [0, 1, 4]]
        found = compare_counts(table)
        exact = stats.fisher_exact(table).pvalue
        assert found.test == "permutation test"
        assert found.p_value == pytest.approx(exact, abs=0.02)
        assert compare_counts(table) == found

    def test_permutation_of_a_large_table_is_drawn_in_blocks(self):
        random = np.random.default_rng(3)
        table = np.zeros((120, 30), int)
        np.add.at(table, (random.integers(0, 120, 900), random.integers(0, 30, 900)), 1)
        found = compare_counts(table)
        assert found.test == "permutation test"
        assert 0.001 < found.p_value <= 1

    def test_v_is_free_of_bias(self):
        random = np.random.default_rng(4)
        values = []
        for _ in range(200):
            table = np.zeros((6, 6), int)
            np.add.at(table, (random.integers(0, 6, 200), random.integers(0, 6, 200)), 1)
            values.append(compare_counts(table).effect.estimate.value)
        assert np.median(values) < 0.05  # the plain V of such tables is 0.16

    def test_v_of_equal_columns_is_one(self):
        assert compare_counts(np.diag([50, 50, 50])).effect.estimate.value == pytest.approx(1)

    def test_empty_rows_do_not_matter(self):
        assert compare_counts([[30, 10], [0, 0], [20, 40]]) == compare_counts([[30, 10], [20, 40]])

    @pytest.mark.parametrize("table", [[[1, 2]], [[0, 0], [1, 2]], [[1, 0], [2, 0]]])
    def test_one_row_or_column_is_refused(self, table):
        with pytest.raises(ValueError, match="two filled rows and columns"):
            compare_counts(table)

    def test_negative_counts_are_refused(self):
        with pytest.raises(ValueError, match="counts >= 0"):
            compare_counts([[1, -2], [3, 4]])


class TestHolm:
    def test_adjusted_values_are_those_of_statsmodels(self):
        p_values = np.random.default_rng(5).uniform(0, 0.2, 30)
        expected = multipletests(p_values, method="holm")[1]
        assert holm_p_values(p_values) == pytest.approx(expected, rel=EXACT)

    def test_they_fall_where_holm_says(self):
        for seed in range(20):
            p_values = np.random.default_rng(seed).uniform(0, 0.1, 8)
            assert ((holm_p_values(p_values) <= 0.05) == holm(p_values)).all()

    def test_what_was_not_tested_is_no_member(self):
        assert holm_p_values([0.01, np.nan, 0.02]).tolist()[0] == 0.02
        assert np.isnan(holm_p_values([np.nan])).all()
        assert holm_p_values([]).size == 0

    def test_refusals(self):
        with pytest.raises(ValueError, match="one dimension within"):
            holm_p_values([1.2])


def test_noncentralities_are_inverted():
    low, high = chi2_noncentrality(30.0, 4)
    assert stats.ncx2.cdf(30, 4, low) == pytest.approx(0.975, abs=1e-6)
    assert stats.ncx2.cdf(30, 4, high) == pytest.approx(0.025, abs=1e-6)
    low, high = f_noncentrality(8.0, 3, 50)
    assert stats.ncf.cdf(8, 3, 50, low) == pytest.approx(0.975, abs=1e-6)
    assert stats.ncf.cdf(8, 3, 50, high) == pytest.approx(0.025, abs=1e-6)
    assert chi2_noncentrality(0.5, 4)[0] == 0


def test_the_short_cut_for_large_statistics_joins_the_long_way():
    near, far = chi2_noncentrality(999.0, 4), chi2_noncentrality(1001.0, 4)
    assert far == pytest.approx(near, rel=0.01)


def test_a_quantile_has_a_range_that_holds():
    random = np.random.default_rng(6)
    held = sum(
        q.low <= np.log(2) <= q.high for q in (quantile(random.exponential(1, 41), 0.5) for _ in range(400))
    )
    assert held / 400 >= 0.95
    assert quantile([5.0], 0.5) == Estimate(5.0, 5.0, 5.0, 1)
    with pytest.raises(ValueError, match="no share between 0 and 1"):
        quantile([1.0], 1.0)


@pytest.mark.parametrize(
    ("value", "scale", "word"),
    [
        (0.05, "correlation", "very small"),
        (-0.3, "correlation", "medium"),
        (0.9, "difference", "large"),
        (0.02, "explained", "small"),
    ],
)
def test_effects_have_words(value, scale, word):
    effect = Effect("size", Estimate(value, value - 0.2, value + 0.2, 10), scale)
    assert effect.word == word
    assert 0 <= effect.strength_range.low <= effect.strength <= effect.strength_range.high
