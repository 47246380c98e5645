"""The OpenAPI 3.1 document of the service, made from the types of its requests and answers."""

from typing import Any

import msgspec

from serving.problems import ProblemDocument
from serving.schemas import (
    DriversAnswer,
    HealthAnswer,
    LifeAnswer,
    ModelAnswer,
    SchemaAnswer,
    ScoreAnswer,
    ScoreByIdAnswer,
    ScoreByIdRequest,
    ScoreGroupsAnswer,
    ScoreGroupsRequest,
    ScoreRequest,
)

_TYPES = (
    ScoreRequest,
    ScoreByIdRequest,
    ScoreGroupsRequest,
    ScoreAnswer,
    ScoreByIdAnswer,
    ScoreGroupsAnswer,
    DriversAnswer,
    ModelAnswer,
    SchemaAnswer,
    HealthAnswer,
    LifeAnswer,
    ProblemDocument,
)
_SCHEMAS, _COMPONENTS = msgspec.json.schema_components(_TYPES, ref_template="#/components/schemas/{name}")
_REFERENCES: dict[type, dict[str, Any]] = dict(zip(_TYPES, _SCHEMAS, strict=True))
_REASONS = {
    400: "The body is not well-formed JSON.",
    403: "The use case answers for groups, never for single persons.",
    404: "There is no such use case.",
    408: "The body did not arrive in time.",
    409: "The figures of the model do not support scores; 'detail' says why.",
    413: "The body is too large.",
    415: "The body is not application/json in UTF-8.",
    421: "The request is addressed to another host.",
    422: "A value or parameter is not accepted; 'errors' names the place.",
    503: "The service cannot answer yet; see Retry-After.",
}
_READING = (400, 404, 408, 413, 415, 421, 422)


def _content(kind: type, media_type: str = "application/json") -> dict[str, Any]:
    """Return the description of a body."""
    return {media_type: {"schema": _REFERENCES[kind]}}


def _responses(answer: type, problems: tuple[int, ...]) -> dict[str, Any]:
    """Return the descriptions of all answers of a route."""
    refusals = {
        str(status): {
            "description": _REASONS[status],
            "content": _content(ProblemDocument, "application/problem+json"),
        }
        for status in problems
    }
    return {"200": {"description": "The answer.", "content": _content(answer)}, **refusals}


def _post(name: str, summary: str, request: type, answer: type, problems: tuple[int, ...]) -> dict[str, Any]:
    """Return the description of a route that takes a body."""
    return {
        "post": {
            "operationId": name,
            "summary": summary,
            "requestBody": {"required": True, "content": _content(request)},
            "responses": _responses(answer, problems),
        }
    }


def _get(
    name: str, summary: str, answer: type, problems: tuple[int, ...], *, usecase: str = ""
) -> dict[str, Any]:
    """Return the description of a route without a body; ``usecase`` is 'required', 'optional' or empty."""
    parameter = {
        "name": "usecase",
        "in": "query",
        "required": usecase == "required",
        "schema": {"type": "string"},
        "description": "name of a use case",
    }
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": [parameter] if usecase else [],
            "responses": _responses(answer, problems),
        }
    }


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "xm-predict",
        "version": "1",
        "description": "Probabilities with reasons, for customers and others. Scores support decisions of "
        "people; they do not take them. Errors are problem+json and never repeat what was sent.",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    },
    "paths": {
        "/v1/score": _post(
            "score", "Score rows of features", ScoreRequest, ScoreAnswer, tuple(sorted({403, 409, *_READING}))
        ),
        "/v1/score-by-id": _post(
            "scoreById",
            "Score entities by their newest known features",
            ScoreByIdRequest,
            ScoreByIdAnswer,
            tuple(sorted({403, 409, 503, *_READING})),
        ),
        "/v1/score-groups": _post(
            "scoreGroups",
            "Score the groups of a cut; the only scores about people at work",
            ScoreGroupsRequest,
            ScoreGroupsAnswer,
            tuple(sorted({409, 503, *_READING})),
        ),
        "/v1/drivers": _get(
            "drivers", "Rank what goes with the outcome", DriversAnswer, (404, 421, 422), usecase="required"
        ),
        "/v1/model": _get(
            "model", "Describe the champions", ModelAnswer, (404, 421, 422), usecase="optional"
        ),
        "/v1/model/schema": _get(
            "modelSchema", "Say what a row looks like", SchemaAnswer, (404, 421, 422), usecase="required"
        ),
        "/livez": _get("livez", "Say that the process is alive", LifeAnswer, (421, 422)),
        "/readyz": _get(
            "readyz", "Say whether there is a champion to answer with", HealthAnswer, (421, 422, 503)
        ),
    },
    "components": {"schemas": _COMPONENTS},
}
