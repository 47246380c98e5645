"""Whom to call: customers at risk, first to call first; never people at work."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from features.errors import InputError
from serving.access.guard import refuse_scope
from serving.access.permission import check_single, check_unit, pick_cuts, pick_groups
from serving.access.roles import READ_REPORT, Actor
from serving.answers import score_entities
from serving.call_orders import CallOrder
from serving.champions import Champion
from serving.desk import find_actor, find_champion, find_desk, note_request
from serving.latest import LatestRows
from serving.pages.frame import Frame, answer_page
from serving.pages.headings import describe_usecase, frame_usecase
from serving.problems import refuse_single
from serving.schemas import ScoreByIdAnswer, ScoreByIdRequest
from training.pages import to_shown
from training.urgency import has_call_list

PEOPLE_ON_PAGE = 25
_REASONS = 3
_MOST_DIGITS = 9
_MOST_CHOICES = 1000


@dataclass(frozen=True)
class _Choice:
    """Hold what is chosen, and what can be; see the page of groups."""

    cuts: tuple[str, ...]
    cut: str | None
    groups: tuple[str, ...]
    group: str | None
    is_unknown: bool


@dataclass(frozen=True)
class _Part:
    """Hold the part of the list that a page shows.

    Attributes
    ----------
    places
        Rows of the newest table.
    first
        How many stand before it.
    """

    places: NDArray[np.int32]
    first: int
    n_all: int
    page: int
    n_pages: int


async def _show(request: Request) -> Response:
    """Show one page of the list."""
    champion, query = find_champion(request, ("cut", "group", "page", "lang"))
    actor = find_actor(request)
    _check(actor, champion)
    note_request(request, champion, 0)
    frame = frame_usecase(request, champion)
    desk = find_desk(request)
    latest = desk.champions.get_listed(query["usecase"])
    state = _find_state(champion, latest)
    if state or latest is None:
        return _answer(frame, champion, state=state, choice=None)
    choice = await desk.run_apart(partial(_choose, query, actor, latest))
    if choice is None:
        return _answer(frame, champion, state="no_unit", choice=None)
    try:
        order = await desk.orders.find(champion, latest, desk.run_apart)
        part = await desk.run_apart(partial(_cut_out, order, latest, choice, query.get("page", "")))
        names = latest.name(part.places)
        asked = ScoreByIdRequest(
            usecase=query["usecase"], entity_ids=names, reasons=_REASONS, language=frame.language
        )
        answer = await desk.run_apart(partial(score_entities, champion, asked, latest))
    except InputError:
        return _answer(frame, champion, state="latest_unfit", choice=None)
    # A group that is there may be written down; what else was typed may be anything, even somebody's id.
    unit = f"{choice.cut}={choice.group}" if choice.group in choice.groups else ""
    note_request(request, champion, len(answer.rows), unit)
    desk.books.take_scores(champion, answer)
    rows = _list_rows(answer, latest, part)
    shown = {
        "by_loss": order.is_by_loss,
        "as_of": latest.as_of,
        "part": _count(part),
        "is_tied": actor.units is not None,
    }
    return await desk.run_apart(lambda: _answer(frame, champion, state="", choice=choice, rows=rows, **shown))


def _check(actor: Actor, champion: Champion) -> None:
    """Let those in who may see single customers and read reports; nobody sees single people at work.

    Raises
    ------
    ProblemError
        403.
    """
    if champion.is_about_employees:
        raise refuse_single()
    check_single(actor, champion.subject)
    if not actor.may(READ_REPORT):
        raise refuse_scope(READ_REPORT)


def _find_state(champion: Champion, latest: LatestRows | None) -> str:
    """Return why there is no list; nothing where there is one."""
    usecase = champion.bundle.usecase
    is_event = not champion.bundle.is_of_answers
    if not (is_event and has_call_list(usecase, is_dated=usecase.table is None)):
        return "no_list"
    if champion.scorer.doubts:
        return "model_not_usable"
    return "latest_absent" if latest is None else ""


def _choose(query: dict[str, str], actor: Actor, latest: LatestRows) -> _Choice | None:
    """Return what is chosen; None where somebody is tied to units of which there is none.

    Raises
    ------
    ProblemError
        403 for a cut or a group that is not of this key.
    """
    cut, group = query.get("cut") or None, query.get("group") or None
    cuts = pick_cuts(actor, latest.cuts)
    if actor.units is not None:
        cut = cut or next(iter(cuts), None)
        if cut is None:
            return None
    own = None if cut is None else pick_groups(actor, cut)
    if cut is None or cut not in cuts:
        return None if own is not None else _Choice(cuts, None, (), None, cut is not None)
    if own is not None:
        group = group or min(own)
    if group is not None:
        check_unit(actor, cut, group)
    groups = latest.list_groups(cut)[:_MOST_CHOICES] if own is None else tuple(sorted(own))
    return _Choice(cuts, cut, groups, group, is_unknown=False)


def _cut_out(order: CallOrder, latest: LatestRows, choice: _Choice, page: str) -> _Part:
    """Return the part of the list that a page shows; there is no page behind the last."""
    places = order.places
    if choice.cut is not None and choice.group is not None:
        places = places[latest.is_within(choice.cut, choice.group)[places]]
    n_pages = max(1, -(-len(places) // PEOPLE_ON_PAGE))
    is_number = page.isascii() and page.isdecimal() and len(page) <= _MOST_DIGITS
    number = min(max(int(page), 1), n_pages) if is_number else 1
    first = (number - 1) * PEOPLE_ON_PAGE
    return _Part(places[first : first + PEOPLE_ON_PAGE], first, len(places), number, n_pages)


def _list_rows(answer: ScoreByIdAnswer, latest: LatestRows, part: _Part) -> list[dict[str, Any]]:
    """Return the lines of a page, as the list of the report has them."""
    revenue = latest.read_revenue()
    amounts = [None] * len(part.places) if revenue is None else revenue[part.places].tolist()
    lines: list[dict[str, Any]] = []
    for row, amount in zip(answer.rows, amounts, strict=True):
        known = None if amount is None or not np.isfinite(amount) else float(amount)
        risk = row.probability[answer.primary_horizon]
        lines.append(
            {
                "entity_id": row.entity_id,
                "described": {},
                "revenue": known,
                "probability": risk,
                "expected_loss": None if known is None else risk * known,
                "band": row.risk_band,
                "reasons": [{"en": reason.label, "de": reason.label} for reason in row.reasons],
            }
        )
    return lines


def _count(part: _Part) -> dict[str, Any]:
    """Return which part of the list this is."""
    return {
        "first": part.first + 1,
        "last": part.first + len(part.places),
        "all": part.n_all,
        "page": part.page,
        "pages": part.n_pages,
    }


def _answer(frame: Frame, champion: Champion, *, choice: _Choice | None, **shown: Any) -> Response:
    """Return the page."""
    given = {
        "header": describe_usecase(champion),
        "choice": None if choice is None else vars(choice),
        **shown,
    }
    filled = {name: to_shown(part) for name, part in {"rows": [], "part": None, **given}.items()}
    return answer_page(frame, "live_people.jinja", **{"by_loss": False, "as_of": None, **filled})


ROUTES = (Route("/reports/people", _show, methods=["GET"]),)
