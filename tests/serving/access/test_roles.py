"""The tables of roles and routes: complete, consistent, and nobody may more than was said."""

import re

import pytest

from serving.access import roles
from serving.access.roles import ROLES, SCOPES, Actor
from serving.access.routes import ROUTES, find_scopes, list_methods, name_route
from tests.serving.company import ROOT
from training.commands import VERBS


def actor_of(role: str) -> Actor:
    return Actor("0123456789ab", role, ROLES[role])


def test_every_scope_of_a_role_is_known_and_every_scope_but_one_is_somebodys():
    given = frozenset().union(*ROLES.values())
    assert given <= set(SCOPES)
    assert set(SCOPES) - given == {roles.SCORE_EMPLOYEE}


def test_nobody_has_scores_of_single_people_at_work():
    assert [role for role in ROLES if actor_of(role).may(roles.SCORE_EMPLOYEE)] == []


@pytest.mark.parametrize(
    ("scope", "who"),
    [
        (roles.SCORE_CUSTOMER, {"app", "analyst"}),
        (roles.SCORE_EMPLOYEE_GROUPS, {"manager", "analyst"}),
        (roles.PROMOTE_MODEL, {"data_scientist", "admin"}),
        (roles.READ_AUDIT, {"works_council", "admin"}),
        (roles.ADMIN, {"admin"}),
    ],
)
def test_few_may_what_matters(scope, who):
    assert {role for role in ROLES if actor_of(role).may(scope)} == who


def test_an_app_and_nobody_else_is_kept_from_use_cases_about_people_at_work():
    assert [role for role in ROLES if not actor_of(role).may_see_employees] == ["app"]


def test_one_of_several_scopes_is_enough_and_none_is_not():
    actor = actor_of("app")
    assert actor.may(roles.ADMIN, roles.SCORE_CUSTOMER)
    assert not actor.may(roles.ADMIN)
    assert not actor.may()


def test_every_route_asks_for_scopes_that_exist_and_only_health_and_the_way_in_are_open():
    asked = {(path, method): scopes for path, methods in ROUTES.items() for method, scopes in methods.items()}
    assert all(set(scopes) <= set(SCOPES) for scopes in asked.values())
    open_to_all = {path for (path, _), scopes in asked.items() if scopes == ()}
    assert open_to_all == {
        "/livez",
        "/readyz",
        "/reports/sign-in",
        "/reports/style.css",
        "/reports/htmx.js",
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/livez"),
        ("get", "/livez"),
        ("GET", "/livez/"),
        ("GET", "//livez"),
        ("GET", "/LIVEZ"),
        ("GET", "/v1/../livez"),
        ("GET", "/livez\x00"),
        ("GET", ""),
        ("HEAD", "/v1/score"),
        ("OPTIONS", "/v1/score"),
    ],
)
def test_what_is_not_in_the_table_has_no_way_in(method, path):
    assert find_scopes(method, path) is None


@pytest.mark.parametrize("call_id", ["a", "a.b", "%20", "ü", "{call_id}", "score"])
def test_a_route_with_an_id_is_found_whatever_the_id(call_id):
    path = f"/v1/calls/{call_id}/turns"
    assert name_route(path) == "/v1/calls/{call_id}/turns"
    assert find_scopes("POST", path) == ("score:customer",)
    assert find_scopes("GET", path) is None
    assert list_methods(path) == ("POST",)


@pytest.mark.parametrize(
    "path",
    ["/v1/calls//turns", "/v1/calls/a/b/turns", "/v1/calls/a/turns/", "/v1/calls/a", "/v1/calls/a\n/turn"],
)
def test_and_not_without_one(path):
    assert name_route(path) is None


def test_the_head_of_an_answer_is_asked_for_like_the_answer():
    assert find_scopes("HEAD", "/v1/model") == find_scopes("GET", "/v1/model")


def test_the_methods_of_a_route_are_known():
    assert list_methods("/v1/score") == ("POST",)
    assert list_methods("/nowhere") == ()


def test_the_help_of_the_command_line_names_every_role():
    verb = next(verb for verb in VERBS if verb.name == "keys")
    shown = next(parameter.help for parameter in verb.parameters if parameter.name == "role")
    assert [role for role in ROLES if role not in shown] == []


class TestPage:
    """The page for operators says what the tables say."""

    PAGE = (ROOT / "docs" / "access.md").read_text(encoding="utf-8")

    def test_it_shows_who_has_which_scope(self):
        cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in self.PAGE.splitlines()]
        head = next(row for row in cells if row[:2] == ["scope", "app"])
        rows = {row[0].split("`")[1]: row for row in cells if len(row) == len(head) and "`" in row[0]}
        shown = {
            role: {scope for scope, row in rows.items() if row[place]}
            for place, role in enumerate(head)
            if place
        }
        assert set(rows) == set(SCOPES)
        assert shown == {role: set(scopes) for role, scopes in ROLES.items()}

    def test_it_shows_which_scope_a_route_asks_for(self):
        shown = {}
        for line in self.PAGE.splitlines():
            routes = (
                re.findall(r"`((?:GET|POST) /\S+)`", line.split("|")[1]) if line.startswith("| `") else []
            )
            shown |= {route: tuple(re.findall(r"`(\w+:[\w:]+)`", line.split("|")[2])) for route in routes}
        asked = {
            f"{method} {path}": scopes
            for path, methods in ROUTES.items()
            for method, scopes in methods.items()
        }
        assert shown == asked
