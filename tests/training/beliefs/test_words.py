import re

from tests.training.beliefs.belief_world import both, ranked, spell, stated
from training.beliefs import CAVEAT, check_beliefs, tell_beliefs

RANKED = ranked(("workload",), ("training", "support"), ("pay", "night_shifts"))


def told(facts=None, rows=RANKED, beliefs=None) -> str:
    check = check_beliefs(spell(beliefs or both()), facts, rows)
    assert check is not None
    return "\n".join(tell_beliefs(check))


def test_a_belief_and_a_measurement_stand_side_by_side_with_their_ranges():
    words = told(stated())
    assert (
        "Pay: believed first by managers; named by 88% (82% to 92%) of 203; stated place 1 of 4, no other is "
        "likely; measured place 4 to 5 of 5; clearly lower than believed and stated"
    ) in words
    assert "203 of 210 who were heard gave a reason" in words


def test_what_is_said_ends_with_what_it_cannot_say():
    assert told(stated()).splitlines()[-1].strip() == CAVEAT
    assert "another question" in CAVEAT


def test_verdicts_that_differ_are_told_apart():
    rows = ranked(("workload", "pay"), ("training", "support", "night_shifts"))
    words = told(stated(), rows, {**both(), "managers": ["training", "support", "pay", "workload"]})
    assert "clearly higher than believed; does not contradict what is stated" in words
    assert "believed number 4 by managers" in words


def test_too_few_reasons_are_said_to_be_too_few():
    words = told(stated(given=7, heard=9))
    assert "too few reasons to tell anything: 7 of 9 who were heard gave one, 25 are needed" in words
    assert "%" not in words
    assert "believed first by managers; measured place 4 to 5 of 5; clearly lower than believed" in words


def test_reasons_of_no_driver_are_counted_aloud():
    words = told(stated(unmapped=40, other_reasons={"Moved": 12, "Family": 11}, unseen=("Growth",)))
    assert "reasons that speak of no driver: 20% (15% to 26%) of 203: Moved (12), Family (11)" in words
    assert "never named, perhaps written otherwise: Growth" in words
    assert "reasons that speak of no driver: too few to show" in told(stated(unmapped=2))


def test_a_hidden_driver_is_said_to_be_hidden():
    assert "support: named by too few to show; stated place" in told(stated())


def test_a_driver_without_a_feature_is_said_not_to_be_measured():
    assert re.search(r"Pay: .*; not measured$", told(stated(), ranked(("workload",))), re.MULTILINE)


def test_no_place_stands_without_its_range():
    words = told(stated())
    places = re.findall(r"place [^;\n]*", words)
    assert places
    assert all(" to " in place or "no other is likely" in place for place in places)
