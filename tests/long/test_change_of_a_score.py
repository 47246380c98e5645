"""Splits of score changes are exact in many random worlds: other models, rows, seeds, groups."""

import numpy as np
import pytest

from tests.training.change.worlds import KINDS, draw_columns, make_pair
from training.change import Snapshot, explain_group_change
from training.change.splitting import split_change

pytestmark = pytest.mark.long
N_WORLDS, N_PAIRS, N_GROUPS = 15, 500, 40


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(1, N_WORLDS + 1))
def test_parts_add_up_and_mirror(kind, seed):
    pair = make_pair(kind, seed)
    before, after = draw_columns(N_PAIRS, 5000 + seed), draw_columns(N_PAIRS, 6000 + seed)
    for horizon in pair.new.horizons:
        there = split_change(pair.old, pair.new, before, after, horizon)
        back = split_change(pair.new, pair.old, after, before, horizon)
        order = [back.catalogue.names.index(name) for name in there.catalogue.names]
        for one, other in ((there, back), (there.to_score(), back.to_score())):
            total = one.before + one.by_feature.sum(axis=1) + one.by_model
            np.testing.assert_allclose(total, one.after, atol=1e-9, rtol=0)
            np.testing.assert_allclose(one.by_feature, -other.by_feature[:, order], atol=1e-9)
            np.testing.assert_allclose(one.by_model, -other.by_model, atol=1e-9)
        nothing = split_change(pair.new, pair.new, before, before, horizon)
        assert np.all(nothing.by_feature == 0)
        assert np.all(nothing.by_model == 0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(1, N_GROUPS // len(KINDS)))
def test_groups_add_up_whoever_comes_and_goes(kind, seed):
    pair, chance = make_pair(kind, 1 + seed % N_WORLDS, subject="employee"), np.random.default_rng(seed)

    def snapshot(day, number):
        people = chance.choice(300, size=200, replace=False)
        entity = np.array([f"e{person}" for person in people], dtype=object)
        group = np.array(["a", "b", "c"], dtype=object)[chance.integers(0, 3, 200)]
        return Snapshot(day, entity, group, draw_columns(200, number))

    before, after = snapshot("2025-01-01", 7000 + seed), snapshot("2025-04-01", 8000 + seed)
    found = explain_group_change(pair.old, pair.new, before, after, "b")
    total = found.features_effect + found.model_effect + found.moved_effect
    assert found.before + total == pytest.approx(found.after, abs=1e-9)
