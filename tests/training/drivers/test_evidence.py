import math
from dataclasses import replace
from typing import get_args

import pytest

from training.drivers import DriverFacts, MetadataRefusal, controls_of, partners_of, refuse_lever

WAIT = DriverFacts("wait", "O", "lever", actor="company", start_days=90, end_days=1)
REGION = DriverFacts("region", "O", "context", start_days=math.inf, end_days=400)
TONE = replace(WAIT, name="tone", data="X", answered_by="other")


def refused(**changes) -> tuple[MetadataRefusal, ...]:
    """Return why the lever is refused that differs from a good one in these facts."""
    return refuse_lever(replace(WAIT, **changes), [REGION])


def test_a_lever_of_the_company_with_context_from_before_is_not_refused():
    assert refuse_lever(WAIT, [REGION]) == ()


@pytest.mark.parametrize("role", ["mediator", "signal", "context"])
def test_another_role_is_the_only_reason(role):
    assert refused(role=role, actor=None, start_days=None, has_goal=False) == (role,)


def test_what_no_driver_claims_is_no_lever():
    assert refused(role=None) == ("no driver",)


@pytest.mark.parametrize(
    ("start", "end"), [(90, 1), (500, 400)], ids=["the same survey", "an earlier survey"]
)
def test_a_rating_by_the_person_whose_outcome_it_is_is_refused_whatever_survey_it_is_from(start, end):
    long_ago = replace(REGION, end_days=600)
    rating = replace(TONE, answered_by="entity", start_days=start, end_days=end)
    assert refuse_lever(rating, [long_ago]) == ("own rating",)


def test_lots_do_not_make_a_lever_of_an_own_rating():
    assert refused(data="X", answered_by="entity", is_randomised=True) == ("own rating",)


def test_a_rating_by_others_may_be_a_lever():
    assert refuse_lever(TONE, [REGION]) == ()


def test_behaviour_of_the_person_is_a_lever_only_where_lots_decided_about_it():
    assert refused(actor="person") == ("own behaviour",)
    assert refused(actor="person", is_randomised=True) == ()


def test_a_lever_that_another_one_moves_lies_between():
    assert refused(depends_on=("staffing",)) == ("depends on lever",)
    assert refused(depends_on=("staffing",), is_randomised=True) == ("depends on lever",)


@pytest.mark.parametrize("end", [0, -1])
def test_a_window_that_ends_with_the_outcome_or_later_is_refused(end):
    assert refused(end_days=end) == ("after outcome",)
    assert refused(end_days=end, is_randomised=True) == ("after outcome",)


def test_the_last_day_before_the_outcome_is_early_enough():
    assert refused(end_days=1) == ()


@pytest.mark.parametrize(("end", "is_late"), [(91, False), (90, False), (89, True), (1, True)])
def test_context_has_to_end_before_the_lever_begins(end, is_late):
    found = refuse_lever(WAIT, [replace(REGION, end_days=end)])
    assert found == (("no earlier context",) if is_late else ())


def test_one_piece_of_context_from_before_is_enough():
    assert refuse_lever(WAIT, [replace(REGION, name="plan", end_days=2), REGION]) == ()


@pytest.mark.parametrize(
    "other",
    [
        replace(REGION, data="X", answered_by="entity"),
        replace(REGION, data="X", answered_by="other"),
        replace(REGION, role="mediator"),
        replace(REGION, role="signal"),
        replace(REGION, role=None),
        replace(REGION, role="lever"),
        replace(REGION, end_days=None),
    ],
    ids=["own rating", "rating by others", "mediator", "signal", "no driver", "lever", "no date"],
)
def test_nothing_but_dated_context_of_what_happened_is_held_equal(other):
    assert controls_of(WAIT, [other]) == ()
    assert refuse_lever(WAIT, [other]) == ("no earlier context",)
    assert controls_of(WAIT, [other, REGION]) == ("region",)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"actor": None}, "actor missing"),
        ({"data": "X", "answered_by": None}, "answered by missing"),
        ({"has_goal": False}, "goal missing"),
        ({"is_number": False, "has_goal": False}, "no number"),
        ({"start_days": None, "end_days": None}, "window missing"),
        ({"start_days": 90, "end_days": None}, "window missing"),
        ({"start_days": math.inf}, "window without start"),
    ],
)
def test_each_missing_piece_is_refused_under_its_own_code(changes, code):
    assert refused(**changes) == (code,)


def test_without_a_start_it_is_not_said_that_context_is_missing():
    assert controls_of(replace(WAIT, start_days=None), [REGION]) == ()
    assert refuse_lever(replace(WAIT, start_days=None, end_days=None)) == ("window missing",)
    assert refuse_lever(replace(WAIT, start_days=math.inf)) == ("window without start",)


def test_lots_need_neither_context_nor_a_start_but_the_date():
    drawn = replace(WAIT, is_randomised=True)
    assert refuse_lever(drawn) == ()
    assert refuse_lever(replace(drawn, start_days=math.inf)) == ()
    assert refuse_lever(replace(drawn, start_days=None, end_days=None)) == ("window missing",)


def test_all_reasons_are_given_the_most_fundamental_one_first():
    worst = DriverFacts(
        "ease", "X", "lever", answered_by="entity", actor="person", has_goal=False, depends_on=("wait",)
    )
    assert refuse_lever(worst) == (
        "own rating",
        "own behaviour",
        "goal missing",
        "depends on lever",
        "window missing",
    )


def test_every_code_can_come_up():
    seen = {
        *refused(role="mediator"),
        *refused(role="signal"),
        *refused(role="context"),
        *refused(role=None),
        *refused(data="X", actor=None, is_number=False),
        *refused(data="X", answered_by="entity", actor="person", has_goal=False, depends_on=("staffing",)),
        *refused(start_days=None),
        *refused(start_days=math.inf, end_days=0),
        *refuse_lever(WAIT),
    }
    assert seen == set(get_args(MetadataRefusal))


def test_levers_of_one_window_are_held_equal_with_each_other():
    staff = replace(WAIT, name="staff")
    assert partners_of(WAIT, [staff]) == ("staff",)
    assert partners_of(staff, [WAIT]) == ("wait",)


@pytest.mark.parametrize(
    ("start", "end", "is_held"),
    [
        (180, 1, True),
        (math.inf, 1, True),
        (90, 30, True),
        (89, 1, False),
        (90, 0, False),
        (None, None, False),
    ],
)
def test_a_lever_that_began_or_ended_later_may_be_a_consequence(start, end, is_held):
    other = replace(WAIT, name="staff", start_days=start, end_days=end)
    assert partners_of(WAIT, [other]) == (("staff",) if is_held else ())


def test_what_ended_later_is_not_held_equal_for_what_ended_first():
    first, second = replace(WAIT, end_days=30), replace(WAIT, name="staff", end_days=29)
    assert partners_of(first, [second]) == ()
    assert partners_of(second, [first]) == ("wait",)


@pytest.mark.parametrize("changes", [{"role": "signal"}, {"role": "mediator"}, {"role": "context"}])
def test_what_is_no_lever_is_no_partner(changes):
    assert partners_of(WAIT, [replace(WAIT, name="other", **changes)]) == ()


def test_a_rating_by_others_is_tested_but_never_held_equal():
    assert partners_of(WAIT, [TONE]) == ()
    assert partners_of(TONE, [WAIT]) == ("wait",)


def test_where_lots_decided_nothing_is_held_equal():
    drawn = replace(WAIT, is_randomised=True)
    assert partners_of(drawn, [replace(WAIT, name="staff")]) == ()
    assert controls_of(drawn, [REGION]) == ()
