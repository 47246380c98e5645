import numpy as np
import pytest

from features.catalogue import Feature
from training.drivers import Goal, goal_met, meets, read_goal

WAIT = Feature("wait", "number", "table", unit="hours")
VALUES = np.array([1.0, 2.0, 3.0, np.nan])


@pytest.mark.parametrize(
    ("condition", "met"),
    [("<= 2", 2 / 3), ("< 2", 1 / 3), (">= 2", 2 / 3), ("> 2", 1 / 3), ("= 2", 1 / 3)],
    ids=["at-most", "below", "at-least", "above", "equal"],
)
def test_goals_count_known_values_only(condition: str, met: float) -> None:
    goal = read_goal(condition, WAIT)
    assert goal is not None
    share = goal_met(goal, VALUES)
    assert share is not None
    assert share.value == pytest.approx(met)
    assert share.n == 3
    assert share.low < share.value < share.high


def test_no_known_value_is_absence_not_zero() -> None:
    assert goal_met(Goal("wait", "<=", 2.0, None), np.array([np.nan, np.nan])) is None


def test_goals_without_an_order_are_not_read() -> None:
    assert read_goal(None, WAIT) is None
    assert read_goal("= gold", WAIT) is None
    assert read_goal("= gold", Feature("plan", "category", "table")) is None


def test_a_goal_is_met_by_those_whom_rows_stand_for() -> None:
    goal = Goal("wait", "<=", 1.0, "hours")
    found, plain = goal_met(goal, VALUES, np.array([2.0, 1.0, 1.0, 9.0])), goal_met(goal, VALUES)
    assert found is not None
    assert plain is not None
    assert (found.value, found.n) == (0.5, 3)
    assert found.high - found.low > plain.high - plain.low
    assert goal_met(goal, VALUES, np.array([0.0, 0.0, 0.0, 1.0])) is None


def test_a_missing_value_neither_meets_nor_misses_a_goal() -> None:
    met = meets(Goal("wait", "<", 3.0, "hours"), VALUES)
    assert met[:3].tolist() == [1.0, 1.0, 0.0]
    assert np.isnan(met[3])
