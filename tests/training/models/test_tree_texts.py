import lightgbm
import numpy as np
import pytest

from training.models.tree_change import goes_left
from training.models.tree_texts import read_trees


def draw_rows(n_rows=500):
    chance = np.random.default_rng(2)
    rows = np.column_stack([chance.normal(size=(n_rows, 2)), chance.integers(0, 70, n_rows)])
    rows[chance.random(rows.shape) < 0.1] = np.nan
    return rows


def fit(n_trees=5, **changes):
    rows = draw_rows()
    known = np.nan_to_num(rows)
    target = known[:, 0] + (known[:, 2] % 5 == 1) + known[:, 1] * np.isnan(rows[:, 0]) > 0.3
    parameters = {
        "objective": "binary",
        "num_leaves": 12,
        "min_data_in_leaf": 5,
        "min_data_per_group": 5,
        "cat_smooth": 1.0,
        "max_cat_to_onehot": 2,
        "verbosity": -1,
        "num_threads": 1,
        **changes,
    }
    data = lightgbm.Dataset(rows, target.astype(float), categorical_feature=[2], params=parameters)
    return lightgbm.train(parameters, data, n_trees)


@pytest.mark.parametrize("changes", [{}, {"zero_as_missing": True}, {"use_missing": False}])
def test_trees_are_those_that_lightgbm_tells(changes):
    booster = fit(**changes)
    model = read_trees(booster.model_to_string())
    assert model is not None
    assert model.n_columns == 3
    told = booster.dump_model()["tree_info"]
    assert len(model.trees) == len(told)
    for tree, one in zip(model.trees, told, strict=True):
        compare(tree, 0, one["tree_structure"])


def compare(tree, place, node):
    """Demand the same node and all that is below it."""
    if place < 0:
        assert tree.values[~place] == node["leaf_value"]
        assert tree.rows_at(place) == node["leaf_count"]
        return
    assert tree.features[place] == node["split_feature"]
    assert tree.rows_at(place) == node["internal_count"]
    codes = tree.set_at(place)
    if codes is None:
        assert tree.thresholds[place] == node["threshold"]
        kinds = {"None": 0, "Zero": 1, "NaN": 2}
        assert tree.missing_at(place) == (kinds[node["missing_type"]], node["default_left"])
    else:
        levels = np.arange(100.0)
        assert codes == set(np.flatnonzero(goes_left(node, levels)).tolist())
    compare(tree, tree.lefts[place], node["left_child"])
    compare(tree, tree.rights[place], node["right_child"])


def test_a_tree_that_never_splits_has_a_leaf_only():
    (tree,) = read_trees(fit(n_trees=1, min_data_in_leaf=400).model_to_string()).trees
    assert tree.features == tree.lefts == []
    assert len(tree.values) == 1


def test_forests_and_linear_leaves_are_not_read():
    forest = fit(boosting="rf", bagging_fraction=0.5, bagging_freq=1)
    assert read_trees(forest.model_to_string()) is None
    assert read_trees(fit(linear_tree=True).model_to_string()) is None


def test_several_classes_are_not_read():
    rows = draw_rows()
    parameters = {"objective": "multiclass", "num_class": 3, "verbosity": -1, "num_threads": 1}
    data = lightgbm.Dataset(rows, np.arange(len(rows)) % 3, params=parameters)
    assert read_trees(lightgbm.train(parameters, data, 2).model_to_string()) is None
