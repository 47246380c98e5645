import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from training.statistics import mean, nps, share
from training.statistics.levels import (
    MeanWorth,
    SurveyMetric,
    effective_answers,
    measure_level,
)

NAN = math.nan
CHANCE = np.random.default_rng(3)


def level_of(kind, ratings, weight=None, scale=(0, 10)):
    """Return the level of a metric by its name."""
    return measure_level(SurveyMetric.of(kind, scale), ratings, weight)


def exact_coverage(n, promoters, detractors):
    """Return how often the NPS range of ``n`` answers holds the truth, over all that can be answered."""
    up, down = (grid.ravel() for grid in np.indices((n + 1, n + 1)))
    up, down = up[up + down <= n], down[up + down <= n]
    counts = np.column_stack([up, n - up - down, down])
    chances = stats.multinomial(n, [promoters, 1 - promoters - detractors, detractors]).pmf(counts)
    truth = 100 * (promoters - detractors)
    ranges = [nps(*row) for row in counts.tolist()]
    held = [found.low - 1e-9 <= truth <= found.high + 1e-9 for found in ranges]
    return float(chances @ np.array(held))


class TestMetrics:
    @pytest.mark.parametrize(
        ("kind", "scale", "good_from"),
        [
            ("csat", (1, 5), 4.0),
            ("ces", (1, 7), 5.0),
            ("csat", (0, 10), 7.0),
            ("top_box", (1, 5), 5.0),
            ("mean", (1, 5), None),
            ("nps", (0, 10), None),
        ],
    )
    def test_good_begins_where_it_usually_does(self, kind, scale, good_from):
        assert SurveyMetric.of(kind, scale).good_from == good_from

    def test_worth_of_each_kind(self):
        ratings = [0, 6, 7, 8, 9, 10, NAN]
        expected = {
            "nps": [-100, -100, 0, 0, 100, 100, NAN],
            "csat": [0, 0, 1, 1, 1, 1, NAN],
            "top_box": [0, 0, 0, 0, 0, 1, NAN],
            "mean": ratings,
        }
        for kind, worth in expected.items():
            np.testing.assert_array_equal(SurveyMetric.of(kind).worth(ratings), worth)

    def test_worth_stays_within_its_range(self):
        ratings = np.arange(11)
        for kind in ("nps", "enps", "csat", "ces", "top_box", "mean"):
            metric = SurveyMetric.of(kind)
            worth = metric.worth(ratings)
            assert (worth.min(), worth.max()) == metric.worth_range

    def test_a_rating_outside_the_scale_is_refused(self):
        with pytest.raises(ValueError, match="rating 7 lies outside the scale 1 to 5"):
            SurveyMetric.of("csat", (1, 5)).worth([5, 7])

    def test_impossible_scales_are_refused(self):
        with pytest.raises(ValueError, match="nps is asked on 0 to 10, not on 1 to 5"):
            SurveyMetric.of("nps", (1, 5))
        with pytest.raises(ValueError, match="5 to 1 does not rise"):
            SurveyMetric.of("csat", (5, 1))


class TestLevels:
    def test_each_kind_is_its_interval(self):
        ratings = np.array([10, 9, 9, 8, 7, 6, 0, NAN])
        assert level_of("nps", ratings).estimate == nps(3, 2, 2)
        assert level_of("enps", ratings).estimate == nps(3, 2, 2)
        assert level_of("csat", ratings).estimate == share(5, 7)
        assert level_of("top_box", ratings).estimate == share(1, 7)
        assert level_of("mean", ratings).estimate == mean(ratings[:7])

    @pytest.mark.parametrize("good", [0, 1, 17, 40])
    def test_shares_equal_statsmodels(self, good):
        found = level_of("csat", [5] * good + [2] * (40 - good), scale=(1, 5)).estimate
        assert (found.low, found.high) == pytest.approx(
            proportion_confint(good, 40, method="wilson"), abs=1e-9
        )

    def test_every_figure_has_its_denominators(self):
        level = level_of("csat", [5, 4, 1, NAN, NAN], scale=(1, 5))
        assert (level.estimate.n, level.n_asked, level.effective_n) == (3, 5, 3.0)

    def test_nobody_answered_is_refused(self):
        with pytest.raises(ValueError, match="none of 2 rows holds an answer"):
            level_of("nps", [NAN, NAN])
        with pytest.raises(ValueError, match="none of 2 rows holds an answer with a weight"):
            level_of("nps", [9, NAN], [0, 1])

    @pytest.mark.parametrize("n", [10, 20])
    def test_nps_ranges_hold_the_truth(self, n):
        """Exact, not simulated; a finer grid and more answers in tests/long."""
        truths = [(0.9, 0.05), (0.5, 0.2), (0.3, 0.5), (0.02, 0.2), (0.5, 0.02), (0.1, 0.1)]
        assert min(exact_coverage(n, *truth) for truth in truths) >= 0.92


class TestWeights:
    RATINGS = CHANCE.integers(0, 11, 60)

    @pytest.mark.parametrize("kind", ["nps", "csat", "top_box", "mean"])
    def test_equal_weights_change_nothing(self, kind):
        metric = SurveyMetric.of(kind)
        plain, weighted = (measure_level(metric, self.RATINGS, weight) for weight in (None, np.full(60, 7.0)))
        expected = [plain.estimate.value, plain.estimate.low, plain.estimate.high, plain.effective_n]
        found = [weighted.estimate.value, weighted.estimate.low, weighted.estimate.high, weighted.effective_n]
        assert found == pytest.approx(expected, abs=1e-9)

    @pytest.mark.parametrize("kind", ["nps", "csat", "mean"])
    def test_value_is_the_weighted_mean_and_the_range_that_of_fewer_answers(self, kind):
        metric, weight = SurveyMetric.of(kind), CHANCE.uniform(0.2, 3, 60)
        found, plain = measure_level(metric, self.RATINGS, weight), measure_level(metric, self.RATINGS)
        assert found.estimate.value == pytest.approx(np.average(metric.worth(self.RATINGS), weights=weight))
        assert found.effective_n == pytest.approx(weight.sum() ** 2 / (weight**2).sum())
        assert found.effective_n < 60 == found.estimate.n
        assert found.estimate.high - found.estimate.low > plain.estimate.high - plain.estimate.low

    def test_weights_that_say_nothing_about_ratings_give_the_range_of_as_many_answers(self):
        """Half of the answers count double: 200 of them are worth 180."""
        ratings, weight = np.tile([9, 3], 100), np.repeat([1.0, 2.0], 100)
        found = level_of("csat", ratings, weight)
        low, high = proportion_confint(90, 180, method="wilson")
        assert found.effective_n == pytest.approx(180)
        assert (found.estimate.low, found.estimate.high) == pytest.approx((low, high), abs=1e-9)
        centre = level_of("mean", ratings, weight).estimate
        spread = DescrStatsW(ratings, weights=weight * 180 / weight.sum(), ddof=1)
        half = stats.t.ppf(0.975, 179) * spread.std / math.sqrt(180)
        assert centre.high - centre.value == pytest.approx(half, rel=0.01)

    def test_one_answer_with_weight_has_no_range(self):
        found = level_of("mean", [7, 3], [1, 0]).estimate
        assert (found.value, found.low, found.high) == (7.0, -math.inf, math.inf)

    def test_effective_answers_are_those_of_kish(self):
        assert effective_answers(np.ones(7)) == pytest.approx(7)
        assert effective_answers(np.array([1.0, 0.0, 0.0])) == pytest.approx(1)


class TestMeanWorth:
    @pytest.mark.parametrize(("kind", "scale"), [("nps", (0, 10)), ("csat", (1, 5)), ("ces", (1, 7))])
    def test_whole_answers_count_as_their_ratings_do(self, kind, scale):
        ratings = CHANCE.integers(scale[0], scale[1] + 1, 200).astype(float)
        ratings[::7] = NAN
        plain = SurveyMetric.of(kind, scale)
        found = measure_level(MeanWorth.of(kind, scale), plain.worth(ratings))
        expected = measure_level(plain, ratings)
        assert found.estimate == expected.estimate
        assert (found.n_asked, found.effective_n) == (expected.n_asked, expected.effective_n)

    def test_somebody_in_between_counts_by_parts(self):
        level = measure_level(MeanWorth.of("nps"), [50.0, -50.0, 100.0, 0.0, NAN])
        assert level.estimate == nps(1.5, 2.0, 0.5)
        half = measure_level(MeanWorth.of("csat", (1, 5)), [0.5, 0.5, 1.0, 0.0])
        assert half.estimate == share(2, 4)

    def test_weights_count(self):
        level = measure_level(MeanWorth.of("csat", (1, 5)), [1.0, 0.0], [3.0, 1.0])
        assert level.estimate.value == pytest.approx(0.75)

    @pytest.mark.parametrize(("kind", "scale", "worth"), [("nps", (0, 10), 101.0), ("ces", (1, 7), 1.5)])
    def test_what_no_answer_is_worth_is_refused(self, kind, scale, worth):
        with pytest.raises(ValueError, match=f"the worth {worth:g} lies outside"):
            measure_level(MeanWorth.of(kind, scale), [worth])
