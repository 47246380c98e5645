"""What is said beside what is measured: shares, denominators, small groups, too few reasons."""

import pytest

from tests.training.beliefs.belief_world import both, ranked, spell, stated
from training.beliefs import BeliefCheck, Place, check_beliefs
from training.statistics import share

RANKED = ranked(("workload",), ("training", "support"), ("pay", "night_shifts"))


def check(facts=None, rows=RANKED, beliefs=None, **privacy) -> BeliefCheck:
    found = check_beliefs(spell(beliefs or both(), **privacy), facts or stated(), rows)
    assert found is not None
    return found


def row_of(found: BeliefCheck, name: str):
    return next(row for row in found.rows if row.driver == name)


def test_without_beliefs_there_is_nothing_to_check():
    assert check_beliefs(spell(), stated(), RANKED) is None


def test_pay_is_said_first_and_measured_last():
    pay = check().rows[0]
    assert pay.driver == "pay"
    assert pay.label == {"en": "Pay", "de": "Vergütung"}
    assert pay.managers == Place(1, 1, 2)
    assert pay.stated == share(178, 203)
    assert pay.stated_place == Place(1, 1, 4)
    assert pay.measured == Place(4, 5, 5)
    assert (pay.of_managers, pay.of_stated) == ("lower", "lower")


def test_what_is_measured_first_and_seldom_said_is_higher():
    workload = row_of(check(), "workload")
    assert workload.stated_place == Place(2, 4, 4)
    assert workload.measured == Place(1, 1, 5)
    assert (workload.of_managers, workload.of_stated) == ("higher", "higher")


def test_where_pay_matters_most_nothing_is_contradicted():
    found = check(rows=ranked(("pay",), ("workload", "training", "support", "night_shifts")))
    assert {row.of_stated for row in found.rows} == {"open"}
    assert row_of(found, "pay").measured == Place(1, 1, 5)


def test_the_denominator_is_those_who_gave_a_reason():
    found = check(stated(heard=500, given=203))
    assert found.stated is not None
    assert (found.stated.heard, found.stated.given) == (500, 203)
    assert {row.stated.n for row in found.rows if row.stated is not None} == {203}


def test_too_few_reasons_are_an_answer_and_no_share_is_told():
    found = check(stated(pay=20, workload=2, training=2, support=0, heard=30, given=24, unmapped=0))
    assert found.stated is not None
    assert not found.stated.is_enough
    assert (found.stated.given, found.stated.fewest) == (24, 25)
    assert all((row.stated, row.stated_place, row.of_stated) == (None, None, None) for row in found.rows)
    assert not any(row.is_hidden for row in found.rows)
    assert row_of(found, "pay").of_managers == "lower"
    assert check(stated(pay=21, given=25, heard=30)).stated.is_enough


def test_a_driver_that_few_named_is_hidden_with_another_beside_it():
    found = check(stated(pay=178, workload=10, training=6, support=3, unmapped=6))
    # Three named support; alone it could be found by subtracting, so the next smallest is hidden too.
    assert {row.driver for row in found.rows if row.is_hidden} == {"training", "support"}
    assert {row.driver for row in found.rows if row.stated is not None} == {"pay", "workload"}
    assert found.stated is not None
    assert found.stated.unmapped == share(6, 203)


def test_what_is_hidden_takes_a_place_that_tells_no_number():
    few, nobody = (check(stated(support=count)) for count in (4, 0))
    assert row_of(few, "support") == row_of(nobody, "support")


def test_what_is_hidden_stands_below_what_nearly_everybody_names():
    found = check(stated(pay=60, workload=2, training=0, support=1, given=66, heard=66, unmapped=3))
    assert row_of(found, "pay").stated_place == Place(1, 1, 4)
    assert row_of(found, "workload").stated_place == Place(2, 4, 4)


def test_what_is_hidden_may_be_as_frequent_as_the_least_that_is_shown():
    found = check(stated(pay=30, workload=28, training=28, support=26, given=120, heard=120, unmapped=1))
    hidden = [row for row in found.rows if row.is_hidden]
    assert {row.driver for row in hidden} == {"support"}
    assert hidden[0].stated_place == Place(1, 4, 4)


@pytest.mark.parametrize("minimum", [5, 8])
def test_the_minimum_group_is_that_of_the_use_case(minimum):
    found = check(stated(workload=7, unmapped=50), minimum_group=minimum)
    assert row_of(found, "workload").is_hidden is (minimum == 8)


def test_reasons_of_no_driver_are_counted_aloud():
    found = check(stated(unmapped=40, other_reasons={"Moved": 12}, unseen=("Growth",)))
    assert found.stated is not None
    assert found.stated.unmapped == share(40, 203)
    assert found.stated.other_reasons == (("Moved", 12),)
    assert found.stated.unseen == ("Growth",)


def test_reasons_are_not_told_where_their_sum_is_hidden():
    found = check(stated(unmapped=3, other_reasons={}))
    assert found.stated is not None
    assert (found.stated.unmapped, found.stated.other_reasons) == (None, ())


def test_a_driver_without_a_feature_is_not_measured():
    found = check(rows=ranked(("workload",), ("training", "support")))
    pay = row_of(found, "pay")
    assert (pay.measured, pay.share, pay.of_managers, pay.of_stated) == (None, None, None, None)


def test_managers_alone_are_enough():
    found = check_beliefs(spell({"managers": ["night_shifts", "pay"]}), None, RANKED)
    assert found is not None
    assert found.stated is None
    assert [row.driver for row in found.rows] == ["night_shifts", "pay"]
    assert [row.of_managers for row in found.rows] == ["lower", "open"]


def test_stated_reasons_of_a_frame_that_counted_none_are_left_out():
    found = check_beliefs(spell(both()), None, RANKED)
    assert found is not None
    assert found.stated is None
    assert row_of(found, "pay").of_managers == "lower"
