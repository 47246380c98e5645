import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import ContractError
from training.models.periods import PeriodTable, repeat_periods


def cut(days, event, horizons=(30, 90, 180), cause=1):
    days, event = np.array(days, dtype=float), np.array(event, dtype=float)
    return PeriodTable.cut(np.arange(len(days), dtype=float)[:, None], (0,), days, event, horizons, cause)


@pytest.mark.parametrize(
    ("days", "event", "target", "weight"),
    [
        (0, 1, [1, 0, 0], [1, 0, 0]),
        (29, 1, [1, 0, 0], [1, 0, 0]),
        (30, 1, [0, 1, 0], [1, 1, 0]),
        (179, 1, [0, 0, 1], [1, 1, 1]),
        (180, 1, [0, 0, 0], [1, 1, 1]),
        (999, 1, [0, 0, 0], [1, 1, 1]),
        (0, 0, [0, 0, 0], [0, 0, 0]),
        (15, 0, [0, 0, 0], [0.5, 0, 0]),
        (30, 0, [0, 0, 0], [1, 0, 0]),
        (75, 0, [0, 0, 0], [1, 0.75, 0]),
        (180, 0, [0, 0, 0], [1, 1, 1]),
    ],
)
def test_a_period_counts_as_far_as_it_was_watched_or_in_full_with_the_event(days, event, target, weight):
    table = cut([days], [event])
    assert table.target[0].tolist() == target
    assert table.weight[0].tolist() == weight


@pytest.mark.parametrize(
    ("days", "event", "cause", "target", "weight"),
    [
        (40, 2, 1, [0, 0, 0], [1, 1, 0]),
        (40, 2, 2, [0, 1, 0], [1, 1, 0]),
        (40, 1, 2, [0, 0, 0], [1, 0, 0]),
        (75, 0, 2, [0, 0, 0], [1, 0.75, 0]),
    ],
)
def test_the_competing_cause_is_asked_for_where_the_event_did_not_happen(days, event, cause, target, weight):
    table = cut([days], [event], cause=cause)
    assert table.target[0].tolist() == target
    assert table.weight[0].tolist() == weight


rows = st.lists(st.tuples(st.floats(0, 400), st.booleans()), min_size=1, max_size=30)


@given(rows)
def test_nobody_is_at_risk_after_the_event_or_after_watching_ended(pairs):
    table = cut(*zip(*pairs, strict=True))
    assert (table.target.sum(axis=1) <= 1).all()
    assert (table.weight[table.target > 0] == 1).all()
    assert (np.diff(table.weight, axis=1) <= 0).all()
    for (days, event), target in zip(pairs, table.target, strict=True):
        assert target.sum() == (event and days < 180)


def test_partly_watched_periods_leave_the_share_of_events_unbiased():
    chance = np.random.default_rng(2)
    due, watched = chance.exponential(200.0, 40_000), chance.uniform(0.0, 30.0, 40_000)
    table = cut(np.minimum(due, watched), due <= watched, (30,))
    share = table.target.sum() / table.weight.sum()
    truth = 1 - np.exp(-30 / 200)
    only_complete = (table.weight == 1)[:, 0]
    assert share == pytest.approx(truth, rel=0.1)
    assert table.target[only_complete].mean() > 5 * truth


@pytest.mark.parametrize("cause", [1, 2])
def test_they_do_so_however_often_events_of_two_causes_come(cause):
    chance = np.random.default_rng(3)
    due, watched = chance.exponential(20.0, 40_000), chance.uniform(0.0, 40.0, 40_000)
    code = np.where(due > watched, 0, np.where(chance.random(40_000) < 0.25, 1, 2))
    table = cut(np.minimum(due, watched), code, (30,), cause)
    share = table.target.sum() / table.weight.sum()
    left = 1 - np.exp(-30 / 20)
    truth = 0.25 * left if cause == 1 else 0.75 * left / (1 - 0.25 * left)
    assert share == pytest.approx(truth, abs=0.01)


@pytest.mark.parametrize("horizons", [(), (90, 30), (30, 30), (0, 30)], ids=str)
def test_horizons_have_to_rise(horizons):
    with pytest.raises(ContractError, match=r"target\.horizons"):
        cut([1.0], [0], horizons)


@pytest.mark.parametrize("days", [-1.0, np.nan])
def test_days_have_to_be_known_and_not_negative(days):
    with pytest.raises(ContractError, match="column target_days: holds"):
        cut([5.0, days], [0, 0])


def test_stacking_leaves_out_cells_that_are_not_at_risk():
    cells, target, weight, row = cut([29, 75], [1, 0]).stack()
    assert cells.tolist() == [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]
    assert target.tolist() == [1.0, 0.0, 0.0]
    assert weight.tolist() == [1.0, 1.0, 0.75]
    assert row.tolist() == [0, 1, 1]


def test_one_period_has_no_column_of_its_own():
    table = cut([29, 75], [1, 0], (90,))
    assert table.stack()[0].shape == (2, 1)
    assert table.booster_codes == (0,)
    assert cut([1], [0]).booster_codes == (0, 0)
    assert repeat_periods(table.matrix, 1) is table.matrix


def test_weights_multiply():
    table = cut([15, 999], [0, 0]).weigh(np.array([2.0, 3.0]))
    assert table.weight.tolist() == [[1.0, 0.0, 0.0], [3.0, 3.0, 3.0]]
    assert table.take(np.array([False, True])).weight.tolist() == [[3.0, 3.0, 3.0]]
