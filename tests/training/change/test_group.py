import json
from dataclasses import replace

import numpy as np
import pytest

from tests.training.change.worlds import KINDS, draw_columns, make_pair
from training.change import Snapshot, explain_group_change
from training.scoring import IndividualScoreRefusedError

N_PEOPLE = 160


def snapshot(day, seed, people, sizes):
    """Return people in groups of these sizes, one after another."""
    names = [name for name, size in sizes.items() for _ in range(size)]
    entity = np.array([f"e{number:03d}" for number in people], dtype=object)
    return Snapshot(day, entity, np.array(names, dtype=object), draw_columns(len(names), seed))


def company(n_joined=12, n_left=9, n_sales=40, n_other=60):
    """Return a company on two days: some leave Sales, others join it, a third group stays as it is."""
    stayed, left = list(range(n_sales - n_left)), list(range(500, 500 + n_left))
    joined, others = list(range(700, 700 + n_joined)), list(range(900, 900 + n_other))
    before = snapshot("2025-09-01", 1, stayed + left + others, {"Sales": n_sales, "Service": n_other})
    after = snapshot(
        "2025-12-01", 2, stayed + joined + others, {"Sales": len(stayed) + n_joined, "Service": n_other}
    )
    return before, after


def explain(before, after, group="Sales", kind="binary", **settings):
    pair = make_pair(kind, subject="employee")
    return explain_group_change(pair.old, pair.new, before, after, group, **settings)


def mean_score(bundle, side, rows, horizon):
    matrix = bundle.encoder.encode(side.take(rows)).matrix
    if bundle.model.output_names[0] == "value":
        return bundle.model.expected(matrix).mean()
    return bundle.model.probabilities(matrix)[:, bundle.horizons.index(horizon)].mean()


@pytest.mark.parametrize("kind", KINDS)
class TestAddingUp:
    def test_all_parts_add_up_to_the_change_of_the_mean(self, kind):
        before, after = company()
        found, pair = explain(before, after, kind=kind), make_pair(kind, subject="employee")
        assert found.before == pytest.approx(mean_score(pair.old, before, np.arange(40), found.horizon))
        assert found.after == pytest.approx(mean_score(pair.new, after, np.arange(43), found.horizon))
        assert found.joined_effect + found.left_effect == pytest.approx(found.moved_effect, abs=1e-12)
        inside = found.features_effect + found.model_effect
        assert found.before + inside + found.moved_effect == pytest.approx(found.after, abs=1e-9)
        by_driver = sum(driver.effect for driver in found.drivers)
        assert by_driver == pytest.approx(found.features_effect, abs=1e-9)

    def test_joiners_and_leavers_count_by_their_distance_from_those_who_stayed(self, kind):
        before, after = company()
        found, pair = explain(before, after, kind=kind), make_pair(kind, subject="employee")
        stayed = mean_score(pair.new, after, np.arange(31), found.horizon)
        joined = mean_score(pair.new, after, np.arange(31, 43), found.horizon)
        assert found.joined_effect == pytest.approx(12 / 43 * (joined - stayed), abs=1e-9)
        stayed = mean_score(pair.old, before, np.arange(31), found.horizon)
        left = mean_score(pair.old, before, np.arange(31, 40), found.horizon)
        assert found.left_effect == pytest.approx(-9 / 40 * (left - stayed), abs=1e-9)

    def test_swapped_days_give_the_mirror(self, kind):
        before, after = company()
        pair = make_pair(kind, subject="employee")
        there = explain_group_change(pair.old, pair.new, before, after, "Sales")
        back = explain_group_change(pair.new, pair.old, after, before, "Sales", horizon=there.horizon)
        assert back.features_effect == pytest.approx(-there.features_effect, abs=1e-9)
        assert back.model_effect == pytest.approx(-there.model_effect, abs=1e-9)
        assert back.joined_effect == pytest.approx(-there.left_effect, abs=1e-9)
        assert (back.n_before, back.n_after) == (there.n_after, there.n_before)

    def test_the_same_people_and_rows_are_nothing(self, kind):
        before, _ = company()
        pair = make_pair(kind, subject="employee")
        found = explain_group_change(pair.old, pair.old, before, before, "Sales")
        effects = (found.features_effect, found.model_effect, found.moved_effect)
        assert effects == pytest.approx((0, 0, 0), abs=1e-15)
        assert found.drivers == ()


class TestPeople:
    def test_the_order_of_rows_does_not_matter(self):
        before, after = company()
        order = np.random.default_rng(0).permutation(len(after.entity))
        shuffled = Snapshot(after.day, after.entity[order], after.group[order], after.take(order))
        one, other = explain(before, after).to_json(), explain(before, shuffled).to_json()
        assert other["moved"]["effect"] == pytest.approx(one["moved"]["effect"], abs=1e-12)
        assert other["features"]["effect"] == pytest.approx(one["features"]["effect"], abs=1e-12)

    def test_somebody_who_changes_the_group_left_one_and_joined_the_other(self):
        before, after = company(n_joined=0, n_left=0)
        moved = after.group.copy()
        moved[:10] = "Service"
        found = explain(before, replace(after, group=moved))
        assert (found.n_before, found.n_stayed, found.n_after) == (40, 30, 30)
        assert found.joined_effect == 0
        assert found.left_effect != 0

    def test_no_value_and_no_id_of_a_person_is_told(self):
        content = json.dumps(explain(*company()).to_json(), allow_nan=False)
        assert "e00" not in content
        assert "→" not in content


class TestRefusals:
    @pytest.mark.parametrize(("n_joined", "n_left"), [(1, 0), (0, 1), (4, 0), (2, 2), (1, 3)])
    def test_few_who_moved_could_be_worked_out(self, n_joined, n_left):
        with pytest.raises(IndividualScoreRefusedError, match="fewer than 5 people joined or left 'Sales'"):
            explain(*company(n_joined, n_left))

    @pytest.mark.parametrize(("n_joined", "n_left"), [(1, 6), (6, 1), (3, 2)])
    def test_a_side_with_few_is_told_together_with_the_other(self, n_joined, n_left):
        found = explain(*company(n_joined, n_left))
        assert found.joined_effect is found.left_effect is None
        total = found.features_effect + found.model_effect + found.moved_effect
        assert found.before + total == pytest.approx(found.after, abs=1e-9)

    @pytest.mark.parametrize("side", [0, 1])
    def test_a_group_below_the_minimum_on_either_day_is_refused(self, side):
        sides = list(company())
        names = sides[side].group.copy()
        names[4:43] = "Service"
        sides[side] = replace(sides[side], group=names)
        with pytest.raises(IndividualScoreRefusedError, match=sides[side].day):
            explain(*sides)

    def test_a_group_that_could_be_subtracted_is_refused(self):
        before, after = company()
        names = before.group.copy()
        names[names == "Service"] = np.array(["Service"] * 57 + ["Board"] * 3, dtype=object)
        with pytest.raises(IndividualScoreRefusedError, match="'Sales' is not shown on 2025-09-01"):
            explain(replace(before, group=names), after)

    def test_few_who_stayed_are_refused(self):
        with pytest.raises(IndividualScoreRefusedError, match="fewer than 5 people were in 'Sales' on both"):
            explain(*company(n_joined=40, n_left=36))

    def test_an_unknown_group_is_refused_with_those_that_may_be_named(self):
        with pytest.raises(
            IndividualScoreRefusedError, match=r"'Legal' is not shown.*name one of Sales, Service"
        ):
            explain(*company(), group="Legal")

    def test_the_minimum_can_be_raised_but_not_lowered(self):
        assert explain(*company(), minimum_group=1).n_stayed == 31
        with pytest.raises(IndividualScoreRefusedError):
            explain(*company(n_joined=1, n_left=0), minimum_group=1)
        with pytest.raises(IndividualScoreRefusedError, match="a group takes 70 people"):
            explain(*company(), minimum_group=70)

    def test_the_larger_minimum_of_both_models_counts(self):
        old = make_pair("binary", subject="employee").old
        new = make_pair("binary", subject="employee", minimum_group=30).new
        with pytest.raises(IndividualScoreRefusedError, match="fewer than 30 people joined or left"):
            explain_group_change(old, new, *company(), "Sales")

    def test_drivers_take_as_many_people_as_the_use_case_says(self):
        assert explain(*company(n_sales=30, n_left=6)).drivers is None
        assert explain(*company(n_sales=30, n_left=5)).drivers
