"""No hidden small cell of a crossed table follows from its totals: as an attacker would see it."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from training.reports.crossing import Shown, shown_cells, solvable
from training.statistics import Bools, Ints

MINIMUM = 5


def published(counts: Ints, shown: Shown) -> tuple[np.ndarray, np.ndarray]:
    """Return all sums that a reader sees, as equations over all cells: the matrix and the right side."""
    equations, sums = [np.ones(counts.size)], [counts.sum()]
    n_rows, n_columns = shown.cells.shape
    for place in np.ndindex(counts.shape):
        is_listed = place[0] < n_rows and place[1] < n_columns
        if (is_listed and shown.cells[place]) or counts[place] == 0:
            one = np.zeros(counts.shape)
            one[place] = 1
            equations.append(one.ravel())
            sums.append(counts[place])
    for row in np.flatnonzero(shown.rows):
        one = np.zeros(counts.shape)
        one[row] = 1
        equations.append(one.ravel())
        sums.append(counts[row].sum())
    for column in np.flatnonzero(shown.columns):
        one = np.zeros(counts.shape)
        one[:, column] = 1
        equations.append(one.ravel())
        sums.append(counts[:, column].sum())
    return np.array(equations), np.array(sums)


def found_out(counts: Ints, shown: Shown) -> Bools:
    """Return the cells whose number is the same in every solution of what is published."""
    equations, _ = published(counts, shown)
    rank = np.linalg.matrix_rank(equations)
    units = np.eye(counts.size)
    known = [np.linalg.matrix_rank(np.vstack([equations, unit])) == rank for unit in units]
    return np.array(known).reshape(counts.shape)


def attack(counts: Ints, n_rows: int, n_columns: int) -> None:
    shown = shown_cells(counts, MINIMUM, n_rows=n_rows, n_columns=n_columns)
    small = (counts > 0) & (counts < MINIMUM)
    assert not (small & found_out(counts, shown)).any()
    listed = counts[:n_rows, :n_columns]
    assert not (shown.cells & (listed > 0) & (listed < MINIMUM)).any()
    for axis, is_shown in ((1, shown.rows), (0, shown.columns)):
        totals = counts.sum(axis=axis)
        assert (totals[: len(is_shown)][is_shown] >= MINIMUM).all()
        n_hidden = totals.sum() - totals[: len(is_shown)][is_shown].sum()
        assert n_hidden == 0 or n_hidden >= MINIMUM


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.int64, st.tuples(st.integers(2, 5), st.integers(2, 5)), elements=st.integers(0, 14)),
    st.booleans(),
    st.booleans(),
)
def test_no_small_cell_can_be_worked_out(counts, has_rest_of_rows, has_rest_of_columns):
    assume(counts.sum() >= MINIMUM)  # no report is made of fewer
    rows, columns = counts.shape
    attack(counts, rows - has_rest_of_rows, columns - has_rest_of_columns)


def test_hiding_small_cells_alone_would_be_found_out():
    counts = np.array([[40, 3, 30], [25, 50, 9], [60, 20, 30]])
    plain = Shown(counts >= MINIMUM, np.ones(3, bool), np.ones(3, bool))
    assert found_out(counts, plain)[0, 1]
    attack(counts, 3, 3)


def test_the_cheapest_rectangle_is_hidden():
    counts = np.array([[40, 3, 30], [25, 50, 9], [60, 20, 30]])
    shown = shown_cells(counts, MINIMUM, n_rows=3, n_columns=3)
    assert np.argwhere(~shown.cells).tolist() == [[0, 1], [0, 2], [2, 1], [2, 2]]
    assert shown.rows.all()
    assert shown.columns.all()


def test_large_cells_and_empty_ones_stay():
    counts = np.array([[40, 0], [25, 50]])
    assert shown_cells(counts, MINIMUM, n_rows=2, n_columns=2).cells.all()


def test_a_row_below_the_minimum_is_hidden_with_another():
    counts = np.array([[40, 30], [2, 1], [8, 9]])
    shown = shown_cells(counts, MINIMUM, n_rows=3, n_columns=2)
    assert shown.rows.tolist() == [True, False, False]
    attack(counts, 3, 2)


@pytest.mark.parametrize(
    ("rows", "columns", "expected"),
    [
        ([True, True], [True, True], [[False, False], [False, False]]),
        ([False, False], [False, False], [[False, False], [False, False]]),
    ],
)
def test_a_rectangle_of_unknown_cells_cannot_be_solved(rows, columns, expected):
    assert solvable(np.ones((2, 2), bool), np.array(rows), np.array(columns)).tolist() == expected


def test_one_unknown_cell_of_a_row_is_solved_and_three_in_an_angle_are_too():
    both = np.ones(2, bool)
    assert solvable(np.array([[True, False], [False, False]]), both, both)[0, 0]
    assert solvable(np.array([[True, True], [True, False]]), both, both).sum() == 3
    assert not solvable(np.zeros((2, 2), bool), both, both).any()
