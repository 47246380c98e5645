"""The contract of the API: a change of it is seen in this snapshot, and every real answer fits it."""

import json
from pathlib import Path

import msgspec
import pytest

from serving.api import build_app
from serving.openapi import DOCUMENT
from serving.problems import ProblemDocument
from serving.schemas import (
    MAX_REASONS,
    MAX_ROWS,
    DriversAnswer,
    HealthAnswer,
    LifeAnswer,
    ModelAnswer,
    SchemaAnswer,
    ScoreAnswer,
    ScoreByIdAnswer,
)
from serving.settings import Settings
from tests.serving.company import ROW

SNAPSHOT = Path(__file__).with_name("openapi.json")


def test_the_document_is_the_one_that_was_agreed():
    assert json.loads(SNAPSHOT.read_text()) == json.loads(json.dumps(DOCUMENT)), (
        "the interface changed: if that is meant, write the new document to tests/serving/openapi.json"
    )


def test_the_service_hands_out_its_document(client):
    assert client.get("/openapi.json").json() == json.loads(json.dumps(DOCUMENT))


def test_every_route_is_described_and_every_description_has_a_route():
    app = build_app(Settings)
    routes = {(route.path, method.lower()) for route in app.routes for method in route.methods - {"HEAD"}}
    described = {(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert routes - described == {("/openapi.json", "get"), ("/metrics", "get")}
    assert described <= routes


def test_every_reference_leads_somewhere():
    text = json.dumps(DOCUMENT)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names == set(DOCUMENT["components"]["schemas"])


CALLS = [
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
    ("/v1/drivers", {}, ProblemDocument),
    ("/v1/model", {}, ModelAnswer),
    ("/v1/model", {"usecase": "nobody"}, ProblemDocument),
    ("/v1/model/schema", {"usecase": "churn"}, SchemaAnswer),
    ("/livez", {}, LifeAnswer),
    ("/readyz", {}, HealthAnswer),
]


@pytest.mark.parametrize(("path", "content", "kind"), CALLS)
def test_real_answers_are_of_the_type_that_the_document_names_for_their_status(client, path, content, kind):
    method = "post" if path.startswith("/v1/score") else "get"
    answer = client.post(path, json=content) if method == "post" else client.get(path, params=content)
    described = DOCUMENT["paths"][path][method]["responses"][str(answer.status_code)]["content"]
    named = described[answer.headers["content-type"]]["schema"]["$ref"]
    assert named == f"#/components/schemas/{kind.__name__}"
    assert msgspec.json.encode(msgspec.json.decode(answer.content, type=kind)) == answer.content


def test_the_document_asks_for_what_is_demanded():
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["ScoreRequest"]["required"] == ["usecase", "rows"]
    assert schemas["ScoreRequest"]["additionalProperties"] is False
    assert schemas["RowRequest"]["additionalProperties"] is False
    assert schemas["ScoreRequest"]["properties"]["rows"]["maxItems"] == MAX_ROWS
    assert schemas["ScoreRequest"]["properties"]["reasons"]["maximum"] == MAX_REASONS
    assert schemas["ScoreAnswer"]["properties"]["decision_support_only"]["enum"] == [True]
