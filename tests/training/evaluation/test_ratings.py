import json

import numpy as np
import pytest
from scipy.stats import spearmanr

from features.errors import TooFewEventsError
from training.evaluation import (
    AnswerForecasts,
    HorizonEvaluations,
    RatingEvaluation,
    evaluate_ratings,
    ranked_probability_scores,
)


def forecasts_of(value, half=1.0, rps=0.5):
    value = np.asarray(value, dtype=np.float64)
    return AnswerForecasts(
        value, value - half, value + half, np.full(value.shape, rps), np.full(value.shape, 0.1)
    )


@pytest.fixture
def answers():
    return np.random.default_rng(0).integers(1, 6, 200).astype(np.float64)


@pytest.fixture
def value(answers):
    return np.round(answers + np.random.default_rng(1).normal(0.3, 1.0, 200), 1)


class TestFigures:
    def test_figures_are_what_their_names_say(self, answers, value):
        found = evaluate_ratings(answers, forecasts_of(value, half=1.5))
        error = value - answers
        assert found.mae.value == pytest.approx(np.abs(error).mean())
        assert found.rmse.value == pytest.approx(np.sqrt((error**2).mean()))
        assert found.bias.value == pytest.approx(error.mean())
        assert found.coverage.value == pytest.approx((np.abs(error) <= 1.5).mean())
        assert found.width.value == pytest.approx(3.0)
        assert found.rps.value == pytest.approx(0.5)
        assert found.good_bias.value == pytest.approx(0.1)
        assert found.mean_answer.value == pytest.approx(answers.mean())
        assert found.rank_correlation.value == pytest.approx(spearmanr(answers, value).statistic)

    def test_weights_count_rows_several_times(self, answers, value):
        weight = np.random.default_rng(2).integers(1, 4, 200)
        weighted = evaluate_ratings(answers, forecasts_of(value), weight=weight)
        repeated = np.repeat(np.arange(200), weight)
        plain = evaluate_ratings(answers[repeated], forecasts_of(value[repeated]))
        for name in ("mae", "rmse", "bias", "rank_correlation", "coverage"):
            assert getattr(weighted, name).value == pytest.approx(getattr(plain, name).value)

    def test_intervals_resample_entities(self, answers, value):
        alone = evaluate_ratings(answers, forecasts_of(value))
        fivefold = evaluate_ratings(
            np.tile(answers, 5), forecasts_of(np.tile(value, 5)), entity=np.tile(np.arange(200), 5)
        )
        assert fivefold.n_entities == 200
        assert fivefold.n_rows == 1000
        assert fivefold.mae.high - fivefold.mae.low == pytest.approx(alone.mae.high - alone.mae.low, rel=0.2)

    def test_equal_seeds_give_equal_intervals(self, answers, value):
        first, second = (evaluate_ratings(answers, forecasts_of(value), seed=3) for _ in range(2))
        assert first == second

    def test_bins_rise_and_hold_all_rows(self, answers, value):
        bins = evaluate_ratings(answers, forecasts_of(value)).bins
        assert sum(part.observed.n for part in bins) == 200
        assert (np.diff([part.forecast for part in bins]) >= 0).all()

    def test_thirty_answers_are_needed(self, answers, value):
        with pytest.raises(TooFewEventsError, match="29 test rows"):
            evaluate_ratings(answers[:29], forecasts_of(value[:29]))


class TestBaselines:
    def test_differences_are_paired_and_negative_is_better(self, answers, value):
        rules = {
            "worse": AnswerForecasts.of_points(value + 1.0, answers),
            "same": forecasts_of(value),
        }
        found = evaluate_ratings(answers, forecasts_of(value, rps=0.3), baselines=rules)
        assert found.baselines["worse"].is_better
        assert found.baselines["same"].mae.low == found.baselines["same"].mae.high == 0.0
        assert found.baselines["same"].rps.value == pytest.approx(-0.2)
        assert found.beats_baselines

    def test_a_rule_that_is_as_good_is_not_beaten(self, answers, value):
        found = evaluate_ratings(
            answers, forecasts_of(value, rps=0.5), baselines={"same": forecasts_of(value, rps=0.5)}
        )
        assert not found.beats_baselines


class TestRule:
    def test_good_forecasts_are_usable(self, answers, value):
        found = evaluate_ratings(answers, forecasts_of(value, half=1.75))
        assert 0.85 < found.coverage.value < 0.95
        assert found.is_usable
        assert "not usable" not in found.summary

    def test_an_order_that_may_be_chance_is_not(self, answers, value):
        shuffled = np.random.default_rng(0).permutation(value)
        half = float(np.quantile(np.abs(shuffled - answers), 0.9))
        found = evaluate_ratings(answers, forecasts_of(shuffled, half=half))
        assert [doubt.problem for doubt in found.doubts] == ["order"]
        assert "the order of the forecasts may be little better than chance" in found.summary

    def test_one_forecast_for_all_has_no_order(self, answers):
        found = evaluate_ratings(answers, forecasts_of(np.full(200, 3.0), half=2.0))
        assert np.isnan(found.rank_correlation.value)
        assert not found.is_usable
        assert json.loads(json.dumps(found.to_json(), allow_nan=False))["doubts"][0]["found"] is None

    @pytest.mark.parametrize("half", [0.8, 9.0], ids=["too narrow", "too wide"])
    def test_intervals_that_break_their_promise_are_not(self, answers, value, half):
        found = evaluate_ratings(answers, forecasts_of(value, half=half))
        assert [doubt.problem for doubt in found.doubts] == ["coverage"]


class TestFiles:
    def test_what_is_written_reads_back(self, answers, value):
        rules = {"rule": AnswerForecasts.of_points(value + 1.0, answers)}
        found = evaluate_ratings(answers, forecasts_of(value), baselines=rules, n_silent=7)
        content = json.loads(json.dumps(found.to_json(), allow_nan=False))
        assert RatingEvaluation.from_json(content) == found
        wrapped = HorizonEvaluations({"90d": found}, {})
        assert HorizonEvaluations.from_json(wrapped.to_json()).by_horizon["90d"] == found


class TestScores:
    def test_a_forecast_of_one_level_scores_its_error(self):
        certain = np.eye(4)[[0, 1, 3]]
        values = np.array([1.0, 2.0, 4.0, 8.0])
        place = np.array([0, 3, 0])
        found = ranked_probability_scores(certain, values, place)
        assert found == pytest.approx([0.0, 6.0, 7.0])

    def test_the_true_distribution_scores_best_on_average(self):
        chance = np.random.default_rng(0)
        truth = np.array([0.1, 0.2, 0.4, 0.3])
        place = chance.choice(4, 20_000, p=truth)
        values = np.arange(4.0)

        def mean(shares):
            return ranked_probability_scores(np.tile(shares, (20_000, 1)), values, place).mean()

        assert mean(truth) < mean(np.array([0.2, 0.2, 0.3, 0.3]))
        assert mean(truth) < mean(np.array([0.0, 0.1, 0.8, 0.1]))
