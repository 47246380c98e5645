import json
from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_info  # type: ignore[import-untyped]  # ships no types

from features.errors import TooFewEventsError
from tests.training.models.known_truth import QUICK, make_flat
from training.models import fit_members
from training.models.blend import Member
from training.models.fit_members import fit_blend
from training.models.folds import label_groups
from training.models.odds import log_loss, prior_log_odds
from training.models.periods import PeriodTable
from training.models.shapes import ShapeModel

POOLED = replace(QUICK, pooled_below_events=10_000, inverse_penalties=(0.1,))


def table_of(world) -> PeriodTable:
    target = world.target[:, None]
    return PeriodTable(world.encoded.matrix, world.encoded.n_codes, target, np.ones_like(target))


def fit(table, recipe=POOLED, entities=None, seed=0):
    labels = label_groups(entities, len(table.matrix))
    return fit_blend(table, labels, labels, recipe, seed)


class TestCounting:
    @pytest.mark.parametrize(("n_events", "is_enough"), [(29, False), (30, True)])
    def test_thirty_events_are_enough(self, n_events, is_enough):
        table = table_of(make_flat(n_rows=200))
        target = (np.arange(200) < n_events).astype(float)[:, None]
        table = PeriodTable(table.matrix, table.n_codes, target, table.weight)
        if is_enough:
            assert fit(table).facts.n_events == n_events
        else:
            with pytest.raises(
                TooFewEventsError, match=f"{n_events} of 200 entities are seen with the event"
            ):
                fit(table)

    def test_an_entity_counts_once_however_many_rows_it_has(self, flat_world):
        entities = np.arange(len(flat_world.target)) // 3
        expected = len(set(entities[flat_world.target > 0]))
        assert fit(table_of(flat_world), entities=entities).facts.n_events == expected

    def test_rows_that_were_never_watched_do_not_count(self, flat_world):
        table = table_of(flat_world)
        weight = np.where(np.arange(len(table.matrix)) < 400, 1.0, 0.0)[:, None]
        facts = fit(PeriodTable(table.matrix, table.n_codes, table.target, weight)).facts
        assert facts.n_events == flat_world.target[:400].sum()

    @pytest.mark.parametrize(("limit", "is_pooled"), [(587, False), (588, True)])
    def test_the_limit_of_pooling_is_the_number_of_events(self, flat_world, limit, is_pooled):
        assert flat_world.target.sum() == 587
        recipe = replace(QUICK, pooled_below_events=limit, inverse_penalties=(0.1,))
        facts = fit(table_of(flat_world), recipe).facts
        assert facts.is_pooled == is_pooled
        assert len(facts.members) == (1 if is_pooled else 3)


class TestBlending:
    def test_members_without_weight_are_named_in_the_facts_and_left_out_of_the_model(self, flat_world):
        recipe = replace(QUICK, min_weight=0.5, inverse_penalties=(0.1,))
        found = fit(table_of(flat_world), recipe)
        weights = {member.name: member.weight for member in found.facts.members}
        assert set(weights) == {"linear", "smooth", "sharp"}
        assert {member.name for member in found.members} == {
            name for name, weight in weights.items() if weight
        }
        assert 1 <= len(found.members) < 3

    def test_the_first_member_stays_if_none_has_weight(self):
        model = ShapeModel(0.0, ())
        candidates = [fit_members._Candidate(name, model, np.zeros((1, 1))) for name in ("linear", "smooth")]
        assert fit_members._weigh(candidates, np.zeros(2)) == (Member("linear", 0.0, model),)
        assert fit_members._weigh(candidates, np.array([0.0, 0.7])) == (Member("smooth", 0.7, model),)

    def test_noise_is_calibrated_to_the_prior(self):
        chance = np.random.default_rng(0)
        target = (chance.random((1200, 1)) < 0.25).astype(float)
        table = PeriodTable(chance.normal(size=(1200, 6)), (0,) * 6, target, np.ones((1200, 1)))
        found = fit(table, QUICK)
        assert found.facts.log_loss < found.facts.prior_log_loss + 0.01
        spread = [np.ptp(member.weight * member.model.log_odds(table.matrix)) for member in found.members]
        assert sum(spread) < 1.5

    def test_facts_are_figures_of_the_out_of_fold_scores(self, flat_world):
        table = table_of(flat_world)
        found = fit(table)
        prior = np.full(table.target.shape, prior_log_odds(table.target, table.weight))
        assert found.facts.prior_log_loss == log_loss(prior, table.target, table.weight)
        assert found.facts.log_loss == log_loss(found.out_of_fold, table.target, table.weight)
        assert found.facts.raw_log_loss == pytest.approx(found.facts.members[0].log_loss, rel=1e-12)
        assert json.loads(json.dumps(found.facts.to_json()))["members"][0]["inverse_penalty"] == 0.1


class TestThreads:
    def test_numbers_are_worked_out_on_one_thread_and_the_setting_is_given_back(
        self, flat_world, monkeypatch
    ):
        seen = []
        original = fit_members.fit_shapes

        def note_threads(*arguments):
            seen.extend(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")
            return original(*arguments)

        before = [pool["num_threads"] for pool in threadpool_info()]
        monkeypatch.setattr(fit_members, "fit_shapes", note_threads)
        fit(table_of(flat_world))
        assert seen
        assert set(seen) == {1}
        assert [pool["num_threads"] for pool in threadpool_info()] == before

    def test_the_number_of_workers_does_not_change_the_result(self, flat_world):
        one, two = (fit(table_of(flat_world), replace(QUICK, n_workers=n)) for n in (1, 2))
        assert one.facts == two.facts
        np.testing.assert_array_equal(one.out_of_fold, two.out_of_fold)
        assert [member.model for member in one.members if not isinstance(member.model, ShapeModel)] == [
            member.model for member in two.members if not isinstance(member.model, ShapeModel)
        ]
