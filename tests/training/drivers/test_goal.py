import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.catalogue import Feature
from features.measures import list_measures
from features.usecase import FeatureRule, Source
from training.drivers import Goal, goal_bounds, goal_met, meets, read_goal, shortfall

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


@pytest.mark.parametrize(
    ("comparison", "short"),
    [("<=", [0, 0, 1]), ("<", [0, 0, 1]), (">=", [1, 0, 0]), (">", [1, 0, 0]), ("=", [1, 0, 1])],
    ids=["at-most", "below", "at-least", "above", "equal"],
)
def test_a_shortfall_is_what_is_missing_to_the_bound(comparison: str, short: list[float]) -> None:
    found = shortfall(Goal("wait", comparison, 2.0, "hours"), VALUES)
    assert found[:3].tolist() == short
    assert np.isnan(found[3])


def _help(*names: str, driver: str | None = "help", source: str = "tickets") -> list[Feature]:
    return [Feature(name, "number", source, driver=driver) for name in names]


def test_the_same_quantity_over_any_window_has_the_same_bound() -> None:
    features = _help(
        "o_tickets.hours.max_90d",
        "o_tickets.hours.mean_180d",
        "o_tickets.hours.mean_90d",
        "o_tickets.hours.last",
        "o_tickets.minutes.mean_90d",
        "o_tickets.hours.share_late_90d",
    )
    goal = Goal("o_tickets.hours.mean_90d", "<=", 24.0, "h")
    assert goal_bounds(goal, features) == {2: 24.0, 1: 24.0}
    assert next(iter(goal_bounds(goal, features))) == 2


def test_windows_in_the_name_of_a_share_are_part_of_the_quantity() -> None:
    features = _help(*(f"o_tickets.hours.share_{share}_90d" for share in ("over_30d", "over_60d")))
    assert goal_bounds(Goal(features[0].name, "<=", 0.1, None), features) == {0: 0.1}


@pytest.mark.parametrize("name", ["o_tickets.count", "o_tickets.disputed.sum"])
def test_what_grows_with_its_window_has_a_bound_that_does(name: str) -> None:
    features = _help(f"{name}_90d", f"{name}_180d", f"{name}_30d")
    assert goal_bounds(Goal(f"{name}_90d", "<=", 6.0, None), features) == {0: 6.0, 1: 12.0, 2: 2.0}
    assert goal_bounds(Goal(f"{name}_90d", "<=", 0.0, None), features) == {0: 0.0, 1: 0.0, 2: 0.0}


def test_columns_of_another_driver_of_none_or_of_a_flat_table_stay_out() -> None:
    own = _help("o_tickets.hours.mean_90d")
    goal = Goal(own[0].name, "<=", 24.0, "h")
    assert goal_bounds(goal, own + _help("o_tickets.hours.mean_30d", driver="pace")) == {0: 24.0}
    both = ("o_tickets.hours.mean_90d", "o_tickets.hours.mean_30d")
    assert goal_bounds(goal, _help(*both, driver=None)) == {0: 24.0}
    flat = _help("wait_90d", "wait_180d", source="table")
    assert goal_bounds(Goal("wait_180d", "<=", 24.0, "h"), flat) == {1: 24.0}
    assert goal_bounds(Goal("o_tickets.hours.last", "<=", 1.0, "h"), _help("o_tickets.hours.last")) == {
        0: 1.0
    }


def test_a_goal_of_another_bundle_is_named() -> None:
    with pytest.raises(
        ValueError, match=r"'o_tickets\.hours\.mean_90d' is not in the catalogue; take the one"
    ):
        goal_bounds(Goal("o_tickets.hours.mean_90d", "<=", 24.0, "h"), _help("o_tickets.count_90d"))


@given(st.floats(-10, 10), st.floats(-10, 10), st.sampled_from(["<=", ">=", "="]))
def test_nothing_is_missing_where_the_goal_is_met(value: float, bound: float, comparison: str) -> None:
    goal = Goal("wait", comparison, bound, None)
    met = goal_met(goal, np.array([value]))
    assert met is not None
    missing = float(shortfall(goal, np.array([value]))[0])
    assert (missing == 0) == (met.value == 1)
    assert missing == pytest.approx(0.0 if met.value == 1 else abs(value - bound))


def test_windows_are_read_from_the_names_that_features_are_given() -> None:
    """Every function over windows: the other window alone is the same quantity, and nothing else is."""
    windows = {"windows": ["30d", "90d"], "count": {}, "ratio": ["30d", "90d"]}
    functions = ("sum", "mean", "min", "max", "std", "slope", "delta", "distinct", "first", "last")
    shares = {"hours": {"late": "> 24", "very_late": "> 48"}}
    rule = {
        **windows,
        **{key: ["hours", "cost"] for key in functions},
        "share": shares,
        "days_since_last": {},
    }
    source = Source.model_validate({"file": "t.csv", "event_time": "at", "known_at": "same"})
    measures = list_measures("tickets", source, FeatureRule.model_validate(rule))
    features = _help(*(measure.name for measure in measures))
    by_quantity = {
        (measure.function, measure.column, measure.condition, measure.window_days): place
        for place, measure in enumerate(measures)
    }
    for place, measure in enumerate(measures):
        bounds = goal_bounds(Goal(measure.name, "<=", 3.0, None), features)
        expected = {place: 3.0}
        if measure.window_days is not None and measure.long_days is None:
            days = 120 - measure.window_days
            other = by_quantity[measure.function, measure.column, measure.condition, days]
            grows = measure.function in {"count", "sum"}
            expected[other] = 3.0 * days / measure.window_days if grows else 3.0
        assert bounds == pytest.approx(expected), measure.name


def test_a_missing_value_neither_meets_nor_misses_a_goal() -> None:
    met = meets(Goal("wait", "<", 3.0, "hours"), VALUES)
    assert met[:3].tolist() == [1.0, 1.0, 0.0]
    assert np.isnan(met[3])
