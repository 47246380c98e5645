import json
import math
from dataclasses import replace
from datetime import date

import pytest

from tests.training.frozen import frozen_samples as samples
from training.frozen import FrozenFigure, Measured, Window
from training.statistics import Estimate


@pytest.mark.parametrize(
    "measured",
    [
        samples.measured(),
        samples.measured(model=None, levels=(), response_rates=()),
        samples.measured(window=Window(None, None, None)),
    ],
    ids=["all", "little", "flat table"],
)
def test_plain_values_come_back(measured):
    content = json.loads(json.dumps(measured.to_json(), allow_nan=False))
    assert Measured.from_json(content) == measured
    assert Measured.from_json(content).to_json() == content


def test_ends_that_do_not_exist_are_null():
    odd = FrozenFigure("90d", "auc", Estimate(math.nan, math.nan, math.nan, 0))
    wide = FrozenFigure("90d", "ece", Estimate(0.1, -math.inf, math.inf, 1))
    model = replace(samples.measured().model, figures=(odd, wide))
    content = samples.measured(model=model).to_json()
    told = [figure["estimate"] for figure in content["model"]["figures"]]
    assert told == [
        {"value": None, "low": None, "high": None, "n": 0},
        {"value": 0.1, "low": None, "high": None, "n": 1},
    ]
    assert Measured.from_json(content).to_json() == content


def test_the_newest_level_of_a_metric_is_the_last_one():
    newest = samples.baseline().newest_levels()
    assert {question: level.wave for question, level in newest.items()} == {
        ("nps", None): "2025 Q4",
        ("csat", None): "2025 Q4",
    }


def test_surveys_that_ask_the_same_are_told_apart_by_name_or_left_out():
    pulse, yearly = (replace(samples.nps_level(), survey=name) for name in ("pulse", "yearly"))
    named = samples.baseline(levels=(pulse, yearly))
    assert named.newest_levels() == {("nps", "pulse"): pulse, ("nps", "yearly"): yearly}
    assert Measured.from_json(named.measured.to_json()) == named.measured
    assert samples.baseline(levels=(samples.nps_level(), samples.nps_level())).newest_levels() == {}


def test_a_level_of_the_only_survey_is_written_as_it_always_was():
    (level, *_) = samples.measured().to_json()["levels"]
    assert list(level) == ["metric", "wave", "unit", "estimate", "detectable", "good_from", "scale_high"]


def test_a_reference_is_id_and_day():
    assert samples.baseline().reference.to_json() == {"id": "0123456789ab", "frozen_on": "2026-03-01"}
    assert samples.baseline().reference.frozen_on == date(2026, 3, 1)


@pytest.mark.parametrize("key", ["levels", "window", "model", "spec_hash"])
def test_a_missing_part_is_noticed(key):
    content = samples.measured().to_json()
    del content[key]
    with pytest.raises((KeyError, TypeError)):
        Measured.from_json(content)
