"""What was tried, for whom, who was held back by lot, and what it changed."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving.desk import find_champion, find_desk
from serving.documents import look_up
from serving.ledger import find_actions
from serving.pages.frame import make_frame
from serving.pages.papers import answer_papers
from training.pages import LANGUAGES

PATH = "/reports/actions"


async def _show(request: Request) -> Response:
    """Show the actions of a use case; never a person."""
    champion, _ = find_champion(request, ("lang",))
    desk, usecase = find_desk(request), champion.bundle.usecase
    frame = make_frame(request.scope, usecase.name, is_about_employees=champion.subject == "employee")
    found = await look_up(desk, partial(find_actions, desk.settings.actions, usecase.name))
    return await answer_papers(
        desk,
        frame,
        "live_actions.jinja",
        {"actions": found},
        label={language: usecase.name_in(language, usecase.name) for language in LANGUAGES},
        is_simulated=usecase.simulated,
    )


ROUTES = (Route(PATH, _show, methods=["GET"]),)
