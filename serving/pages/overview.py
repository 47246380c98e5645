"""The first page: every use case that a key is for, with what is expected there."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from features.errors import SourceError
from serving.champions import Champion
from serving.desk import Desk, find_actor, find_desk
from serving.pages.frame import answer_page, make_frame
from training.pages import to_shown

_MOST_FIGURES = 2


async def _show(request: Request) -> Response:
    """Show all use cases."""
    desk = find_desk(request)
    champions = desk.find_all(find_actor(request))
    usecases = await desk.run_apart(lambda: [_describe(desk, champion) for champion in champions])
    return answer_page(make_frame(request.scope), "live_overview.jinja", usecases=to_shown(usecases))


def _describe(desk: Desk, champion: Champion) -> dict[str, Any]:
    """Return what is shown of one use case: the head and the first figures of its newest report."""
    usecase = champion.bundle.usecase.name
    try:
        report = desk.reports.find_report(usecase)
    except SourceError:
        # The page of the report says what is wrong; the other use cases are shown all the same.
        report = None
    if report is None:
        return {"usecase": usecase, "header": None, "kpis": []}
    read = msgspec.json.decode
    kpis = read(report.parts["kpis"])
    return {"usecase": usecase, "header": read(report.parts["header"]), "kpis": kpis[:_MOST_FIGURES]}


ROUTES = (Route("/reports", _show, methods=["GET"]),)
