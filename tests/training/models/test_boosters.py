from itertools import combinations
from math import comb

import lightgbm
import numpy as np
import pytest
import shap

from features.errors import BundleError
from training.models.boosters import BoosterModel


def train(categories=(), missing=0.1, n_leaves=12, seed=0):
    chance = np.random.default_rng(seed)
    matrix = np.column_stack([chance.normal(size=(600, 4)), chance.integers(0, 6, 600)])
    log_odds = matrix[:, 0] * matrix[:, 1] + (matrix[:, 4] == 2) - 0.5
    target = (chance.random(600) < 1 / (1 + np.exp(-log_odds))).astype(float)
    matrix[chance.random(matrix.shape) < missing] = np.nan
    parameters = {
        "objective": "binary",
        "num_leaves": n_leaves,
        "seed": seed,
        "num_threads": 1,
        "verbosity": -1,
    }
    rows = lightgbm.Dataset(matrix, target, categorical_feature=list(categories), params=parameters)
    return BoosterModel(lightgbm.train(parameters, rows, 40).model_to_string()), matrix


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_attributions_equal_those_of_the_tree_explainer(missing):
    model, matrix = train(missing=missing)
    explainer = shap.TreeExplainer(
        lightgbm.Booster(model_str=model.text), feature_perturbation="tree_path_dependent"
    )
    explainer.model.model_type = "internal"  # else shap hands the question back to LightGBM
    base, contributions = model.attributions(matrix[:100])
    found = explainer.shap_values(matrix[:100], check_additivity=False)
    np.testing.assert_allclose(contributions, np.asarray(found).reshape(100, 5), atol=1e-10)
    assert base == pytest.approx(float(np.ravel(explainer.expected_value)[-1]), abs=1e-10)


@pytest.mark.parametrize("categories", [(), (4,)], ids=["numbers", "categories"])
def test_attributions_add_up_to_the_score(categories):
    model, matrix = train(categories)
    base, contributions = model.attributions(matrix)
    np.testing.assert_allclose(base + contributions.sum(axis=1), model.log_odds(matrix), atol=1e-9)


def test_a_row_scores_as_in_a_batch():
    model, matrix = train((4,))
    log_odds, (_, contributions) = model.log_odds(matrix), model.attributions(matrix)
    for row in range(0, 600, 37):
        assert model.log_odds(matrix[row : row + 1])[0] == log_odds[row]
        assert model.attributions(matrix[row : row + 1])[1][0].tolist() == contributions[row].tolist()


def test_no_rows_give_no_scores():
    model, matrix = train()
    base, contributions = model.attributions(matrix[:0])
    assert model.log_odds(matrix[:0]).shape == (0,)
    assert contributions.shape == (0, 5)
    assert base == model.attributions(matrix[:1])[0]


def test_counts_its_trees():
    assert train()[0].n_trees == 40


class TestFiles:
    def test_a_model_comes_back_with_the_same_scores(self):
        model, matrix = train((4,))
        again = BoosterModel.from_files(model.to_files("sharp"), "sharp")
        assert again == model
        assert again.log_odds(matrix).tolist() == model.log_odds(matrix).tolist()

    @pytest.mark.parametrize(
        "alter",
        [
            lambda text: text[:-200],
            lambda text: text.replace(b"0.", b"1.", 1),
            lambda text: b"",
            lambda text: text + b" ",
        ],
        ids=["cut", "changed", "empty", "longer"],
    )
    def test_an_altered_text_never_reaches_lightgbm(self, alter):
        files = train()[0].to_files("sharp")
        with pytest.raises(BundleError, match=r"sharp\.txt: has SHA-256"):
            BoosterModel.from_files(files | {"sharp.txt": alter(files["sharp.txt"])}, "sharp")

    def test_a_missing_file_is_refused(self):
        files = train()[0].to_files("sharp")
        for name in files:
            with pytest.raises(BundleError, match="sharp"):
                BoosterModel.from_files({other: files[other] for other in files if other != name}, "sharp")


def value_of(node, row, known):
    """Return what a tree says of a row of which some features are known: counts stand in for the rest."""
    if "leaf_value" in node:
        return node["leaf_value"]
    left, right = node["left_child"], node["right_child"]
    if node["split_feature"] not in known:
        sizes = [child.get("internal_count", child.get("leaf_count")) for child in (left, right)]
        return np.average([value_of(left, row, known), value_of(right, row, known)], weights=sizes)
    return value_of(left if goes_left(node, row[node["split_feature"]]) else right, row, known)


def goes_left(node, value):
    if node["decision_type"] == "==":
        return not np.isnan(value) and str(int(value)) in node["threshold"].split("||")
    return node["default_left"] if np.isnan(value) else value <= node["threshold"]


def explain_by_definition(model, row):
    """Return base and contributions as Shapley (1953) defines them: mean gains over all orders."""
    places = range(len(row))
    worth = {
        known: sum(value_of(tree["tree_structure"], row, known) for tree in model.structure)
        for size in range(len(row) + 1)
        for known in map(frozenset, combinations(places, size))
    }
    contributions = [
        sum(
            (worth[known | {place}] - worth[known]) / (len(row) * comb(len(row) - 1, len(known)))
            for known in worth
            if place not in known
        )
        for place in places
    ]
    return worth[frozenset()], contributions


def test_attributions_to_categories_are_those_of_the_definition():
    """Shap's own code cannot judge here: it misreads splits on sets of categories."""
    model, matrix = train((4,), missing=0.2)
    assert "decision_type': '=='" in str(model.structure), "no tree splits on the category"
    base, contributions = model.attributions(matrix[:8])
    for row, found in zip(matrix[:8], contributions, strict=True):
        expected_base, expected = explain_by_definition(model, row)
        assert base == pytest.approx(expected_base, abs=1e-10)
        np.testing.assert_allclose(found, expected, atol=1e-10, rtol=0)
