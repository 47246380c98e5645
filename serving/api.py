"""The routes of the API: read strictly, ask the champion, answer as JSON.

The order of an answer: host, key, scope of the route (:mod:`serving.edge`) -> type, declared size -> body
under a deadline, bytes counted -> decode -> use case, and whether the key is for it -> rows -> score.
"""

import gc
import json
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import msgspec
from msgspec import structs
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from serving.access.guard import Guard, refuse_route
from serving.access.permission import check_groups, check_single, pick_groups
from serving.access.ring import KeyRing
from serving.answers import (
    describe_model,
    describe_schema,
    score_entities,
    score_groups,
    score_rows,
)
from serving.champions import Champions
from serving.desk import Desk, answer_json, find_actor, find_champion, find_desk, note_rows
from serving.dispatch import Dispatch
from serving.edge import Edge
from serving.openapi import DOCUMENT
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

LOG = logging.getLogger("xm_predict.champions")
_READ_OUTLINE = msgspec.json.Decoder(ScoreRequestOutline)
_READ_IDS = msgspec.json.Decoder(ScoreByIdRequest)
_READ_CUT = msgspec.json.Decoder(ScoreGroupsRequest)
_KEYS_SECONDS = 1.0
_THREADS = 2


def build_app(read_settings: Callable[[], Settings]) -> Starlette:
    """Build the application.

    Parameters
    ----------
    read_settings
        Called when the application starts, not when it is built: importing the service reads no environment.
    """
    routes = [
        Route("/v1/score", _score, methods=["POST"]),
        Route("/v1/score-by-id", _score_by_id, methods=["POST"]),
        Route("/v1/score-groups", _score_groups, methods=["POST"]),
        Route("/v1/model", _model, methods=["GET"]),
        Route("/v1/model/schema", _schema, methods=["GET"]),
        *ROUTES,
        Route("/livez", _livez, methods=["GET"]),
        Route("/readyz", _readyz, methods=["GET"]),
        Route("/openapi.json", _openapi, methods=["GET"]),
    ]
    guard = Guard()
    handlers: dict[Any, Any] = {HTTPException: _answer_routing_error, ProblemError: _answer_problem}
    app = Application(
        routes=routes,
        middleware=[Middleware(Edge, guard=guard), Middleware(Dispatch, routes=routes)],
        exception_handlers=handlers,
        lifespan=_make_lifespan(read_settings, guard),
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


def _make_lifespan(
    read_settings: Callable[[], Settings], guard: Guard
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Return what happens around the life of the application: load, watch cache and keys, stop watching."""

    @asynccontextmanager
    async def live(app: Starlette) -> AsyncIterator[None]:
        settings = read_settings()
        champions = Champions(
            settings.cache, settings.latest, stale_seconds=3 * settings.refresh_seconds + 60
        )
        app.state.desk = Desk(settings, champions, Reports(settings.reports), anyio.CapacityLimiter(_THREADS))
        ring = KeyRing(settings.keys)
        ring.look()
        guard.begin(ring, settings.own_names)
        await _take_news(champions)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_watch, champions, settings.poll_seconds)
            tasks.start_soon(_watch_keys, ring, min(settings.poll_seconds, _KEYS_SECONDS))
            yield
            tasks.cancel_scope.cancel()

    return live


async def _watch(champions: Champions, seconds: float) -> None:
    """Take new champions as they come; nothing that goes wrong here ends the service.

    A worker whose supervisor is gone ends itself: nobody could stop it any more, and it would keep the port.
    """
    parent = os.getppid()
    while True:
        await anyio.sleep(seconds)
        if os.getppid() != parent:
            LOG.error("the supervisor is gone; this worker ends")
            os.kill(os.getpid(), signal.SIGTERM)
            return
        try:
            await _take_news(champions)
        except Exception as error:  # noqa: BLE001 - the old champions go on answering whatever a new one does
            LOG.error("look at the cache failed: %s", type(error).__name__)  # noqa: TRY400 - messages may quote data


async def _watch_keys(ring: KeyRing, seconds: float) -> None:
    """Follow the keys; apart from the champions, whose trial may take long while a key has to be shut out."""
    while True:
        await anyio.sleep(seconds)
        await anyio.to_thread.run_sync(ring.look)


async def _take_news(champions: Champions) -> None:
    """Look at the cache in a thread; keep what was loaded out of later garbage collections."""
    if await anyio.to_thread.run_sync(champions.look):
        gc.collect()
        gc.freeze()


async def _score(request: Request) -> Response:
    """Score rows of features."""
    desk = find_desk(request)
    outline = decode(
        _READ_OUTLINE.decode, await desk.read_body(request), known=ScoreRequestOutline.__struct_fields__
    )
    champion = desk.find(find_actor(request), outline.usecase)
    check_single(find_actor(request), champion.subject)
    rows = decode(champion.decode_rows, outline.rows, path="rows", known=champion.names)
    note_rows(request, outline.usecase, len(rows))
    return answer_json(
        await desk.run(partial(score_rows, champion, outline, rows), len(rows), outline.reasons)
    )


async def _score_by_id(request: Request) -> Response:
    """Score entities by their newest known features."""
    desk = find_desk(request)
    asked = decode(_READ_IDS.decode, await desk.read_body(request), known=ScoreByIdRequest.__struct_fields__)
    champion = desk.find(find_actor(request), asked.usecase)
    check_single(find_actor(request), champion.subject)
    note_rows(request, asked.usecase, len(asked.entity_ids))
    work = partial(score_entities, champion, asked, desk.champions.get_latest(asked.usecase))
    return answer_json(await desk.run(work, len(asked.entity_ids), asked.reasons))


async def _score_groups(request: Request) -> Response:
    """Score the groups of one cut."""
    desk = find_desk(request)
    asked = decode(
        _READ_CUT.decode, await desk.read_body(request), known=ScoreGroupsRequest.__struct_fields__
    )
    champion = desk.find(find_actor(request), asked.usecase)
    check_groups(find_actor(request), champion.subject)
    own = pick_groups(find_actor(request), asked.cut)
    latest = desk.champions.get_latest(asked.usecase)
    n_people = 0 if latest is None else len(latest)
    note_rows(request, asked.usecase, n_people)
    answer = await desk.run(partial(score_groups, champion, asked, latest), n_people, 0)
    if own is not None:
        # What is hidden was decided with all groups in view; of the rest, only one's own are shown.
        answer = structs.replace(answer, groups=[group for group in answer.groups if group.name in own])
    return answer_json(answer)


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


async def _answer_problem(request: Request, problem: Exception) -> Response:
    """Return a problem document for an error of our own."""
    assert isinstance(problem, ProblemError)
    return problem.to_response(request.state.request_id)


async def _answer_routing_error(request: Request, error: Exception) -> Response:
    """Return a problem document for a route that is in the table of access, but not there yet."""
    assert isinstance(error, HTTPException)
    return refuse_route().to_response(request.state.request_id)
