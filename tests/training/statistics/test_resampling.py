import numpy as np
import pytest

from training.statistics.resampling import EntityDraws, bootstrap_mean


def test_rows_of_an_entity_are_drawn_together():
    draws = EntityDraws.of(6, entity=["b", "a", "b", "c", "c", "c"], n_draws=40, seed=1)
    weights = draws.apply(lambda block: block)
    assert weights.shape == (40, 6)
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, 3] == weights[:, 5]).all()
    assert (weights[:, 0] != weights[:, 1]).any()


def test_each_draw_takes_as_many_entities_as_there_are():
    draws = EntityDraws.of(4, entity=[1, 1, 2, 3], n_draws=25, seed=2)
    weights = draws.apply(lambda block: block)
    assert draws.n_entities == 3
    assert (weights[:, [0, 2, 3]].sum(axis=1) == 3).all()


def test_row_weights_multiply_the_draws():
    plain = EntityDraws.of(3, n_draws=10, seed=3).apply(lambda block: block)
    weighted = EntityDraws.of(3, weight=[1.0, 0.5, 0.0], n_draws=10, seed=3).apply(lambda block: block)
    np.testing.assert_array_equal(weighted, plain * [1.0, 0.5, 0.0])


def test_order_of_rows_does_not_change_a_draw():
    entity = np.array(["u", "v", "w", "v", "u"])
    order = np.array([3, 1, 4, 0, 2])
    sorted_first = (
        EntityDraws.of(5, entity=entity, n_draws=12, seed=4).ordered(order).apply(lambda block: block)
    )
    shuffled = EntityDraws.of(5, entity=entity[order], n_draws=12, seed=4).apply(lambda block: block)
    np.testing.assert_array_equal(sorted_first, shuffled)


def test_size_of_blocks_does_not_change_the_draws(monkeypatch):
    whole = EntityDraws.of(30, n_draws=9, seed=5).apply(lambda block: block)
    monkeypatch.setattr("training.statistics.resampling._CELLS_PER_BLOCK", 70)
    blocks = list(EntityDraws.of(30, n_draws=9, seed=5).blocks())
    assert [len(block) for block in blocks] == [2, 2, 2, 2, 1]
    np.testing.assert_array_equal(np.concatenate(blocks), whole)


def test_equal_seeds_agree_and_others_do_not():
    first, again, other = (
        EntityDraws.of(50, n_draws=3, seed=seed).apply(lambda block: block) for seed in (6, 6, 7)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_entities_of_another_length_are_refused():
    with pytest.raises(ValueError, match=r"entity has the shape \(2,\) where \(3,\) is needed"):
        EntityDraws.of(3, entity=["a", "b"])


def test_spread_of_a_mean_is_the_cluster_error():
    random = np.random.default_rng(8)
    effects = random.normal(0, 1, 200)
    entity = np.repeat(np.arange(200), 5)
    values = effects[entity] + random.normal(0, 0.1, 1000)
    by_entity = bootstrap_mean(values, entity=entity, n_draws=1000, seed=1)
    by_row = bootstrap_mean(values, n_draws=1000, seed=1)
    means = values.reshape(200, 5).mean(axis=1)
    expected = 2 * 1.96 * means.std() / np.sqrt(200)
    assert by_entity.high - by_entity.low == pytest.approx(expected, rel=0.1)
    assert by_row.high - by_row.low < 0.6 * (by_entity.high - by_entity.low)


def test_weighted_mean():
    found = bootstrap_mean([1.0, 5.0], weight=[3.0, 1.0], n_draws=20)
    assert found.value == 2.0
    assert found.n == 2


def test_coverage_by_entity_in_a_small_repetition():
    random = np.random.default_rng(9)
    entity = np.repeat(np.arange(60), 4)
    hits = 0
    for repetition in range(150):
        values = random.normal(1, 1, 60)[entity] + random.normal(0, 1, 240)
        found = bootstrap_mean(values, entity=entity, n_draws=200, seed=repetition)
        hits += found.low <= 1 <= found.high
    assert 0.89 <= hits / 150 <= 0.99
