"""The OpenAPI 3.1 document of the service, made from the types of its requests and answers."""

import inspect
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from serving.access.routes import find_scopes
from serving.call_events import MEDIA_TYPE
from serving.call_schemas import CALL_ID_PATTERN, CallAnswer, TurnsRequest
from serving.driver_schemas import DriversAnswer
from serving.examples import BODIES, IDS, QUERIES
from serving.plan_schemas import CardAnswer, ReportAnswer, WhatIfAnswer, WhatIfRequest
from serving.problems import ProblemDocument
from serving.schemas import (
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
    WhatIfRequest,
    TurnsRequest,
    ScoreAnswer,
    ScoreByIdAnswer,
    ScoreGroupsAnswer,
    DriversAnswer,
    WhatIfAnswer,
    ReportAnswer,
    ModelAnswer,
    SchemaAnswer,
    CardAnswer,
    CallAnswer,
    HealthAnswer,
    LifeAnswer,
    ProblemDocument,
)
_SCHEMAS, _COMPONENTS = msgspec.json.schema_components(_TYPES, ref_template="#/components/schemas/{name}")
for _component in _COMPONENTS.values():
    # Python 3.13 takes the indentation off docstrings by itself.
    _component["description"] = inspect.cleandoc(_component["description"])
_REFERENCES: dict[type, dict[str, Any]] = dict(zip(_TYPES, _SCHEMAS, strict=True))
_REASONS = {
    400: "The body is not well-formed JSON.",
    401: "There is no valid key: it is missing, malformed, unknown, expired or revoked.",
    403: "The key may not do this, or the use case answers for groups and never for single persons.",
    404: "There is no such use case, report, card, call or shown segment; 'code' says which.",
    405: "The route does not know the method.",
    408: "The body did not arrive in time.",
    409: "The model or the report must not be used as it stands; 'detail' says why.",
    413: "The body is too large.",
    415: "The body is not application/json in UTF-8.",
    421: "The request is addressed to another host.",
    422: "A value or parameter is not accepted; 'errors' names the place.",
    503: "The service cannot answer yet; see Retry-After.",
}
_READING = (400, 404, 408, 409, 413, 415, 421, 422)
_ASKING = (404, 421, 422)
_SCHEME = "key"
_SINGLE = ("/v1/score", "/v1/score-by-id")
_PARAMETERS: dict[str, dict[str, Any]] = {
    "usecase": {"description": "name of a use case", "schema": {"type": "string"}},
    "segment": {
        "description": "one group of a cut, cut:group; an answer without it lists those that are shown",
        "schema": {"type": "string", "pattern": "^[^:]+:.+$", "maxLength": 512},
    },
}


_EVENT = {
    "type": "object",
    "description": "one event",
    "required": ["event", "data"],
    "properties": {
        "event": {"type": "string", "enum": ["measures", "end"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}
_IDS: dict[str, dict[str, Any]] = {
    "call_id": {
        "description": "id of a call, chosen by the caller; calls of other keys have nothing to do with it",
        "schema": {"type": "string", "pattern": CALL_ID_PATTERN},
    }
}


def _list_ids(path: str) -> list[dict[str, Any]]:
    """Return the descriptions of the ids in a path."""
    return [
        {"name": name, "in": "path", "required": True, **told, "example": IDS[name]}
        for name, told in _IDS.items()
        if f"{{{name}}}" in path
    ]


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


def _post(path: str, name: str, summary: str, request: type, answer: type) -> dict[str, Any]:
    """Return the description of a route that takes a body."""
    purpose = {
        "name": "X-Purpose",
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": "why: one of the purposes of the agreement that opens scores of single people at work",
    }
    examples = {title: {"value": body} for title, body in BODIES[path].items()}
    content = {media: {**told, "examples": examples} for media, told in _content(request).items()}
    return {
        path: {
            "post": {
                "operationId": name,
                "summary": summary,
                "parameters": [*_list_ids(path), *([purpose] if path in _SINGLE else [])],
                "requestBody": {"required": True, "content": content},
                **_guarded("POST", path, answer, _READING),
            }
        }
    }


def _get(
    path: str,
    name: str,
    summary: str,
    answer: type,
    problems: tuple[int, ...],
    **parameters: Literal["required", "optional"],
) -> dict[str, Any]:
    """Return the description of a route without a body."""
    described = [
        {
            "name": parameter,
            "in": "query",
            "required": need == "required",
            **_PARAMETERS[parameter],
            "example": QUERIES[parameter],
        }
        for parameter, need in parameters.items()
    ]
    return {
        path: {
            "get": {
                "operationId": name,
                "summary": summary,
                "parameters": [*_list_ids(path), *described],
                **_guarded("GET", path, answer, problems),
            }
        }
    }


def _stream(described: dict[str, Any]) -> dict[str, Any]:
    """Return the description of a route whose answer is a stream of what it would be."""
    (told,) = (methods["get"] for methods in described.values())
    told["responses"]["200"] = {
        "description": "Server-sent events: `measures` with a CallAnswer as data, now and after every "
        "change; `end` when the call is forgotten. The stream ends after some minutes; ask again to go on.",
        "content": {MEDIA_TYPE: {"schema": _EVENT}},
    }
    return described


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "xm-predict",
        "version": "1",
        "description": "Probabilities with reasons, for customers and others; drivers, plans and reports for "
        "managers. Scores support decisions of people; they do not take them. Errors are problem+json and "
        "never repeat what was sent. The examples are about the example company of `xm-predict demo`.",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    },
    "paths": {
        **_post("/v1/score", "score", "Score rows of features", ScoreRequest, ScoreAnswer),
        **_post(
            "/v1/score-by-id",
            "scoreById",
            "Score entities by their newest known features",
            ScoreByIdRequest,
            ScoreByIdAnswer,
        ),
        **_post(
            "/v1/score-groups",
            "scoreGroups",
            "Score the groups of a cut; the only scores about people at work",
            ScoreGroupsRequest,
            ScoreGroupsAnswer,
        ),
        **_post(
            "/v1/calls/{call_id}/turns",
            "callTurns",
            "Take the next turns of a running call and measure it",
            TurnsRequest,
            CallAnswer,
        ),
        **_stream(
            _get(
                "/v1/calls/{call_id}/events",
                "callEvents",
                "Tell of a running call as it goes on",
                CallAnswer,
                (409, *_ASKING),
                usecase="required",
            )
        ),
        **_get(
            "/v1/drivers",
            "drivers",
            "Rank what goes with the outcome, over everybody or inside one segment",
            DriversAnswer,
            (409, *_ASKING),
            usecase="required",
            segment="optional",
        ),
        **_post(
            "/v1/what-if",
            "whatIf",
            "Say what a plan with one lever is expected to bring",
            WhatIfRequest,
            WhatIfAnswer,
        ),
        **_get(
            "/v1/report",
            "report",
            "Hand out the newest driver report",
            ReportAnswer,
            _ASKING,
            usecase="required",
        ),
        **_get("/v1/model", "model", "Describe the champions", ModelAnswer, _ASKING, usecase="optional"),
        **_get(
            "/v1/model/schema",
            "modelSchema",
            "Say what a row looks like",
            SchemaAnswer,
            _ASKING,
            usecase="required",
        ),
        **_get(
            "/v1/model/card",
            "modelCard",
            "Hand out the newest model card",
            CardAnswer,
            _ASKING,
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
