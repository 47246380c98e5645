"""The matrix of access: every route for programs, asked with every kind of key; pages have one of their own.

What is expected stands here by hand, so that a route is opened twice: in the table and in this file.
"""

import asyncio
import json
import logging
from typing import Any, NamedTuple

import httpx
import pytest
from starlette.testclient import TestClient

from serving.access.issuing import revoke_key
from serving.access.records import now_utc
from serving.access.roles import ROLES
from serving.access.routes import ROUTES, is_page
from serving.access.tokens import draw_token
from serving.api import build_app
from serving.cache import install
from serving.settings import Settings
from tests.serving.company import ROW, accept, wait_until, write_latest
from tests.serving.keys import LONG_AGO, bearer, make_key
from tests.serving.papers import LEVER, write_papers
from tests.serving.people import write_people
from tests.serving.records import keep_in
from tests.training.sample_bundles import make_bundle, plain_rows

STAFF = "employee_binary"
EVERYBODY = set(ROLES)


class Row(NamedTuple):
    """What is sent to a route, who may, and what they get."""

    may: set[str]
    body: Any = None
    query: str = ""
    status: int = 200


CHURN = "?usecase=churn"
MATRIX = {
    ("GET", "/livez"): Row(EVERYBODY),
    ("GET", "/readyz"): Row(EVERYBODY),
    ("POST", "/v1/score"): Row({"app", "analyst"}, {"usecase": "churn", "rows": [{"features": ROW}]}),
    ("POST", "/v1/score-by-id"): Row({"app", "analyst"}, {"usecase": "churn", "entity_ids": ["c-1"]}),
    ("POST", "/v1/score-groups"): Row({"manager", "analyst"}, {"usecase": STAFF, "cut": "site"}),
    ("POST", "/v1/calls/{call_id}/turns"): Row(
        {"app", "analyst"}, {"usecase": "churn", "turns": [{"speaker": "customer", "start_s": 0}]}
    ),
    # Nobody has called under this id yet.
    ("GET", "/v1/calls/{call_id}/events"): Row({"app", "analyst"}, query=CHURN, status=404),
    ("GET", "/v1/drivers"): Row({"manager", "analyst", "data_scientist"}, query=CHURN),
    ("POST", "/v1/what-if"): Row(
        {"manager", "analyst", "data_scientist"}, {"usecase": "churn", "lever": LEVER}
    ),
    ("GET", "/v1/report"): Row({"manager", "analyst", "data_scientist"}, query=CHURN),
    ("GET", "/v1/model"): Row({"analyst", "data_scientist", "admin", "works_council"}),
    ("GET", "/v1/model/schema"): Row(EVERYBODY - {"manager"}, query=CHURN),
    ("GET", "/v1/model/card"): Row({"analyst", "data_scientist", "admin", "works_council"}, query=CHURN),
    ("GET", "/openapi.json"): Row({"app", "analyst", "data_scientist", "admin"}),
    ("GET", "/metrics"): Row({"data_scientist", "admin"}),
}
OPEN = {"/livez", "/readyz"}
REFUSED = ["none", "malformed", "unknown", "bad secret", "expired", "revoked", "basic", "twice"]


class Company(NamedTuple):
    """A running application, and headers that show keys of many kinds."""

    client: TestClient
    settings: Settings
    headers: dict[str, list[tuple[str, str]]]


def ask(company: Company, method: str, path: str, who: str) -> httpx.Response:
    row = MATRIX[method, path]
    content = None if row.body is None else json.dumps(row.body)
    headers = [*company.headers[who], ("content-type", "application/json")]
    call_id = "call-1" if method == "POST" else "call-2"
    whole = path.replace("{call_id}", call_id) + row.query
    return company.client.request(method, whole, content=content, headers=headers)


def make_headers(keys) -> dict[str, list[tuple[str, str]]]:
    """Return headers by kind of key; managers have the unit site=north."""
    made = {role: make_key(keys, role, units="site=north" if role == "manager" else "") for role in ROLES}
    revoked = make_key(keys, "analyst")
    revoke_key(keys, revoked, now=now_utc())
    analyst = made["analyst"]
    made |= {
        "malformed": f"{analyst}x",
        "unknown": draw_token().text,
        "bad secret": f"{analyst[:17]}{draw_token().text[17:]}",
        "expired": make_key(keys, "analyst", now=LONG_AGO, days=1),
        "revoked": revoked,
        "manager of another unit": make_key(keys, "manager", units="site=west"),
        "manager of another cut": make_key(keys, "manager", units="desk=front"),
        "manager of all": make_key(keys, "manager", units="all"),
        "app of another use case": make_key(keys, "app", usecases=["other"]),
        "app of churn": make_key(keys, "app", usecases=["churn"]),
        "groups of staff": make_key(keys, "analyst", scopes=["score:employee:aggregate"]),
        "groups of customers": make_key(keys, "analyst", scopes=["score:customer:aggregate", "model:read"]),
        "counters": make_key(keys, "admin", scopes=["metrics:read"]),
    }
    headers = {who: list(bearer(key).items()) for who, key in made.items()}
    return headers | {
        "none": [],
        "basic": [("authorization", "Basic eDp5")],
        "twice": headers["analyst"] * 2,
    }


@pytest.fixture(scope="module")
def company(bundles, tmp_path_factory):
    cache, frames = tmp_path_factory.mktemp("cache"), tmp_path_factory.mktemp("frames")
    staff = tmp_path_factory.mktemp("staff") / STAFF
    make_bundle(staff, "binary", "employee")
    for bundle in (bundles.churn, staff):
        install(bundle, cache, try_out=accept)
    write_latest(frames, cut_site=["north", "south", "west"])
    write_people(frames, STAFF, "binary")
    reports = tmp_path_factory.mktemp("reports")
    write_papers(reports, bundles.churn)
    settings = Settings(
        cache=cache,
        latest=(frames,),
        reports=reports,
        keys=frames / "keys" / "keys.json",
        poll_seconds=0.05,
        **keep_in(frames / "books"),
    )
    headers = make_headers(settings.keys)
    with TestClient(build_app(lambda: settings), base_url="http://127.0.0.1") as client:
        yield Company(client, settings, headers)


CALLS = [(method, path) for path, methods in ROUTES.items() if not is_page(path) for method in methods]


def test_every_route_of_the_table_has_a_row_and_every_route_of_the_application_a_place_in_the_table():
    assert set(CALLS) == set(MATRIX)
    app = build_app(Settings)
    there = {(method, route.path) for route in app.routes for method in route.methods - {"HEAD"}}
    assert {call for call in there if not is_page(call[1])} == set(MATRIX)


@pytest.mark.parametrize("who", REFUSED)
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_without_a_valid_key_nothing_but_health_is_told(company, method, path, who):
    answer = ask(company, method, path, who)
    if path in OPEN:
        assert answer.status_code == 200
        return
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("connection" in answer.headers) is (method == "POST")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_role_may_what_its_row_says_and_nothing_else(company, method, path, role):
    answer = ask(company, method, path, role)
    row = MATRIX[method, path]
    if role in row.may:
        assert answer.status_code == row.status, answer.text
    else:
        # An app may ask for groups, but not of people at work.
        code = "usecase_not_allowed" if (role, path) == ("app", "/v1/score-groups") else "scope_missing"
        assert (answer.status_code, answer.json()["code"]) == (403, code)


def test_refusals_of_all_kinds_are_one_and_the_same_answer(company):
    answers = [ask(company, "POST", "/v1/score", who) for who in REFUSED]
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert all(body == bodies[0] for body in bodies)
    own = [{k: v for k, v in answer.headers.items() if k != "x-request-id"} for answer in answers]
    assert all(headers == own[0] for headers in own)


class TestUnits:
    @pytest.mark.parametrize(
        ("who", "groups"),
        [
            ("manager", ["north"]),
            ("manager of another unit", ["west"]),
            ("manager of all", ["north", "south", "west"]),
            ("analyst", ["north", "south", "west"]),
        ],
    )
    def test_a_manager_sees_the_groups_of_the_key(self, company, who, groups):
        answer = ask(company, "POST", "/v1/score-groups", who)
        assert [group["name"] for group in answer.json()["groups"]] == groups

    def test_the_figures_of_a_group_are_those_that_all_see(self, company):
        own = ask(company, "POST", "/v1/score-groups", "manager").json()["groups"]
        assert own == ask(company, "POST", "/v1/score-groups", "analyst").json()["groups"][:1]

    @pytest.mark.parametrize("cut", ["site", "nowhere"])
    def test_a_cut_without_a_unit_of_the_key_is_refused_whether_or_not_it_is_there(self, company, cut):
        answer = company.client.post(
            "/v1/score-groups",
            json={"usecase": STAFF, "cut": cut},
            headers=company.headers["manager of another cut"],
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "unit_not_allowed")


class TestUseCases:
    @pytest.mark.parametrize("usecase", ["churn", "nobody", STAFF])
    def test_a_key_of_another_use_case_does_not_learn_what_is_there(self, company, usecase):
        for path, body in (
            ("/v1/score", {"rows": [{"features": ROW}]}),
            ("/v1/score-by-id", {"entity_ids": ["x"]}),
        ):
            answer = company.client.post(
                path, json={"usecase": usecase, **body}, headers=company.headers["app of another use case"]
            )
            assert (answer.status_code, answer.json()["code"]) == (403, "usecase_not_allowed")

    def test_a_key_of_a_use_case_is_answered(self, company):
        assert ask(company, "POST", "/v1/score", "app of churn").status_code == 200

    @pytest.mark.parametrize("who", ["app", "app of churn"])
    def test_an_app_cannot_ask_about_people_at_work_on_any_route(self, company, who):
        features = plain_rows("binary", 1)[0]
        for path, body in (
            ("/v1/score", {"rows": [{"features": features}]}),
            ("/v1/score-by-id", {"entity_ids": ["p-1"]}),
            ("/v1/score-groups", {"cut": "site"}),
        ):
            answer = company.client.post(path, json={"usecase": STAFF, **body}, headers=company.headers[who])
            assert (answer.status_code, answer.json()["code"]) == (403, "usecase_not_allowed")
        answer = company.client.get(f"/v1/model/schema?usecase={STAFF}", headers=company.headers[who])
        assert (answer.status_code, answer.json()["code"]) == (403, "usecase_not_allowed")

    def test_models_are_listed_as_far_as_the_key_goes(self, company):
        limited = bearer(make_key(company.settings.keys, "analyst", usecases=["churn"]))
        wait_until(lambda: company.client.get("/v1/model", headers=limited).status_code == 200)
        for who, names in ((limited, ["churn"]), (company.headers["analyst"], ["churn", STAFF])):
            models = company.client.get("/v1/model", headers=who).json()["models"]
            assert [model["usecase"] for model in models] == names

    @pytest.mark.parametrize(
        ("who", "usecase", "status"),
        [
            ("groups of staff", STAFF, 200),
            ("groups of staff", "churn", 403),
            ("groups of customers", STAFF, 403),
            ("groups of customers", "churn", 200),
        ],
    )
    def test_groups_of_people_at_work_and_of_others_are_apart(self, company, who, usecase, status):
        answer = company.client.post(
            "/v1/score-groups", json={"usecase": usecase, "cut": "site"}, headers=company.headers[who]
        )
        assert answer.status_code == status
        assert status == 200 or answer.json()["code"] == "scope_missing"

    def test_a_part_of_a_role_may_no_more_than_that(self, company):
        counters = company.headers["counters"]
        assert company.client.get("/metrics", headers=counters).status_code == 200
        assert company.client.get("/v1/model", headers=counters).status_code == 403


class TestBody:
    """A refusal comes before anything of the body is read."""

    @pytest.mark.parametrize(
        ("who", "path", "status"),
        [
            ("none", "/v1/score", 401),
            ("manager", "/v1/score", 403),
            ("none", "/nowhere", 401),
            ("app", "/v2", 404),
        ],
    )
    @pytest.mark.parametrize("announced", [("content-length", "1000"), ("transfer-encoding", "chunked")])
    def test_the_body_of_a_refused_request_is_never_asked_for(self, company, who, path, status, announced):
        asked, sent = [], []

        async def receive():
            asked.append("more")
            await asyncio.Event().wait()

        async def send(message):
            sent.append(message)

        pairs = [("host", "localhost"), ("content-type", "application/json"), announced]
        pairs += company.headers[who]
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": [(name.encode(), text.encode()) for name, text in pairs],
        }
        asyncio.run(company.client.app(scope, receive, send))
        assert (asked, sent[0]["status"]) == ([], status)
        assert dict(sent[0]["headers"])[b"connection"] == b"close"


class TestRevocation:
    def test_a_revoked_key_is_shut_out_while_the_service_runs_and_others_stay(self, company):
        key = make_key(company.settings.keys, "analyst")
        wait_until(lambda: company.client.get("/v1/model", headers=bearer(key)).status_code == 200)
        revoke_key(company.settings.keys, key, now=now_utc())
        wait_until(lambda: company.client.get("/v1/model", headers=bearer(key)).status_code == 401)
        assert ask(company, "GET", "/v1/model", "analyst").status_code == 200

    def test_damaged_keys_let_nobody_in_until_they_are_mended(self, company):
        good = company.settings.keys.read_bytes()
        company.settings.keys.write_bytes(good[:-10])
        try:
            wait_until(lambda: ask(company, "GET", "/v1/model", "analyst").status_code == 503)
            answer = ask(company, "POST", "/v1/score", "none")
            assert (answer.status_code, answer.json()["code"]) == (503, "keys_unreadable")
            assert answer.headers["retry-after"] == "5"
            assert ask(company, "GET", "/readyz", "none").status_code == 200
        finally:
            company.settings.keys.write_bytes(good)
        wait_until(lambda: ask(company, "GET", "/v1/model", "analyst").status_code == 200)


def test_whoever_asked_stands_in_the_state_of_the_request_and_by_id_in_the_log(company, caplog):
    logging.getLogger("xm_predict").propagate = True
    with caplog.at_level(logging.INFO, logger="xm_predict"):
        for who in ("manager", "none", "malformed"):
            ask(company, "GET", "/v1/drivers", who)
        ask(company, "GET", "/livez", "manager")
    lines = [json.loads(record.getMessage()) for record in caplog.records]
    key = company.headers["manager"][0][1].removeprefix("Bearer ")
    assert [line["key"] for line in lines] == [key.split("_")[1], None, None, None]
    assert [line["status"] for line in lines] == [200, 401, 401, 200]
    assert [line["route"] for line in lines] == ["/v1/drivers"] * 3 + ["/livez"]


def test_no_secret_is_in_any_answer_or_log_line(company, caplog):
    logging.getLogger("xm_predict").propagate = True
    with caplog.at_level(logging.DEBUG):
        answers = [ask(company, *call, who) for call in CALLS for who in company.headers]
    secrets = {
        header.split("_", 2)[2]
        for pairs in company.headers.values()
        for _, header in pairs
        if "xmp_" in header
    }
    assert len(secrets) >= 12
    whole = caplog.text + "".join(answer.text + str(answer.headers) for answer in answers)
    assert [secret for secret in secrets if secret in whole] == []
