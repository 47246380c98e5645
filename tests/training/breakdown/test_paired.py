import numpy as np
import pytest
from scipy.stats import spearmanr

from training.breakdown.paired import PairedRows, Scored
from training.evaluation import evaluate
from training.statistics import EntityDraws, log_losses


@pytest.fixture(scope="module")
def sample():
    random = np.random.default_rng(5)
    forecast = random.beta(1, 3, 400)
    label = (random.random(400) < forecast).astype(float)
    entity = np.repeat(np.arange(100), 4)
    return label, forecast, entity


def test_figures_and_intervals_are_those_of_the_evaluation(sample):
    label, forecast, entity = sample
    draws = EntityDraws.of(400, entity=entity, n_draws=100, seed=2)
    judged = PairedRows(label, draws, is_event=True)
    found = judged.describe(judged.draw([Scored(log_losses(label, forecast), forecast)]))
    wanted = evaluate(label, forecast, entity=entity, n_draws=100, seed=2)
    for name in ("log_loss", "auc"):
        assert found[name] == pytest.approx(getattr(wanted, name).to_json())


def test_the_figures_of_several_fits_are_means(sample):
    label, forecast, entity = sample
    judged = PairedRows(label, EntityDraws.of(400, entity=entity, n_draws=10), is_event=True)
    one, other = (Scored(log_losses(label, score), score) for score in (forecast, 1 - forecast))
    assert judged.draw([one, other])["auc"] == pytest.approx(0.5)


def test_equal_forecasts_do_not_differ_at_all(sample):
    label, forecast, entity = sample
    judged = PairedRows(label, EntityDraws.of(400, entity=entity, n_draws=50), is_event=True)
    drawn = judged.draw([Scored(log_losses(label, forecast), forecast)])
    assert all((one["low"], one["high"]) == (0.0, 0.0) for one in judged.differ(drawn, drawn).values())


def test_order_of_answers_is_the_rank_correlation(sample):
    _, forecast, entity = sample
    answers = np.round(10 * forecast)
    judged = PairedRows(answers, EntityDraws.of(400, entity=entity, n_draws=10), is_event=False)
    drawn = judged.draw([Scored(np.abs(answers - forecast), forecast)])
    assert drawn["rank_correlation"][0] == pytest.approx(spearmanr(answers, forecast).statistic)


def test_fits_to_several_folds_stand_one_after_another():
    joined = Scored.join([Scored(np.zeros(2), np.ones(2)), Scored(np.ones(3), np.zeros(3))])
    assert joined.loss.tolist() == [0, 0, 1, 1, 1]
    assert joined.score.tolist() == [1, 1, 0, 0, 0]
