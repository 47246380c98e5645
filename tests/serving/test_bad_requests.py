"""Bad bodies and queries over all routes: never a failure, always code and place, never the value."""

import json
import logging
from typing import Any
from urllib.parse import quote

import pytest

from serving.access.routes import ROUTES, is_page
from tests.serving.papers import LEVER
from tests.serving.test_reading import GOOD, JSON, REFUSED, SECRET, assert_is_problem

PLAN: dict[str, Any] = {"usecase": "churn", "lever": LEVER}
CUT: dict[str, Any] = {"usecase": "churn", "cut": "region"}
IDS: dict[str, Any] = {"usecase": "churn", "entity_ids": ["c-1"]}
POSTS: dict[str, dict[str, Any]] = {
    "/v1/score": GOOD,
    "/v1/score-by-id": IDS,
    "/v1/score-groups": CUT,
    "/v1/what-if": PLAN,
    "/v1/calls/call-1/turns": {"usecase": "churn", "turns": [{"speaker": "customer", "start_s": 0}]},
}
BY_PATH = {path.replace("{call_id}", "call-1"): methods for path, methods in ROUTES.items()}
FOR_PROGRAMS = [path for path in BY_PATH if not is_page(path)]
GETS = [path for path in FOR_PROGRAMS if "GET" in BY_PATH[path] and path != "/metrics"]
ASKING = ["/v1/calls/call-1/events", "/v1/drivers", "/v1/report", "/v1/model/schema", "/v1/model/card"]

MALFORMED = {
    "empty": lambda body: b"",
    "blank": lambda body: b" \n ",
    "half": lambda body: body[: len(body) // 2],
    "without its end": lambda body: body[:-1],
    "two documents": lambda body: body * 2,
    "trailing comma": lambda body: body[:-1] + b",}",
    "single quotes": lambda body: body.replace(b'"', b"'"),
    "byte order mark": lambda body: b"\xef\xbb\xbf" + body,
    "UTF-16": lambda body: body.decode().encode("utf-16"),
    "comment": lambda body: body[:-1] + b"/* */}",
    "half a surrogate pair": lambda body: body.replace(b"churn", b"\\ud800"),
    "Latin-1": lambda body: body.replace(b"churn", b"ch\xfcrn"),
    "raw control character": lambda body: body.replace(b"churn", b"ch\x00rn"),
    "NaN": lambda body: body.replace(b'"churn"', b"NaN"),
    "minus Infinity": lambda body: body.replace(b'"churn"', b"-Infinity"),
    "hexadecimal": lambda body: body.replace(b'"churn"', b"0x1F"),
    "plain text": lambda body: SECRET.encode(),
}
PLANS: dict[str, tuple[Any, str]] = {
    "nothing": ({}, "usecase"),
    "no lever": ({"usecase": "churn"}, "lever"),
    "no use case": ({"lever": LEVER}, "usecase"),
    "a list": ([PLAN], ""),
    "null": (None, ""),
    "lever is null": ({**PLAN, "lever": None}, "lever"),
    "lever is a number": ({**PLAN, "lever": 5}, "lever"),
    "lever is empty": ({**PLAN, "lever": ""}, "lever"),
    "lever is long": ({**PLAN, "lever": SECRET * 5}, "lever"),
    "lever is unknown": ({**PLAN, "lever": SECRET}, "lever"),
    "lever is no lever": ({**PLAN, "lever": "tenure"}, "lever"),
    "unknown key": ({**PLAN, "lver": 1}, "lver"),
    "unknown key with a value as name": ({**PLAN, SECRET: 1}, ""),
    "target is a text": ({**PLAN, "target": SECRET}, "target"),
    "target in quotes": ({**PLAN, "target": "30"}, "target"),
    "target is true": ({**PLAN, "target": True}, "target"),
    "target is huge": ({**PLAN, "target": 1e16}, "target"),
    "target is an endless whole number": ({**PLAN, "target": 10**400}, "target"),
    "target is beyond the goal": ({**PLAN, "target": 3}, "target"),
    "target and way": ({**PLAN, "target": 30, "way": 0.5}, "way"),
    "way is zero": ({**PLAN, "way": 0}, "way"),
    "way is above one": ({**PLAN, "way": 1.01}, "way"),
    "way is below zero": ({**PLAN, "way": -0.5}, "way"),
    "way is a list": ({**PLAN, "way": [0.5]}, "way"),
    "reach is a number": ({**PLAN, "reach": 0.5}, "reach"),
    "reach is empty": ({**PLAN, "reach": {}}, "reach"),
    "reach is both": ({**PLAN, "reach": {"share": 0.5, "people": 5}}, "reach"),
    "reach with an unknown key": ({**PLAN, "reach": {"shares": 0.5}}, "reach.shares"),
    "reach with a value as key": ({**PLAN, "reach": {SECRET: 0.5}}, "reach"),
    "share is zero": ({**PLAN, "reach": {"share": 0}}, "reach.share"),
    "share is above one": ({**PLAN, "reach": {"share": 2}}, "reach.share"),
    "share is a text": ({**PLAN, "reach": {"share": SECRET}}, "reach.share"),
    "people is zero": ({**PLAN, "reach": {"people": 0}}, "reach.people"),
    "people is below zero": ({**PLAN, "reach": {"people": -4}}, "reach.people"),
    "more people than there are": ({**PLAN, "reach": {"people": 10**9}}, "reach.people"),
    "cost is a number": ({**PLAN, "cost": 10}, "cost"),
    "cost is below zero": ({**PLAN, "cost": {"per_person_eur": -1}}, "cost.per_person_eur"),
    "cost is a text": ({**PLAN, "cost": {"fixed_eur": SECRET}}, "cost.fixed_eur"),
    "cost is endless": ({**PLAN, "cost": {"fixed_eur": 1e300}}, "cost.fixed_eur"),
    "cost in another currency": ({**PLAN, "cost": {"per_person_usd": 5}}, "cost.per_person_usd"),
}
CUTS: dict[str, tuple[Any, str]] = {
    "nothing": ({}, "usecase"),
    "no cut": ({"usecase": "churn"}, "cut"),
    "cut is null": ({**CUT, "cut": None}, "cut"),
    "cut is a list": ({**CUT, "cut": ["region"]}, "cut"),
    "cut is empty": ({**CUT, "cut": ""}, "cut"),
    "cut is long": ({**CUT, "cut": SECRET * 5}, "cut"),
    "cut is unknown": ({**CUT, "cut": SECRET}, "cut"),
    "a group beside the cut": ({**CUT, "group": SECRET}, "group"),
}
QUERIES = {
    "no use case": ("", 422, "query.usecase"),
    "use case is empty": ("?usecase=", 404, "usecase"),
    "use case is unknown": (f"?usecase={quote(SECRET)}", 404, "usecase"),
    "use case climbs": ("?usecase=..%2F..%2Fetc", 404, "usecase"),
    "use case with NUL": ("?usecase=churn%00", 404, "usecase"),
    "use case is no UTF-8": ("?usecase=%ff%fe", 404, "usecase"),
    "use case is endless": (f"?usecase={'x' * 6000}", 404, "usecase"),
    "use case is half encoded": ("?usecase=%2", 404, "usecase"),
    "use case is given twice": ("?usecase=churn&usecase=churn", 422, "query"),
    "use case in capitals": ("?USECASE=churn", 422, "query"),
    "use case as a list": ("?usecase[]=churn", 422, "query"),
    "unknown parameter": (f"?usecase=churn&verbose={quote(SECRET)}", 422, "query"),
    "unknown parameter with a value as name": (f"?usecase=churn&{quote(SECRET)}=1", 422, "query"),
}
SEGMENTS = {
    "empty": ("", 422),
    "no group": ("region", 422),
    "no cut": (":South", 422),
    "a value": (quote(SECRET), 422),
    "unknown group": (f"region:{quote(SECRET)}", 404),
    "unknown cut": (f"{quote(SECRET)}:South", 404),
    "hidden": ("region:West", 404),
    "NUL": ("region:%00", 404),
    "no UTF-8": ("region:%ff", 404),
    "climbs": ("region:..%2f..%2f", 404),
    "long": (f"region:{'x' * 600}", 422),
}


def post(client, path: str, content: object):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post(path, content=body, headers=JSON)


def test_there_are_many_of_them():
    fixed = len(REFUSED) + len(PLANS) + len(CUTS) + len(SEGMENTS)
    assert fixed + len(MALFORMED) * len(POSTS) + len(QUERIES) * len(ASKING) >= 200


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_not_json_is_malformed_on_every_route(client, path, name):
    body = MALFORMED[name](json.dumps(POSTS[path]).encode())
    answer = post(client, path, body)
    # A word in the place of a text may be found to be no text before it is found to be no JSON.
    is_typed = name in {"NaN", "minus Infinity", "hexadecimal"} and answer.status_code == 422
    assert_is_problem(answer, *((422, "value") if is_typed else (400, "malformed")))


@pytest.mark.parametrize("name", PLANS)
def test_plans_are_read_strictly(client, name):
    content, path = PLANS[name]
    problem = assert_is_problem(post(client, "/v1/what-if", content), 422, "value")
    assert [finding["path"] for finding in problem["errors"]] == [path]


@pytest.mark.parametrize("name", CUTS)
def test_cuts_are_read_strictly(client, name):
    content, path = CUTS[name]
    problem = assert_is_problem(post(client, "/v1/score-groups", content), 422, "value")
    assert [finding["path"] for finding in problem["errors"]] == [path]


@pytest.mark.parametrize("path", ASKING)
@pytest.mark.parametrize("name", QUERIES)
def test_queries_are_read_strictly_on_every_route(client, path, name):
    query, status, place = QUERIES[name]
    code = "usecase_unknown" if status == 404 else "parameter"
    problem = assert_is_problem(client.get(path + query), status, code)
    assert [finding["path"] for finding in problem["errors"]] == [place]


@pytest.mark.parametrize("name", SEGMENTS)
def test_segments_are_read_strictly(client, name):
    segment, status = SEGMENTS[name]
    code = "segment_hidden" if status == 404 else "parameter"
    problem = assert_is_problem(client.get(f"/v1/drivers?usecase=churn&segment={segment}"), status, code)
    assert [finding["path"] for finding in problem["errors"]] == ["query.segment"]


@pytest.mark.parametrize("path", GETS)
def test_a_segment_is_asked_for_on_one_route_alone(client, path):
    answer = client.get(f"{path}?usecase=churn&segment=region:South")
    if path == "/v1/drivers":
        assert answer.status_code == 200
    else:
        assert_is_problem(answer, 422, "parameter")


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "application/json; charset=latin-1"])
def test_bodies_of_other_types_are_refused_on_every_route(client, path, kind):
    answer = client.post(path, content=json.dumps(POSTS[path]).encode(), headers={"content-type": kind})
    assert_is_problem(answer, 415, "media_type")


@pytest.mark.parametrize("path", POSTS)
def test_large_bodies_are_refused_on_every_route(client, path):
    assert_is_problem(post(client, path, b" " * (1024 * 1024 + 1)), 413, "body_large")


@pytest.mark.parametrize("path", FOR_PROGRAMS)
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW", "GET", "POST"])
def test_a_route_knows_its_methods_and_names_them(client, method, path):
    if method in BY_PATH[path]:
        return
    answer = client.request(method, path)
    assert_is_problem(answer, 405, "method")
    assert answer.headers["allow"] == ", ".join(BY_PATH[path])


@pytest.mark.parametrize(
    "path",
    [
        "/v1/report/churn",
        "/v1/report/",
        "/v1/reports",
        "/v1/model/card/churn",
        "/v1/drivers/",
        "/v1//drivers",
        "/V1/drivers",
    ],
)
def test_paths_beside_the_routes_lead_nowhere(client, path):
    assert_is_problem(client.get(f"{path}?usecase=churn"), 404, "route_unknown")


def test_no_value_reaches_the_log(client, caplog):
    logging.getLogger("xm_predict").propagate = True
    with caplog.at_level(logging.DEBUG, logger="xm_predict"):
        for content, _ in (*PLANS.values(), *CUTS.values()):
            post(client, "/v1/what-if", content)
        for path in ASKING:
            for query, _, _ in QUERIES.values():
                client.get(path + query)
        for segment, _ in SEGMENTS.values():
            client.get(f"/v1/drivers?usecase=churn&segment={segment}")
    ours = "".join(record.getMessage() for record in caplog.records if record.name.startswith("xm_predict"))
    assert '"/v1/what-if"' in ours
    assert "jane.doe" not in ours
    assert "DE8937" not in ours
