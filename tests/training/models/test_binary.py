import json

import numpy as np
import pytest

from features.errors import BundleError
from training.models import BinaryModel, model_from_files
from training.models.odds import to_probability


def test_probabilities_are_those_of_the_log_odds(binary_fit, flat_world):
    model, matrix = binary_fit.model, flat_world.encoded.matrix
    probabilities = model.probabilities(matrix)
    assert probabilities.shape == (len(matrix), 1) == (len(matrix), len(model.horizon_names))
    np.testing.assert_array_equal(probabilities, to_probability(model.log_odds(matrix)))


def test_attributions_add_up_to_the_logit_of_the_probability(binary_fit, flat_world):
    matrix = flat_world.encoded.matrix
    found = binary_fit.model.attributions(matrix, 0)
    probability = binary_fit.model.probabilities(matrix)[:, 0]
    np.testing.assert_allclose(found.base + found.contributions.sum(axis=1), found.log_odds, atol=1e-9)
    np.testing.assert_allclose(np.log(probability / (1 - probability)), found.log_odds, atol=1e-9)


def test_a_row_scores_as_in_a_batch(binary_fit, flat_world):
    model, matrix = binary_fit.model, flat_world.encoded.matrix
    probabilities, found = model.probabilities(matrix), model.attributions(matrix)
    for row in range(0, len(matrix), 101):
        alone = matrix[row : row + 1]
        assert model.probabilities(alone)[0, 0] == probabilities[row, 0]
        contributions = model.attributions(alone).contributions[0]
        np.testing.assert_allclose(contributions, found.contributions[row], atol=1e-12, rtol=0)
        assert model.attributions(alone).base[0] == found.base[row]


def test_there_is_one_outcome(binary_fit, flat_world):
    assert binary_fit.model.horizon_names == ("outcome",)
    with pytest.raises(IndexError, match="horizon 1"):
        binary_fit.model.attributions(flat_world.encoded.matrix, 1)


def test_an_unseen_level_scores_as_a_missing_one(binary_fit, flat_world):
    row = {name: [values[0]] for name, values in flat_world.columns.items()}
    unseen, missing = (flat_world.encoder.encode(row | {"plan": [plan]}) for plan in ("platinum", None))
    assert unseen.unseen == {"plan": ["platinum"]}
    known = flat_world.encoder.encode(row | {"plan": ["basic"]}).matrix
    scores = [
        binary_fit.model.probabilities(matrix)[0, 0] for matrix in (unseen.matrix, missing.matrix, known)
    ]
    assert scores[0] == scores[1] != scores[2]


def test_no_rows_give_no_scores(binary_fit):
    empty = np.empty((0, 5))
    assert binary_fit.model.probabilities(empty).shape == (0, 1)
    assert binary_fit.model.attributions(empty).contributions.shape == (0, 5)


def test_a_model_comes_back_with_the_same_scores_and_bytes(binary_fit, flat_world):
    files = binary_fit.model.to_files()
    again = model_from_files(files)
    assert isinstance(again, BinaryModel)
    assert again.to_files() == files
    matrix = flat_world.encoded.matrix
    assert again.probabilities(matrix).tolist() == binary_fit.model.probabilities(matrix).tolist()


def test_a_model_of_another_kind_is_refused(binary_fit):
    files = binary_fit.model.to_files() | {"model.json": json.dumps({"kind": "hazard"}).encode()}
    with pytest.raises(BundleError, match="kind"):
        BinaryModel.from_files(files)
