"""The matrix of pages: every page of the table, asked by every role, and by those who did not sign in.

What is expected stands here by hand, so that a page is opened twice: in the table and in this file.
"""

from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from serving.access.issuing import revoke_key
from serving.access.records import now_utc
from serving.access.roles import ROLES
from serving.access.routes import PAGES, ROUTES, is_page
from serving.api import build_app
from serving.settings import Settings
from tests.serving.keys import LONG_AGO, bearer, make_key
from tests.serving.pages.signed_in import proof_in, sign_in, signed_in, stranger

# Whoever has one of these roles can sign in; an app cannot.
PEOPLE = set(ROLES) - {"app"}


class Row(NamedTuple):
    """Who may, what is asked or sent, and what they get; the proof of the session is added to forms."""

    may: set[str]
    query: str = ""
    form: dict[str, str] | None = None
    status: int = 200


MATRIX = {
    ("GET", "/reports"): Row(PEOPLE),
    ("GET", "/reports/report"): Row({"analyst", "data_scientist", "manager"}, "?usecase=churn"),
    ("GET", "/reports/groups"): Row({"analyst", "data_scientist", "manager"}, "?usecase=churn"),
    ("GET", "/reports/what-if"): Row({"analyst", "data_scientist", "manager"}, "?usecase=churn"),
    ("GET", "/reports/people"): Row({"analyst"}, "?usecase=churn"),
    ("GET", "/reports/trust"): Row(PEOPLE, "?usecase=churn"),
    ("GET", "/reports/health"): Row(PEOPLE, "?usecase=churn"),
    ("GET", "/reports/actions"): Row({"analyst", "data_scientist", "manager"}, "?usecase=churn"),
    ("GET", "/reports/models"): Row(PEOPLE - {"manager"}, "?usecase=churn"),
    # Nobody carries out wishes here: who may ask for a change is told so.
    ("GET", "/reports/models/confirm"): Row(
        {"data_scientist", "admin"}, "?usecase=churn&version=1&step=promote", status=409
    ),
    ("POST", "/reports/models/promote"): Row(
        {"data_scientist", "admin"}, form={"usecase": "churn", "version": "1", "expects": "0"}, status=409
    ),
    ("POST", "/reports/models/rollback"): Row(
        {"data_scientist", "admin"}, form={"usecase": "churn", "version": "1", "expects": "0"}, status=409
    ),
    ("POST", "/reports/sign-out"): Row(PEOPLE, form={}, status=303),
}
# These ask for no session; what they answer without a key stands here.
OPEN = {
    ("GET", "/reports/sign-in"): 200,
    ("POST", "/reports/sign-in"): 401,
    ("GET", "/reports/style.css"): 200,
    ("GET", "/reports/htmx.js"): 200,
}
CALLS = [(method, path) for path, methods in ROUTES.items() if is_page(path) for method in methods]
INTERFACES = [
    (method, path)
    for path, methods in ROUTES.items()
    if not is_page(path)
    for method, scopes in methods.items()
    if scopes
]


def ask(browser: TestClient, method: str, path: str, **options) -> httpx.Response:
    """Ask for a page as its row says."""
    row = MATRIX.get((method, path), Row(set()))
    if method == "GET":
        return browser.get(path + row.query, **options)
    form = row.form or {}
    if "xm_session" in browser.cookies and row.form is not None:
        form = {**form, "proof": proof_in(browser.get("/reports").text)}
    return browser.post(path, data=form or {"key": ""}, **options)


def test_every_page_of_the_table_has_a_row_and_every_page_of_the_application_a_place_in_the_table():
    assert set(CALLS) == set(MATRIX) | set(OPEN)
    assert set(MATRIX) & set(OPEN) == set()
    assert {call for call in CALLS if not ROUTES[call[1]][call[0]]} == set(OPEN)
    app = build_app(Settings)
    there = {(method, route.path) for route in app.routes for method in route.methods - {"HEAD"}}
    assert {call for call in there if is_page(call[1])} == set(CALLS)


def test_whoever_can_sign_in_has_one_of_the_scopes_of_pages():
    assert {role for role, scopes in ROLES.items() if scopes & set(PAGES)} == PEOPLE
    # The other way round: nobody is let in for whom there would be no page at all.
    assert ROUTES["/reports"]["GET"] == ROUTES["/reports/sign-out"]["POST"] == PAGES


@pytest.mark.parametrize("role", sorted(PEOPLE))
@pytest.mark.parametrize(("method", "path"), MATRIX)
def test_a_role_sees_what_its_row_says_and_nothing_else(door, method, path, role):
    answer = ask(signed_in(door, role), method, path)
    row = MATRIX[method, path]
    if role in row.may:
        assert answer.status_code == row.status, answer.text
    else:
        assert answer.status_code == 403
        assert "This page is not for you." in answer.text


@pytest.mark.parametrize(("method", "path"), OPEN)
def test_what_is_open_is_open_to_all(door, method, path):
    for browser in (stranger(door), signed_in(door, "works_council")):
        assert ask(browser, method, path).status_code == OPEN[method, path]


def test_an_app_does_not_get_in(door, settings):
    browser = stranger(door)
    key = make_key(settings.keys, "app")
    door.app.state.desk.guard.ring.look()
    answer = browser.post("/reports/sign-in", data={"key": key})
    assert answer.status_code == 403
    assert "This key is for programs; there is no page for it." in answer.text
    assert "set-cookie" not in answer.headers


def strangers(door) -> dict[str, dict[str, str]]:
    """Return headers that open no page."""
    settings = door.app.state.desk.settings
    key = make_key(settings.keys, "analyst")
    expired = make_key(settings.keys, "analyst", now=LONG_AGO, days=1)
    revoked = make_key(settings.keys, "analyst")
    browser = sign_in(stranger(door), revoked)
    sessions = door.app.state.desk.guard.sessions
    found = {
        "nothing": {},
        "a key": bearer(key),
        "a key as cookie": {"cookie": f"xm_session={key}"},
        "a session as key": {"authorization": f"Bearer {browser.cookies['xm_session']}"},
        "an unknown session": {"cookie": f"xm_session={'A' * 43}"},
        "the session of a revoked key": {"cookie": f"xm_session={browser.cookies['xm_session']}"},
        "the session of an expired key": {"cookie": f"xm_session={sessions.open(expired.split('_')[1])}"},
        "the session of no key": {"cookie": f"xm_session={sessions.open('0' * 12)}"},
        "10 kB": {"cookie": f"xm_session={'x' * 10_000}"},
    }
    revoke_key(settings.keys, revoked, now=now_utc())
    door.app.state.desk.guard.ring.look()
    return found


@pytest.mark.parametrize(("method", "path"), MATRIX)
def test_without_a_session_everybody_is_led_to_where_one_signs_in(door, method, path):
    for who, headers in strangers(door).items():
        answer = ask(stranger(door), method, path, headers=headers)
        assert answer.status_code == 303, who
        to = urlsplit(answer.headers["location"])
        assert (to.scheme, to.netloc, to.path) == ("", "", "/reports/sign-in")
        back = parse_qs(to.query).get("next", ["/reports"])
        assert back == [path + MATRIX[method, path].query if method == "GET" else "/reports"]
        assert answer.text == ""


@pytest.mark.parametrize(("method", "path"), INTERFACES)
def test_no_interface_answers_to_a_session(door, method, path):
    answer = signed_in(door, "analyst").request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "path", ["/reports/nowhere", "/reports/", "/reports/../keys.json", "/reports/sign-in/"]
)
def test_what_is_not_there_is_told_to_those_who_signed_in_alone(door, path):
    assert stranger(door).get(path).status_code in {303, 401}
    browser = signed_in(door)
    answer = browser.request("GET", path)
    if answer.request.url.path.startswith("/reports"):
        assert answer.status_code == 404
        assert "There is no such page." in answer.text
