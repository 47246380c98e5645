import json

import numpy as np
import pytest

from training.evaluation import Evaluation, evaluate


@pytest.fixture(scope="module")
def evaluation():
    random = np.random.default_rng(1)
    probability = random.beta(1, 3, 400)
    target = (random.random(400) < probability).astype(float)
    rules = {"prior": np.full(400, target.mean())}
    return evaluate(target, probability, value=np.ones(400), baselines=rules, n_draws=50)


def test_json_and_back(evaluation):
    text = json.dumps(evaluation.to_json(), allow_nan=False)
    assert Evaluation.from_json(json.loads(text)) == evaluation


def test_json_says_what_follows_from_the_figures(evaluation):
    content = evaluation.to_json()
    assert content["usable"] is True
    assert content["calibration_gap"]["value"] == abs(content["level_error"]["value"])
    assert content["baselines"]["prior"]["is_better"] is True
    assert content["bins"][0].keys() == {"forecast", "observed"}


def test_json_of_what_does_not_exist_is_null():
    flat = evaluate([0, 1, 1, 0], [0.5] * 4, n_draws=20)
    content = json.loads(json.dumps(flat.to_json(), allow_nan=False))
    assert content["calibration_slope"]["value"] is None
    assert np.isnan(Evaluation.from_json(content).calibration_slope.value)


def test_summary_in_plain_words(evaluation):
    assert evaluation.summary.startswith(f"AUC {evaluation.auc}; the tenth with the highest forecasts holds ")
    assert f"400 rows, {evaluation.n_events} events" in evaluation.summary
    assert "not usable" not in evaluation.summary


def test_summary_names_each_doubt():
    random = np.random.default_rng(2)
    target = (random.random(300) < 0.3).astype(float)
    found = evaluate(target, random.uniform(0.5, 0.9, 300), n_draws=100)
    assert [doubt.problem for doubt in found.doubts] == ["ranking", "level", "level_top_tenth"]
    assert "; not usable: the ranking may be little better than chance (" in found.summary
    assert f"({found.calibration_gap.low:.3f} is above 0.05)" in found.summary
