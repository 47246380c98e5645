"""The routes of the API: read strictly, ask the champion, answer as JSON.

The order of an answer: host, key, scope of the route (:mod:`serving.edge`) -> type, size, room, body, turn
(:mod:`serving.limits`) -> decode -> use case, and whether the key is for it -> rows -> score.
"""

import gc
import json
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

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
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.access.guard import Guard, refuse_route
from serving.access.permission import (
    check_groups,
    check_single,
    check_subject,
    check_usecase,
    may_read,
    pick_groups,
)
from serving.access.ring import KeyRing
from serving.access.roles import Actor
from serving.answers import (
    describe_drivers,
    describe_model,
    describe_schema,
    score_entities,
    score_groups,
    score_rows,
)
from serving.champions import Champion, Champions
from serving.dispatch import Dispatch
from serving.edge import Edge
from serving.limits import Gate, Limits, drain_on_signal
from serving.openapi import DOCUMENT
from serving.problems import Finding, ProblemError
from serving.reading import decode, read_query
from serving.schemas import (
    HealthAnswer,
    LifeAnswer,
    ModelAnswer,
    ScoreByIdRequest,
    ScoreGroupsRequest,
    ScoreRequestOutline,
)
from serving.settings import Settings
from serving.shadow import casting_shadow

_Answer = TypeVar("_Answer")
LOG = logging.getLogger("xm_predict.champions")
_ENCODE = msgspec.json.Encoder().encode
_READ_OUTLINE = msgspec.json.Decoder(ScoreRequestOutline)
_READ_IDS = msgspec.json.Decoder(ScoreByIdRequest)
_READ_CUT = msgspec.json.Decoder(ScoreGroupsRequest)
_ROWS_ON_LOOP = 16
_KEYS_SECONDS = 1.0
_THREADS = 2
_JSON = (b"content-type", b"application/json")


@dataclass(frozen=True)
class Desk:
    """Hold what the routes need while the service runs."""

    settings: Settings
    champions: Champions
    threads: anyio.CapacityLimiter

    def find(self, actor: Actor, usecase: str) -> Champion:
        """Return the champion that answers a request.

        Raises
        ------
        ProblemError
            403 for a use case that the key is not for, 404 for one without a champion.
        """
        check_usecase(actor, usecase)
        champion = self.champions.get(usecase)
        if champion is None:
            finding = Finding("usecase", "has no champion here; see /v1/model for those that have one")
            raise ProblemError(404, "usecase_unknown", "There is no such use case.", (finding,))
        check_subject(actor, champion.subject)
        return champion

    def find_all(self, actor: Actor) -> list[Champion]:
        """Return the champions of the use cases that a key may know of."""
        found = [self.champions.get(name) for name in self.champions.names]
        return [
            one for one in found if one is not None and may_read(actor, one.bundle.usecase.name, one.subject)
        ]

    async def read_body(self, request: Request) -> bytes:
        """Return the body, which the limits have let through."""
        body: bytes = request.state.body
        return body

    async def run(self, work: Callable[[], _Answer], rows: int, reasons: int) -> _Answer:
        """Do short work at once, long work in a thread, so that other requests go on."""
        if rows * (1 + reasons) <= _ROWS_ON_LOOP:
            return work()
        return await anyio.to_thread.run_sync(work, limiter=self.threads)


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
        Route("/v1/drivers", _drivers, methods=["GET"]),
        Route("/v1/model", _model, methods=["GET"]),
        Route("/v1/model/schema", _schema, methods=["GET"]),
        Route("/livez", _livez, methods=["GET"]),
        Route("/readyz", _readyz, methods=["GET"]),
        Route("/openapi.json", _openapi, methods=["GET"]),
    ]
    guard, gate = Guard(), Gate()
    handlers: dict[Any, Any] = {HTTPException: _answer_routing_error, ProblemError: _answer_problem}
    app = Application(
        routes=routes,
        middleware=[
            Middleware(Edge, guard=guard),
            Middleware(Limits, gate=gate),
            Middleware(Dispatch, routes=routes),
        ],
        exception_handlers=handlers,
        lifespan=_make_lifespan(read_settings, guard, gate),
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


class JsonAnswer(Response):
    """Send an answer that is JSON already, with the headers that it needs and no more.

    Parameters
    ----------
    body
        The answer.
    """

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.status_code = 200
        self.raw_headers = [(b"content-length", b"%d" % len(body)), _JSON]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        """Send it."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


def _make_lifespan(
    read_settings: Callable[[], Settings], guard: Guard, gate: Gate
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Return what happens around the life of the application: load, watch cache and keys, stop watching."""

    @asynccontextmanager
    async def live(app: Starlette) -> AsyncIterator[None]:
        settings = read_settings()
        gate.begin(settings)
        drain_on_signal(gate, settings.limits.drain_seconds)
        champions = Champions(
            settings.cache, settings.latest, stale_seconds=3 * settings.refresh_seconds + 60
        )
        app.state.desk = Desk(settings, champions, anyio.CapacityLimiter(_THREADS))
        ring = KeyRing(settings.keys)
        ring.look()
        guard.begin(ring, settings.own_names)
        await _take_news(champions)
        async with casting_shadow(settings) as app.state.shadow, anyio.create_task_group() as tasks:
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
    desk = _desk(request)
    outline = decode(
        _READ_OUTLINE.decode, await desk.read_body(request), known=ScoreRequestOutline.__struct_fields__
    )
    champion = desk.find(_actor(request), outline.usecase)
    check_single(_actor(request), champion.subject)
    rows = decode(champion.decode_rows, outline.rows, path="rows", known=champion.names)
    _note(request, outline.usecase, len(rows))
    answer = await desk.run(partial(score_rows, champion, outline, rows), len(rows), outline.reasons)
    request.app.state.shadow.note(rows, answer)
    return _answer(answer)


async def _score_by_id(request: Request) -> Response:
    """Score entities by their newest known features."""
    desk = _desk(request)
    asked = decode(_READ_IDS.decode, await desk.read_body(request), known=ScoreByIdRequest.__struct_fields__)
    champion = desk.find(_actor(request), asked.usecase)
    check_single(_actor(request), champion.subject)
    _note(request, asked.usecase, len(asked.entity_ids))
    work = partial(score_entities, champion, asked, desk.champions.get_latest(asked.usecase))
    return _answer(await desk.run(work, len(asked.entity_ids), asked.reasons))


async def _score_groups(request: Request) -> Response:
    """Score the groups of one cut."""
    desk = _desk(request)
    asked = decode(
        _READ_CUT.decode, await desk.read_body(request), known=ScoreGroupsRequest.__struct_fields__
    )
    champion = desk.find(_actor(request), asked.usecase)
    check_groups(_actor(request), champion.subject)
    own = pick_groups(_actor(request), asked.cut)
    latest = desk.champions.get_latest(asked.usecase)
    n_people = 0 if latest is None else len(latest)
    _note(request, asked.usecase, n_people)
    answer = await desk.run(partial(score_groups, champion, asked, latest), n_people, 0)
    if own is not None:
        # What is hidden was decided with all groups in view; of the rest, only one's own are shown.
        answer = structs.replace(answer, groups=[group for group in answer.groups if group.name in own])
    return _answer(answer)


async def _drivers(request: Request) -> Response:
    """Return the ranking of drivers."""
    return _answer(describe_drivers(_champion_of_query(request)))


async def _model(request: Request) -> Response:
    """Return the facts of one champion, or of all."""
    desk = _desk(request)
    asked = read_query(request, ("usecase",)).get("usecase")
    refused = desk.champions.refused
    champions = desk.find_all(_actor(request)) if asked is None else [desk.find(_actor(request), asked)]
    return _answer(
        ModelAnswer([describe_model(one, refused.get(one.bundle.usecase.name)) for one in champions])
    )


async def _schema(request: Request) -> Response:
    """Return what a row looks like."""
    return _answer(describe_schema(_champion_of_query(request)))


async def _livez(request: Request) -> Response:
    """Say that the process is alive."""
    read_query(request, ())
    return _answer(LifeAnswer())


async def _readyz(request: Request) -> Response:
    """Say whether there is a champion to answer with."""
    read_query(request, ())
    champions = _desk(request).champions
    if not champions.names:
        detail = "No use case has a champion yet; train one, or wait for the refresher."
        raise ProblemError(503, "no_champion", detail, headers={"retry-after": "5"})
    return _answer(
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


def _champion_of_query(request: Request) -> Champion:
    """Return the champion that the query names."""
    usecase = read_query(request, ("usecase",)).get("usecase")
    if usecase is None:
        raise ProblemError(422, "parameter", "Say which use case.", (Finding("query.usecase", "is missing"),))
    return _desk(request).find(_actor(request), usecase)


def _desk(request: Request) -> Desk:
    """Return what the routes need."""
    desk: Desk = request.app.state.desk
    return desk


def _actor(request: Request) -> Actor:
    """Return who is asking, as the outer layer found."""
    actor: Actor = request.state.actor
    return actor


def _note(request: Request, usecase: str, rows: int) -> None:
    """Put use case and number of rows into the log line of the request."""
    request.state.log = {"usecase": usecase, "rows": rows}


def _answer(content: msgspec.Struct) -> Response:
    """Return an answer as JSON."""
    return JsonAnswer(_ENCODE(content))


async def _answer_problem(request: Request, problem: Exception) -> Response:
    """Return a problem document for an error of our own."""
    assert isinstance(problem, ProblemError)
    return problem.to_response(request.state.request_id)


async def _answer_routing_error(request: Request, error: Exception) -> Response:
    """Return a problem document for a route that is in the table of access, but not there yet."""
    assert isinstance(error, HTTPException)
    return refuse_route().to_response(request.state.request_id)
