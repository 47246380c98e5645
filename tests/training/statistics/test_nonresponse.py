import math

import numpy as np
import pytest

from tests.training.silent_world import make_world
from training.statistics import AskedRows, trim_odds

NAN = math.nan


def asked_of(outcome, forecast, odds, **more):
    return AskedRows.of(outcome, forecast, odds, n_draws=50, **more)


class TestClosedForms:
    def test_answers_count_as_they_are_and_silence_as_forecast_plus_weighted_error(self):
        rows = asked_of([1.0, 0.0, NAN, NAN], [0.5, 0.5, 0.2, 0.4], [3.0, 1.0, 9.0, 9.0])
        error = (3 * 0.5 - 1 * 0.5) / 4
        assert rows.corrected().value == pytest.approx((1 + 0.2 + 0.4 + 2 * error) / 4)
        assert rows.answered().value == pytest.approx(0.5)
        assert (rows.n_answered, rows.corrected().n) == (2, 4)

    def test_without_a_forecast_it_is_raking_within_groups(self):
        """Half of the good half answered and a quarter of the bad: odds 1 and 3 bring both back."""
        outcome = [5.0, 5.0, NAN, NAN, 1.0, NAN, NAN, NAN]
        rows = asked_of(outcome, np.zeros(8), [1.0] * 4 + [3.0] * 4)
        assert rows.answered().value == pytest.approx(11 / 3)
        assert rows.corrected().value == pytest.approx(3.0)

    def test_a_perfect_forecast_needs_no_weights(self):
        rows = asked_of([2.0, 4.0, NAN], [2.0, 4.0, 1.5], [1.0, 77.0, 5.0])
        assert rows.corrected().value == pytest.approx(2.5)
        assert rows.bound(50.0, "low").value == pytest.approx(2.5)

    def test_weights_count_rows_several_times(self):
        weighted = asked_of([1.0, 0.0, NAN], [0.5, 0.3, 0.2], [1.0, 2.0, 1.0], weight=[1, 2, 3])
        repeated = [0, 1, 1, 2, 2, 2]
        columns = ([1.0, 0.0, NAN], [0.5, 0.3, 0.2], [1.0, 2.0, 1.0])
        plain = asked_of(*(np.array(column)[repeated] for column in columns))
        for odds_ratio in (1.0, 2.0):
            assert weighted.bound(odds_ratio, "high").value == pytest.approx(
                plain.bound(odds_ratio, "high").value
            )

    def test_effective_answers_are_those_of_kish(self):
        assert asked_of([1.0, 0.0, NAN], [0.0] * 3, [1.0, 1.0, 9.0]).effective_answers == pytest.approx(2.0)
        assert asked_of([1.0, 0.0, NAN], [0.0] * 3, [3.0, 1.0, 9.0]).effective_answers == pytest.approx(1.6)

    def test_nobody_answered_is_refused(self):
        with pytest.raises(ValueError, match="none of 2 rows"):
            asked_of([NAN, NAN], [1.0, 1.0], [1.0, 1.0])


class TestBounds:
    def test_two_answers_and_one_factor(self):
        """Of a 0 and a 1 with equal weight, a factor of 2 and its inverse let the 1 count 1/5 or 4/5."""
        rows = asked_of([1.0, 0.0, NAN, NAN], np.zeros(4), np.ones(4))
        assert rows.bound(1.0, "low").value == rows.bound(1.0, "high").value == pytest.approx(0.5)
        assert rows.bound(2.0, "low").value == pytest.approx((1 + 2 * 0.2) / 4)
        assert rows.bound(2.0, "high").value == pytest.approx((1 + 2 * 0.8) / 4)

    def test_they_are_the_extremes_over_all_weights(self):
        chance = np.random.default_rng(0)
        answers, forecast, odds = chance.normal(size=6), chance.normal(size=8), chance.uniform(0.2, 3, 8)
        rows = asked_of([*answers, NAN, NAN], forecast, odds)
        found = []
        for code in range(2**6):
            factor = np.array([3.0 if code >> place & 1 else 1 / 3 for place in range(6)])
            shift = np.average(answers - forecast[:6], weights=odds[:6] * factor)
            found.append((answers.sum() + forecast[6:].sum() + 2 * shift) / 8)
        assert rows.bound(3.0, "low").value == pytest.approx(min(found))
        assert rows.bound(3.0, "high").value == pytest.approx(max(found))

    def test_without_a_forecast_they_grow_to_the_answers_given(self):
        rows = asked_of([5.0, 1.0, 3.0, NAN], np.zeros(4), np.ones(4))
        assert rows.bound(1e6, "low").value == pytest.approx((9 + 1) / 4, abs=1e-4)
        assert rows.bound(1e6, "high").value == pytest.approx((9 + 5) / 4, abs=1e-4)

    def test_the_worst_case_is_that_of_manski(self):
        rows = asked_of([1.0, 0.0, 1.0, NAN], np.zeros(4), np.ones(4))
        assert rows.worst_case(0.0, 1.0) == (0.5, 0.75)

    def test_the_tipping_point_is_where_the_bound_meets_the_value(self):
        rows = asked_of([1.0, 0.0, NAN, NAN], np.zeros(4), np.ones(4))
        target = rows.bound(2.0, "high").value
        assert rows.tipping_odds(target) == pytest.approx(2.0)
        assert rows.tipping_odds(rows.bound(3.0, "low").value) == pytest.approx(3.0)
        assert rows.tipping_odds(0.5) == pytest.approx(1.0)
        assert rows.tipping_odds(1.0) == math.inf


class TestTrimming:
    def test_a_weight_is_at_most_ten_times_the_mean(self):
        odds, n_trimmed = trim_odds([0.5] * 99 + [0.001], np.ones(100, dtype=bool))
        assert n_trimmed == 1
        assert odds.max() == pytest.approx(10 * (99 + 999) / 100)


class TestWorlds:
    """Small; by repetition in tests/long."""

    @pytest.mark.parametrize("hidden", [0.0, 0.2], ids=["known", "and a little by itself"])
    def test_corrected_is_nearer_to_the_truth_than_raw(self, hidden):
        is_nearer = []
        for seed in range(6):
            world = make_world(seed, 600, hidden=hidden)
            rows, _ = world.asked(seed, n_draws=20)
            errors = [abs(found.value - world.truth) for found in (rows.corrected(), rows.answered())]
            is_nearer.append(errors[0] < errors[1])
        assert np.mean(is_nearer) >= 5 / 6

    def test_one_of_forecast_and_odds_may_know_nothing(self):
        for seed in range(3):
            world = make_world(seed, 2000, forecast_knows=0.0)
            rows, _ = world.asked(seed, n_draws=20)
            assert rows.corrected().value == pytest.approx(world.truth, abs=0.12)
            blind = make_world(seed, 2000)
            alike = AskedRows.of(blind.outcome, blind.forecast, np.ones(2000), n_draws=20)
            assert alike.corrected().value == pytest.approx(blind.truth, abs=0.12)
            assert rows.answered().value > world.truth + 0.15
