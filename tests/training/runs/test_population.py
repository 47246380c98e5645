import numpy as np
import pytest

from tests.training.reports import samples
from training.evaluation import CohortValue
from training.reports import AnswerForecast
from training.runs.population import add_everyone, population_metrics
from training.statistics import Estimate

RATE = Estimate(0.3, 0.28, 0.32, n=2400)
POPULATION = CohortValue(
    "2025-10-01", 720, 1680, RATE, 400.0, 3, "wait", 2.0, {"satisfied": samples.everyone()}
)
ANSWERS = AnswerForecast("satisfied", np.full(5, 0.5), np.full(5, 0.2), Estimate(0.9, 0.8, 1.0, n=30), 2)


def test_raw_and_corrected_value_come_from_the_same_rows():
    found = add_everyone(ANSWERS, {"population": POPULATION.to_json()})
    assert found.everyone == samples.everyone()
    assert found.given == samples.everyone().answered
    assert found.silent == 2


@pytest.mark.parametrize(
    "evaluation", [{}, {"population": None}, {"all_rows": {}}], ids=["empty", "nothing", "older"]
)
def test_bundles_without_it_say_what_they_said(evaluation):
    assert add_everyone(ANSWERS, evaluation) is ANSWERS


def test_another_measure_is_left_alone():
    nps = AnswerForecast("nps", ANSWERS.values, ANSWERS.variances, ANSWERS.given, 2)
    assert add_everyone(nps, {"population": POPULATION.to_json()}) is nps


def test_metrics_hold_both_values_with_ranges_and_bounds():
    metrics = population_metrics(POPULATION)
    value = samples.everyone()
    assert metrics["population.satisfied.corrected"] == value.corrected.value
    assert metrics["population.satisfied.answered.high"] == value.answered.high
    assert metrics["population.satisfied.bound.low"] == value.low.value
    assert metrics["population.response_rate"] == 0.3
    assert all(np.isfinite(found) for found in metrics.values())
    assert population_metrics(None) == {}
