"""The expected area under the ROC curve: scikit-learn's on doubled rows, and what comes true."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from training.statistics import expected_auc


def by_sklearn(chance, forecast, weight):
    labels = np.repeat([1, 0], len(chance))
    both = np.concatenate([weight * chance, weight * (1 - chance)])
    return roc_auc_score(labels, np.tile(forecast, 2), sample_weight=both)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("has_ties", [False, True])
def test_it_is_that_of_rows_that_stand_there_twice(seed, has_ties):
    random = np.random.default_rng(seed)
    chance, weight = random.beta(1, 4, 400), random.gamma(2, 1, 400)
    forecast = np.round(chance, 1) if has_ties else random.normal(chance, 0.1)
    found = expected_auc(chance, forecast, np.stack([weight, np.ones(400)]))
    expected = [by_sklearn(chance, forecast, one) for one in (weight, np.ones(400))]
    assert found == pytest.approx(expected, abs=1e-12)


def test_several_opinions_on_the_chance_are_judged_each_by_itself():
    random = np.random.default_rng(1)
    forecast = random.random(200)
    opinions = np.stack([forecast, forecast**2, np.full(200, 0.3)])
    found = expected_auc(opinions, forecast, np.ones((3, 200)))
    single = [float(expected_auc(one, forecast, np.ones((1, 200)))[0]) for one in opinions]
    assert found.tolist() == pytest.approx(single, abs=1e-15)
    assert found[2] == pytest.approx(0.5)


def test_it_is_the_mean_of_what_comes_true():
    random = np.random.default_rng(2)
    chance = random.beta(2, 6, 2_000)
    outcomes = (roc_auc_score(random.random(2_000) < chance, chance) for _ in range(200))
    found = float(expected_auc(chance, chance, np.ones((1, 2_000)))[0])
    assert found == pytest.approx(np.mean(list(outcomes)), abs=0.003)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_without_both_kinds_of_rows_there_is_none(value):
    assert np.isnan(expected_auc(np.full(5, value), np.arange(5.0), np.ones((1, 5)))).all()


def test_the_order_of_the_rows_does_not_matter():
    random = np.random.default_rng(3)
    chance, order = random.random(100), random.permutation(100)
    one, other = (expected_auc(rows, rows, np.ones((1, 100))) for rows in (chance, chance[order]))
    assert one == pytest.approx(other, abs=1e-15)
