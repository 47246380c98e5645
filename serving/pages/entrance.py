"""Sign in with a key, sign out."""

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from serving.access.guard import read_cookie
from serving.access.routes import PAGES
from serving.access.sessions import COOKIE, HOURS, PATH
from serving.desk import Desk, find_actor, find_desk
from serving.pages.forms import PROOF, check_proof, read_form
from serving.pages.frame import answer_page, make_frame

_START = "/reports"
# One of our own pages, and nothing that a browser could take for the address of another site.
_OWN_PAGE = re.compile(r"/reports(/[a-z-]+)*(\?[\w%&=+.~-]*)?", re.ASCII)
_UNKNOWN = "This key lets nobody in. It may be mistyped, expired or revoked."
_NO_PAGES = "This key is for programs; there is no page for it."


def list_messages() -> set[str]:
    """Return all sentences, which have to stand in the catalogue."""
    return {_UNKNOWN, _NO_PAGES}


async def _show(request: Request) -> Response:
    """Show where one signs in."""
    return _ask(request, request.query_params.get("next", _START))


async def _sign_in(request: Request) -> Response:
    """Begin a session if the key lets somebody in."""
    form = await read_form(request, ("key", "next"))
    desk, back = find_desk(request), form.get("next", _START)
    actor = desk.guard.find_key(form.get("key", ""))
    if actor is None:
        return _ask(request, back, _UNKNOWN, 401)
    request.scope["state"]["actor"] = actor
    if not actor.may(*PAGES):
        return _ask(request, back, _NO_PAGES, 403)
    desk.books.note("sign-in", actor)
    token = await desk.run_apart(lambda: desk.guard.sessions.open(actor.key_id))
    response = RedirectResponse(back if _OWN_PAGE.fullmatch(back) else _START, 303)
    _set_cookie(response, desk, token, round(HOURS * 3600))
    return response


async def _sign_out(request: Request) -> Response:
    """End the session."""
    check_proof(request, await read_form(request, (PROOF,)))
    desk, actor = find_desk(request), find_actor(request)
    desk.guard.sessions.close(read_cookie(request.scope) or "")
    desk.books.note("sign-out", actor)
    response = RedirectResponse(make_frame(request.scope).link("/reports/sign-in"), 303)
    _set_cookie(response, desk, "", 0)
    return response


def _ask(request: Request, back: str, problem: str = "", status: int = 200) -> Response:
    """Return the page with the form."""
    shown = {"next": back if _OWN_PAGE.fullmatch(back) else _START, "problem": problem}
    return answer_page(make_frame(request.scope), "live_sign_in.jinja", status, **shown)


def _set_cookie(response: Response, desk: Desk, token: str, seconds: int) -> None:
    """Have the browser keep a token: for pages alone, out of reach of scripts, never sent in the clear."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=seconds,
        path=PATH,
        secure=desk.settings.is_encrypted,
        httponly=True,
        samesite="lax",
    )


ROUTES = (
    Route("/reports/sign-in", _show, methods=["GET"]),
    Route("/reports/sign-in", _sign_in, methods=["POST"]),
    Route("/reports/sign-out", _sign_out, methods=["POST"]),
)
