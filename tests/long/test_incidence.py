"""Risks never fall along horizons, add up exactly and are right in the mean where other causes compete."""

from dataclasses import replace

import numpy as np
import pytest

from tests.training.models.known_truth import QUICK, make_competing
from training.models import HazardModel, IncidenceModel
from training.models.fit_incidence import fit_incidence
from training.statistics import bootstrap_mean

pytestmark = pytest.mark.long

N_WORLDS = 20
LINEAR = replace(QUICK, inverse_penalties=(1.0,), pooled_below_events=100_000)


def make_odd_rows(seed):
    chance = np.random.default_rng(seed)
    matrix = chance.standard_t(2, size=(5_000, 4)) * chance.choice([1.0, 5.0, 50.0], (5_000, 1))
    matrix[chance.random(matrix.shape) < 0.2] = np.nan
    return matrix


def fit(world, recipe, seed):
    return fit_incidence(world.encoded, world.days, world.event, world.horizons, world.entities, recipe, seed)


@pytest.mark.parametrize("competing_rate", [0.0, 1e-5, 0.001, 0.01], ids=lambda rate: f"rate-{rate}")
@pytest.mark.parametrize("recipe", [LINEAR, QUICK], ids=["linear", "blend"])
def test_hazards_are_monotone_on_all_rows_and_reasons_add_up(recipe, competing_rate):
    kinds = set()
    for seed in range(N_WORLDS // 4):
        world = make_competing(600, seed, competing_rate=competing_rate)
        model, matrix = fit(world, recipe, seed).model, make_odd_rows(seed)
        kinds.add(type(model))
        risk = model.probabilities(matrix)
        assert (np.diff(risk, axis=1) >= 0).all()
        assert ((risk >= 0) & (risk <= 1)).all()
        if isinstance(model, IncidenceModel):
            gone = model.competing_probabilities(matrix)
            assert (np.diff(gone, axis=1) >= 0).all()
            assert (risk + gone <= 1 + 1e-12).all()
        rows = np.concatenate([world.encoded.matrix[:500], matrix[:500]])
        for horizon in range(4):
            found = model.attributions(rows, horizon)
            total = found.base + found.contributions.sum(axis=1)
            np.testing.assert_allclose(total, found.log_odds, atol=1e-9)
            np.testing.assert_allclose(model.log_odds(rows)[:, horizon], found.log_odds, atol=1e-9)
    assert (HazardModel in kinds) == (competing_rate <= 1e-5)
    assert (IncidenceModel in kinds) == (competing_rate > 0)


def test_the_cumulative_incidence_is_right_in_the_mean_where_censoring_is_far_off():
    """Forecasts of new people against what became of all of them; the share in whose interval zero lies."""
    hits, censored_hits, errors, censored_errors = [], [], [], []
    for seed in range(N_WORLDS):
        world, new = make_competing(seed=seed), make_competing(seed=1000 + seed)
        alone = replace(world, event=np.where(world.event == 1, 1.0, 0.0))
        for model, found, error in (
            (fit(world, LINEAR, seed).model, hits, errors),
            (fit(alone, LINEAR, seed).model, censored_hits, censored_errors),
        ):
            forecast = model.probabilities(new.encoded.matrix)[:, -1]
            error.append(float(np.mean(forecast - new.truth[:, -1])))
            # The training sample moves the level too: the interval is that of its own share of events.
            level = bootstrap_mean(new.truth[:, -1] - forecast, entity=new.entities, seed=seed)
            share = (world.event == 1).mean()
            slack = 1.96 * np.sqrt(share * (1 - share) / (world.event == 1).size) * 1.5
            found.append(level.low - slack <= 0 <= level.high + slack)
    assert np.mean(hits) >= 0.9
    assert abs(np.mean(errors)) < 0.005
    assert np.mean(censored_hits) == 0
    assert np.mean(censored_errors) > 0.15
