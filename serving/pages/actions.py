"""What was tried, for whom, who was held back by lot, and what it changed."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving.desk import find_champion, find_desk
from serving.documents import look_up
from serving.ledger import find_actions
from serving.pages.headings import frame_usecase, label_usecase
from serving.pages.papers import answer_papers

PATH = "/reports/actions"


async def _show(request: Request) -> Response:
    """Show the actions of a use case; never a person."""
    champion, _ = find_champion(request, ("lang",))
    desk, usecase = find_desk(request), champion.bundle.usecase
    frame = frame_usecase(request, champion)
    found = await look_up(desk, partial(find_actions, desk.settings.actions, usecase.name))
    return await answer_papers(
        desk,
        frame,
        "live_actions.jinja",
        {"actions": found},
        label=label_usecase(champion),
        is_simulated=usecase.simulated,
    )


ROUTES = (Route(PATH, _show, methods=["GET"]),)
