from itertools import combinations
from math import comb

import lightgbm
import numpy as np
import pytest

from training.models.boosters import BoosterModel
from training.models.tree_change import attribute_tree_change, goes_left

N_FEATURES = 5


def draw_rows(n_rows, seed):
    """Return rows with numbers, zeros, missing values, and a category in the last column."""
    chance = np.random.default_rng(seed)
    rows = chance.normal(size=(n_rows, N_FEATURES)).round(1)
    rows[chance.random(rows.shape) < 0.15] = 0.0
    rows[:, 4] = chance.integers(0, 7, n_rows)
    rows[chance.random(rows.shape) < 0.1] = np.nan
    return rows


def fit(seed, **settings):
    rows = draw_rows(600, seed)
    known = np.nan_to_num(rows)
    mood = known[:, 0] * (known[:, 1] > 0) + known[:, 2] + np.isin(known[:, 4], [1, 3, 6])
    target = (mood + np.random.default_rng(seed).logistic(size=600) > 0.5).astype(float)
    parameters = {
        "objective": "binary",
        "num_leaves": 24,
        "min_data_in_leaf": 5,
        "min_data_per_group": 5,
        "cat_smooth": 1.0,
        "max_cat_to_onehot": 2,
        "verbosity": -1,
        "num_threads": 1,
        **settings,
    }
    return BoosterModel(
        lightgbm.train(
            parameters, lightgbm.Dataset(rows, target, categorical_feature=[4], params=parameters), 12
        ).model_to_string()
    )


def brute_force(model, before, after):
    """Return Shapley values from all sets of features that could have changed already."""
    shares = np.zeros(N_FEATURES)
    for feature in range(N_FEATURES):
        others = [one for one in range(N_FEATURES) if one != feature]
        for size in range(N_FEATURES):
            for changed in combinations(others, size):
                mixed = np.tile(before, (2, 1))
                mixed[:, list(changed)] = after[list(changed)]
                mixed[1, feature] = after[feature]
                without, having = model.log_odds(mixed)
                shares[feature] += (having - without) / (N_FEATURES * comb(N_FEATURES - 1, size))
    return shares


@pytest.fixture(
    scope="module",
    params=[{}, {"zero_as_missing": True}, {"use_missing": False}, {"max_cat_to_onehot": 50}],
    ids=["missing", "zero", "none", "onehot"],
)
def model(request):
    return fit(3, **request.param)


def test_shares_are_shapley_values(model):
    before, after = draw_rows(25, 10), draw_rows(25, 11)
    found = attribute_tree_change(model, before, after)
    expected = [brute_force(model, *pair) for pair in zip(before, after, strict=True)]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_shares_add_up_to_the_change(model):
    before, after = draw_rows(3000, 20), draw_rows(3000, 21)
    found = attribute_tree_change(model, before, after).sum(axis=1)
    np.testing.assert_allclose(found, model.log_odds(after) - model.log_odds(before), atol=1e-12)


def test_the_way_back_turns_the_signs(model):
    before, after = draw_rows(200, 30), draw_rows(200, 31)
    there, back = attribute_tree_change(model, before, after), attribute_tree_change(model, after, before)
    np.testing.assert_allclose(there, -back, atol=1e-13)


def test_what_did_not_change_gets_nothing_however_it_interacts(model):
    before, after = draw_rows(400, 40), draw_rows(400, 41)
    after[:, [1, 4]] = before[:, [1, 4]]
    found = attribute_tree_change(model, before, after)
    assert np.all(found[:, [1, 4]] == 0)
    assert np.all(attribute_tree_change(model, before, before) == 0)


def test_many_rows_are_taken_in_portions(model, monkeypatch):
    before, after = draw_rows(50, 50), draw_rows(50, 51)
    at_once = attribute_tree_change(model, before, after)
    monkeypatch.setattr("training.models.tree_change._CHUNK_ROWS", 7)
    np.testing.assert_array_equal(attribute_tree_change(model, before, after), at_once)


def test_a_tree_that_never_splits_changes_nothing():
    rows = draw_rows(60, 1)
    parameters = {"objective": "binary", "min_data_in_leaf": 60, "verbosity": -1}
    stump = lightgbm.train(parameters, lightgbm.Dataset(rows, np.arange(60) % 2), 2)
    found = attribute_tree_change(BoosterModel(stump.model_to_string()), rows[:5], rows[5:10])
    assert np.all(found == 0)


def test_levels_that_were_never_seen_and_odd_codes_go_right():
    node = {"decision_type": "==", "threshold": "1||3", "missing_type": "None", "default_left": False}
    found = goes_left(node, np.array([1.0, 3.0, 2.0, 99.0, -1.0, np.nan]))
    assert found.tolist() == [True, True, False, False, False, False]
