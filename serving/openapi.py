"""The OpenAPI 3.1 document of the service, made from the types of its requests and answers."""

from collections.abc import Iterable
from typing import Any

import msgspec

from serving.access.routes import find_scopes
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
    401: "There is no valid key: it is missing, malformed, unknown, expired or revoked.",
    403: "The key may not do this, or the use case answers for groups and never for single persons.",
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
_SCHEME = "key"


def _content(kind: type, media_type: str = "application/json") -> dict[str, Any]:
    """Return the description of a body."""
    return {media_type: {"schema": _REFERENCES[kind]}}


def _responses(answer: type, problems: Iterable[int]) -> dict[str, Any]:
    """Return the descriptions of all answers of a route."""
    refusals = {
        str(status): {
            "description": _REASONS[status],
            "content": _content(ProblemDocument, "application/problem+json"),
        }
        for status in sorted(problems)
    }
    if "401" in refusals:
        refusals["401"]["headers"] = {
            "www-authenticate": {"description": "Bearer", "schema": {"type": "string"}}
        }
    return {"200": {"description": "The answer.", "content": _content(answer)}, **refusals}


def _guarded(method: str, path: str, answer: type, problems: tuple[int, ...]) -> dict[str, Any]:
    """Return who may ask, as the table of access has it, and the answers; each scope alone is enough.

    Keys that cannot be read (503) shut every guarded route.
    """
    scopes = find_scopes(method, path) or ()
    refusals = {401, 403, 503, *problems} if scopes else set(problems)
    return {
        "security": [{_SCHEME: [scope]} for scope in scopes],
        "responses": _responses(answer, refusals),
    }


def _post(
    path: str, name: str, summary: str, request: type, answer: type, problems: tuple[int, ...]
) -> dict[str, Any]:
    """Return the description of a route that takes a body."""
    purpose = {
        "name": "X-Purpose",
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": "why: one of the purposes of the agreement that opens scores of single people at work",
    }
    return {
        path: {
            "post": {
                "operationId": name,
                "summary": summary,
                "parameters": [] if path == "/v1/score-groups" else [purpose],
                "requestBody": {"required": True, "content": _content(request)},
                **_guarded("POST", path, answer, problems),
            }
        }
    }


def _get(
    path: str, name: str, summary: str, answer: type, problems: tuple[int, ...], *, usecase: str = ""
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
        path: {
            "get": {
                "operationId": name,
                "summary": summary,
                "parameters": [parameter] if usecase else [],
                **_guarded("GET", path, answer, problems),
            }
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
        **_post("/v1/score", "score", "Score rows of features", ScoreRequest, ScoreAnswer, (409, *_READING)),
        **_post(
            "/v1/score-by-id",
            "scoreById",
            "Score entities by their newest known features",
            ScoreByIdRequest,
            ScoreByIdAnswer,
            (409, *_READING),
        ),
        **_post(
            "/v1/score-groups",
            "scoreGroups",
            "Score the groups of a cut; the only scores about people at work",
            ScoreGroupsRequest,
            ScoreGroupsAnswer,
            (409, *_READING),
        ),
        **_get(
            "/v1/drivers",
            "drivers",
            "Rank what goes with the outcome",
            DriversAnswer,
            (404, 421, 422),
            usecase="required",
        ),
        **_get(
            "/v1/model", "model", "Describe the champions", ModelAnswer, (404, 421, 422), usecase="optional"
        ),
        **_get(
            "/v1/model/schema",
            "modelSchema",
            "Say what a row looks like",
            SchemaAnswer,
            (404, 421, 422),
            usecase="required",
        ),
        **_get("/livez", "livez", "Say that the process is alive", LifeAnswer, (421, 422)),
        **_get(
            "/readyz",
            "readyz",
            "Say whether there is a champion to answer with",
            HealthAnswer,
            (421, 422, 503),
        ),
    },
    "components": {
        "schemas": _COMPONENTS,
        "securitySchemes": {
            _SCHEME: {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "xmp_<id>_<secret>",
                "description": "A key of this service; `xm-predict keys create` makes one. What it may do "
                "depends on its role; the scopes beside each operation say which it needs.",
            }
        },
    },
}
