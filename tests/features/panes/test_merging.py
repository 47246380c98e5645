import numpy as np
import pytest

from features.panes import KEY, clear, merge
from tests.features.panes.drawn import ENTITIES, draw_events, make_engine, make_log

FLOATS = 1e-9


@pytest.fixture(scope="module")
def material():
    """Return the layout of all measures and cells of one entity."""
    with make_engine() as engine:
        log = make_log(engine, 100_000, pytest.fail)
        log.add(draw_events(11), ENTITIES)
        return engine.layout, log.take().words[:60]


def gather(layout, cells, order, stages):
    """Merge cells in stages; return the sums after each."""
    sums = np.zeros((len(stages), layout.width), np.int64)
    clear(sums, 0, layout.blank)
    ends = np.array(stages, np.int32)
    places = np.array(order, np.int32)
    merge(sums, 0, cells, places, 0, ends, len(stages), layout.table, layout.rules, layout.day_sum)
    return sums


def assert_equal(layout, one, other):
    """Demand equal cells: sums, means and squares within rounding, all else to the last bit."""
    rounded = np.zeros(layout.width, bool)
    for line in layout.table:
        for part, size in ((1, 2), (3, 2), (4, 5)):  # sum, spread, slope
            if line[part] >= 0:
                rounded[line[part] : line[part] + size] = True
    is_same = np.array_equal(one[~rounded], other[~rounded])
    assert is_same
    for line in layout.table:
        if line[1] >= 0:
            sums = [cell[line[1] : line[1] + 2].view(np.float64).sum() for cell in (one, other)]
            assert sums[0] == pytest.approx(sums[1], rel=FLOATS, abs=1e-7)
        if line[3] >= 0:
            spreads = [cell[line[3] : line[3] + 2].view(np.float64) for cell in (one, other)]
            assert np.allclose(*spreads, rtol=FLOATS, atol=1e-7)
        if line[4] >= 0:
            slopes = [cell[line[4] : line[4] + 5].view(np.float64) for cell in (one, other)]
            assert slopes[0][4] / slopes[0][3] == pytest.approx(slopes[1][4] / slopes[1][3], rel=1e-6)


@pytest.mark.parametrize("stages", [[60], [0, 60], [1, 2, 60], [7, 7, 30, 60], list(range(1, 61))], ids=str)
def test_every_stage_is_what_merging_that_many_one_by_one_gives(material, stages):
    layout, cells = material
    order = np.arange(60)
    staged = gather(layout, cells, order, stages)
    for row, end in enumerate(stages):
        if end:
            one_by_one = gather(layout, cells, order, list(range(1, end + 1)))[-1]
            assert np.array_equal(staged[row], one_by_one)
        else:
            assert np.array_equal(staged[row], layout.blank)


def test_cells_can_be_merged_in_any_order(material):
    layout, cells = material
    expected = gather(layout, cells, np.arange(60), [60])[0]
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(60)
        assert_equal(layout, gather(layout, cells, order, [60])[0], expected)


def test_merging_leaves_the_key_and_what_no_column_names(material):
    layout, cells = material
    sums = np.full((1, layout.width), 7, np.int64)
    merge(
        sums,
        0,
        cells,
        np.arange(60, dtype=np.int32),
        0,
        np.array([60], np.int32),
        1,
        layout.table[:0],
        layout.rules[:0],
        -1,
    )
    assert sums[0, KEY] == 7
    assert np.all(sums[0, 4:] == 7)
    assert sums[0, 1] == 7 + cells[:, 1].sum()
    assert sums[0, 3] == max(7, cells[:, 3].max())


def test_the_blank_cell_changes_nothing(material):
    layout, cells = material
    padded = np.concatenate([cells, layout.blank[None]])
    without = gather(layout, padded, np.arange(60), [60])[0]
    with_blank = gather(layout, padded, np.arange(61), [61])[0]
    assert np.array_equal(without, with_blank)
