"""Bodies that must not be accepted: for each the status, the code, the place, and never the value."""

import asyncio
import json

import msgspec
import pytest
from starlette.requests import Request

from serving.problems import ProblemError
from serving.reading import decode, read_body, refuse_value
from serving.rooms import Bodies, Refusals
from tests.serving.company import ROW

JSON = {"content-type": "application/json"}
SECRET = "jane.doe@example.org DE89370400440532013000"


def with_features(features: object, **more: object) -> dict[str, object]:
    return {"usecase": "churn", "rows": [{"features": features}], **more}


def room() -> Bodies:
    return Bodies(4, 2**20, Refusals())


GOOD = with_features(ROW)
TICKETS = "rows.0.features.o_tickets.count_90d"
PLAN = "rows.0.features.o_customers.plan"

MALFORMED = {
    "empty": b"",
    "blank": b"  \n",
    "half": b'{"usecase": "churn", "rows": [',
    "plain text": SECRET.encode(),
    "single quotes": b"{'usecase': 'churn'}",
    "trailing comma": b'{"usecase": "churn",}',
    "two documents": json.dumps(GOOD).encode() * 2,
    "NaN": b'{"usecase": "churn", "rows": [{"features": {"o_tickets.count_90d": NaN}}]}',
    "Infinity": b'{"usecase": "churn", "rows": [{"features": {"o_tickets.count_90d": Infinity}}]}',
    "minus Infinity": b'{"usecase": "churn", "rows": [{"features": {"o_tickets.count_90d": -Infinity}}]}',
    "hexadecimal": b'{"usecase": "churn", "rows": [{"features": {"o_tickets.count_90d": 0x1F}}]}',
    "leading zero": b'{"usecase": "churn", "rows": [{"features": {"o_tickets.count_90d": 01}}]}',
    "byte order mark": b"\xef\xbb\xbf" + json.dumps(GOOD).encode(),
    "UTF-16": json.dumps(GOOD).encode("utf-16"),
    "Latin-1": b'{"usecase": "churn", "rows": [{"features": {"o_customers.plan": "\xfcber"}}]}',
    "half a surrogate pair": b'{"usecase": "churn", "rows": [{"features": {"o_customers.plan": "\\ud800"}}]}',
    "raw control character": b'{"usecase": "churn", "rows": [{"features": {"o_customers.plan": "a\x00b"}}]}',
    "deep nesting": b'{"usecase": "churn", "rows": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "comment": b'{"usecase": "churn" /* the one */, "rows": []}',
}

REFUSED = {
    "null": (None, 422, ""),
    "a list": ([GOOD], 422, ""),
    "a number": (5, 422, ""),
    "a text": (SECRET, 422, ""),
    "true": (True, 422, ""),
    "nothing": ({}, 422, "usecase"),
    "no rows": ({"usecase": "churn"}, 422, "rows"),
    "no use case": ({"rows": GOOD["rows"]}, 422, "usecase"),
    "use case is null": ({**GOOD, "usecase": None}, 422, "usecase"),
    "use case is a number": ({**GOOD, "usecase": 7}, 422, "usecase"),
    "use case is empty": ({**GOOD, "usecase": ""}, 422, "usecase"),
    "use case is long": ({**GOOD, "usecase": "x" * 65}, 422, "usecase"),
    "use case is unknown": ({**GOOD, "usecase": SECRET}, 404, "usecase"),
    "use case climbs": ({**GOOD, "usecase": "../../etc"}, 404, "usecase"),
    "unknown key": ({**GOOD, "threshold": 0.5}, 422, "threshold"),
    "unknown key with a value as name": ({**GOOD, SECRET: 1}, 422, ""),
    "rows is null": ({**GOOD, "rows": None}, 422, "rows"),
    "rows is an object": ({**GOOD, "rows": {"0": {}}}, 422, "rows"),
    "no row": ({**GOOD, "rows": []}, 422, "rows"),
    "too many rows": ({**GOOD, "rows": [{"features": {"x_surveys.nps.last": 1}}] * 1001}, 422, "rows"),
    "row is null": ({**GOOD, "rows": [None]}, 422, "rows.0"),
    "row is a list": ({**GOOD, "rows": [[1, 2]]}, 422, "rows.0"),
    "row without features": ({**GOOD, "rows": [{"entity_id": "a"}]}, 422, "rows.0.features"),
    "row with an unknown key": ({**GOOD, "rows": [{"features": ROW, "id": SECRET}]}, 422, "rows.0.id"),
    "features beside the row": ({**GOOD, "rows": [dict(ROW)]}, 422, f"rows.0.{next(iter(ROW))}"),
    "entity id is a number": ({**GOOD, "rows": [{"features": ROW, "entity_id": 5}]}, 422, "rows.0.entity_id"),
    "entity id is empty": ({**GOOD, "rows": [{"features": ROW, "entity_id": ""}]}, 422, "rows.0.entity_id"),
    "entity id is long": (
        {**GOOD, "rows": [{"features": ROW, "entity_id": SECRET * 10}]},
        422,
        "rows.0.entity_id",
    ),
    "features is null": (with_features(None), 422, "rows.0.features"),
    "features is a list": (with_features(list(ROW.values())), 422, "rows.0.features"),
    "no feature": (with_features({}), 422, "rows.0.features"),
    "no feature in a later row": (
        {**GOOD, "rows": [{"features": ROW}, {"features": {}}]},
        422,
        "rows.1.features",
    ),
    "unknown feature": (with_features({"o_tickets.sum_90d": 1}), 422, "rows.0.features.o_tickets.sum_90d"),
    "unknown feature with a value as name": (with_features({SECRET: 1}), 422, "rows.0.features"),
    "number in quotes": (with_features({"o_tickets.count_90d": "5"}), 422, TICKETS),
    "text for a number": (with_features({"o_tickets.count_90d": SECRET}), 422, TICKETS),
    "true for a number": (with_features({"o_tickets.count_90d": True}), 422, TICKETS),
    "list for a number": (with_features({"o_tickets.count_90d": [1]}), 422, TICKETS),
    "object for a number": (with_features({"o_tickets.count_90d": {"v": SECRET}}), 422, TICKETS),
    "huge whole number": (with_features({"o_tickets.count_90d": 10**29}), 422, TICKETS),
    "endless whole number": (with_features({"o_tickets.count_90d": 10**4000}), 422, TICKETS),
    "number out of bounds": (with_features({"o_tickets.count_90d": -1.1e15}), 422, TICKETS),
    "number for a category": (with_features({"o_customers.plan": 5}), 422, PLAN),
    "true for a category": (with_features({"o_customers.plan": False}), 422, PLAN),
    "list for a category": (with_features({"o_customers.plan": [SECRET]}), 422, PLAN),
    "long category": (with_features({"o_customers.plan": SECRET * 10}), 422, PLAN),
    "fault in a later row": (
        {**GOOD, "rows": [{"features": ROW}] * 3 + [{"features": {"o_tickets.count_90d": SECRET}}]},
        422,
        "rows.3.features.o_tickets.count_90d",
    ),
    "horizons is a text": ({**GOOD, "horizons": "90d"}, 422, "horizons"),
    "no horizon": ({**GOOD, "horizons": []}, 422, "horizons"),
    "horizon is a number": ({**GOOD, "horizons": [90]}, 422, "horizons.0"),
    "unknown horizon": ({**GOOD, "horizons": ["30d", "91d"]}, 422, "horizons.1"),
    "unknown long horizon": ({**GOOD, "horizons": [SECRET]}, 422, "horizons.0"),
    "reasons below zero": ({**GOOD, "reasons": -1}, 422, "reasons"),
    "too many reasons": ({**GOOD, "reasons": 11}, 422, "reasons"),
    "reasons in quotes": ({**GOOD, "reasons": "3"}, 422, "reasons"),
    "a fraction of reasons": ({**GOOD, "reasons": 1.5}, 422, "reasons"),
    "true for reasons": ({**GOOD, "reasons": True}, 422, "reasons"),
    "reasons is null": ({**GOOD, "reasons": None}, 422, "reasons"),
    "unknown language": ({**GOOD, "language": "fr"}, 422, "language"),
    "language is a number": ({**GOOD, "language": 1}, 422, "language"),
    "language with a value": ({**GOOD, "language": SECRET}, 422, "language"),
}


def post(client, body: bytes, route: str = "/v1/score", **headers: str):
    return client.post(route, content=body, headers={**JSON, **headers})


def assert_is_problem(answer, status: int, code: str):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert list(problem) == ["type", "title", "status", "code", "detail", "errors", "request_id"]
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:xm-predict:problem:{code}"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert "jane.doe" not in answer.text
    return problem


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_not_json_is_malformed(client, name):
    assert assert_is_problem(post(client, MALFORMED[name]), 400, "malformed")["errors"] == []


@pytest.mark.parametrize("ids", [b"[NaN]", b'["a"', b'["\\ud800"]', b'["\xff"]', b"['a']"])
def test_ids_that_are_not_json_are_malformed(client, ids):
    body = b'{"usecase": "churn", "entity_ids": ' + ids + b"}"
    assert_is_problem(post(client, body, "/v1/score-by-id"), 400, "malformed")


def test_a_number_too_large_for_any_float_is_refused(client):
    body = b'{"usecase": "churn", "rows": [{"features": {"o_tickets.count_90d": 1e400}}]}'
    problem = assert_is_problem(post(client, body), 422, "value")
    assert problem["errors"] == [{"path": TICKETS, "message": "is out of range"}]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_accepted_is_refused_with_its_place_but_not_its_value(client, name):
    content, status, path = REFUSED[name]
    answer = post(client, json.dumps(content).encode())
    problem = assert_is_problem(answer, status, "usecase_unknown" if status == 404 else "value")
    assert [finding["path"] for finding in problem["errors"]] == [path]
    assert problem["errors"][0]["message"]


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ({"usecase": "churn"}, "entity_ids"),
        ({"usecase": "churn", "entity_ids": []}, "entity_ids"),
        ({"usecase": "churn", "entity_ids": ["a"] * 1001}, "entity_ids"),
        ({"usecase": "churn", "entity_ids": ["a", 5]}, "entity_ids.1"),
        ({"usecase": "churn", "entity_ids": ["a", None]}, "entity_ids.1"),
        ({"usecase": "churn", "entity_ids": ["a" * 257]}, "entity_ids.0"),
        ({"usecase": "churn", "entity_ids": SECRET}, "entity_ids"),
        ({"usecase": "churn", "entity_ids": ["a"], "rows": []}, "rows"),
        ({"usecase": "churn", "entity_ids": ["a"], "horizons": ["1d"]}, "horizons.0"),
    ],
)
def test_ids_are_read_as_strictly(client, content, path):
    problem = assert_is_problem(post(client, json.dumps(content).encode(), "/v1/score-by-id"), 422, "value")
    assert problem["errors"][0]["path"] == path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (with_features({"o_tickets.count_90d": "5"}), "expected a number or null, found a text"),
        (with_features({"o_customers.plan": 5}), "expected a text or null, found a whole number"),
        (with_features({"o_tickets.count": 5}), "is not known here; did you mean o_tickets.count_90d?"),
        (
            {**GOOD, "rows": [{"o_tickets.count_90d": 5, "features": {"o_customers.plan": "basic"}}]},
            "is not known here; it belongs under features",
        ),
        (with_features({}), "holds no feature; send at least one"),
        ({**GOOD, "reasons": 11}, "must be at most 10"),
        ({**GOOD, "horizons": ["1d"]}, "is not a horizon; there are: 30d, 90d"),
        ({**GOOD, "rows": []}, "must have at least 1 entry"),
        ({**GOOD, "usecase": ""}, "must have at least 1 character"),
        ({**GOOD, "usecase": "x" * 65}, "must have at most 64 characters"),
        ({**GOOD, "languag": "de"}, "is not known here; did you mean language?"),
        ({**GOOD, "language": "fr"}, "is not one of: en, de"),
        (
            {**GOOD, "threshold": 1},
            "is not known here; known are: usecase, horizons, reasons, language, rows",
        ),
        (with_features({"zzz": 1}), "is not known here; see /v1/model/schema"),
        (with_features({"größe": 1}), "holds a name that is not known here; see /v1/model/schema"),
        (
            {**GOOD, "rows": [{"entityid": "a", "features": ROW}]},
            "is not known here; did you mean entity_id?",
        ),
        (
            {**GOOD, "rows": [{"zzz": 1, "features": ROW}]},
            "is not known here; known are: features, entity_id",
        ),
        ({"usecase": "churn"}, "is missing"),
    ],
)
def test_messages_say_what_was_expected(client, content, message):
    problem = post(client, json.dumps(content).encode()).json()
    assert problem["errors"][0]["message"] == message
    assert problem["detail"].endswith(message if message.endswith("?") else f"{message}.")


@pytest.mark.parametrize(
    ("route", "content", "message"),
    [
        ("/v1/what-if", {"lever": "x", "reach": {"share": 0}}, "must be more than 0"),
        ("/v1/what-if", {"lever": "x", "reach": {"shares": 1}}, "is not known here; see /openapi.json"),
        (
            "/v1/calls/a/turns",
            {"turns": [{"usecase": 1}]},
            "is not known here; it is a key of the request itself",
        ),
    ],
)
def test_messages_about_parts_inside_a_request_do_not_take_them_for_features(client, route, content, message):
    problem = post(client, json.dumps({"usecase": "churn", **content}).encode(), route).json()
    assert problem["errors"][0]["message"] == message


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b" ", "is empty; send a JSON object"),
        (b"{'usecase': 1}", "is not well-formed JSON: object keys must be strings at byte 2"),
        (b'{"usecase": "churn",}', "is not well-formed JSON: trailing comma in object at byte 21"),
        (b'{"usecase"', "is not well-formed JSON: it ends too early, or holds half of a character"),
        (b'{"rows": [NaN]}', "is not JSON at byte 11: it has neither NaN nor infinity; send null"),
        (b'{"rows": [-Infinity]}', "is not JSON at byte 12: it has neither NaN nor infinity; send null"),
        (b'\xef\xbb\xbf{"usecase": 1}', "begins with a byte order mark; send it without"),
        (b'{"usecase": "\xfc"}', "is not in UTF-8"),
        (b'{"usecase": "churn", "rows": [{"entity_id": "\xfc"}]}', "is not in UTF-8"),
        (b'{"rows": ' + b"[" * 100_000, "is nested too deeply"),
    ],
    ids=lambda value: value[:24],
)
def test_what_keeps_a_body_from_being_json_is_told_and_where(client, body, told):
    problem = assert_is_problem(post(client, body), 400, "malformed")
    assert problem["detail"] == f"The body {told}."


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/vnd.bentoml+pickle"},
        {"content-type": "application/jsonp"},
        {"content-type": ""},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
    ids=lambda headers: " ".join(headers.values()) or "none",
)
def test_only_plain_json_is_read(client, headers):
    answer = client.post("/v1/score", content=json.dumps(GOOD).encode(), headers=headers)
    assert_is_problem(answer, 415, "media_type")
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"']
)
def test_the_common_ways_to_say_json_are_read(client, kind):
    answer = client.post("/v1/score", content=json.dumps(GOOD).encode(), headers={"content-type": kind})
    assert answer.status_code == 200


def test_a_declared_size_over_the_limit_is_refused(client):
    answer = post(client, b"[" + b" " * 1024 * 1024)
    assert_is_problem(answer, 413, "body_large")
    assert answer.headers["connection"] == "close"


def test_an_undeclared_size_over_the_limit_is_refused_as_well(client):
    answer = client.post("/v1/score", content=iter([b" " * 65_536] * 17), headers=JSON)
    assert_is_problem(answer, 413, "body_large")


@pytest.mark.parametrize("declared", ["9" * 400, "1048577"])
def test_a_declared_size_alone_is_enough(declared):
    with pytest.raises(ProblemError) as caught:
        asyncio.run(read_body(_request([], declared=declared), 1024 * 1024, 5, room()))
    assert caught.value.status == 413


def test_reading_stops_at_the_limit():
    chunks = [b"x" * 1000] * 100
    with pytest.raises(ProblemError) as caught:
        asyncio.run(read_body(_request(chunks), 10_000, 5, room()))
    assert caught.value.status == 413
    assert len(chunks) == 100 - 11


def test_a_body_of_exactly_the_limit_is_read():
    assert (
        asyncio.run(read_body(_request([b"x" * 500, b"y" * 500]), 1000, 5, room())) == b"x" * 500 + b"y" * 500
    )


def test_a_body_that_does_not_arrive_is_given_up():
    with pytest.raises(ProblemError) as caught:
        asyncio.run(read_body(_request([b"x", None]), 1000, 0.05, room()))
    assert (caught.value.status, caught.value.code) == (408, "body_slow")


def test_a_connection_that_ends_in_the_body_is_noted():
    with pytest.raises(ProblemError) as caught:
        asyncio.run(read_body(_request([b"x"], is_cut=True), 1000, 5, room()))
    assert (caught.value.status, caught.value.code) == (400, "body_incomplete")


def test_what_is_read_comes_back():
    assert decode(msgspec.json.Decoder(list[int]).decode, b"[1, 2]") == [1, 2]


def test_a_refusal_names_the_place_in_detail_and_findings():
    problem = refuse_value("rows.0.x", "is odd")
    assert (problem.status, problem.detail, problem.errors[0].path) == (422, "rows.0.x: is odd.", "rows.0.x")


def _request(chunks: list[bytes | None], *, declared: str = "", is_cut: bool = False) -> Request:
    """Return a request whose body arrives in chunks; None is a chunk that never comes."""

    async def receive() -> dict[str, object]:
        if not chunks:
            return {"type": "http.disconnect"} if is_cut else {"type": "http.request", "body": b""}
        chunk = chunks.pop(0)
        if chunk is None:
            await asyncio.sleep(60)
        return {"type": "http.request", "body": chunk, "more_body": bool(chunks) or is_cut}

    headers = [(b"content-type", b"application/json")]
    if declared:
        headers.append((b"content-length", declared.encode()))
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)
