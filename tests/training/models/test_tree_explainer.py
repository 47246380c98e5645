"""Attributions of every model with trees against shap's TreeExplainer, which knows nothing of our code."""

from dataclasses import replace

import lightgbm
import numpy as np
import pytest
import shap

from tests.training.models.known_truth import QUICK
from training.models.blend import Blend
from training.models.boosters import BoosterModel
from training.models.fit_binary import fit_binary
from training.models.fit_hazard import fit_hazard
from training.models.hazard import walk_straight
from training.models.incidence import walk_incidence
from training.models.odds import Floats
from training.models.periods import repeat_periods
from training.models.rating import walk_answers

N_ROWS = 60


def explain_trees(model: BoosterModel, matrix: Floats) -> tuple[float, Floats]:
    """Return base and contributions as shap computes them."""
    booster = lightgbm.Booster(model_str=model.text)
    explainer = shap.TreeExplainer(booster, feature_perturbation="tree_path_dependent")
    explainer.model.model_type = "internal"  # else shap hands the question back to LightGBM
    found = np.asarray(explainer.shap_values(matrix, check_additivity=False))
    return float(np.ravel(explainer.expected_value)[-1]), found.reshape(matrix.shape)


def explain_blend(blend: Blend, matrix: Floats) -> tuple[float, Floats]:
    """Return base and contributions of a blend whose trees shap explains."""
    assert any(isinstance(member.model, BoosterModel) for member in blend.members), (
        "there is no tree to compare"
    )
    base, contributions = blend.intercept, np.zeros(matrix.shape)
    for member in blend.members:
        model = member.model
        its_base, its_contributions = (
            explain_trees(model, matrix) if isinstance(model, BoosterModel) else model.attributions(matrix)
        )
        base += member.weight * its_base
        contributions += member.weight * its_contributions
    return base, contributions


def explain_periods(hazard, matrix: Floats, n_periods: int) -> tuple[Floats, Floats]:
    """Return starts and shares of the first periods of a hazard; a row is asked once per period."""
    n_rows, n_features = matrix.shape
    asked = repeat_periods(matrix, len(hazard.horizons))[: n_periods * n_rows]
    base, shares = explain_blend(hazard.blend, asked)
    by_period = shares.reshape(n_periods, n_rows, -1)
    of_period = by_period[:, :, n_features:].sum(axis=2)
    starts = np.array(hazard.intercepts)[:n_periods, None] + base + of_period
    return starts, by_period[:, :, :n_features]


def assert_same(found, expected) -> None:
    np.testing.assert_allclose(found.contributions, expected.contributions, atol=1e-10, rtol=0)
    np.testing.assert_allclose(found.base, expected.base, atol=1e-10, rtol=0)
    np.testing.assert_allclose(
        found.base + found.contributions.sum(axis=1), found.log_odds, atol=1e-9, rtol=0
    )


def as_numbers(encoded):
    """Return rows whose codes count as numbers: shap misreads splits on sets of categories."""
    return replace(encoded, n_codes=(0,) * len(encoded.n_codes))


@pytest.fixture(scope="module")
def hazard_of_numbers(hazard_world):
    world, encoded = hazard_world, as_numbers(hazard_world.encoded)
    return fit_hazard(encoded, world.days, world.event, world.horizons, world.entities, QUICK, seed=1).model


def test_one_outcome(flat_world):
    encoded = as_numbers(flat_world.encoded)
    model, matrix = (
        fit_binary(encoded, flat_world.target, recipe=QUICK, seed=1).model,
        encoded.matrix[:N_ROWS],
    )
    base, contributions = explain_blend(model.blend, matrix)
    found = model.attributions(matrix)
    np.testing.assert_allclose(found.contributions, contributions, atol=1e-10, rtol=0)
    np.testing.assert_allclose(found.base, np.full(N_ROWS, base), atol=1e-10, rtol=0)
    np.testing.assert_allclose(
        base + contributions.sum(axis=1), model.log_odds(matrix)[:, 0], atol=1e-9, rtol=0
    )


def test_log_odds_of_each_period(hazard_of_numbers, hazard_world):
    matrix = hazard_world.encoded.matrix[:N_ROWS]
    starts, shares = hazard_of_numbers.period_attributions(matrix, 3)
    expected_starts, expected_shares = explain_periods(hazard_of_numbers, matrix, 3)
    np.testing.assert_allclose(shares, expected_shares, atol=1e-10, rtol=0)
    np.testing.assert_allclose(starts, expected_starts, atol=1e-10, rtol=0)
    of_periods = (starts + shares.sum(axis=2)).T
    np.testing.assert_allclose(of_periods, hazard_of_numbers.period_log_odds(matrix), atol=1e-9, rtol=0)


@pytest.mark.parametrize("horizon", [0, 1, 2])
def test_risk_up_to_a_horizon(hazard_of_numbers, hazard_world, horizon):
    matrix = hazard_world.encoded.matrix[:N_ROWS]
    expected = walk_straight(*explain_periods(hazard_of_numbers, matrix, horizon + 1))
    assert_same(hazard_of_numbers.attributions(matrix, horizon), expected)


def test_risk_beside_a_competing_cause(incidence_fit, competing_world):
    model, matrix = incidence_fit.model, competing_world.encoded.matrix[:N_ROWS]
    event, other = explain_periods(model.event, matrix, 3), explain_periods(model.competing, matrix, 2)
    starts, shares = (np.concatenate(pair) for pair in zip(event, other, strict=True))
    assert_same(model.attributions(matrix, 2), walk_incidence(starts, shares))


def test_expected_answer(rating_fit, rating_world):
    model, matrix = rating_fit.model, rating_world.encoded.matrix[:N_ROWS]
    starts, shares = explain_periods(model.hazard, matrix, len(model.hazard.horizons))
    found = model.attributions(matrix)
    assert_same(found, walk_answers(starts, shares, model.levels.values))
    np.testing.assert_allclose(found.log_odds, model.expected(matrix), atol=1e-9, rtol=0)
