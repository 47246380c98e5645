"""Weights give the figures of the population; without them a sample only speaks of itself."""

import numpy as np
import pytest

from features.frame import build
from tests.training.examples import LINEAR
from tests.training.sampled_world import Population
from training.explaining import Explanation, explain
from training.fitting import fit_rows
from training.learning import Learned, learn
from training.rows import rows_of

POPULATION = Population.draw(6_000, seed=11)


def train(folder, chosen, **table):
    usecase = POPULATION.write(folder, chosen, **table)
    return learn(build(usecase), usecase, seed=2, recipe=LINEAR)


@pytest.fixture(scope="module")
def census(tmp_path_factory) -> Explanation:
    """Return what goes with leaving among everybody; nothing else is asked of a census."""
    usecase = POPULATION.write(tmp_path_factory.mktemp("census"), np.ones(len(POPULATION.risk), bool))
    frame = build(usecase)
    rows = rows_of(frame, usecase)
    return explain(fit_rows(rows, LINEAR, 2), rows, frame, usecase, seed=2, recipe=LINEAR)


@pytest.fixture(scope="module")
def weighted(tmp_path_factory) -> Learned:
    return train(tmp_path_factory.mktemp("weighted"), POPULATION.is_taken, weight="stands_for")


@pytest.fixture(scope="module")
def unweighted(tmp_path_factory) -> Learned:
    return train(tmp_path_factory.mktemp("unweighted"), POPULATION.is_taken)


def drivers_of(explanation):
    return {row.name: row for row in explanation.drivers}


def judged(learned):
    return learned.parts.evaluation["all_rows"]["horizons"]["outcome"]


def test_the_average_risk_is_that_of_the_population(weighted, unweighted):
    truth = POPULATION.risk.mean()
    assert weighted.parts.facts["average_risk"] == pytest.approx(truth, abs=0.025)
    assert unweighted.parts.facts["average_risk"] > truth + 0.08


def test_shares_of_drivers_are_those_of_a_census(census, weighted, unweighted):
    explained = (census, weighted.explanation, unweighted.explanation)
    truth, found, sample = map(drivers_of, explained)
    for name in ("price", "visits"):
        share = found[name].share
        assert share.low <= truth[name].share.value <= share.high
        assert abs(sample[name].share.value - truth[name].share.value) > 0.08
    assert found["visits"].share.value > found["price"].share.value
    assert {name: row.direction for name, row in found.items()} == {
        name: row.direction for name, row in truth.items()
    }


def test_the_share_that_meets_a_goal_is_that_of_the_population(weighted, unweighted):
    truth = (POPULATION.price == 0).mean()
    found, sample = (drivers_of(one.explanation)["price"].goal_met for one in (weighted, unweighted))
    assert found.low <= truth <= found.high
    assert found.n == sample.n == POPULATION.is_taken.sum()
    assert sample.high < truth - 0.2


def test_the_evaluation_speaks_of_the_population(weighted, unweighted):
    truth, found, sample = POPULATION.has_left.mean(), judged(weighted), judged(unweighted)
    assert found["event_share"]["low"] <= truth <= found["event_share"]["high"]
    assert sample["event_share"]["low"] > truth + 0.08
    assert found["level_error"]["low"] < 0 < found["level_error"]["high"]


def test_weights_keep_the_log_odds_of_the_population(weighted):
    truth = np.log(POPULATION.risk / (1 - POPULATION.risk))[POPULATION.is_taken]
    weight = weighted.rows.weight
    encoded = weighted.fitted.encoder.encode(weighted.rows.columns).matrix
    found = weighted.fitted.model.probabilities(encoded)[:, 0]
    assert np.corrcoef(np.log(found / (1 - found)), truth)[0, 1] > 0.95
    assert np.average(found, weights=weight) == pytest.approx(POPULATION.risk.mean(), abs=0.025)
