import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.panes import Grid

DAYS = st.lists(st.integers(-40, 60), min_size=1, max_size=6)
WINDOWS = st.lists(st.integers(1, 30), max_size=4)
ALL_DAYS = range(-120, 80)


def pane_of(grid: Grid, day: int) -> int:
    """Return the pane of a day by its definition: the number of cuts at or before it."""
    return sum(day >= cut for cut in grid.cuts.tolist())


@given(DAYS, WINDOWS, WINDOWS)
def test_a_day_lies_in_a_window_when_its_pane_is_newer_than_the_edge(days, windows, compared):
    grid = Grid.cut(days, [*windows, *compared], compared)
    for place, snapshot in enumerate(grid.snapshots.tolist()):
        for column, window in enumerate(grid.windows.tolist()):
            for day in ALL_DAYS:
                is_inside = grid.edges[place, column] < pane_of(grid, day) <= grid.newest[place]
                assert is_inside == (snapshot - window <= day < snapshot)


@given(DAYS, WINDOWS)
def test_the_window_before_a_window_ends_at_the_far_edge(days, windows):
    grid = Grid.cut(days, windows, windows)
    for place, snapshot in enumerate(grid.snapshots.tolist()):
        for column, window in enumerate(grid.windows.tolist()):
            for day in ALL_DAYS:
                is_before = grid.far_edges[place, column] < pane_of(grid, day) <= grid.edges[place, column]
                assert is_before == (snapshot - 2 * window <= day < snapshot - window)


@given(DAYS, WINDOWS)
def test_every_day_up_to_the_last_snapshot_has_its_pane_and_its_snapshot(days, windows):
    grid = Grid.cut(days, windows)
    first_cut, last_cut = grid.cuts[0], grid.cuts[-1]
    assert last_cut == max(days)
    for day in range(first_cut, last_cut):
        assert grid.pane_of[day - first_cut] == pane_of(grid, day)
    for day in range(min(days), max(days) + 1):
        assert grid.snapshots[grid.snapshot_of[day - min(days)]] == min(at for at in days if at >= day)


@given(DAYS, WINDOWS)
def test_the_natural_snapshot_of_a_pane_is_the_first_that_sees_its_last_day(days, windows):
    grid = Grid.cut(days, windows)
    for pane, cut in enumerate(grid.cuts.tolist()):
        assert grid.snapshots[grid.natural[pane]] == min(at for at in days if at >= cut)


def test_a_grid_without_windows_has_no_edges():
    grid = Grid.cut([10, 20], [])
    assert grid.edges.shape == grid.far_edges.shape == (2, 0)
    assert grid.cuts.tolist() == [10, 20]


def test_days_before_1970_and_long_windows_stay_exact():
    grid = Grid.cut([-719_162, 2_932_896], [99_999], [99_999])  # the years 1 and 9999
    assert grid.cuts.tolist() == sorted(
        at - reach for at in (-719_162, 2_932_896) for reach in (0, 99_999, 199_998)
    )
    assert np.all(np.diff(grid.pane_of) >= 0)
