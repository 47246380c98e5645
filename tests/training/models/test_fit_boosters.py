from concurrent.futures import ThreadPoolExecutor

import lightgbm
import numpy as np

from tests.training.models.known_truth import QUICK, HazardWorld
from training.models import fit_boosters
from training.models.fit_boosters import fit_booster
from training.models.folds import deal_folds, label_groups
from training.models.odds import log_loss, prior_log_odds
from training.models.periods import PeriodTable

SMOOTH, SHARP = QUICK.boosters


def table_of(world) -> PeriodTable:
    target = world.target[:, None]
    return PeriodTable(world.encoded.matrix, world.encoded.n_codes, target, np.ones_like(target))


def folds_of(table: PeriodTable, n_folds=3):
    return deal_folds(label_groups(None, len(table.matrix)), table.target[:, 0], n_folds, 0)[None, :]


def test_beats_the_prior_and_stops_in_time(flat_world):
    table = table_of(flat_world)
    fit = fit_booster(table, folds_of(table), SHARP, QUICK, seed=1)
    prior = np.full(table.target.shape, prior_log_odds(table.target, table.weight))
    assert 1 <= fit.n_trees < QUICK.max_trees
    assert fit.model.n_trees == fit.n_trees
    assert log_loss(fit.out_of_fold, table.target, table.weight) < 0.95 * log_loss(
        prior, table.target, table.weight
    )


def test_same_data_and_seed_give_the_same_bytes_even_side_by_side(flat_world):
    table = table_of(flat_world)
    alone = fit_booster(table, folds_of(table), SMOOTH, QUICK, seed=1)
    with ThreadPoolExecutor(2) as workers:
        jobs = [workers.submit(fit_booster, table, folds_of(table), one, QUICK, 1) for one in (SHARP, SMOOTH)]
        beside = jobs[1].result()
    assert beside.model.text == alone.model.text
    np.testing.assert_array_equal(beside.out_of_fold, alone.out_of_fold)
    assert fit_booster(table, folds_of(table), SMOOTH, QUICK, seed=2).model.text != alone.model.text


def test_portions_do_not_change_what_is_forecast_out_of_fold(hazard_world, monkeypatch):
    world: HazardWorld = hazard_world
    table = PeriodTable.cut(
        world.encoded.matrix, world.encoded.n_codes, world.days, world.event, world.horizons
    )
    whole = fit_booster(table, folds_of(table), SMOOTH, QUICK, seed=1)
    monkeypatch.setattr(fit_boosters, "_PORTION", 101)
    parts = fit_booster(table, folds_of(table), SMOOTH, QUICK, seed=1)
    np.testing.assert_array_equal(parts.out_of_fold, whole.out_of_fold)
    assert parts.model.text == whole.model.text


def test_every_call_that_can_set_threads_asks_for_one(flat_world, monkeypatch):
    """The number is one of the whole process: a call without it lets members beside it write past buffers."""
    asked = []

    def watch(kind, method):
        called = getattr(kind, method)

        def call(self, *given, **named):
            asked.append((method, named.get("num_threads") or (named.get("params") or {}).get("num_threads")))
            return called(self, *given, **named)

        monkeypatch.setattr(kind, method, call)

    watch(lightgbm.Dataset, "__init__")
    watch(lightgbm.Booster, "predict")
    table = table_of(flat_world)
    model = fit_booster(table, folds_of(table), SMOOTH, QUICK, seed=1).model
    model.log_odds(table.matrix)
    model.attributions(table.matrix[:5])
    assert {method for method, _ in asked} == {"__init__", "predict"}
    assert {number for _, number in asked} == {1}


def test_out_of_fold_scores_are_worse_than_those_of_rows_that_were_seen(flat_world):
    table = table_of(flat_world)
    fit = fit_booster(table, folds_of(table), SHARP, QUICK, seed=1)
    seen = fit.model.log_odds(table.matrix)[:, None]
    assert log_loss(seen, table.target, table.weight) < log_loss(fit.out_of_fold, table.target, table.weight)


def test_a_column_that_only_names_the_row_teaches_nothing_out_of_fold():
    chance = np.random.default_rng(0)
    target = (chance.random((800, 1)) < 0.3).astype(float)
    table = PeriodTable(chance.permutation(800.0 + np.arange(800))[:, None], (0,), target, np.ones((800, 1)))
    fit = fit_booster(table, folds_of(table), SHARP, QUICK, seed=1)
    prior = np.full((800, 1), prior_log_odds(target, table.weight))
    assert log_loss(fit.out_of_fold, target, table.weight) > log_loss(prior, target, table.weight) - 0.004


def test_every_row_and_period_is_scored_also_when_not_at_risk(hazard_world: HazardWorld):
    world = hazard_world
    table = PeriodTable.cut(
        world.encoded.matrix, world.encoded.n_codes, world.days, world.event, world.horizons
    )
    labels = label_groups(world.entities, len(world.days))
    folds = np.stack([deal_folds(labels, table.target.max(axis=1), 3, seed) for seed in (0, 1)])
    fit = fit_booster(table, folds, SMOOTH, QUICK, seed=1)
    assert fit.out_of_fold.shape == table.target.shape
    assert (fit.out_of_fold < 0).mean() > 0.95


def test_weights_move_the_level(flat_world):
    table = table_of(flat_world)
    heavy = PeriodTable(table.matrix, table.n_codes, table.target, np.where(table.target > 0, 4.0, 1.0))
    usual, raised = (fit_booster(one, folds_of(table), SMOOTH, QUICK, seed=1) for one in (table, heavy))
    assert np.mean(raised.out_of_fold - usual.out_of_fold) > 0.8
