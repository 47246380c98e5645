"""The first page: every use case that a key is for, with what is expected there."""

from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from features.errors import SourceError
from serving.access.roles import READ_REPORT, Actor
from serving.champions import Champion
from serving.desk import Desk, find_actor, find_desk
from serving.pages.frame import answer_page, make_frame
from serving.pages.headings import frame_usecase
from serving.reading import read_query
from training.pages import to_shown

_MOST_FIGURES = 2
_PARTS = ("header", "headline", "kpis")
# What there is of a report for somebody; `other model`: it is older than the model that answers now.
State = Literal["shown", "other model", "absent", "unreadable", "not theirs"]


async def _show(request: Request) -> Response:
    """Show all use cases."""
    read_query(request, ("lang",))
    desk, actor = find_desk(request), find_actor(request)
    champions = desk.find_all(actor)
    described = await desk.run_apart(lambda: [_describe(desk, actor, champion) for champion in champions])
    # Each leads to the first page about it that this person may see, if there is one.
    usecases = [
        {**one, "address": next((link.address for link in frame_usecase(request, champion).links), None)}
        for one, champion in zip(described, champions, strict=True)
    ]
    return answer_page(make_frame(request.scope), "live_overview.jinja", usecases=to_shown(usecases))


def _describe(desk: Desk, actor: Actor, champion: Champion) -> dict[str, Any]:
    """Return what is shown of one use case: the head and the first figures of its newest report."""
    usecase = champion.bundle.usecase.name
    nothing: dict[str, Any] = {"usecase": usecase, "header": None, "kpis": [], "is_usable": True}
    if not actor.may(READ_REPORT):
        return {**nothing, "state": "not theirs"}
    try:
        report = desk.reports.find_report(usecase)
    except SourceError:
        # The page of the report says what is wrong; the other use cases are shown all the same.
        return {**nothing, "state": "unreadable"}
    if report is None:
        return {**nothing, "state": "absent"}
    if not all(name in report.parts for name in _PARTS):
        return {**nothing, "state": "unreadable"}
    header, headline, kpis = (msgspec.json.decode(report.parts[name]) for name in _PARTS)
    is_of_champion = report.outline.trust.model_version == champion.bundle.model_version
    state: State = "shown" if is_of_champion else "other model"
    return {
        "usecase": usecase,
        "header": header,
        "kpis": kpis[:_MOST_FIGURES],
        "is_usable": headline["is_usable"],
        "state": state,
    }


ROUTES = (Route("/reports", _show, methods=["GET"]),)
