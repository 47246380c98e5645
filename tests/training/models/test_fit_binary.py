import json
from dataclasses import replace

import numpy as np
import pytest

from features.errors import ContractError, TooFewEventsError
from tests.training.models.known_truth import QUICK, make_flat
from training.models.fit_binary import fit_binary, to_weights
from training.models.odds import log_loss, to_probability


def calibration_error(probability, target):
    bins = np.array_split(np.argsort(probability), 10)
    return sum(len(rows) * abs(probability[rows].mean() - target[rows].mean()) for rows in bins) / len(target)


class TestQuality:
    def test_comes_near_the_truth_on_fresh_rows(self, binary_fit):
        fresh = make_flat(n_rows=4000, seed=77)
        probability = binary_fit.model.probabilities(fresh.encoded.matrix)[:, 0]
        prior = np.full(4000, fresh.target.mean())
        assert np.abs(probability - fresh.truth).mean() < 0.5 * np.abs(prior - fresh.truth).mean()
        assert probability.mean() == pytest.approx(fresh.truth.mean(), abs=0.03)
        assert calibration_error(probability, fresh.truth) < 0.04

    def test_the_blend_is_not_worse_out_of_fold_than_its_best_member(self, binary_fit):
        facts = binary_fit.facts
        noise = (
            2 * (1 + len(facts.members)) / facts.n_rows
        )  # four times what fitting so many parameters costs
        assert facts.log_loss <= min(member.log_loss for member in facts.members) + noise
        assert facts.log_loss < facts.prior_log_loss - 0.03

    def test_calibration_does_not_make_it_worse_than_the_raw_mean(self, binary_fit, flat_world):
        facts = binary_fit.facts
        assert facts.log_loss <= facts.raw_log_loss + 2 * (1 + len(facts.members)) / facts.n_rows
        calibrated = to_probability(binary_fit.out_of_fold[:, 0])
        assert calibration_error(calibrated, flat_world.target) < 0.05

    def test_weights_pull_the_level(self, flat_world):
        weight = np.where(flat_world.target > 0, 3.0, 1.0)
        fit = fit_binary(flat_world.encoded, flat_world.target, weight, recipe=QUICK, seed=1)
        share = (weight * flat_world.target).sum() / weight.sum()
        probability = fit.model.probabilities(flat_world.encoded.matrix)[:, 0]
        assert np.average(probability, weights=weight) == pytest.approx(share, abs=0.02)


class TestFacts:
    def test_they_describe_the_fit_in_json(self, binary_fit, flat_world):
        facts = json.loads(json.dumps(binary_fit.facts.to_json()))
        assert facts["n_rows"] == len(flat_world.target)
        assert facts["n_events"] == flat_world.target.sum()
        assert (facts["n_folds"], facts["n_repeats"], facts["is_pooled"]) == (5, 2, False)
        assert [member["name"] for member in facts["members"]] == ["linear", "smooth", "sharp"]
        assert facts["members"][0]["inverse_penalty"] in QUICK.inverse_penalties
        assert all(1 <= member["n_trees"] <= QUICK.max_trees for member in facts["members"][1:])

    def test_weights_are_those_of_the_model(self, binary_fit):
        weights = {member.name: member.weight for member in binary_fit.facts.members if member.weight}
        assert weights == {member.name: member.weight for member in binary_fit.model.blend.members}
        assert binary_fit.facts.intercepts == (binary_fit.model.blend.intercept,)

    def test_the_log_loss_is_that_of_the_out_of_fold_scores(self, binary_fit, flat_world):
        found = log_loss(binary_fit.out_of_fold[:, 0], flat_world.target, np.ones(len(flat_world.target)))
        assert binary_fit.facts.log_loss == pytest.approx(found, rel=1e-12)


class TestFewEvents:
    def test_below_the_limit_only_the_linear_member_is_fitted(self, flat_world):
        fit = fit_binary(
            flat_world.encoded, flat_world.target, recipe=replace(QUICK, pooled_below_events=10_000)
        )
        assert fit.facts.is_pooled
        assert [member.name for member in fit.facts.members] == ["linear"]
        assert [member.name for member in fit.model.blend.members] == ["linear"]

    @pytest.mark.parametrize(
        ("share", "found"), [(0, "29 of 400 entities are seen with"), (1, "29 of 400 .* without")]
    )
    def test_below_thirty_there_is_no_model(self, share, found):
        world = make_flat(n_rows=400)
        target = np.full(400, float(share))
        target[:29] = 1.0 - share
        with pytest.raises(TooFewEventsError, match=found):
            fit_binary(world.encoded, target, recipe=QUICK)

    def test_events_are_counted_by_entity(self):
        world = make_flat(n_rows=400)
        groups = np.arange(400) % 25
        with pytest.raises(TooFewEventsError, match="25 of 25 entities"):
            fit_binary(world.encoded, world.target, groups=groups, recipe=QUICK)


class TestFolds:
    def test_copies_of_a_row_do_not_flatter_the_out_of_fold_scores(self):
        chance = np.random.default_rng(0)
        world = make_flat(n_rows=500)
        noise = (chance.random(500) < 0.3).astype(float)
        double = np.resize(np.arange(500), 1000)
        fit = fit_binary(world.encoded.take(double), noise[double], recipe=QUICK)
        assert fit.facts.log_loss > fit.facts.prior_log_loss - 0.01

    def test_a_table_of_few_levels_is_fitted_as_well(self):
        chance = np.random.default_rng(0)
        world = make_flat(n_rows=900)
        matrix = np.column_stack([chance.integers(0, 2, (900, 3)), chance.integers(0, 2, (900, 2))]).astype(
            float
        )
        target = (chance.random(900) < 0.2 + 0.4 * matrix[:, 0]).astype(float)
        fit = fit_binary(replace(world.encoded, matrix=matrix), target, recipe=QUICK)
        assert fit.facts.n_events == target.sum()
        assert fit.facts.log_loss < fit.facts.prior_log_loss - 0.05


class TestRepetition:
    def test_same_data_and_seed_give_the_same_bytes(self, binary_fit, flat_world):
        again = fit_binary(flat_world.encoded, flat_world.target, recipe=QUICK, seed=1)
        assert again.model.to_files() == binary_fit.model.to_files()
        assert again.facts == binary_fit.facts
        np.testing.assert_array_equal(again.out_of_fold, binary_fit.out_of_fold)

    def test_another_seed_gives_another_model(self, binary_fit, flat_world):
        other = fit_binary(flat_world.encoded, flat_world.target, recipe=QUICK, seed=2)
        assert other.model.to_files() != binary_fit.model.to_files()


class TestRefusals:
    @pytest.mark.parametrize("value", [2.0, -1.0, 0.5, np.nan])
    def test_a_target_is_zero_or_one(self, flat_world, value):
        target = flat_world.target.copy()
        target[7] = value
        with pytest.raises(ContractError, match=f"column target: holds {value:g}"):
            fit_binary(flat_world.encoded, target)

    @pytest.mark.parametrize("value", [-1.0, np.nan])
    def test_a_weight_is_known_and_not_negative(self, flat_world, value):
        weight = np.full(len(flat_world.target), 1.0)
        weight[3] = value
        with pytest.raises(ContractError, match=f"column weight: holds {value:g}"):
            fit_binary(flat_world.encoded, flat_world.target, weight)

    def test_lengths_have_to_agree(self, flat_world):
        encoded, target = flat_world.encoded, flat_world.target
        with pytest.raises(
            ContractError, match=r"column target: has shape \(3,\), the features have 1500 rows"
        ):
            fit_binary(encoded, target[:3])
        with pytest.raises(ContractError, match="column weight: has shape"):
            fit_binary(encoded, target, target[:3])
        with pytest.raises(ContractError, match="column entity_id: has 2 values"):
            fit_binary(encoded, target, groups=["a", "b"])


@pytest.mark.parametrize("value", [np.inf, np.nan, -1.0])
def test_a_weight_that_is_none_is_named_with_its_row(value: float) -> None:
    with pytest.raises(ContractError, match=rf"holds {value:g} in row 3 of 4; give finite weights"):
        to_weights([1.0, 0.0, value, 2.0], 4)
