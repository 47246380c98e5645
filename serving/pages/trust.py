"""How far one can trust a model: the figures of its report, and its model card in words."""

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving.access.roles import READ_MODEL, READ_REPORT
from serving.champions import Champion
from serving.desk import find_actor, find_champion, find_desk
from serving.documents import look_up, show_card, show_report
from serving.pages.headings import frame_usecase, label_usecase
from serving.pages.papers import answer_papers
from serving.problems import ProblemError

# Messages of the catalogue. What a key may not see, and what is not there, by the code of the problem.
_NOT_FOR_KEY = {
    READ_REPORT: "The figures of the newest report are for keys that may read reports.",
    READ_MODEL: "The model card is for keys that may read about models.",
}
_NOT_THERE = {
    (READ_REPORT, "report_absent"): "There is no report yet.",
    (READ_REPORT, "report_unreadable"): "The report cannot be read at the moment.",
    (READ_MODEL, "report_absent"): "There is no model card yet.",
    (READ_MODEL, "report_unreadable"): "The model card cannot be read at the moment.",
}
_OTHER_MODEL = {
    READ_REPORT: "The newest report is about another model than the one that is in use now: "
    "xm-predict report makes a new one.",
    READ_MODEL: "The model card is about another model than the one that is in use now: "
    "xm-predict report makes a new one.",
}


_REMEDIES = {"report_unreadable": "The log of the service says why."}


def list_messages() -> set[str]:
    """Return all sentences, which have to stand in the catalogue."""
    return {*_NOT_FOR_KEY.values(), *_NOT_THERE.values(), *_OTHER_MODEL.values(), *_REMEDIES.values()}


async def _show(request: Request) -> Response:
    """Show how far one can trust the model."""
    champion, _ = find_champion(request, ("lang",))
    actor = find_actor(request)
    frame = frame_usecase(request, champion)
    found: dict[str, dict[str, Any]] = {}
    notices: list[tuple[str, str]] = []
    problems: list[ProblemError] = []
    for scope in filter(actor.may, _NOT_FOR_KEY):
        try:
            parts, is_of_champion = await _look(request, champion, scope)
        except ProblemError as problem:
            problems.append(problem)
            notices.append((_NOT_THERE[scope, problem.code], _REMEDIES.get(problem.code, "")))
            continue
        found[scope] = parts
        if not is_of_champion:
            notices.append((_OTHER_MODEL[scope], ""))
    if not found:
        raise problems[0]
    return await answer_papers(
        find_desk(request),
        frame,
        "live_trust.jinja",
        {"report": found.get(READ_REPORT), "card": found.get(READ_MODEL)},
        label=label_usecase(champion),
        model_version=champion.bundle.model_version,
        is_simulated=champion.bundle.usecase.simulated,
        notices=notices,
        left_out=[sentence for scope, sentence in _NOT_FOR_KEY.items() if not actor.may(scope)],
    )


async def _look(request: Request, champion: Champion, scope: str) -> tuple[dict[str, Any], bool]:
    """Return the parts that are shown of a document, and whether it is about the champion."""
    desk, usecase = find_desk(request), champion.bundle.usecase.name
    if scope == READ_MODEL:
        card = show_card(champion, await look_up(desk, partial(desk.reports.find_card, usecase)))
        return card.card, card.is_of_champion
    newest = await look_up(desk, partial(desk.reports.find_report, usecase))
    report = show_report(champion, find_actor(request), newest)
    return {name: report.report[name] for name in ("header", "trust")}, report.is_of_champion


ROUTES = (Route("/reports/trust", _show, methods=["GET"]),)
