import math

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from training.statistics.levels import SurveyMetric, measure_level
from training.statistics.response_rates import bound_silence, measure_response

HAPPY = measure_level(SurveyMetric.of("nps"), [10] * 20 + [8] * 10 + [3] * 10)


class TestRates:
    def test_each_segment_has_its_rate_its_range_and_its_denominator(self):
        segments = np.repeat(["north", "south", "east"], [40, 20, 5])
        is_answered = np.concatenate([np.arange(40) < 10, np.arange(20) < 15, np.zeros(5, dtype=bool)])
        found = {rate.segment: rate for rate in measure_response(segments, is_answered)}
        assert list(found) == ["east", "north", "south"]
        for name, (n_answered, n_invited) in {"north": (10, 40), "south": (15, 20), "east": (0, 5)}.items():
            rate = found[name]
            assert (rate.n_answered, rate.rate.n) == (n_answered, n_invited)
            expected = proportion_confint(n_answered, n_invited, method="wilson")
            assert (rate.rate.low, rate.rate.high) == pytest.approx(expected, abs=1e-9)

    def test_rates_add_up_to_the_whole(self):
        chance = np.random.default_rng(1)
        is_answered = chance.random(300) < 0.4
        found = measure_response(chance.integers(0, 4, 300), is_answered)
        assert sum(rate.n_answered for rate in found) == is_answered.sum()
        assert sum(rate.rate.n for rate in found) == 300

    @pytest.mark.parametrize(("segments", "is_answered"), [([], []), (["a"], [True, False])])
    def test_nobody_or_columns_that_do_not_fit_are_refused(self, segments, is_answered):
        with pytest.raises(ValueError, match=f"segments has {len(segments)} rows"):
            measure_response(segments, is_answered)


class TestBounds:
    def test_the_worst_case_is_that_of_manski(self):
        found = bound_silence(HAPPY, n_invited=100)
        assert HAPPY.estimate.value == 25
        assert (found.worst, found.best) == pytest.approx((0.4 * 25 - 60, 0.4 * 25 + 60))
        assert found.largest_bias == pytest.approx(0.6 * 200)
        assert (found.response.value, found.everybody.n) == (0.4, 100)
        assert found.everybody.value == 25
        assert found.everybody.low == pytest.approx(0.4 * HAPPY.estimate.low - 60)
        assert found.everybody.high == pytest.approx(0.4 * HAPPY.estimate.high + 60)

    def test_no_answers_of_the_silent_leave_the_bounds(self):
        chance = np.random.default_rng(2)
        ratings = chance.integers(1, 6, 50)
        found = bound_silence(measure_level(SurveyMetric.of("mean", (1, 5)), ratings), n_invited=120)
        for _ in range(200):
            silent = chance.choice(5, 70, p=chance.dirichlet(np.ones(5))) + 1
            everybody = np.concatenate([ratings, silent]).mean()
            assert found.worst <= everybody <= found.best
            assert abs(everybody - ratings.mean()) <= found.largest_bias

    def test_when_all_answered_nothing_is_hidden(self):
        found = bound_silence(HAPPY, n_invited=40)
        assert found.worst == found.best == HAPPY.estimate.value
        assert (found.largest_bias, found.share_silent) == (0.0, 0.0)
        assert (found.everybody.low, found.everybody.high) == pytest.approx(
            (HAPPY.estimate.low, HAPPY.estimate.high)
        )
        assert math.isnan(found.difference_that_reaches(10))

    def test_more_answers_than_invitations_are_refused(self):
        with pytest.raises(ValueError, match="40 answered but only 39 were invited"):
            bound_silence(HAPPY, n_invited=39)


class TestDifference:
    BOUNDS = bound_silence(HAPPY, n_invited=100)

    def test_the_line_shifts_value_and_range_by_the_share_of_the_silent(self):
        found = self.BOUNDS.if_silent_differ(-50)
        assert found.value == pytest.approx(25 - 0.6 * 50)
        shift = HAPPY.estimate.value - found.value
        assert (found.low, found.high) == pytest.approx(
            (HAPPY.estimate.low - shift, HAPPY.estimate.high - shift)
        )
        assert self.BOUNDS.if_silent_differ(0).value == 25

    def test_the_line_ends_where_the_worst_case_is(self):
        assert self.BOUNDS.if_silent_differ(-125).value == pytest.approx(self.BOUNDS.worst)
        with pytest.raises(
            ValueError, match="cannot differ by -126: with a level of 25 it is between -125 and 75"
        ):
            self.BOUNDS.if_silent_differ(-126)

    def test_the_tipping_point_is_where_the_line_meets_the_value(self):
        difference = self.BOUNDS.difference_that_reaches(0.0)
        assert self.BOUNDS.if_silent_differ(difference).value == pytest.approx(0.0)
        assert math.isnan(self.BOUNDS.difference_that_reaches(90))

    def test_shares_are_bounded_by_nobody_and_everybody(self):
        found = bound_silence(measure_level(SurveyMetric.of("csat", (1, 5)), [5] * 9 + [1]), n_invited=20)
        assert (found.worst, found.best) == pytest.approx((0.45, 0.95))
