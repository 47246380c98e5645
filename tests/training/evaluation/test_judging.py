import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from features.errors import TooFewEventsError
from training.evaluation import Evaluation, evaluate
from training.statistics import Floats


def _make_rows(seed: int, n: int = 2000, slope: float = 1.5) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    truth = 1 / (1 + np.exp(-random.normal(-1.2, slope, n)))
    return (random.random(n) < truth).astype(float), truth


class TestFigures:
    @pytest.mark.parametrize("weighted", [False, True])
    def test_against_reference(self, weighted):
        target, probability = _make_rows(1)
        probability = np.round(probability, 2)
        weight = np.random.default_rng(2).gamma(1, 1, target.size) if weighted else np.ones(target.size)
        found = evaluate(target, probability, weight=weight, n_draws=20)
        references = {
            "log_loss": log_loss(target, probability, sample_weight=weight),
            "brier": brier_score_loss(target, probability, sample_weight=weight),
            "auc": roc_auc_score(target, probability, sample_weight=weight),
            "pr_auc": average_precision_score(target, probability, sample_weight=weight),
        }
        for name, expected in references.items():
            assert getattr(found, name).value == pytest.approx(expected, abs=1e-12), name
        assert found.level_error.value == pytest.approx(
            np.average(probability, weights=weight) - np.average(target, weights=weight), abs=1e-12
        )

    def test_lift_and_capture_of_the_first_tenth(self):
        target, probability = _make_rows(3, 1000)
        first = np.argsort(-probability)[:100]
        found = evaluate(target, probability, n_draws=20)
        assert found.capture["10%"].value == pytest.approx(target[first].sum() / target.sum(), abs=1e-12)
        assert found.lift["10%"].value == pytest.approx(target[first].mean() / target.mean(), abs=1e-12)
        assert set(found.lift) == set(found.capture) == {"5%", "10%", "20%"}

    def test_level_error_of_the_first_tenth(self):
        target, probability = _make_rows(4, 1000)
        first = np.argsort(-probability)[:100]
        found = evaluate(target, probability, n_draws=20).level_error_top_tenth
        assert found.value == pytest.approx((probability - target)[first].mean(), abs=1e-12)

    def test_value_capture_weighs_events_by_what_is_lost(self):
        target, probability = np.array([1.0, 1.0, 0.0, 0.0] * 25), np.tile([0.9, 0.5, 0.4, 0.1], 25)
        value = np.tile([300.0, 100.0, 999.0, np.nan], 25)
        found = evaluate(target, probability, value=value, n_draws=20)
        assert found.value_capture["20%"].value == pytest.approx(0.75 * 20 / 25, abs=1e-12)
        assert evaluate(target, probability, n_draws=20).value_capture == {}

    def test_counts(self):
        target, probability = _make_rows(5, 60)
        found = evaluate(target, probability, entity=np.repeat(np.arange(20), 3), n_censored=7, n_draws=20)
        assert (found.n_rows, found.n_entities, found.n_censored) == (60, 20, 7)
        assert found.n_events == target.sum()
        assert found.auc.n == 60

    def test_order_of_rows_changes_nothing(self):
        target, probability = _make_rows(6, 300)
        entity = np.arange(300) // 2
        order = np.random.default_rng(7).permutation(300)
        first = evaluate(target, probability, entity=entity, n_draws=40)
        second = evaluate(target[order], probability[order], entity=entity[order], n_draws=40)
        for name in ("log_loss", "auc", "ece", "calibration_slope", "level_error_top_tenth"):
            one, other = getattr(first, name), getattr(second, name)
            assert (one.value, one.low, one.high) == pytest.approx(
                (other.value, other.low, other.high), abs=1e-10
            )

    def test_equal_seeds_give_equal_intervals(self):
        target, probability = _make_rows(8, 300)
        first, again, other = (evaluate(target, probability, seed=seed, n_draws=40) for seed in (1, 1, 2))
        assert first == again
        assert first.auc.value == other.auc.value
        assert first.auc.low != other.auc.low


class TestIntervals:
    def test_by_entity_is_wider_when_rows_repeat(self):
        target, probability = _make_rows(9, 300)
        entity = np.repeat(np.arange(300), 4)
        repeated = np.repeat(target, 4), np.repeat(probability, 4)
        by_entity = evaluate(*repeated, entity=entity, n_draws=300).auc
        by_row = evaluate(*repeated, n_draws=300).auc
        alone = evaluate(target, probability, n_draws=300).auc
        assert by_entity.high - by_entity.low == pytest.approx(alone.high - alone.low, rel=0.02)
        assert by_row.high - by_row.low < 0.7 * (by_entity.high - by_entity.low)

    def test_brier_interval_is_that_of_a_mean(self):
        target, probability = _make_rows(10, 1500)
        losses = (probability - target) ** 2
        low, high = stats.norm.interval(0.95, losses.mean(), losses.std() / np.sqrt(1500))
        found = evaluate(target, probability, n_draws=1000).brier
        assert (found.low, found.high) == pytest.approx((low, high), abs=0.1 * (high - low))

    def test_coverage_in_a_small_repetition(self):
        big_target, big_probability = _make_rows(11, 300_000)
        truth = {
            "auc": roc_auc_score(big_target, big_probability),
            "log_loss": log_loss(big_target, big_probability),
            "calibration_slope": 1.0,
            "level_error": 0.0,
            "level_error_top_tenth": 0.0,
        }
        hits = dict.fromkeys(truth, 0)
        for repetition in range(100):
            found = evaluate(*_make_rows(1000 + repetition, 500), n_draws=200, seed=repetition)
            for name, value in truth.items():
                hits[name] += getattr(found, name).low <= value <= getattr(found, name).high
        assert min(hits.values()) >= 88, hits


class TestBins:
    def test_tenths_from_lowest_to_highest(self):
        target, probability = _make_rows(12, 1000)
        bins = evaluate(target, probability, n_draws=20).bins
        forecasts = [part.forecast for part in bins]
        assert forecasts == sorted(forecasts)
        assert [part.observed.n for part in bins] == [100] * 10
        lowest = np.argsort(probability)[:100]
        expected = stats.binomtest(int(target[lowest].sum()), 100).proportion_ci(method="wilson")
        assert (bins[0].observed.low, bins[0].observed.high) == pytest.approx((expected.low, expected.high))

    def test_equal_forecasts_share_a_bin(self):
        target, _ = _make_rows(13, 400)
        bins = evaluate(target, np.full(400, 0.3), n_draws=20).bins
        assert [part.observed.n for part in bins] == [400]

    def test_weights_count_as_effective_rows(self):
        target, probability = _make_rows(14, 500)
        even = evaluate(target, probability, n_draws=20).bins[-1].observed
        doubled = evaluate(target, probability, weight=np.full(500, 2.0), n_draws=20).bins[-1].observed
        assert (even.low, even.high) == pytest.approx((doubled.low, doubled.high))


class TestVerdict:
    def test_a_good_forecast_is_usable(self):
        found = evaluate(*_make_rows(15))
        assert found.is_usable
        assert found.doubts == ()

    def test_noise_is_not(self):
        target, probability = _make_rows(16, 1000)
        found = evaluate(target, np.random.default_rng(17).permutation(probability))
        assert found.doubts[0].problem == "ranking"
        assert found.doubts[0].limit == 0.60

    def test_a_forecast_that_is_too_high_is_not(self):
        target, probability = _make_rows(18)
        found = evaluate(target, probability**0.5)
        assert found.doubts[0].problem == "level"
        assert found.doubts[0].found == found.calibration_gap.low > 0.05

    def test_one_that_is_wrong_among_the_highest_is_not(self):
        target, probability = _make_rows(19, 20_000)
        highest = probability > np.quantile(probability, 0.9)
        flattened = np.where(highest, 0.5 * probability, probability)
        found = evaluate(target, flattened * target.mean() / flattened.mean(), n_draws=100)
        assert "level_top_tenth" in [doubt.problem for doubt in found.doubts]

    def test_chance_alone_is_no_gap(self):
        found = evaluate(*_make_rows(20, 150))
        assert found.calibration_gap.low == 0.0


class TestComparison:
    def test_a_model_against_itself_differs_by_nothing(self):
        target, probability = _make_rows(21, 400)
        found = evaluate(target, probability, baselines={"same": probability}, n_draws=50).baselines["same"]
        assert (found.log_loss.low, found.log_loss.high) == (0.0, 0.0)
        assert not found.is_better

    def test_differences_are_paired(self):
        target, probability = _make_rows(22, 800)
        entity = np.arange(800) // 2
        worse = np.clip(probability + np.random.default_rng(23).normal(0, 0.02, 800), 0.001, 0.999)
        found = evaluate(target, probability, entity=entity, baselines={"noisy": worse})
        difference = found.baselines["noisy"].log_loss
        alone = evaluate(target, worse, entity=entity)
        assert difference.value == pytest.approx(found.log_loss.value - alone.log_loss.value, abs=1e-12)
        assert difference.high - difference.low < 0.3 * (found.log_loss.high - found.log_loss.low)

    def test_the_prior_is_beaten_and_the_truth_is_not(self):
        target, probability = _make_rows(24)
        dulled = 1 / (1 + np.exp(-0.3 * np.log(probability / (1 - probability)) + 0.9))
        rules = {"prior": np.full(target.size, target.mean()), "truth": probability}
        found = evaluate(target, dulled, baselines=rules)
        assert found.baselines["prior"].is_better
        assert found.baselines["prior"].auc.low > 0
        assert not found.baselines["truth"].is_better
        assert not found.beats_baselines

    def test_a_baseline_of_another_length_is_refused(self):
        with pytest.raises(ValueError, match="probability has 2 rows where 4 are needed"):
            evaluate([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4], baselines={"prior": [0.5, 0.5]})


class TestFaults:
    @pytest.mark.parametrize("label", [0, 1])
    def test_one_class_is_one_line(self, label):
        with pytest.raises(
            TooFewEventsError, match=f"target: all 3 test rows have the label {label}; judging"
        ):
            evaluate([label] * 3, [0.1, 0.2, 0.3])

    def test_a_class_without_weight_does_not_count(self):
        with pytest.raises(TooFewEventsError, match="all 2 test rows"):
            evaluate([0, 0, 1], [0.1, 0.2, 0.3], weight=[1, 1, 0])

    def test_other_labels_are_named(self):
        with pytest.raises(ValueError, match="target holds 0, 1, 2; only 0 and 1"):
            evaluate([0, 1, 2], [0.1, 0.2, 0.3])

    @pytest.mark.parametrize("probability", [[-0.1, 0.5], [0.5, 1.2]])
    def test_what_is_no_probability_is_named(self, probability):
        with pytest.raises(ValueError, match="0 to 1 is needed"):
            evaluate([0, 1], probability)

    def test_lengths_are_named(self):
        with pytest.raises(ValueError, match="probability has 3 rows where 2 are needed"):
            evaluate([0, 1], [0.1, 0.2, 0.3])

    def test_a_single_event_still_gives_an_honest_answer(self):
        found = evaluate([1, 0, 0, 0, 0], [0.9, 0.2, 0.1, 0.1, 0.3])
        assert isinstance(found, Evaluation)
        assert found.auc.value == 1.0
        assert np.isnan(found.calibration_slope.value)
