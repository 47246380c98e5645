"""Intervals hold the truth as often as they promise, over many repetitions."""

import numpy as np
import pytest

from training.evaluation import evaluate
from training.statistics import Floats, bootstrap_mean, mean, nps, share

pytestmark = pytest.mark.long

N_REPETITIONS = 10_000


@pytest.mark.parametrize("n", [10, 20, 50, 200])
@pytest.mark.parametrize(
    "shares", [(0.6, 0.3, 0.1), (0.33, 0.34, 0.33), (0.2, 0.2, 0.6), (0.8, 0.15, 0.05)], ids=str
)
def test_nps(n, shares):
    truth = 100 * (shares[0] - shares[2])
    counts = np.random.default_rng(n).multinomial(n, shares, size=N_REPETITIONS)
    found = [nps(*row) for row in counts]
    assert np.mean([estimate.low <= truth <= estimate.high for estimate in found]) >= 0.92


@pytest.mark.parametrize("n", [10, 30, 100])
@pytest.mark.parametrize("truth", [0.1, 0.3, 0.5, 0.9])
def test_share(n, truth):
    counts = np.random.default_rng(n).binomial(n, truth, size=N_REPETITIONS)
    estimates = {count: share(count, n) for count in range(n + 1)}
    assert np.mean([estimates[count].low <= truth <= estimates[count].high for count in counts]) >= 0.92


@pytest.mark.parametrize("n", [5, 30])
def test_mean(n):
    draws = np.random.default_rng(n).normal(2, 3, size=(N_REPETITIONS, n))
    hits = [found.low <= 2 <= found.high for found in map(mean, draws)]
    assert 0.94 <= np.mean(hits) <= 0.96


def test_bootstrap_by_entity():
    random = np.random.default_rng(1)
    hits = 0
    for repetition in range(1000):
        sizes = random.integers(1, 8, 150)
        entity = np.repeat(np.arange(150), sizes)
        values = random.normal(0, 1, 150)[entity] + random.normal(0, 1, entity.size)
        found = bootstrap_mean(values, entity=entity, seed=repetition)
        hits += found.low <= 0 <= found.high
    assert 0.92 <= hits / 1000 <= 0.97


def _make_rows(seed: int, n_entities: int, stretch: float) -> tuple[Floats, Floats, Floats]:
    """Return labels, forecasts and entities: three rows each, alike within an entity."""
    random = np.random.default_rng(seed)
    entity = np.repeat(np.arange(n_entities), 3)
    own, shared = random.normal(0, 0.5, entity.size), random.normal(-1, 1, n_entities)[entity]
    x = own + shared
    hidden = random.normal(0, 0.8, n_entities)[entity]
    target = (x + hidden + random.logistic(0, 0.8, entity.size) > 0).astype(float)
    return target, 1 / (1 + np.exp(-stretch * x)), entity.astype(float)


@pytest.mark.parametrize("stretch", [1.0, 1.6])
def test_figures_of_an_evaluation(stretch):
    truth = evaluate(*_make_rows(1, 400_000, stretch)[:2], n_draws=2)
    names = (
        "log_loss",
        "brier",
        "auc",
        "pr_auc",
        "ece",
        "calibration_slope",
        "level_error",
        "level_error_top_tenth",
    )
    hits = dict.fromkeys(names, 0)
    for repetition in range(400):
        target, probability, entity = _make_rows(repetition + 10, 400, stretch)
        found = evaluate(target, probability, entity=entity, n_draws=300, seed=repetition)
        for name in names:
            estimate = getattr(found, name)
            hits[name] += estimate.low <= getattr(truth, name).value <= estimate.high
    assert min(hits.values()) >= 0.91 * 400, hits


def test_a_baseline_as_good_as_the_model_is_rarely_beaten():
    beaten = 0
    for repetition in range(400):
        random = np.random.default_rng(repetition)
        x = random.normal(-1, 1, 500)
        target = (random.random(500) < 1 / (1 + np.exp(-x))).astype(float)
        ours, theirs = (1 / (1 + np.exp(-(x + random.normal(0, 0.3, 500)))) for _ in range(2))
        found = evaluate(target, ours, baselines={"equal": theirs}, n_draws=300, seed=repetition)
        beaten += found.baselines["equal"].is_better
    assert beaten <= 0.05 * 400


def test_noise_is_found_unusable():
    usable = 0
    for repetition in range(200):
        random = np.random.default_rng(repetition)
        target = (random.random(1500) < 0.25).astype(float)
        found = evaluate(target, random.beta(5, 15, 1500), n_draws=200, seed=repetition)
        usable += found.is_usable
    assert usable == 0
