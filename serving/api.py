"""The routes of the API: read strictly, ask the champion, answer as JSON.

The order of an answer: host, key, scope of the route (:mod:`serving.edge`) -> type, size, room, body, turn
(:mod:`serving.limits`) -> decode -> use case, and whether the key is for it -> rows -> score.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from serving.access.guard import Guard, refuse_route
from serving.access.permission import check_single
from serving.answers import (
    describe_model,
    describe_schema,
    refuse_objected,
    score_entities,
    score_rows,
)
from serving.books import Books
from serving.call_events import Listeners
from serving.call_routes import ROUTES as CALLS
from serving.champions import Champions
from serving.desk import Desk, answer_json, find_actor, find_champion, find_desk, note_request, read_body
from serving.dispatch import Dispatch
from serving.edge import Edge
from serving.group_scores import ask_groups
from serving.life import make_lifespan
from serving.limits import Gate, Limits
from serving.metrics import CONTENT_TYPE
from serving.open_calls import OpenCalls
from serving.openapi import DOCUMENT
from serving.pages.problems import show_problem
from serving.pages.routes import ROUTES as PAGES
from serving.problems import ProblemError
from serving.reading import decode, read_query
from serving.report_routes import ROUTES
from serving.reports import Reports
from serving.schemas import (
    HealthAnswer,
    LifeAnswer,
    ModelAnswer,
    ScoreByIdRequest,
    ScoreGroupsRequest,
    ScoreRequestOutline,
)
from serving.settings import Settings
from serving.turn_readers import FindCallModel, find_call_model

_READ_OUTLINE = msgspec.json.Decoder(ScoreRequestOutline)
_READ_IDS = msgspec.json.Decoder(ScoreByIdRequest)
_READ_CUT = msgspec.json.Decoder(ScoreGroupsRequest)
_THREADS = 2


def build_app(
    read_settings: Callable[[], Settings], find_model: FindCallModel = find_call_model
) -> Starlette:
    """Build the application.

    Parameters
    ----------
    read_settings
        Called when the application starts, not when it is built: importing the service reads no environment.
    find_model
        Finds what measures calls for a champion.
    """
    routes = [
        Route("/v1/score", _score, methods=["POST"]),
        Route("/v1/score-by-id", _score_by_id, methods=["POST"]),
        Route("/v1/score-groups", _score_groups, methods=["POST"]),
        Route("/v1/model", _model, methods=["GET"]),
        Route("/v1/model/schema", _schema, methods=["GET"]),
        *ROUTES,
        *CALLS,
        *PAGES,
        Route("/livez", _livez, methods=["GET"]),
        Route("/readyz", _readyz, methods=["GET"]),
        Route("/openapi.json", _openapi, methods=["GET"]),
        Route("/metrics", _metrics, methods=["GET"]),
    ]
    guard, gate = Guard(), Gate()
    books = Books(gate.read_figures)

    def open_desk(settings: Settings, champions: Champions) -> Desk:
        threads = anyio.CapacityLimiter(_THREADS)
        return Desk(
            settings=settings,
            champions=champions,
            reports=Reports(settings.reports),
            threads=threads,
            books=books,
            guard=guard,
            calls=OpenCalls(settings.calls),
            listeners=Listeners(settings.calls.max_listeners),
            is_ending=lambda: gate.is_draining,
            find_call_model=find_model,
        )

    handlers: dict[Any, Any] = {HTTPException: _refuse_routing}
    app = Application(
        routes=routes,
        middleware=[
            Middleware(Edge, guard=guard, books=books, show_problem=show_problem),
            Middleware(Limits, gate=gate),
            Middleware(Dispatch, routes=routes),
        ],
        exception_handlers=handlers,
        lifespan=make_lifespan(read_settings, guard, gate, books, open_desk),
    )
    app.router.redirect_slashes = False
    return app


class Application(Starlette):
    """Let the outermost layer of ours be the outermost: it answers for failures, so Starlette's need not."""

    def build_middleware_stack(self) -> ASGIApp:
        """Return the layers around the router."""
        app: ASGIApp = ExceptionMiddleware(self.router, handlers=self.exception_handlers)
        for layer, arguments, options in reversed(self.user_middleware):
            app = layer(app, *arguments, **options)
        return app


async def _score(request: Request) -> Response:
    """Score rows of features."""
    desk = find_desk(request)
    outline = read_body(request, _READ_OUTLINE)
    champion = desk.find(find_actor(request), outline.usecase)
    check_single(find_actor(request), champion.subject)
    rows = decode(champion.decode_rows, outline.rows, path="rows", known=champion.feature_names)
    refuse_objected(rows, desk.champions.get_objections(outline.usecase))
    about = note_request(request, champion, len(rows))
    leave = await desk.books.permit("score", find_actor(request), champion, about, request.scope["state"])
    work = partial(score_rows, champion, outline, rows, leave)
    answer = await desk.run(work, len(rows), outline.reasons)
    desk.books.take_scores(champion, answer, rows)
    request.app.state.shadow.note(rows, answer)
    return answer_json(answer)


async def _score_by_id(request: Request) -> Response:
    """Score entities by their newest known features."""
    desk = find_desk(request)
    asked = read_body(request, _READ_IDS)
    champion = desk.find(find_actor(request), asked.usecase)
    check_single(find_actor(request), champion.subject)
    about = note_request(request, champion, len(asked.entity_ids))
    leave = await desk.books.permit(
        "score-by-id", find_actor(request), champion, about, request.scope["state"]
    )
    objections = desk.champions.get_objections(asked.usecase)
    latest = desk.champions.get_latest(asked.usecase)
    work = partial(score_entities, champion, asked, latest, leave, objections)
    answer = await desk.run(work, len(asked.entity_ids), asked.reasons)
    desk.books.take_scores(champion, answer)
    return answer_json(answer)


async def _score_groups(request: Request) -> Response:
    """Score the groups of one cut."""
    asked = read_body(request, _READ_CUT)
    champion = find_desk(request).find(find_actor(request), asked.usecase)
    return answer_json(await ask_groups(request, champion, asked))


async def _model(request: Request) -> Response:
    """Return the facts of one champion, or of all."""
    desk = find_desk(request)
    asked = read_query(request, ("usecase",)).get("usecase")
    refused = desk.champions.refused
    champions = (
        desk.find_all(find_actor(request)) if asked is None else [desk.find(find_actor(request), asked)]
    )
    return answer_json(
        ModelAnswer([describe_model(one, refused.get(one.bundle.usecase.name)) for one in champions])
    )


async def _schema(request: Request) -> Response:
    """Return what a row looks like."""
    return answer_json(describe_schema(find_champion(request)[0]))


async def _livez(request: Request) -> Response:
    """Say that the process is alive."""
    read_query(request, ())
    return answer_json(LifeAnswer())


async def _readyz(request: Request) -> Response:
    """Say whether there is a champion to answer with."""
    read_query(request, ())
    champions = find_desk(request).champions
    if not champions.names:
        detail = "No use case has a champion yet; train one, or wait for the refresher."
        raise ProblemError(503, "no_champion", detail, headers={"retry-after": "5"})
    return answer_json(
        HealthAnswer(
            ready=True,
            stale=champions.is_stale,
            usecases=list(champions.names),
            refused=sorted(champions.refused),
        )
    )


async def _openapi(request: Request) -> Response:
    """Return the description of this interface."""
    read_query(request, ())
    return Response(json.dumps(DOCUMENT, indent=1), media_type="application/json")


async def _metrics(request: Request) -> Response:
    """Return counters and times for Prometheus."""
    read_query(request, ())
    desk = find_desk(request)
    text = await anyio.to_thread.run_sync(desk.books.spell_metrics, desk.champions)
    return Response(text, media_type=CONTENT_TYPE)


async def _refuse_routing(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette gives both
    """Refuse a route that is in the table of access, but not there yet; the outermost layer answers."""
    raise refuse_route()
