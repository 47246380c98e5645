import json

import numpy as np
import pytest

from tests.training.drivers.quadrant_worlds import judge
from training.drivers import Goal, goal_met, meets, place_drivers
from training.statistics import Estimate, Floats

IMPORTANCE = {
    "wait": Estimate(0.4, 0.35, 0.45, 500),
    "tone": Estimate(0.38, 0.33, 0.43, 500),
    "price": Estimate(0.1, 0.05, 0.15, 500),
    "calls": Estimate(0.08, 0.03, 0.13, 500),
    "age": Estimate(0.04, 0.0, 0.09, 500),
}
SURE = 1e-5 * np.eye(5)


def _met(n_rows: int = 400, seed: int = 0) -> dict[str, Floats]:
    """Return who meets the goals of all but one driver: few, many, few, many."""
    random = np.random.default_rng(seed)
    chances = {"wait": 0.2, "tone": 0.8, "price": 0.25, "calls": 0.75}
    return {name: (random.uniform(size=n_rows) < chance).astype(float) for name, chance in chances.items()}


def test_clear_drivers_lie_where_they_belong() -> None:
    rows = place_drivers(IMPORTANCE, SURE, _met())
    assert [row.driver for row in rows] == ["wait", "tone", "price", "calls"]
    assert [row.answer for row in rows] == ["fix first", "keep up", "watch", "leave"]
    for row in rows:
        assert sum(row.probability.values()) == pytest.approx(1.0)
        assert row.answer is not None
        assert row.probability[row.answer] > 0.99


def test_estimates_are_shown_as_they_came() -> None:
    wait = place_drivers(IMPORTANCE, 0.01 * np.eye(5), _met())[0]
    assert wait.importance == IMPORTANCE["wait"]
    assert wait.performance.value == _met()["wait"].mean()


def test_performance_is_the_share_that_the_ranking_shows() -> None:
    goal, values = Goal("wait", "<=", 1.0, None), np.random.default_rng(1).normal(size=300)
    values[:20] = np.nan
    rows = place_drivers(IMPORTANCE, SURE, {**_met(300), "wait": meets(goal, values)})
    assert rows[0].performance == goal_met(goal, values)
    assert rows[0].performance.n == 280


def test_what_is_not_sure_is_open() -> None:
    rows = place_drivers(IMPORTANCE, 0.05 * np.eye(5), _met())
    assert {row.answer for row in rows} == {None}
    assert {row.to_json()["answer"] for row in rows} == {"open"}


def test_few_rows_leave_the_performance_open() -> None:
    def sureness(n_rows: int) -> float:
        random = np.random.default_rng(2)
        chances = (0.45, 0.55, 0.45, 0.55)
        met = {
            name: (random.permutation(n_rows) < chance * n_rows).astype(float)
            for name, chance in zip(("wait", "tone", "price", "calls"), chances, strict=True)
        }
        rows = place_drivers(IMPORTANCE, SURE, met)
        return float(np.mean([max(row.probability.values()) for row in rows]))

    assert sureness(2_000) > 0.99
    assert sureness(40) < 0.95


def test_repeated_rows_of_one_entity_do_not_make_it_surer() -> None:
    met = {name: column[:40] for name, column in _met().items()}
    copies, entity = {name: np.tile(column, 10) for name, column in met.items()}, np.tile(np.arange(40), 10)
    once = place_drivers(IMPORTANCE, SURE, met)[0].performance
    grouped = place_drivers(IMPORTANCE, SURE, copies, entity=entity)[0].performance
    alone = place_drivers(IMPORTANCE, SURE, copies)[0].performance
    assert grouped.value == once.value
    assert grouped.high - grouped.low == pytest.approx(once.high - once.low, rel=0.2)
    assert alone.high - alone.low < 0.5 * (grouped.high - grouped.low)


def test_weights_of_rows_count() -> None:
    met = _met()
    weight = np.where(met["wait"] == 1.0, 9.0, 1.0)
    weighted = place_drivers(IMPORTANCE, SURE, met, weight=weight)[0].performance
    assert weighted.value == pytest.approx(np.average(met["wait"], weights=weight))


def test_a_fixed_bound_stands_in_for_the_mean() -> None:
    assert [row.answer for row in place_drivers(IMPORTANCE, SURE, _met(), strong_from=0.9)] == [
        "fix first",
        "fix first",
        "watch",
        "watch",
    ]


def test_a_driver_known_of_no_row_or_alone_has_no_place() -> None:
    unknown = {**_met(), "wait": np.full(400, np.nan)}
    assert [row.driver for row in place_drivers(IMPORTANCE, SURE, unknown)] == ["tone", "price", "calls"]
    assert place_drivers(IMPORTANCE, SURE, {"wait": _met()["wait"]}) == ()
    assert place_drivers(IMPORTANCE, SURE, {}) == ()


def test_a_driver_known_of_one_row_alone_harms_nobody() -> None:
    met = _met()
    met["price"][1:] = np.nan
    rows = place_drivers(IMPORTANCE, SURE, met)
    assert rows[2].performance.n == 1
    assert all(np.isfinite(list(row.probability.values())).all() for row in rows)


def test_json_holds_all() -> None:
    stored = json.loads(json.dumps([row.to_json() for row in place_drivers(IMPORTANCE, SURE, _met())]))
    assert stored[0]["answer"] == "fix first"
    assert set(stored[0]["probability"]) == {"fix first", "keep up", "watch", "leave"}
    assert Estimate.from_json(stored[0]["importance"]) == IMPORTANCE["wait"]


@pytest.mark.parametrize(
    ("covariance", "met", "words"),
    [
        (np.eye(3), {}, r"covariance has the shape \(3, 3\) for 5 importances"),
        (SURE, {"mood": np.ones(5)}, "no importance is given for mood, whose goal is"),
        (SURE, {"wait": np.ones(5), "tone": np.ones(6)}, "have 5 to 6 rows; all need the same"),
    ],
)
def test_what_does_not_fit_is_named(covariance, met, words) -> None:
    with pytest.raises(ValueError, match=words):
        place_drivers(IMPORTANCE, covariance, met)


def test_what_is_stated_is_what_is_right() -> None:
    stated, right = judge(n_worlds=60, n_rows=300)
    assert right.mean() == pytest.approx(stated.mean(), abs=0.06)
    assert right[stated >= 0.8].mean() >= 0.8
