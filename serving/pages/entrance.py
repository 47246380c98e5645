"""Sign in with a key, sign out."""

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from serving.access.guard import read_cookie
from serving.access.roles import Actor
from serving.access.routes import PAGES, find_scopes
from serving.access.sessions import COOKIE, HOURS, PATH
from serving.desk import Desk, find_desk
from serving.pages.forms import PROOF, check_proof, read_form
from serving.pages.frame import answer_page, make_frame
from serving.problems import ProblemError
from serving.reading import read_query

LOG = logging.getLogger("xm_predict.pages")
_Done = TypeVar("_Done")
_START = "/reports"
_SIGN_IN = "/reports/sign-in"
# One of our own pages, and nothing that a browser could take for the address of another site.
_OWN_PAGE = re.compile(r"/reports(/[a-z-]+)*(\?[\w%&=+.~-]*)?", re.ASCII)
_LONGEST_ADDRESS = 2000
_UNKNOWN = "This key lets nobody in. It may be mistyped, expired or revoked."
_NO_PAGES = "This key is for programs; there is no page for it."


def list_messages() -> set[str]:
    """Return all sentences, which have to stand in the catalogue."""
    return {_UNKNOWN, _NO_PAGES}


async def _show(request: Request) -> Response:
    """Show where one signs in."""
    return _ask(request, read_query(request, ("next", "lang")).get("next", _START))


async def _sign_in(request: Request) -> Response:
    """Begin a session if the key lets somebody in; one that this browser had before ends."""
    read_query(request, ("lang",))
    form = await read_form(request, ("key", "next"))
    desk, back = find_desk(request), form.get("next", _START)
    actor = desk.guard.find_key(form.get("key", ""))
    if actor is None or not actor.may(*PAGES):
        return _refuse(request, back, actor)
    request.scope["state"]["actor"] = actor
    before = read_cookie(request.scope)
    token = await _change(desk, lambda: _replace_session(desk, before, actor))
    # The audit log comes after the session: what could not be begun was not begun.
    desk.books.note("reports/sign-in", actor)
    response = RedirectResponse(make_frame(request.scope).go_on(_choose_page(back)), 303)
    _set_cookie(response, desk, token, round(HOURS * 3600))
    return response


async def _sign_out(request: Request) -> Response:
    """End the session."""
    read_query(request, ("lang",))
    check_proof(request, await read_form(request, (PROOF,)))
    desk = find_desk(request)
    await _change(desk, lambda: desk.guard.sessions.close(read_cookie(request.scope) or ""))
    response = RedirectResponse(make_frame(request.scope).link(_SIGN_IN), 303)
    _set_cookie(response, desk, "", 0)
    return response


def _replace_session(desk: Desk, before: str | None, actor: Actor) -> str:
    """Return what the browser keeps from now on; what it had before opens nothing any more."""
    token = desk.guard.sessions.open(actor.key_id)
    if before is not None:
        desk.guard.sessions.close(before)
    return token


async def _change(desk: Desk, work: Callable[[], _Done]) -> _Done:
    """Change sessions, or say that it cannot be done.

    Raises
    ------
    ProblemError
        503 where their folder cannot be written.
    """
    try:
        return await desk.run_apart(work)
    except OSError as error:
        LOG.error("SESSIONS CANNOT BE WRITTEN: %s: %s", desk.settings.sessions, error.strerror)  # noqa: TRY400 - one line says it
        detail = "Sessions cannot be written at the moment; the log says why."
        raise ProblemError(503, "sessions_unwritable", detail, headers={"retry-after": "30"}) from error


def _refuse(request: Request, back: str, actor: Actor | None) -> Response:
    """Return the page with the form again; the key is not in it."""
    sentence, status, code = _UNKNOWN, 401, "unauthenticated"
    if actor is not None:
        request.scope["state"]["actor"] = actor
        sentence, status, code = _NO_PAGES, 403, "scope_missing"
    find_desk(request).books.note("reports/sign-in", actor, code)
    return _ask(request, back, sentence, status)


def _ask(request: Request, back: str, problem: str = "", status: int = 200) -> Response:
    """Return the page with the form."""
    page = _choose_page(back)
    frame = make_frame(request.scope)
    # Choosing a language keeps what one was on the way to, and nothing that is no page of ours.
    way = {} if page == _START else {"next": page}
    lang = {name: text for name, text in frame.query.items() if name == "lang"}
    return answer_page(
        replace(frame, query={**way, **lang}), "live_sign_in.jinja", status, next=page, problem=problem
    )


def _choose_page(wanted: str) -> str:
    """Return where to go on: a page that is there and asks for a session, else the overview."""
    is_ours = len(wanted) <= _LONGEST_ADDRESS and _OWN_PAGE.fullmatch(wanted) is not None
    return wanted if is_ours and find_scopes("GET", wanted.partition("?")[0]) else _START


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
    Route(_SIGN_IN, _show, methods=["GET"]),
    Route(_SIGN_IN, _sign_in, methods=["POST"]),
    Route("/reports/sign-out", _sign_out, methods=["POST"]),
)
