"""The page of models: champion beside challenger, the history, and how another version comes to answer.

A worker changes nothing itself: it leaves a wish, which the refresher carries out (:mod:`serving.wishes`).
"""

import re
import secrets
import time
from functools import partial
from typing import Any, get_args

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from serving.access.roles import PROMOTE_MODEL
from serving.books import About
from serving.champions import Champion
from serving.desk import Desk, find_actor, find_champion, find_desk, note_request
from serving.history import History, Version, read_history
from serving.pages.comparing import compare_versions, list_reasons
from serving.pages.forms import PROOF, check_proof, read_form
from serving.pages.frame import answer_page, make_frame
from serving.pages.headings import frame_usecase
from serving.pages.looking_back import look_back
from serving.problems import Finding, ProblemError
from serving.reading import read_query
from serving.shadow import read_agreement
from serving.wishes import Outcome, Step, Wish, WishFolder
from training.pages import to_shown

PATH = "/reports/models"
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_PLAIN_ID = re.compile(r"[0-9a-zA-Z]{1,64}", re.ASCII)
_MOST_OUTCOMES = 3
_FIELDS = (PROOF, "usecase", "version", "expects", "reason")


async def _show(request: Request) -> Response:
    """Show the models of a use case."""
    champion, _ = find_champion(request, ("lang",))
    desk, frame, actor = find_desk(request), frame_usecase(request, champion), find_actor(request)
    shown = await desk.run_apart(partial(_describe, desk, champion))
    seen = await desk.run_apart(partial(look_back, desk.settings.health, champion, actor))
    note_request(request, champion, 0 if seen is None else len(seen.get("losses", ())))
    return answer_page(
        frame,
        "live_models.jinja",
        models=to_shown(shown),
        may_promote=actor.may(PROMOTE_MODEL),
        hindsight=to_shown(seen),
    )


async def _confirm(request: Request) -> Response:
    """Say what would happen, and ask once more."""
    champion, query = find_champion(request, ("version", "step", "lang"))
    desk, step = find_desk(request), query.get("step", "")
    if step not in get_args(Step):
        raise ProblemError(422, "value", "Say whether to promote or to go back.")
    history = await desk.run_apart(partial(_read_attended, desk, _name_of(champion)))
    version = _find_version(history, query.get("version", ""), step)
    shown = {
        "step": step,
        "usecase": history.usecase,
        "expects": history.entry,
        "version": _spell(version),
        "champion": _spell(history.find(history.champion)),
        "comparison": _compare(history, version),
    }
    return answer_page(frame_usecase(request, champion), "live_models_confirm.jinja", asked=to_shown(shown))


async def _promote(request: Request) -> Response:
    """Leave the wish that a version becomes champion."""
    return await _wish(request, "promote")


async def _roll_back(request: Request) -> Response:
    """Leave the wish that the champion before this one answers again."""
    return await _wish(request, "rollback")


async def _wish(request: Request, step: Step) -> Response:
    """Leave a wish, and lead to the page that shows it."""
    read_query(request, ("lang",))
    form = await read_form(request, _FIELDS)
    check_proof(request, form)
    desk, actor = find_desk(request), find_actor(request)
    champion = desk.find(actor, form.get("usecase", ""))
    usecase = _name_of(champion)
    history = await desk.run_apart(partial(_read_attended, desk, usecase))
    if form.get("expects") != str(history.entry):
        raise ProblemError(409, "models_changed", "The champion was changed meanwhile; look again.")
    version = _find_version(history, form.get("version", ""), step)
    wanted = {
        "id": secrets.token_hex(16),
        "usecase": usecase,
        "step": step,
        "version": version.number,
        "model_version": version.model_version,
        "expects": history.entry,
        "key_id": actor.key_id,
        "role": actor.role,
        "at": time.time(),
        "reason": form.get("reason", "").strip(),
    }
    try:
        wish = msgspec.convert(wanted, Wish)
    except msgspec.ValidationError:
        finding = Finding("reason", "is one line of at most 300 letters")
        raise ProblemError(422, "value", "The form has a text that is not accepted.", (finding,)) from None
    request.scope["state"]["about"] = About(usecase, version.model_version)
    await desk.run_apart(partial(_leave, WishFolder(desk.settings.wishes), wish))
    return RedirectResponse(make_frame(request.scope).link(PATH, usecase=usecase), 303)


def _leave(folder: WishFolder, wish: Wish) -> None:
    """Leave a wish, one at a time for a use case; who clicks twice means one."""
    waiting = folder.list_open(wish.usecase)
    if not waiting:
        folder.leave(wish)
    elif (waiting[0].step, waiting[0].version) != (wish.step, wish.version):
        raise ProblemError(409, "wish_waiting", "Another change of this champion is waiting.")


def _read_attended(desk: Desk, usecase: str) -> History:
    """Return the history of a use case where somebody carries out wishes.

    Raises
    ------
    ProblemError
        409 where champions are changed on the command line alone.
    """
    history = read_history(desk.settings.cache, usecase)
    if history is None or not WishFolder(desk.settings.wishes).is_attended(time.time()):
        raise ProblemError(409, "unattended", "Champions are changed on the command line here.")
    return history


def _find_version(history: History, text: str, step: str) -> Version:
    """Return the version that is asked for, if that step can lead to it.

    Raises
    ------
    ProblemError
        409 where it cannot, or not any more; 422 for what is no version.
    """
    if not _NUMBER.fullmatch(text):
        raise ProblemError(422, "value", "Say which version, by its number.")
    version = history.find(int(text))
    is_way = int(text) == history.previous if step == "rollback" else int(text) != history.champion
    if version is None or not is_way or not version.model_version:
        raise ProblemError(409, "models_changed", "There is no such way to this version; look again.")
    return version


def _describe(desk: Desk, champion: Champion) -> dict[str, Any]:
    """Return what the page shows; blocks, since it reads files."""
    usecase, folder = _name_of(champion), WishFolder(desk.settings.wishes)
    history = read_history(desk.settings.cache, usecase)
    told: dict[str, Any] = {
        "usecase": usecase,
        "answers": champion.bundle.model_version,
        "refused": desk.champions.refused.get(usecase),
        "is_stale": desk.champions.is_stale,
        "is_attended": history is not None and folder.is_attended(time.time()),
        "history": None,
    }
    if history is None:
        return told
    challenger = history.find(history.challenger)
    if history.challenger == history.champion:
        challenger = None
    return {
        **told,
        "history": msgspec.to_builtins(history),
        "champion": _spell(history.find(history.champion)),
        "challenger": _spell(challenger),
        "comparison": None if challenger is None else _compare(history, challenger),
        "shadow": _look_at_shadow(desk, history, challenger),
        "rows": [_mark(history, one, desk.settings.tracking_url) for one in history.versions],
        "waiting": [_spell(one) for one in folder.list_open(usecase)],
        "outcomes": [_tell(one) for one in folder.list_outcomes(usecase)[:_MOST_OUTCOMES]],
    }


def _look_at_shadow(desk: Desk, history: History, challenger: Version | None) -> Any:
    """Return how far both are apart on rows that the service was asked of late, if it asks the challenger."""
    champion = history.find(history.champion)
    if not desk.settings.is_shadowing or champion is None or challenger is None:
        return None
    names = history.usecase, champion.model_version, challenger.model_version
    return _spell(read_agreement(desk.settings.shadow_folder, *names, challenger.horizon))


def _compare(history: History, version: Version) -> dict[str, Any]:
    """Return how a version differs from the champion."""
    return compare_versions(history.find(history.champion), version, history.champion)


def _mark(history: History, version: Version, tracking_url: str | None) -> dict[str, Any]:
    """Return one line of the history: a version, what it is or was, and where its run is shown."""
    was_champion = version.number in {one.version for one in history.changes}
    link = None
    if tracking_url and _PLAIN_ID.fullmatch(version.run_id) and _PLAIN_ID.fullmatch(version.experiment_id):
        link = f"{tracking_url}/#/experiments/{version.experiment_id}/runs/{version.run_id}"
    return {
        **msgspec.to_builtins(version),
        "is_champion": version.number == history.champion,
        "is_challenger": version.number == history.challenger != history.champion,
        "was_champion": was_champion and version.number != history.champion,
        "link": link,
    }


def _tell(outcome: Outcome) -> dict[str, Any]:
    """Return what became of a wish, with the reasons of a refusal by name."""
    return {**_spell(outcome), "reasons": list_reasons(outcome.told)}


def _spell(found: msgspec.Struct | None) -> Any:
    """Return plain values, with moments as text."""
    if found is None:
        return None
    plain = msgspec.to_builtins(found)
    if isinstance(found, (Wish, Outcome)):
        plain["moment"] = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(found.at))
    return plain


def _name_of(champion: Champion) -> str:
    """Return the name of the use case."""
    return champion.bundle.usecase.name


ROUTES = (
    Route(PATH, _show, methods=["GET"]),
    Route(f"{PATH}/confirm", _confirm, methods=["GET"]),
    Route(f"{PATH}/promote", _promote, methods=["POST"]),
    Route(f"{PATH}/rollback", _roll_back, methods=["POST"]),
)
