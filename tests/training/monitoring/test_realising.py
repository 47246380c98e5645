"""What came true: scikit-learn's figures, ranges by entity, and silence where there is too little to say."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from training.monitoring.realising import realise_answers, realise_event


def drawn(n=2_000, seed=0):
    random = np.random.default_rng(seed)
    chance = random.beta(1, 6, n)
    return chance, (random.random(n) < chance).astype(float), np.arange(n).astype(object), np.ones(n)


def test_figures_of_an_event_are_those_of_the_known_rows():
    forecast, outcome, entity, weight = drawn()
    outcome[::4] = np.nan
    known = np.isfinite(outcome)
    found = realise_event(forecast, outcome, entity, weight)
    assert found.order.value == pytest.approx(roc_auc_score(outcome[known], forecast[known]), abs=1e-12)
    assert found.gap.value == pytest.approx((forecast - outcome)[known].mean(), abs=1e-12)
    assert found.mean_forecast == pytest.approx(forecast[known].mean())
    top = known & (forecast >= np.quantile(forecast[known], 0.9))
    assert found.gap_top_tenth.value == pytest.approx((forecast - outcome)[top].mean(), abs=2e-3)
    assert found.mean_forecast_top_tenth == pytest.approx(forecast[top].mean(), abs=2e-3)
    assert found.order.n == known.sum()


def test_right_forecasts_have_no_gap_beyond_chance():
    for seed in range(5):
        found = realise_event(*drawn(seed=seed))
        assert found.gap.low - 0.004 < 0 < found.gap.high + 0.004
        assert found.order.low < found.order.value < found.order.high


def test_weights_count():
    forecast, outcome, entity, weight = drawn()
    weight[outcome == 1] = 3.0
    found = realise_event(forecast, outcome, entity, weight)
    assert found.gap.value == pytest.approx(np.average(forecast - outcome, weights=weight))
    expected = roc_auc_score(outcome, forecast, sample_weight=weight)
    assert found.order.value == pytest.approx(expected, abs=1e-12)


def test_ranges_resample_entities():
    forecast, outcome, entity, weight = (np.repeat(column[:400], 5) for column in drawn())
    own = realise_event(forecast, outcome, entity, weight)
    apart = realise_event(forecast, outcome, np.arange(2_000).astype(object), weight)
    assert own.order.high - own.order.low > 1.5 * (apart.order.high - apart.order.low)


@pytest.mark.parametrize("n_of_a_kind", [0, 9])
@pytest.mark.parametrize("kind", [0.0, 1.0])
def test_too_few_of_a_kind_say_nothing(n_of_a_kind, kind):
    forecast, _, entity, weight = drawn()
    outcome = np.where(np.arange(2_000) < n_of_a_kind, kind, 1 - kind)
    assert realise_event(forecast, outcome, entity, weight) is None
    outcome[10:20] = kind
    assert realise_event(forecast, outcome, entity, weight) is not None


def test_nothing_known_says_nothing():
    forecast, _, entity, weight = drawn()
    nothing = np.full(2_000, np.nan)
    assert realise_event(forecast, nothing, entity, weight) is None
    assert realise_answers(forecast, nothing, entity, weight) is None


def test_figures_of_answers_are_those_of_who_answered():
    random = np.random.default_rng(1)
    forecast = random.normal(3, 1, 600)
    answer = np.clip(np.round(forecast + random.normal(0.3, 1, 600)), 1, 5)
    answer[::3] = np.nan
    known = np.isfinite(answer)
    found = realise_answers(forecast, answer, np.arange(600).astype(object), np.ones(600))
    expected = stats.spearmanr(forecast[known], answer[known]).statistic
    assert found.order.value == pytest.approx(expected, abs=1e-10)
    assert found.gap.value == pytest.approx((forecast - answer)[known].mean())
    assert (found.gap_top_tenth, found.mean_forecast_top_tenth) == (None, None)
    few = np.where(np.arange(600) < 43, answer, np.nan)
    assert np.isfinite(few).sum() < 30
    assert realise_answers(forecast, few, np.arange(600).astype(object), np.ones(600)) is None
