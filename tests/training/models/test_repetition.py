"""Statistical promises, held over many generated worlds."""

from dataclasses import replace

import numpy as np
import pytest

from tests.training.models.known_truth import QUICK, make_flat, make_hazard
from training.models.fit_binary import fit_binary
from training.models.fit_boosters import fit_booster
from training.models.fit_hazard import fit_hazard
from training.models.folds import deal_folds, label_groups
from training.models.odds import log_loss, to_probability
from training.models.periods import PeriodTable
from training.models.recipe import DEFAULT_RECIPE

pytestmark = pytest.mark.long
N_WORLDS = 20


def standard_error(values):
    return np.std(values, axis=0, ddof=1) / np.sqrt(len(values))


def calibration_error(probability, truth):
    """Return the expected calibration error against the true probabilities, in 10 bins of equal size."""
    bins = np.array_split(np.argsort(probability), 10)
    return sum(len(rows) * abs(probability[rows].mean() - truth[rows].mean()) for rows in bins) / len(truth)


def test_censoring_does_not_bias_the_risk_at_any_horizon():
    ratios = []
    for seed in range(N_WORLDS):
        world = make_hazard(seed=seed)
        fit = fit_hazard(
            world.encoded, world.days, world.event, world.horizons, world.entities, QUICK, seed=seed
        )
        risk = fit.model.probabilities(world.encoded.matrix).mean(axis=0)
        ratios.append(risk / world.truth.mean(axis=0))
    assert (np.abs(np.mean(ratios, axis=0) - 1.0) < 0.01 + 3 * standard_error(ratios)).all()
    assert (np.abs(np.mean(ratios, axis=0) - 1.0) < 0.05).all()


def test_dropping_partly_watched_periods_would_bias_it():
    ratios = []
    for seed in range(N_WORLDS):
        world = make_hazard(seed=seed)
        matrix, horizon = world.encoded.matrix, world.horizons[-1:]
        table = PeriodTable.cut(matrix, world.encoded.n_codes, world.days, world.event, horizon)
        is_complete = table.weight[:, 0] == 1
        ratios.append(table.target[is_complete].mean() / world.truth[:, -1].mean())
    assert np.mean(ratios) > 1.1


def test_calibration_brings_an_over_confident_member_to_the_truth():
    raw_errors, errors = [], []
    rash = replace(QUICK.boosters[1], learning_rate=0.9, min_leaf_rows=2, l2=0.0)
    for seed in range(N_WORLDS):
        world, fresh = make_flat(seed=seed), make_flat(n_rows=4000, seed=1000 + seed)
        recipe = replace(QUICK, boosters=(rash,), inverse_penalties=(1e-6,))
        model = fit_binary(world.encoded, world.target, recipe=recipe, seed=seed).model
        matrix = world.encoder.encode(fresh.columns).matrix
        sharpest = model.blend.members[-1].model
        raw_errors.append(calibration_error(to_probability(sharpest.log_odds(matrix)), fresh.truth))
        errors.append(calibration_error(model.probabilities(matrix)[:, 0], fresh.truth))
    assert np.mean(errors) < np.mean(raw_errors)
    assert np.mean(errors) < 0.03


def test_the_blend_is_not_worse_on_fresh_rows_than_its_best_member():
    differences = []
    for seed in range(N_WORLDS):
        world, fresh = make_flat(seed=seed), make_flat(n_rows=4000, seed=1000 + seed)
        model = fit_binary(world.encoded, world.target, recipe=QUICK, seed=seed).model
        matrix = world.encoder.encode(fresh.columns).matrix
        candidates = [member.model.log_odds(matrix) for member in model.blend.members]
        errors = [np.mean((to_probability(one) - fresh.truth) ** 2) for one in candidates]
        differences.append(np.mean((model.probabilities(matrix)[:, 0] - fresh.truth) ** 2) - min(errors))
    assert np.mean(differences) < 0.001


def test_small_steps_bring_the_smooth_member_closer_to_the_truth():
    small = DEFAULT_RECIPE.boosters[0]
    differences = []
    for seed in range(N_WORLDS):
        world, fresh = make_flat(n_rows=3000, seed=seed), make_flat(n_rows=4000, seed=1000 + seed)
        target = world.target[:, None]
        table = PeriodTable(world.encoded.matrix, world.encoded.n_codes, target, np.ones_like(target))
        folds = deal_folds(label_groups(None, len(target)), world.target, 5, seed)[None, :]
        matrix = world.encoder.encode(fresh.columns).matrix
        losses = []
        for settings in (small, replace(small, learning_rate=0.1)):
            log_odds = fit_booster(table, folds, settings, DEFAULT_RECIPE, seed).model.log_odds(matrix)
            losses.append(log_loss(log_odds, fresh.truth, np.ones_like(fresh.truth)))
        differences.append(losses[0] - losses[1])
    assert np.mean(differences) + 2 * standard_error(differences) < 0
