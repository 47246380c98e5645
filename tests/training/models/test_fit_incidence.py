from dataclasses import replace

import numpy as np
import pytest

from features.errors import TooFewEventsError
from tests.training.models.known_truth import QUICK
from training.models import HazardModel, IncidenceModel
from training.models.fit_hazard import fit_hazard
from training.models.fit_incidence import fit_incidence, fit_rates
from training.models.odds import to_probability
from training.models.periods import PeriodTable

LINEAR = replace(QUICK, pooled_below_events=100_000)


def fit(world, event, recipe=LINEAR):
    return fit_incidence(world.encoded, world.days, event, world.horizons, world.entities, recipe, seed=1)


def test_both_causes_are_right_in_the_mean_where_censoring_alone_is_far_off(incidence_fit, competing_world):
    world, matrix = competing_world, competing_world.encoded.matrix
    found, gone = (
        incidence_fit.model.probabilities(matrix),
        incidence_fit.model.competing_probabilities(matrix),
    )
    np.testing.assert_allclose(found.mean(axis=0), world.truth.mean(axis=0), atol=0.02)
    np.testing.assert_allclose(gone.mean(axis=0), world.competing_truth.mean(axis=0), atol=0.025)
    censored = fit_hazard(
        world.encoded,
        world.days,
        np.where(world.event == 1, 1.0, 0.0),
        world.horizons,
        world.entities,
        LINEAR,
    )
    overstated = censored.model.probabilities(matrix).mean(axis=0) - world.truth.mean(axis=0)
    assert overstated[-1] > 0.15


def test_rows_are_told_apart_as_their_true_risk_does(incidence_fit, competing_world):
    found = incidence_fit.model.probabilities(competing_world.encoded.matrix)
    for place in range(4):
        assert np.corrcoef(found[:, place], competing_world.truth[:, place])[0, 1] > 0.8


def test_the_facts_count_entities_with_a_competing_exit(incidence_fit, competing_world):
    world = competing_world
    left = np.unique(world.entities[(world.event == 2) & (world.days < 365)])
    assert incidence_fit.competing.n_exits == len(left) == incidence_fit.competing.fit.n_events
    assert incidence_fit.competing.to_json()["fit"]["n_events"] == len(left)


def test_few_competing_exits_take_the_linear_member_alone(competing_world):
    exits = np.flatnonzero(competing_world.event == 2)[::10]
    event = np.where(competing_world.event == 2, 0.0, competing_world.event)
    event[exits] = 2.0
    found = fit(competing_world, event)
    assert isinstance(found.model, IncidenceModel)
    assert [member.name for member in found.model.competing.blend.members] == ["linear"]
    assert found.competing.fit.is_pooled


def test_fewer_than_thirty_get_one_rate_per_period_for_everyone(competing_world):
    exits = np.flatnonzero(competing_world.event == 2)[:20]
    event = np.where(competing_world.event == 2, 0.0, competing_world.event)
    event[exits] = 2.0
    found = fit(competing_world, event)
    assert isinstance(found.model, IncidenceModel)
    assert found.competing.fit is None
    assert found.competing.n_exits == len(np.unique(competing_world.entities[exits]))
    log_odds = found.model.competing.period_log_odds(competing_world.encoded.matrix)
    assert np.ptp(log_odds, axis=0).max() == 0.0
    assert IncidenceModel.from_files(found.model.to_files()).to_files() == found.model.to_files()
    reasons = found.model.attributions(competing_world.encoded.matrix, 3)
    np.testing.assert_allclose(reasons.base + reasons.contributions.sum(axis=1), reasons.log_odds, atol=1e-9)


def test_without_competing_exits_it_is_the_plain_hazard(competing_world):
    event = np.where(competing_world.event == 2, 0.0, competing_world.event)
    found = fit(competing_world, event)
    assert isinstance(found.model, HazardModel)
    assert found.competing is None
    world = competing_world
    plain = fit_hazard(world.encoded, world.days, event, world.horizons, world.entities, LINEAR, seed=1)
    assert found.model.to_files() == plain.model.to_files()


def test_too_few_predicted_events_are_refused_however_many_compete(competing_world):
    event = np.where(competing_world.event == 1, 2.0, competing_world.event)
    with pytest.raises(TooFewEventsError, match=r"0 of 1,?[0-9]+ entities are seen with the event"):
        fit(competing_world, event)


def test_rates_are_shares_of_what_was_watched():
    days, event = np.array([10.0, 10.0, 50.0, 90.0, 90.0]), np.array([1.0, 2.0, 2.0, 0.0, 0.0])
    rates = fit_rates(PeriodTable.cut(np.zeros((5, 2)), (0, 0), days, event, (30, 90), 2), (30, 90))
    expected = [(1 + 0.5) / (4 + 1), (1 + 0.5) / (3 + 1)]
    np.testing.assert_allclose(
        to_probability(rates.period_log_odds(np.zeros((1, 2))))[0], expected, atol=1e-12
    )
