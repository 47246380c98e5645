import pytest

from serving.access.permission import (
    check_groups,
    check_single,
    check_subject,
    check_unit,
    check_usecase,
    may_read,
    pick_cuts,
    pick_groups,
)
from serving.access.roles import ROLES, SCORE_EMPLOYEE, Actor
from serving.problems import ProblemError

SUBJECTS = ["customer", "employee", "supplier", "applicant"]


def actor(role, *, units=None, usecases=None, more=()):
    scopes = ROLES[role] | set(more)
    return Actor("0123456789ab", role, frozenset(scopes), units, usecases)


def code_of(check, *arguments) -> str | None:
    """Return the code of the refusal, or its status where that is not 403; None where there is none."""
    try:
        check(*arguments)
    except ProblemError as problem:
        return problem.code if problem.status == 403 else f"{problem.status}"
    return None


class TestUseCases:
    def test_a_key_without_a_list_may_ask_about_all(self):
        assert code_of(check_usecase, actor("app"), "churn") is None

    def test_a_key_with_a_list_may_ask_about_those_alone(self):
        limited = actor("app", usecases=frozenset({"churn"}))
        assert code_of(check_usecase, limited, "churn") is None
        assert code_of(check_usecase, limited, "attrition") == "usecase_not_allowed"
        assert code_of(check_usecase, limited, "Churn") == "usecase_not_allowed"

    def test_an_empty_list_is_none_of_them(self):
        assert code_of(check_usecase, actor("app", usecases=frozenset()), "churn") == "usecase_not_allowed"

    @pytest.mark.parametrize("role", ROLES)
    def test_an_app_alone_is_kept_from_people_at_work(self, role):
        assert code_of(check_subject, actor(role), "employee") == (
            "usecase_not_allowed" if role == "app" else None
        )
        assert code_of(check_subject, actor(role), "customer") is None

    def test_what_may_be_read_is_what_is_not_refused(self):
        for role in ROLES:
            for subject in SUBJECTS:
                for listed in (None, frozenset({"churn"}), frozenset({"other"})):
                    one = actor(role, usecases=listed)
                    is_refused = code_of(check_usecase, one, "churn") or code_of(check_subject, one, subject)
                    assert may_read(one, "churn", subject) is not bool(is_refused)


class TestSinglePeople:
    @pytest.mark.parametrize("role", ROLES)
    def test_nobody_gets_scores_of_single_people_at_work(self, role):
        assert code_of(check_single, actor(role), "employee") == "groups_only"

    def test_a_scope_that_no_role_has_would_be_needed(self):
        assert code_of(check_single, actor("analyst", more={SCORE_EMPLOYEE}), "employee") is None

    @pytest.mark.parametrize("subject", ["customer", "supplier", "applicant"])
    @pytest.mark.parametrize("role", ROLES)
    def test_others_are_scored_for_those_with_the_scope(self, role, subject):
        expected = None if role in {"app", "analyst"} else "scope_missing"
        assert code_of(check_single, actor(role), subject) == expected

    def test_that_scope_alone_gives_no_scores_of_customers(self):
        one = actor("works_council", more={SCORE_EMPLOYEE})
        assert code_of(check_single, one, "customer") == "scope_missing"


class TestGroups:
    @pytest.mark.parametrize("role", ROLES)
    def test_people_at_work_and_others_have_scopes_of_their_own(self, role):
        employees = None if role in {"manager", "analyst"} else "scope_missing"
        customers = None if role in {"app", "manager", "analyst"} else "scope_missing"
        assert code_of(check_groups, actor(role), "employee") == employees
        assert code_of(check_groups, actor(role), "customer") == customers


class TestUnits:
    def test_a_key_without_units_sees_all_groups(self):
        assert pick_groups(actor("analyst"), "department") is None
        assert code_of(check_unit, actor("analyst"), "department", "Sales") is None

    def test_a_key_sees_the_cuts_of_its_units_in_their_order(self):
        cuts = ("site", "team", "department")
        assert pick_cuts(actor("analyst"), cuts) == cuts
        one = actor("manager", units=frozenset({"department=Sales", "department=A=B", "site=Bonn"}))
        assert pick_cuts(one, cuts) == ("site", "department")
        assert pick_cuts(actor("manager", units=frozenset()), cuts) == ()

    def test_a_key_sees_its_groups_of_a_cut(self):
        one = actor("manager", units=frozenset({"department=Sales", "department=A=B", "site=Bonn"}))
        assert pick_groups(one, "department") == {"Sales", "A=B"}
        assert pick_groups(one, "site") == {"Bonn"}

    @pytest.mark.parametrize("cut", ["team", "depart", "department=Sales", "", "Department"])
    def test_a_cut_without_a_unit_of_the_key_is_refused(self, cut):
        one = actor("manager", units=frozenset({"department=Sales"}))
        assert code_of(pick_groups, one, cut) == "unit_not_allowed"

    def test_no_units_is_nothing_at_all(self):
        assert code_of(pick_groups, actor("manager", units=frozenset()), "site") == "unit_not_allowed"

    def test_one_group_is_refused_unless_it_is_of_the_key(self):
        one = actor("manager", units=frozenset({"department=Sales"}))
        assert code_of(check_unit, one, "department", "Sales") is None
        assert code_of(check_unit, one, "department", "Law") == "unit_not_allowed"
        assert code_of(check_unit, one, "site", "Sales") == "unit_not_allowed"
