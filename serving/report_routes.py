"""The routes for managers and analysts: drivers, plans, reports, model cards."""

from functools import partial

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving.desk import answer_json, find_actor, find_champion, find_desk, note_request, read_body
from serving.documents import look_up, show_card, show_report
from serving.plan_schemas import WhatIfRequest
from serving.ranking import describe_drivers, parse_segment
from serving.what_if import ask_what_if

_READ_PLAN = msgspec.json.Decoder(WhatIfRequest)


async def _drivers(request: Request) -> Response:
    """Return the ranking of drivers."""
    champion, query = find_champion(request, ("segment",))
    asked = parse_segment(query["segment"]) if "segment" in query else None
    return answer_json(describe_drivers(champion, find_actor(request), asked))


async def _what_if(request: Request) -> Response:
    """Say what a plan with one lever is expected to bring."""
    desk = find_desk(request)
    asked = read_body(request, _READ_PLAN)
    champion = desk.find(find_actor(request), asked.usecase)
    note_request(request, champion, 0)
    report = await look_up(desk, partial(desk.reports.find_report, asked.usecase))
    return answer_json(ask_what_if(champion, asked, None if report is None else report.outline))


async def _report(request: Request) -> Response:
    """Return the newest driver report."""
    champion, query = find_champion(request)
    desk = find_desk(request)
    report = await look_up(desk, partial(desk.reports.find_report, query["usecase"]))
    return answer_json(show_report(champion, find_actor(request), report))


async def _card(request: Request) -> Response:
    """Return the newest model card."""
    champion, query = find_champion(request)
    desk = find_desk(request)
    return answer_json(
        show_card(champion, await look_up(desk, partial(desk.reports.find_card, query["usecase"])))
    )


ROUTES = (
    Route("/v1/drivers", _drivers, methods=["GET"]),
    Route("/v1/what-if", _what_if, methods=["POST"]),
    Route("/v1/report", _report, methods=["GET"]),
    Route("/v1/model/card", _card, methods=["GET"]),
)
