"""The contract of the API: a change of it is seen in this snapshot, and every real answer fits it."""

import json
from pathlib import Path

import msgspec
import pytest

from serving.access.routes import is_page
from serving.api import build_app
from serving.call_schemas import MAX_TURNS_AT_ONCE, CallAnswer
from serving.driver_schemas import DriversAnswer
from serving.examples import IDS
from serving.openapi import DOCUMENT
from serving.plan_schemas import CardAnswer, ReportAnswer, WhatIfAnswer
from serving.problems import ProblemDocument
from serving.schemas import (
    MAX_REASONS,
    MAX_ROWS,
    HealthAnswer,
    LifeAnswer,
    ModelAnswer,
    SchemaAnswer,
    ScoreAnswer,
    ScoreByIdAnswer,
)
from serving.settings import Settings
from tests.serving.company import ROW
from tests.serving.papers import LEVER

SNAPSHOT = Path(__file__).with_name("openapi.json")


def test_the_document_is_the_one_that_was_agreed():
    assert json.loads(SNAPSHOT.read_text()) == json.loads(json.dumps(DOCUMENT)), (
        "the interface changed: if that is meant, write the new document to tests/serving/openapi.json"
    )


def test_the_service_hands_out_its_document(client):
    assert client.get("/openapi.json").json() == json.loads(json.dumps(DOCUMENT))


def test_every_route_is_described_and_every_description_has_a_route():
    app = build_app(Settings)
    # Pages are for people, and stand in no description for programs.
    for_programs = [route for route in app.routes if not is_page(route.path)]
    routes = {(route.path, method.lower()) for route in for_programs for method in route.methods - {"HEAD"}}
    described = {(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert routes - described == {("/openapi.json", "get"), ("/metrics", "get")}
    assert described <= routes


def test_every_reference_leads_somewhere():
    text = json.dumps(DOCUMENT)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names == set(DOCUMENT["components"]["schemas"])


TURN = {"speaker": "customer", "start_s": 1.5, "text": "I want to talk to a manager"}
CALLS = [
    ("/v1/calls/{call_id}/turns", {"usecase": "churn", "turns": [TURN]}, CallAnswer),
    ("/v1/calls/{call_id}/turns", {"usecase": "attrition", "turns": [TURN]}, ProblemDocument),
    ("/v1/calls/{call_id}/turns", {"usecase": "churn", "turns": []}, ProblemDocument),
    ("/v1/calls/{call_id}/events", {"usecase": "nobody"}, ProblemDocument),
    (
        "/v1/score",
        {"usecase": "churn", "rows": [{"features": ROW, "entity_id": "a"}], "reasons": 3},
        ScoreAnswer,
    ),
    ("/v1/score", {"usecase": "churn", "rows": [{"features": {"x_surveys.nps.last": None}}]}, ScoreAnswer),
    ("/v1/score", {"usecase": "churn", "rows": []}, ProblemDocument),
    ("/v1/score", {"usecase": "nobody", "rows": [{"features": ROW}]}, ProblemDocument),
    ("/v1/score", {"usecase": "attrition", "rows": [{"features": ROW}]}, ProblemDocument),
    ("/v1/score-by-id", {"usecase": "churn", "entity_ids": ["c-1", "x"], "reasons": 2}, ScoreByIdAnswer),
    ("/v1/drivers", {"usecase": "churn"}, DriversAnswer),
    ("/v1/drivers", {"usecase": "churn", "segment": "region:South"}, DriversAnswer),
    ("/v1/drivers", {"usecase": "churn", "segment": "region:West"}, ProblemDocument),
    ("/v1/drivers", {}, ProblemDocument),
    ("/v1/what-if", {"usecase": "churn", "lever": LEVER, "way": 0.3}, WhatIfAnswer),
    ("/v1/what-if", {"usecase": "attrition", "lever": LEVER}, WhatIfAnswer),
    ("/v1/what-if", {"usecase": "churn", "lever": "onboarding"}, ProblemDocument),
    ("/v1/report", {"usecase": "churn"}, ReportAnswer),
    ("/v1/report", {}, ProblemDocument),
    ("/v1/model/card", {"usecase": "churn"}, CardAnswer),
    ("/v1/model", {}, ModelAnswer),
    ("/v1/model", {"usecase": "nobody"}, ProblemDocument),
    ("/v1/model/schema", {"usecase": "churn"}, SchemaAnswer),
    ("/livez", {}, LifeAnswer),
    ("/readyz", {}, HealthAnswer),
]


@pytest.mark.parametrize(("path", "content", "kind"), CALLS)
def test_real_answers_are_of_the_type_that_the_document_names_for_their_status(client, path, content, kind):
    method = "post" if "post" in DOCUMENT["paths"][path] else "get"
    asked = fill(path)
    answer = client.post(asked, json=content) if method == "post" else client.get(asked, params=content)
    described = DOCUMENT["paths"][path][method]["responses"][str(answer.status_code)]["content"]
    named = described[answer.headers["content-type"]]["schema"]["$ref"]
    assert named == f"#/components/schemas/{kind.__name__}"
    # Files are passed on with the blanks that they have.
    plain = msgspec.json.encode(answer.json()) if kind in {ReportAnswer, CardAnswer} else answer.content
    assert msgspec.json.encode(msgspec.json.decode(plain, type=kind)) == plain


def fill(path):
    """Return a path with the ids of the examples in it."""
    for name, example in IDS.items():
        path = path.replace(f"{{{name}}}", example)
    return path


EXAMPLES = [
    (path, title, told["value"])
    for path, methods in DOCUMENT["paths"].items()
    if "post" in methods
    for title, told in methods["post"]["requestBody"]["content"]["application/json"]["examples"].items()
]
QUERIES = [
    (path, {part["name"]: part["example"] for part in methods["get"]["parameters"] if part["in"] == "query"})
    for path, methods in DOCUMENT["paths"].items()
    if "get" in methods
]


@pytest.mark.parametrize(("path", "title", "body"), EXAMPLES)
def test_every_example_of_a_body_is_answered(client, path, title, body):
    answer = client.post(fill(path), json=body)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("path", "query"), QUERIES)
def test_every_example_of_a_query_is_answered(client, path, query):
    if "{call_id}" in path:
        told = {"usecase": "churn", "turns": [TURN]}
        assert client.post(fill("/v1/calls/{call_id}/turns"), json=told).status_code == 200
    answer = client.get(fill(path), params=query)
    assert answer.status_code == 200, answer.text
    described = DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"]
    assert list(described) == [answer.headers["content-type"]]


def test_every_route_with_a_body_has_an_example_and_every_parameter_too():
    posts = [methods["post"] for methods in DOCUMENT["paths"].values() if "post" in methods]
    assert len({path for path, _, _ in EXAMPLES}) == len(posts) == 5
    assert len(QUERIES) == 8


def test_every_route_but_health_names_its_scopes_and_answers_401():
    for path, methods in DOCUMENT["paths"].items():
        for told in methods.values():
            is_open = path in {"/livez", "/readyz"}
            assert (told["security"] == []) is is_open
            assert ("401" in told["responses"]) is not is_open


def test_the_document_asks_for_what_is_demanded():
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["ScoreRequest"]["required"] == ["usecase", "rows"]
    assert schemas["ScoreRequest"]["additionalProperties"] is False
    assert schemas["RowRequest"]["additionalProperties"] is False
    assert schemas["ScoreRequest"]["properties"]["rows"]["maxItems"] == MAX_ROWS
    assert schemas["ScoreRequest"]["properties"]["reasons"]["maximum"] == MAX_REASONS
    assert schemas["TurnsRequest"]["properties"]["turns"]["maxItems"] == MAX_TURNS_AT_ONCE
    assert schemas["TurnRequest"]["additionalProperties"] is False
    assert schemas["ScoreAnswer"]["properties"]["decision_support_only"]["enum"] == [True]
