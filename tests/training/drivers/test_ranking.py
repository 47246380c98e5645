import json

import numpy as np
import pytest

from features.catalogue import Catalogue, Feature
from features.errors import BundleError
from features.usecase import Driver
from training.drivers import DriverRow, Observed, rank_drivers, rows_from_json, rows_to_json
from training.statistics import Floats

CATALOGUE = Catalogue(
    (
        Feature("wait", "number", "table", unit="hours", driver="waiting", role="lever"),
        Feature("wait_before", "number", "table", unit="hours", driver="waiting", role="lever"),
        Feature("tone", "number", "table", data="X", driver="tone", role="signal"),
        Feature("plan", "category", "table"),
    )
)
DRIVERS = {
    "waiting": Driver(
        features=["wait*"],
        role="lever",
        actor="company",
        goal="<= 24",
        label={"en": "Waiting", "de": "Warten"},
    ),
    "tone": Driver(features=["tone"], role="signal", label={"en": "Tone"}),
}
SIZES = np.array([0.8, 0.4, 0.5, 0.05])


def _values(n_rows: int, seed: int) -> Floats:
    random = np.random.default_rng(seed)
    values = random.normal(size=(n_rows, 4))
    values[:, 0] = 24 + 10 * values[:, 0]
    return values


def _attributions(values: Floats, sizes: Floats = SIZES) -> Floats:
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    attributions: Floats = standard * sizes * np.array([1.0, 1.0, -1.0, 1.0])
    return attributions


def _refits(values: Floats, spread: float, count: int = 8) -> list[Floats]:
    random = np.random.default_rng(5)
    return [_attributions(values, SIZES * np.exp(spread * random.normal(size=4))) for _ in range(count)]


VALUES = _values(600, seed=1)


def test_drivers_come_sorted_with_shares_that_add_up() -> None:
    rows = rank_drivers(_attributions(VALUES), VALUES, CATALOGUE, DRIVERS)
    assert [row.name for row in rows] == ["waiting", "tone", "plan"]
    assert sum(row.share.value for row in rows) == pytest.approx(1.0)
    assert [row.role for row in rows] == ["lever", "signal", None]
    assert [row.direction for row in rows] == ["higher", "lower", "groups"]
    assert {row.evidence_grade for row in rows} == {"C"}
    assert rows[0].main_feature == "wait"
    assert rows[0].features == ("wait", "wait_before")


def test_goal_met_speaks_of_the_newest_rows() -> None:
    today = np.array([[20.0, 0.0, 0.0, 0.0], [30.0, 0.0, 0.0, 0.0], [np.nan, 0.0, 0.0, 0.0]])
    waiting, tone, _ = rank_drivers(_attributions(VALUES), VALUES, CATALOGUE, DRIVERS, today=today)
    assert waiting.goal is not None
    assert (waiting.goal.comparison, waiting.goal.bound, waiting.goal.unit) == ("<=", 24.0, "hours")
    assert waiting.goal_met is not None
    assert (waiting.goal_met.value, waiting.goal_met.n) == (0.5, 2)
    assert (tone.goal, tone.goal_met) == (None, None)


def test_refits_widen_the_range_and_the_row_says_so() -> None:
    attributions = _attributions(VALUES)
    alone = rank_drivers(attributions, VALUES, CATALOGUE, DRIVERS)[0]
    refitted = rank_drivers(attributions, VALUES, CATALOGUE, DRIVERS, refits=_refits(VALUES, 0.2))[0]
    assert refitted.share.value == alone.share.value
    assert refitted.share.high - refitted.share.low > 2 * (alone.share.high - alone.share.low)
    assert alone.interval_method == "entity bootstrap"
    assert refitted.interval_method == "half-sample refits and entity bootstrap"


def test_too_few_refits_are_refused() -> None:
    with pytest.raises(ValueError, match="3 refits say too little; pass at least 8"):
        rank_drivers(_attributions(VALUES), VALUES, CATALOGUE, DRIVERS, refits=_refits(VALUES, 0.1, count=3))


def test_repeated_rows_of_one_entity_do_not_narrow_the_range() -> None:
    """Ten copies of 60 entities know no more than 60 rows; taken as 600 rows they would seem to."""
    few = _values(60, seed=2)
    copies, entities = np.tile(few, (10, 1)), np.tile(np.arange(60), 10)
    once = rank_drivers(_attributions(few), few, CATALOGUE, DRIVERS)[0].share
    grouped = rank_drivers(_attributions(copies), copies, CATALOGUE, DRIVERS, entities=entities)[0].share
    ungrouped = rank_drivers(_attributions(copies), copies, CATALOGUE, DRIVERS)[0].share
    assert grouped.high - grouped.low == pytest.approx(once.high - once.low, rel=0.15)
    assert ungrouped.high - ungrouped.low < 0.5 * (grouped.high - grouped.low)


def test_equal_drivers_may_swap_places_and_clear_ones_may_not() -> None:
    refits = _refits(VALUES, 0.1)
    clear = rank_drivers(_attributions(VALUES), VALUES, CATALOGUE, DRIVERS, refits=refits)
    assert clear[2].may_swap_with == ()
    equal = rank_drivers(
        _attributions(VALUES, np.array([0.5, 0.0, 0.5, 0.1])), VALUES, CATALOGUE, DRIVERS, refits=refits
    )
    by_name = {row.name: row for row in equal}
    assert by_name["waiting"].may_swap_with == ("tone",)
    assert by_name["tone"].may_swap_with == ("waiting",)


def test_clear_drivers_have_one_rank_each() -> None:
    rows = rank_drivers(_attributions(VALUES), VALUES, CATALOGUE, DRIVERS, refits=_refits(VALUES, 0.05))
    assert [(row.rank_low, row.rank_high) for row in rows] == [(1, 1), (2, 2), (3, 3)]
    assert [(row.rank_low_joint, row.rank_high_joint) for row in rows] == [(1, 1), (2, 2), (3, 3)]
    assert [row.tie_group for row in rows] == [1, 2, 3]


def test_equal_drivers_share_ranks_and_a_tie_group() -> None:
    attributions = _attributions(VALUES, np.array([0.5, 0.0, 0.5, 0.1]))
    rows = rank_drivers(attributions, VALUES, CATALOGUE, DRIVERS, refits=_refits(VALUES, 0.1))
    assert [(row.rank_low, row.rank_high, row.tie_group) for row in rows] == [(1, 2, 1), (1, 2, 1), (3, 3, 2)]


def test_what_refits_do_not_agree_on_is_open() -> None:
    steady, shaky = (
        rank_drivers(_attributions(VALUES), VALUES, CATALOGUE, DRIVERS, refits=_refits(VALUES, spread))
        for spread in (0.05, 1.0)
    )
    assert [row.may_swap_with for row in steady] == [(), (), ()]
    assert [row.may_swap_with[:1] for row in shaky[:2]] == [("tone",), ("waiting",)]
    assert shaky[0].rank_high is not None
    assert shaky[0].rank_high >= 2


def _equal_world() -> tuple[DriverRow, ...]:
    """Return six drivers with a share of a sixth each, as far as refits can tell."""
    catalogue = Catalogue(tuple(Feature(f"f{number}", "number", "table") for number in range(6)))
    random = np.random.default_rng(3)
    values = random.normal(size=(400, 6))
    refits = [values * np.exp(0.1 * random.normal(size=6)) for _ in range(16)]
    return rank_drivers(values * np.exp(0.1 * random.normal(size=6)), values, catalogue, {}, refits=refits)


def test_among_equal_drivers_each_may_be_first_or_last() -> None:
    rows = _equal_world()
    assert {(row.rank_low_joint, row.rank_high_joint) for row in rows} == {(1, 6)}
    assert {row.may_be_top_three for row in rows} == {True}
    assert {row.tie_group for row in rows} == {1}
    assert all(len(row.may_swap_with) == 5 for row in rows)


def test_ranges_that_hold_together_are_never_narrower() -> None:
    for spread in (0.05, 0.2, 0.5):
        refits = _refits(VALUES, spread)
        for row in rank_drivers(_attributions(VALUES), VALUES, CATALOGUE, DRIVERS, refits=refits):
            assert row.rank_low_joint is not None
            assert row.rank_low is not None
            assert row.rank_high is not None
            assert row.rank_high_joint is not None
            assert row.rank_low_joint <= row.rank_low <= row.rank_high <= row.rank_high_joint


def test_one_driver_alone_is_the_first() -> None:
    catalogue = Catalogue((Feature("only", "number", "table"),))
    (row,) = rank_drivers(VALUES[:, 1:2], VALUES[:, 1:2], catalogue, {})
    assert (row.share.value, row.rank_low, row.rank_high, row.tie_group) == (1.0, 1, 1, 1)


def test_the_order_of_columns_does_not_matter() -> None:
    attributions, turned = _attributions(VALUES), Catalogue(CATALOGUE.features[::-1])
    rows = rank_drivers(attributions, VALUES, CATALOGUE, DRIVERS)
    again = rank_drivers(attributions[:, ::-1], VALUES[:, ::-1], turned, DRIVERS)
    assert [row.name for row in again] == [row.name for row in rows]
    assert [(row.rank_low, row.rank_high) for row in again] == [(row.rank_low, row.rank_high) for row in rows]


def test_the_ranking_is_the_same_twice() -> None:
    first, second = (rank_drivers(_attributions(VALUES), VALUES, CATALOGUE, DRIVERS) for _ in range(2))
    assert first == second


def test_shapes_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(600, 4\), values \(600, 3\)"):
        rank_drivers(_attributions(VALUES), VALUES[:, :3], CATALOGUE, DRIVERS)


def test_rows_survive_json() -> None:
    rows = rank_drivers(_attributions(VALUES), VALUES, CATALOGUE, DRIVERS, refits=_refits(VALUES, 0.1))
    stored = json.loads(json.dumps(rows_to_json(rows), allow_nan=False))
    assert rows_from_json(stored) == rows


def test_rows_of_older_bundles_are_read_without_ranks() -> None:
    stored = rows_to_json(rank_drivers(_attributions(VALUES), VALUES, CATALOGUE, DRIVERS))
    ranks = {"rank_low", "rank_high", "rank_low_joint", "rank_high_joint", "tie_group"}
    older = [{key: value for key, value in row.items() if key not in ranks} for row in stored]
    for row in rows_from_json(older):
        assert (row.rank_low, row.rank_high, row.rank_low_joint, row.rank_high_joint) == (None,) * 4
        assert (row.tie_group, row.may_be_top_three) == (None, None)


def test_a_stored_row_without_a_key_is_refused() -> None:
    stored = rows_to_json(rank_drivers(_attributions(VALUES), VALUES, CATALOGUE, DRIVERS))
    del stored[0]["goal"]
    with pytest.raises(BundleError, match=r"drivers.json: cannot be read \(KeyError: 'goal'\)"):
        rows_from_json(stored)


class TestSeenAlone:
    def rank(self, shares, contributions, n_rows=5000):
        """Rank a grade whose attributions and outcome may disagree: with the outcome known, and without."""
        random = np.random.default_rng(3)
        grades = random.integers(1, 6, n_rows)
        outcome = (random.random(n_rows) < np.array(shares)[grades - 1]).astype(float)
        values = np.column_stack([random.normal(size=n_rows)] * 2 + [grades, np.zeros(n_rows)]).astype(float)
        attributions = np.zeros((n_rows, 4))
        attributions[:, 2] = np.array(contributions)[grades - 1]
        attributions[:, 0] = 0.1 * values[:, 0]
        observed = Observed(values, outcome, np.arange(n_rows))
        rows = rank_drivers(attributions, values, CATALOGUE, DRIVERS, observed=observed)
        alone = rank_drivers(attributions, values, CATALOGUE, DRIVERS)
        return tuple(next(row for row in found if row.name == "tone") for found in (rows, alone))

    def test_a_dip_that_the_model_has_flattened_is_seen_in_the_outcome(self):
        known, unknown = self.rank((0.67, 0.80, 0.75, 0.40, 0.01), (1.0, 1.1, 1.1, -0.8, -5.0))
        assert (known.direction, known.turns_at, unknown.turns_at) == ("lower", 2.0, None)

    def test_a_turn_of_the_model_alone_is_not_told(self):
        known, unknown = self.rank((0.8, 0.7, 0.6, 0.5, 0.4), (0.5, 1.1, 0.8, -0.8, -2.0))
        assert (known.turns_at, unknown.turns_at) == (None, 2.0)

    def test_a_sign_that_is_turned_round_by_the_others_is_told(self):
        known, unknown = self.rank((0.8, 0.7, 0.6, 0.5, 0.4), (-0.2, -0.1, 0.0, 0.1, 0.2))
        assert (known.direction, known.is_opposite_alone, known.turns_at) == ("higher", True, None)
        assert not unknown.is_opposite_alone

    def test_what_both_say_is_nothing_special(self):
        known, _ = self.rank((0.8, 0.7, 0.6, 0.5, 0.4), (0.2, 0.1, 0.0, -0.1, -0.2))
        assert (known.direction, known.is_opposite_alone) == ("lower", False)


def test_bundles_that_do_not_know_the_outcome_alone_are_read() -> None:
    rows = rank_drivers(_attributions(VALUES), VALUES, CATALOGUE, DRIVERS)
    written = rows_to_json(rows)
    for row in written:
        del row["is_opposite_alone"]
    assert rows_from_json(written) == rows
