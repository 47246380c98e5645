import ast
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import training.drivers.whatif
from tests.training.sample_bundles import fit_sample
from training.drivers import Goal, WhatIfGrid, goal_bounds, what_if
from training.drivers.whatif import SHARES, WAYS
from training.models import RatingModel
from training.statistics import Floats

GOAL = Goal("o_tickets.hours.mean_90d", "<=", 24.0, "h")
# Columns: hours in 90 days, hours in 180 days, seats. Rows: meets, misses, misses in one window, unknown.
ROWS = np.array([[20.0, 30.0, 1.0], [44.0, 64.0, 2.0], [34.0, 10.0, 3.0], [np.nan, 50.0, 4.0]])
BOUNDS = {0: 24.0, 1: 24.0}


def linear(rows: Floats) -> Floats:
    """Give 0.01 per hour in 90 days and 0.001 per hour in 180 days."""
    return 0.1 + np.nan_to_num(rows[:, :2]) @ np.array([0.01, 0.001])


def test_those_who_miss_the_goal_are_moved_to_it_and_nobody_else():
    found = what_if(ROWS, linear, BOUNDS, GOAL)
    assert found.changes == pytest.approx([0.0, -0.2 - 0.04, -0.1, 0.0], abs=1e-15)
    assert found.changes[[0, 3]].tolist() == [0.0, 0.0]
    assert (found.grid.people, found.grid.people_short, found.grid.people_unknown) == (4.0, 2.0, 1.0)
    assert found.grid.value_today == 39.0
    assert found.grid.expected_sum == pytest.approx(0.4 + 0.98 + 0.154)
    assert found.grid.expected_mean == pytest.approx((0.4 + 0.98 + 0.154) / 4)


def test_everybody_the_whole_way_is_asked_unless_said_otherwise():
    asked = what_if(ROWS, linear, BOUNDS, GOAL).asked
    assert (asked.share, asked.way, asked.people_moved, asked.value) == (1.0, 1.0, 2.0, 24.0)
    assert asked.change_sum == pytest.approx(-0.34)
    assert asked.change_mean == pytest.approx(-0.085)
    assert asked.expected_sum == pytest.approx(1.534 - 0.34)
    assert asked.expected_mean == pytest.approx((1.534 - 0.34) / 4)


def test_a_part_of_the_people_and_of_the_way():
    asked = what_if(ROWS, linear, BOUNDS, GOAL, share=0.3, way=0.1).asked
    assert asked.people_moved == pytest.approx(0.6)
    assert asked.value == pytest.approx(39.0 - 1.5)
    assert asked.change_sum == pytest.approx(-0.34 * 0.03)


def test_the_model_sees_the_bound_itself():
    seen = []

    def expect(rows: Floats) -> Floats:
        seen.append(rows.copy())
        return np.zeros(len(rows))

    for comparison in ("<=", "<"):
        seen.clear()
        what_if(ROWS / 3, expect, {0: 24.1 / 3}, Goal("wait", comparison, 24.1 / 3, "h"))
        whole = next(rows for rows in seen[1:] if (rows[:, 0] == 24.1 / 3).all())
        assert whole[:, 1:].tolist() == (ROWS / 3)[[1, 2], 1:].tolist()


@pytest.mark.parametrize(
    ("comparison", "changes"),
    [
        (">=", [0.1 + 0.05, 0.0, 0.0, 0.0]),
        (">", [0.1 + 0.05, 0.0, 0.0, 0.0]),
        ("=", [0.1 + 0.05, -0.2, 0.0, 0.0]),
    ],
    ids=["at-least", "above", "equal"],
)
def test_goals_from_below_and_from_both_sides(comparison, changes):
    rows = np.array([[1.0, 2.0], [4.0, np.nan], [2.0, 5.0], [np.nan, 0.0]])

    def expect(moved: Floats) -> Floats:
        return np.nan_to_num(moved) @ np.array([0.1, 0.05])

    bounds = {0: 2.0, 1: 3.0}
    assert what_if(rows, expect, bounds, Goal("calls", comparison, 2.0, None)).changes == pytest.approx(
        changes
    )


def test_a_row_at_the_bound_of_a_strict_goal_has_no_way_to_go():
    found = what_if(np.array([[24.0], [25.0]]), lambda rows: rows[:, 0], {0: 24.0}, Goal("w", "<", 24.0, "h"))
    assert found.grid.people_short == 1.0
    assert found.changes.tolist() == [0.0, -1.0]


def test_the_rows_are_left_as_they_are():
    rows = ROWS.copy()
    what_if(rows, linear, BOUNDS, GOAL)
    np.testing.assert_array_equal(rows, ROWS)


def test_a_weighted_row_is_so_many_people():
    weight = np.array([1.0, 3.0, 0.0, 2.0])
    rows = np.repeat(ROWS, [1, 3, 0, 2], axis=0)
    weighted, repeated = (
        what_if(ROWS, linear, BOUNDS, GOAL, weight=weight),
        what_if(rows, linear, BOUNDS, GOAL),
    )
    for step, other in zip(weighted.grid.steps, repeated.grid.steps, strict=True):
        assert list(vars(step).values()) == pytest.approx(list(vars(other).values()))
    assert weighted.grid.people_unknown == 2.0


def test_nobody_to_move_changes_nothing():
    found = what_if(ROWS[[0, 3]], linear, BOUNDS, GOAL)
    assert {step.change_sum for step in found.grid.steps} == {0.0}
    assert found.grid.people_short == 0.0
    assert np.isnan(found.grid.value_today)
    assert (
        WhatIfGrid.from_json(json.loads(json.dumps(found.grid.to_json(), allow_nan=False)))
        .steps[0]
        .people_moved
        == 0.0
    )


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("share", SHARES)
def test_page_and_service_show_the_same_figures(share, way):
    """The page holds the grid, the service asks for one step: equal to the last bit."""
    page = WhatIfGrid.from_json(json.loads(json.dumps(what_if(ROWS, linear, BOUNDS, GOAL).grid.to_json())))
    answer = what_if(ROWS, linear, BOUNDS, GOAL, share=share, way=way)
    assert answer.asked in page.steps
    assert answer.grid == page


def test_the_grid_has_every_pair_once():
    steps = what_if(ROWS, linear, BOUNDS, GOAL).grid.steps
    assert [(step.way, step.share) for step in steps] == [(way, share) for way in WAYS for share in SHARES]
    assert not any(np.signbit(step.change_sum) for step in steps if step.share == 0)


@pytest.mark.parametrize("kind", ["binary", "ordinal"])
def test_a_trained_model_answers_for_moved_rows_as_it_would_for_such_rows(kind):
    encoder, model, columns, catalogue = fit_sample(kind)
    matrix = encoder.encode(columns).matrix
    column = catalogue.names.index(catalogue.numbers[0])
    goal = Goal(catalogue.numbers[0], "<=", float(np.nanquantile(matrix[:, column], 0.4)), None)

    def expect(rows: Floats) -> Floats:
        return model.expected(rows) if isinstance(model, RatingModel) else model.probabilities(rows)[:, 0]

    found = what_if(matrix, expect, goal_bounds(goal, catalogue), goal, share=0.5)
    moved = matrix.copy()
    moved[:, column] = np.minimum(matrix[:, column], goal.bound)
    assert found.grid.expected_sum == pytest.approx(expect(matrix).sum())
    assert found.changes == pytest.approx(expect(moved) - expect(matrix), abs=1e-12)
    assert found.asked.change_sum == pytest.approx((expect(moved) - expect(matrix)).sum() / 2)
    assert np.abs(found.changes).max() > 1e-4


@given(
    st.lists(st.one_of(st.floats(-50, 50), st.just(float("nan"))), min_size=1, max_size=20),
    st.floats(-50, 50),
    st.sampled_from(["<=", "<", ">=", ">"]),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_a_model_that_rises_with_a_value_answers_in_its_direction(values, bound, comparison, share, way):
    rows = np.array(values)[:, None]
    goal = Goal("wait", comparison, bound, None)
    found = what_if(
        rows, lambda moved: np.tanh(np.nan_to_num(moved[:, 0]) / 40), {0: bound}, goal, share=share, way=way
    )
    sign = -1.0 if comparison.startswith("<") else 1.0
    assert (sign * found.changes >= 0).all()
    whole = found.grid.steps[-1].change_sum
    assert -1e-12 <= sign * found.asked.change_sum <= sign * whole + 1e-12
    by_way = [step.change_sum for step in found.grid.steps if step.share == 1.0]
    assert np.all(np.diff(sign * np.array(by_way)) >= -1e-12)
    assert whole == pytest.approx(found.changes.sum(), abs=1e-12)


@pytest.mark.parametrize("part", ["share", "way"])
@pytest.mark.parametrize("found", [-0.1, 1.1, float("nan")])
def test_parts_are_parts(part, found):
    with pytest.raises(ValueError, match=f"{part} is {found:g}; it is a part"):
        what_if(ROWS, linear, BOUNDS, GOAL, **{part: found})


def test_no_rows_no_columns_and_a_model_that_does_not_answer_each_row_are_refused():
    with pytest.raises(ValueError, match="0 rows and 2 columns to move"):
        what_if(ROWS[:0], linear, BOUNDS, GOAL)
    with pytest.raises(ValueError, match="4 rows and 0 columns to move"):
        what_if(ROWS, linear, {}, GOAL)
    with pytest.raises(ValueError, match="what the model expects has 1 rows where 4 are needed"):
        what_if(ROWS, lambda _: np.zeros(1), BOUNDS, GOAL)


def test_it_brings_nothing_heavy_to_the_service():
    tree = ast.parse(Path(training.drivers.whatif.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    ours = {"training.drivers.goal", "training.statistics"}
    assert modules | names <= ours | {"collections.abc", "dataclasses", "math", "numpy", "typing"}
