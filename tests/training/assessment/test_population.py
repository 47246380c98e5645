import json
from dataclasses import replace

import numpy as np
import pytest

from features.catalogue import Catalogue, Feature
from tests.training.answer_world import SPAN, UNTIL
from tests.training.silent_world import NAMES, make_world
from training.assessment.cohort import CohortForecasts
from training.assessment.population import describe_population
from training.evaluation import CohortValue
from training.rows import LabelOutcome, Timing, TrainingRows


def rows_of(world, *, timing=None, scale=(1, 5), weight=None):
    """Return rows whose answers are those of a world."""
    features = tuple(Feature(name, "number", "crm", data="O") for name in NAMES)
    people = np.array([f"p{place}" for place in range(len(world.matrix))], dtype=object)
    columns = {name: world.matrix[:, place] for place, name in enumerate(NAMES)}
    outcome = LabelOutcome(world.outcome, "ordinal", scale, "surveys.csat", timing)
    return TrainingRows(Catalogue(features), columns, people, people, outcome, weight, None)


def cohort_of(world):
    """Return what a model would have forecast."""
    is_good = np.where(np.isnan(world.outcome), np.nan, world.outcome >= 4)
    good = np.clip((world.forecast - 1) / 4, 0, 1)
    measures = {"satisfied": np.stack([is_good, good]), "mean": np.stack([world.outcome, world.forecast])}
    return CohortForecasts(np.arange(len(world.matrix)), measures)


@pytest.fixture(scope="module")
def world():
    return make_world(0, 1500)


@pytest.fixture(scope="module")
def population(world):
    found = describe_population(rows_of(world), cohort_of(world), seed=1)
    assert found is not None
    return found


class TestValues:
    def test_corrected_is_near_the_truth_where_raw_is_not(self, world, population):
        value = population.values["mean"]
        assert value.answered.value > world.truth + 0.2
        assert value.corrected.low < world.truth < value.corrected.high
        good = population.values["satisfied"]
        assert good.corrected.value == pytest.approx(np.mean(world.satisfaction >= 4), abs=0.05)

    def test_ends_lie_one_inside_the_other(self, population):
        for value in population.values.values():
            ends = (value.worst, value.low.value, value.corrected.value, value.high.value, value.best)
            assert list(ends) == sorted(ends)

    def test_the_silent_are_counted_and_described(self, world, population):
        assert (population.answered, population.silent) == (
            world.is_answered.sum(),
            (~world.is_answered).sum(),
        )
        assert population.response_rate.value == pytest.approx(world.is_answered.mean())
        assert population.strongest == "wait"
        assert 0 < population.effective_answers < population.answered
        told = population.values["mean"].forecasts
        assert told["silent"]["mean"] == pytest.approx(world.forecast[~world.is_answered].mean())
        assert told["silent"]["q50"] < told["answered"]["q50"]

    def test_the_tipping_point_brings_back_the_raw_value(self, population):
        value = population.values["mean"]
        assert value.tipping_odds > 1.2
        assert (value.tipping_odds < population.odds_ratio) == (value.high.value > value.answered.value)

    def test_rows_without_weight_do_not_count(self, world):
        weight = np.ones(1500)
        weight[:700] = 0.0
        found = describe_population(rows_of(world, weight=weight), cohort_of(world))
        assert found is not None
        assert found.answered + found.silent == 800


class TestChoice:
    def test_the_newest_snapshot_with_enough_answers_counts(self, world):
        days = np.repeat(np.array(["2025-09-01", "2025-10-01", "2025-11-01"], dtype="datetime64[D]"), 500)
        known = np.where(world.is_answered, 5.0, np.nan)
        few = replace(
            world, is_answered=world.is_answered & ((days < days[-1]) | (np.arange(1500) % 25 == 0))
        )
        found = describe_population(rows_of(few, timing=Timing(days, known, SPAN, UNTIL)), cohort_of(few))
        assert found is not None
        assert found.snapshot_date == "2025-10-01"
        assert found.answered + found.silent == 500

    @pytest.mark.parametrize("n_answered", [29, 1495], ids=["few answers", "few silent"])
    def test_too_few_of_either_say_nothing(self, world, n_answered):
        some = replace(world, is_answered=np.arange(1500) < n_answered)
        assert describe_population(rows_of(some), cohort_of(some)) is None


class TestRecord:
    def test_what_is_written_reads_back_with_the_lead_first(self, population):
        content = json.loads(json.dumps(population.to_json(), sort_keys=True, allow_nan=False))
        again = CohortValue.from_json(content)
        assert again == population
        assert next(iter(again.values)) == "satisfied"

    def test_the_summary_names_raw_corrected_and_bounds(self, population):
        first, second = population.summary
        assert "share of good answers: 0." in first
        assert f"answered by {population.answered} of 1500" in first
        assert "as strongly as on wait" in second
