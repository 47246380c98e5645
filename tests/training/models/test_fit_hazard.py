from dataclasses import replace

import numpy as np
import pytest

from features.errors import ContractError, TooFewEventsError
from tests.training.models.known_truth import QUICK, make_hazard
from training.models.fit_binary import fit_binary
from training.models.fit_hazard import fit_hazard
from training.models.odds import log_loss, to_probability
from training.models.periods import PeriodTable


def fit(world, recipe=QUICK, seed=1):
    return fit_hazard(world.encoded, world.days, world.event, world.horizons, world.entities, recipe, seed)


def spread(world):
    """Return three standard errors of the mean risk that a world of this size shows by chance."""
    mean = world.truth.mean(axis=0)
    return 3.0 * np.sqrt(mean * (1.0 - mean) / len(world.days))


class TestCensoring:
    def test_the_mean_risk_comes_near_the_truth_at_every_horizon(self, hazard_fit):
        fresh = make_hazard(seed=99)
        risk = hazard_fit.model.probabilities(fresh.encoded.matrix)
        assert (np.abs(risk.mean(axis=0) - fresh.truth.mean(axis=0)) < spread(fresh)).all()

    def test_leaving_out_censored_rows_is_further_from_the_truth(self, hazard_fit, hazard_world):
        world = hazard_world
        last, truth = world.horizons[-1], world.truth[:, -1].mean()
        is_known = (world.event > 0) | (world.days >= last)
        target = ((world.event > 0) & (world.days < last)).astype(float)[is_known]
        groups = world.entities[is_known]
        dropping = fit_binary(world.encoded.take(is_known), target, groups=groups, recipe=QUICK, seed=1)
        without = dropping.model.probabilities(world.encoded.matrix).mean()
        with_them = hazard_fit.model.probabilities(world.encoded.matrix)[:, -1].mean()
        assert abs(with_them - truth) < 0.3 * abs(without - truth)

    def test_single_risks_come_near_the_truth(self, hazard_fit):
        fresh = make_hazard(seed=99)
        risk = hazard_fit.model.probabilities(fresh.encoded.matrix)
        blind = np.broadcast_to(fresh.truth.mean(axis=0), risk.shape)
        assert np.abs(risk - fresh.truth).mean() < 0.6 * np.abs(blind - fresh.truth).mean()
        ranks = [
            np.corrcoef(risk[:, k].argsort().argsort(), fresh.truth[:, k].argsort().argsort())[0, 1]
            for k in range(3)
        ]
        assert min(ranks) > 0.8


class TestOutOfFold:
    def test_they_are_log_odds_of_risks_that_never_fall(self, hazard_fit, hazard_world):
        assert hazard_fit.out_of_fold.shape == hazard_world.truth.shape
        assert (np.diff(hazard_fit.out_of_fold, axis=1) >= 0).all()

    def test_they_are_calibrated_where_the_answer_is_known(self, hazard_fit, hazard_world):
        risk = to_probability(hazard_fit.out_of_fold)
        assert (np.abs(risk.mean(axis=0) - hazard_world.truth.mean(axis=0)) < spread(hazard_world)).all()

    def test_their_mean_is_the_share_of_events_among_those_at_risk(self, hazard_fit, hazard_world):
        world = hazard_world
        table = PeriodTable.cut(world.encoded.matrix, (0,) * 5, world.days, world.event, world.horizons)
        survival = np.cumprod(1.0 - table.target.sum(axis=0) / table.weight.sum(axis=0))
        np.testing.assert_allclose(
            to_probability(hazard_fit.out_of_fold).mean(axis=0), 1.0 - survival, rtol=0.03
        )

    def test_an_entity_is_not_scored_by_a_fit_that_saw_it(self):
        chance = np.random.default_rng(0)
        world = make_hazard(n_entities=250, n_snapshots=6, seed=1)
        entity_score = chance.normal(size=250)[world.entities]
        luck = (chance.random(250) < 0.5)[world.entities].astype(float)
        encoded = replace(world.encoded, matrix=np.column_stack([entity_score, *world.encoded.matrix.T[1:]]))
        days = np.where(luck > 0, 20.0, 180.0)
        found = fit_hazard(encoded, days, luck, (180,), world.entities, QUICK, seed=1)
        assert found.facts.log_loss > found.facts.prior_log_loss - 0.02


class TestFit:
    def test_one_horizon_is_a_binary_model(self, hazard_world):
        world = hazard_world
        is_known = (world.event > 0) | (world.days >= 30)
        encoded, entities = world.encoded.take(is_known), world.entities[is_known]
        days, event = world.days[is_known], world.event[is_known]
        hazard = fit_hazard(encoded, days, event, (30,), entities, QUICK, seed=1)
        assert hazard.model.horizon_names == ("30d",)
        target = ((event > 0) & (days < 30)).astype(float)
        assert log_loss(hazard.out_of_fold[:, 0], target, np.ones(len(target))) == pytest.approx(
            hazard.facts.log_loss, rel=1e-9
        )

    def test_same_data_and_seed_give_the_same_bytes(self, hazard_fit, hazard_world):
        again = fit(hazard_world)
        assert again.model.to_files() == hazard_fit.model.to_files()
        assert again.facts == hazard_fit.facts

    def test_few_events_are_pooled(self, hazard_world):
        pooled = fit(hazard_world, replace(QUICK, pooled_below_events=10_000))
        assert pooled.facts.is_pooled
        assert [member.name for member in pooled.model.blend.members] == ["linear"]
        assert (np.diff(pooled.model.probabilities(hazard_world.encoded.matrix), axis=1) >= 0).all()

    def test_events_are_entities_and_not_snapshots(self, hazard_fit, hazard_world):
        world = hazard_world
        happened = (world.event > 0) & (world.days < world.horizons[-1])
        assert hazard_fit.facts.n_events == len(set(world.entities[happened])) < happened.sum()

    def test_weights_of_zero_take_rows_out(self, hazard_world):
        world = hazard_world
        half = np.arange(len(world.days)) < 1500
        recipe = replace(QUICK, pooled_below_events=10_000, inverse_penalties=(0.1,))
        arguments = world.horizons, world.entities, recipe, 1
        weighted = fit_hazard(world.encoded, world.days, world.event, *arguments, weight=half.astype(float))
        usual = fit_hazard(world.encoded, world.days, world.event, *arguments)
        cut = fit_hazard(
            world.encoded.take(half),
            world.days[half],
            world.event[half],
            world.horizons,
            world.entities[half],
            recipe,
            1,
        )
        risks = [
            one.model.probabilities(world.encoded.matrix)[:, -1].mean() for one in (weighted, cut, usual)
        ]
        assert risks[0] == pytest.approx(risks[1], rel=0.02)
        assert weighted.facts.n_events == cut.facts.n_events < usual.facts.n_events


class TestRefusals:
    def test_too_few_events_up_to_the_last_horizon(self, hazard_world):
        world = hazard_world
        with pytest.raises(TooFewEventsError, match="entities are seen with the event"):
            fit_hazard(world.encoded, world.days + 1000.0, world.event, world.horizons, world.entities, QUICK)

    def test_columns_have_to_fit_the_rows(self, hazard_world):
        world = hazard_world
        with pytest.raises(ContractError, match="column target_days: has shape"):
            fit_hazard(world.encoded, world.days[:9], world.event, world.horizons)
        with pytest.raises(ContractError, match="column target_event: has shape"):
            fit_hazard(world.encoded, world.days, world.event[:9], world.horizons)
        with pytest.raises(ContractError, match=r"target\.horizons: .*90, 30"):
            fit_hazard(world.encoded, world.days, world.event, (90, 30))
