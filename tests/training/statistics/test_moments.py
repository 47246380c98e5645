import numpy as np
import pytest

from training.statistics import EntityDraws
from training.statistics.moments import MOST_BLOCKS, BlockMoments, correlations


def make_columns(n_rows: int = 400, seed: int = 0):
    random = np.random.default_rng(seed)
    return random.normal(size=(n_rows, 3)) @ np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 0.3], [0.0, 0.0, 1.0]])


def test_correlations_are_those_of_the_rows():
    columns = make_columns()
    found = correlations(BlockMoments.of(columns, EntityDraws.of(len(columns))).total)
    assert found == pytest.approx(np.corrcoef(columns, rowvar=False), abs=1e-12)


def test_weights_stand_for_repeated_rows():
    columns = make_columns(60)
    weight = np.random.default_rng(1).integers(0, 4, 60).astype(float)
    weighted = BlockMoments.of(columns, EntityDraws.of(60, weight=weight)).total
    repeated = np.repeat(columns, weight.astype(int), axis=0)
    assert weighted == pytest.approx(BlockMoments.of(repeated, EntityDraws.of(len(repeated))).total)


def test_each_entity_is_a_block_while_there_are_few():
    columns, entity = make_columns(90), np.repeat(np.arange(30), 3)
    blocks = BlockMoments.of(columns, EntityDraws.of(90, entity=entity))
    assert blocks.sums.shape == (30, 4, 4)
    first = np.column_stack([np.ones(3), columns[:3]])
    assert blocks.sums[0] == pytest.approx(first.T @ first)


def test_many_entities_are_dealt_out_evenly_and_stay_whole():
    n_entities = 2 * MOST_BLOCKS + 500
    entity = np.repeat(np.arange(n_entities), 2)
    is_first = (entity == 7).astype(float)
    blocks = BlockMoments.of(is_first[:, None], EntityDraws.of(entity.size, entity=entity))
    assert len(blocks.sums) == MOST_BLOCKS
    assert set(blocks.sums[:, 0, 0].astype(int).tolist()) == {4, 6}
    assert np.count_nonzero(blocks.sums[:, 0, 1]) == 1


@pytest.mark.parametrize("n_rows", [500, 6_000])
def test_resampled_blocks_spread_as_means_do(n_rows):
    columns = make_columns(n_rows)
    drawn = BlockMoments.of(columns, EntityDraws.of(n_rows)).resample(800, seed=3)
    means = drawn[:, 0, 1:] / drawn[:, :1, 0]
    assert means.std(axis=0) == pytest.approx(columns.std(axis=0) / np.sqrt(n_rows), rel=0.1)
    assert means.mean(axis=0) == pytest.approx(columns.mean(axis=0), abs=4 / np.sqrt(800 * n_rows))


def test_the_same_seed_gives_the_same_resamples():
    blocks = BlockMoments.of(make_columns(50), EntityDraws.of(50))
    assert (blocks.resample(20, seed=1) == blocks.resample(20, seed=1)).all()
    assert (blocks.resample(20, seed=1) != blocks.resample(20, seed=2)).any()


def test_a_column_that_does_not_vary_correlates_with_nothing():
    columns = make_columns()
    columns[:, 1] = 7.25
    found = correlations(BlockMoments.of(columns, EntityDraws.of(len(columns))).total)
    assert found[1].tolist() == [0.0, 1.0, 0.0]
    assert found[0, 2] == pytest.approx(np.corrcoef(columns[:, 0], columns[:, 2])[0, 1])


def test_a_resample_without_weight_has_no_correlations():
    moments = np.stack([np.zeros((3, 3)), np.eye(3)])
    found = correlations(moments)
    assert np.isnan(found[0]).all()
    assert found[1].tolist() == [[1.0, 0.0], [0.0, 1.0]]
