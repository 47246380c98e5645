"""Nearly everybody says pay, whose planted effect is weak: the measured ranking does not put it first."""

import pytest

from tests.training.beliefs.attrition_world import check_workforce
from training.beliefs import Place, tell_beliefs

pytestmark = pytest.mark.long
N_EMPLOYEES, SEED = 600, 7


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    return check_workforce(tmp_path_factory.mktemp("planted") / "company", SEED, N_EMPLOYEES)


def test_pay_is_said_first_by_leavers_and_managers_and_is_not_measured_first(checked):
    pay = checked[0].rows[0]
    assert pay.driver == "pay"
    assert pay.managers == Place(1, 1, 5)
    assert pay.stated.value > 0.85
    assert (pay.stated_place.low, pay.stated_place.high) == (1, 1)
    assert pay.measured.low > 1
    assert (pay.of_managers, pay.of_stated) == ("lower", "lower")


def test_a_planted_lever_that_nobody_names_may_be_measured_first(checked):
    overtime = next(row for row in checked[0].rows if row.driver == "overtime")
    assert (overtime.stated, overtime.stated_place) == (None, None)
    assert overtime.measured.low == 1


def test_the_denominator_is_what_the_table_of_interviews_holds(checked):
    found, frame = checked
    facts = frame.facts
    assert found.stated.given == facts.stated.given == facts.matches["exit_interviews"]["kept"]
    assert sum(facts.stated.named.values()) + facts.stated.unmapped == facts.stated.given


def test_no_feature_is_made_of_what_leavers_say(checked):
    assert not [name for name in checked[1].facts.catalogue.names if "interview" in name]


def test_it_is_told_in_words(checked):
    (line,) = (line for line in tell_beliefs(checked[0]) if line.startswith("  Pay: "))
    assert line.startswith("  Pay: believed first by managers; named by ")
    assert line.endswith("; clearly lower than believed and stated")
