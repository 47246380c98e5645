import numpy as np
import pytest

from training.journey.experience import _compare, find_weakest, rate_stages
from training.journey.footing import StageTable
from training.statistics import share


def table_of(good, entity=None):
    """Return a table of stages that tell nothing but good or not."""
    told = np.asarray(good, dtype=np.float64)
    nothing = np.full(told.shape, np.nan)
    whose = np.arange(len(told)) if entity is None else np.asarray(entity)
    return StageTable(nothing, nothing, told, nothing, nothing, nothing, whose)


def draw(shares, n, seed, *, mood=0.0):
    chance = np.random.default_rng(seed)
    own = mood * chance.normal(size=(n, 1))
    return (chance.random((n, len(shares))) < np.asarray(shares) + 0.2 * own).astype(float)


def weakest_of(table):
    return find_weakest(table, rate_stages(table, 5))


def test_the_share_of_good_ones_is_told_of_each_stage_that_tells_enough():
    good = draw([0.6, 0.9, 0.5], 200, 1)
    good[15:, 2] = np.nan
    good[:50, 0] = np.nan
    rated = rate_stages(table_of(good), 5)
    assert [each.stage for each in rated] == [0, 1]
    hits = int(np.nansum(good[:, 0]))
    assert (rated[0].good.value, rated[0].good.n) == (hits / 150, 150)
    assert rated[0].good.low == pytest.approx(share(hits, 150).low)
    assert rated[0].n_entities == 150


def test_few_entities_with_many_journeys_are_not_shown():
    table = table_of(draw([0.5], 300, 2), np.arange(300) % 30)
    assert rate_stages(table, 31) == ()
    (rated,) = rate_stages(table, 30)
    assert (rated.n_entities, rated.good.n) == (30, 300)


def test_a_clearly_weakest_stage_is_named():
    weakest = weakest_of(table_of(draw([0.8, 0.55, 0.75], 500, 3)))
    assert (weakest.stages, weakest.is_clear) == ((1,), True)


def test_stages_that_cannot_be_told_apart_are_ties_lowest_first():
    table = table_of(draw([0.60, 0.95, 0.58], 150, 4))
    rated = rate_stages(table, 5)
    weakest = find_weakest(table, rated)
    assert set(weakest.stages) == {0, 2}
    assert not weakest.is_clear
    shares = {each.stage: each.good.value for each in rated}
    assert shares[weakest.stages[0]] <= shares[weakest.stages[1]]


def test_people_who_tell_of_both_stages_are_compared_with_themselves():
    """With a strong mood both shares vary much and their difference little."""
    good = draw([0.62, 0.57], 600, 5, mood=2.5)
    mixed = np.column_stack([good[:, 0], np.random.default_rng(1).permutation(good[:, 1])])
    assert _compare(table_of(good), 0, 1) < 0.5 * _compare(table_of(mixed), 0, 1)


def test_stages_without_any_variation():
    assert weakest_of(table_of(np.ones((40, 2)))).is_clear is False
    certain = np.column_stack([np.ones(40), np.zeros(40)])
    assert weakest_of(table_of(certain)).stages == (1,)


def test_one_stage_alone_is_not_the_weakest():
    weakest = weakest_of(table_of(draw([0.5], 100, 6)))
    assert (weakest.stages, weakest.is_clear) == ((), False)


def test_equal_stages_rarely_get_a_weakest():
    named = sum(weakest_of(table_of(draw([0.6] * 2, 200, seed))).is_clear for seed in range(300))
    assert named <= 0.05 * 300 + 3 * (0.05 * 0.95 * 300) ** 0.5
