import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from training.fairness.guessing import guess_groups


def world(told: float, n: int = 400):
    random = np.random.default_rng(2)
    group = random.choice(np.array(["f", "m"], dtype=object), n)
    matrix = random.normal(size=(n, 4))
    matrix[:, 1] += told * (group == "f")
    matrix[:, 2] = random.integers(0, 3, n)
    matrix[random.random(n) < 0.1, 0] = np.nan
    return matrix, (0, 0, 3, 0), group


def auc(guesses, strength, group):
    return roc_auc_score(group == guesses.names[0], strength[:, 0])


def test_a_told_group_is_guessed_and_another_is_not():
    matrix, codes, group = world(1.5)
    guesses = guess_groups(matrix, codes, group)
    assert guesses.names == ("f", "m")
    assert auc(guesses, guesses.strength, group) > 0.8
    matrix, codes, group = world(0.0)
    guesses = guess_groups(matrix, codes, group)
    assert auc(guesses, guesses.strength, group) == pytest.approx(0.5, abs=0.09)


def test_parts_add_up_to_the_guess():
    guesses = guess_groups(*world(1.0))
    assert guesses.parts.shape == (400, 4, 2)
    assert guesses.strength == pytest.approx(guesses.parts.sum(axis=1))
    assert sorted(np.unique(guesses.folds).tolist()) == [0, 1, 2, 3, 4]


def test_dealing_out_the_telling_feature_takes_the_guess_away():
    matrix, codes, group = world(1.5)
    guesses = guess_groups(matrix, codes, group)
    assert auc(guesses, guesses.without(1, 0), group) == pytest.approx(0.5, abs=0.1)
    assert auc(guesses, guesses.without(3, 0), group) > 0.8
    assert guesses.without(1, 0).sum() == pytest.approx(guesses.strength.sum())


def test_more_than_two_groups_can_be_guessed():
    random = np.random.default_rng(0)
    group = random.choice(np.array(["x", "y", "z"], dtype=object), 300)
    matrix = (group == "z").astype(float)[:, None] + random.normal(0, 0.3, (300, 1))
    guesses = guess_groups(matrix, (0,), group)
    assert roc_auc_score(group == "z", guesses.strength[:, 2]) > 0.95
