"""What if: a form for one plan, its answer, and all plans of the report below."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving.champions import Champion
from serving.desk import find_champion, find_desk, note_request
from serving.documents import look_up
from serving.driver_schemas import StoredLever, read_levers
from serving.pages.frame import answer_page
from serving.pages.headings import describe_usecase, frame_usecase
from serving.plan_schemas import Amount, Cost, Part, Reach, ReportOutline, WhatIfAnswer, WhatIfRequest
from serving.problems import ProblemError
from serving.ranking import demand_usable, read_stored
from serving.reports import Document
from serving.what_if import ask_what_if, demand_report
from training.pages import to_shown

# Why there may be no plan; the template has a sentence for each.
_STATES = frozenset({"report_absent", "report_outdated", "model_not_usable", "drivers_unreadable"})
_FIELDS = ("lever", "way", "share", "cost")


@dataclass
class _Form:
    """Hold what the form shows, and what is wrong with it by field."""

    lever: str
    way: float
    share: float
    cost: float | None = None
    cost_text: str = ""
    wrong: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Plans:
    """Hold the plans of a report, and the levers of the champion.

    Attributes
    ----------
    prospects
        As the report has them; None where no lever is offered.
    """

    outline: ReportOutline
    prospects: dict[str, Any] | None
    levers: Mapping[str, StoredLever]

    def find_table(self, name: str) -> dict[str, Any] | None:
        """Return the plans of a lever."""
        tables = [] if self.prospects is None else self.prospects["tables"]
        return next((table for table in tables if table["name"] == name), None)


async def _show(request: Request) -> Response:
    """Show what a plan with one lever is expected to bring."""
    champion, query = find_champion(request, (*_FIELDS, "lang"))
    note_request(request, champion, 0)
    desk = find_desk(request)
    report = await look_up(desk, partial(desk.reports.find_report, query["usecase"]))
    frame = frame_usecase(request, champion)
    header = to_shown(describe_usecase(champion))
    shown: dict[str, Any] = {"state": "", "refused": [], "form": None, "report": None, "line": None}
    try:
        plans = _find_plans(champion, report)
        shown |= _answer(champion, plans, query)
    except ProblemError as problem:
        if problem.code not in _STATES:
            raise
        shown["state"] = problem.code
    shown = {name: to_shown(part) for name, part in shown.items()}
    return await desk.run_apart(lambda: answer_page(frame, "live_what_if.jinja", header=header, **shown))


def _find_plans(champion: Champion, report: Document[ReportOutline] | None) -> _Plans:
    """Return all plans.

    Raises
    ------
    ProblemError
        As :func:`~serving.what_if.ask_what_if`, for what no choice of a plan can mend.
    """
    demand_usable(champion)
    levers = read_stored(read_levers, champion.bundle.evaluation.get("levers", []))
    outline = demand_report(champion, None if report is None else report.outline)
    prospects = None if report is None else msgspec.json.decode(report.parts.get("prospects", b"null"))
    if prospects is not None and any(not table.get("name") for table in prospects["tables"]):
        raise ProblemError(409, "report_outdated", "The newest report was made by an older version.")
    return _Plans(outline, prospects, levers)


def _answer(champion: Champion, plans: _Plans, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page shows where there is a report of the champion."""
    refused = [_explain(lever) for name, lever in plans.levers.items() if plans.find_table(name) is None]
    shown: dict[str, Any] = {"report": {"prospects": plans.prospects}, "refused": refused}
    if plans.prospects is None:
        return {**shown, "state": "no_lever"}
    form = _read(plans, plans.prospects, query)
    # Where the lever is wrong, the form shows the one that the report begins with.
    table = plans.find_table(form.lever) or plans.prospects["tables"][0]
    asked = plans.levers.get(form.lever)
    why = None if asked is None else _explain(asked)
    wrong = {name: form.wrong.get(name) for name in _FIELDS}
    shown |= {"form": {**vars(form), "wrong": wrong, "why": why}, "table": table}
    if form.wrong:
        return {**shown, "line": None}
    fixed = table["prices"][1] if table["prices"] else 0.0
    plan = WhatIfRequest(
        usecase=champion.bundle.usecase.name,
        lever=form.lever,
        way=form.way,
        reach=Reach(share=form.share),
        cost=None if form.cost is None else Cost(per_person_eur=form.cost, fixed_eur=fixed),
    )
    answer = ask_what_if(champion, plan, plans.outline)
    return {
        **shown,
        "line": to_line(answer),
        "expected_by_model": msgspec.to_builtins(answer.expected_by_model),
    }


def _read(plans: _Plans, prospects: dict[str, Any], query: Mapping[str, str]) -> _Form:
    """Read the form; what is not given is as in the plan that the report opens with."""
    first = prospects["tables"][0]
    opening = first["lines"][prospects["first"]]["plan"]
    form = _Form(query.get("lever") or first["name"], opening["way"], opening["share"])
    form.way = _read_number(query, "way", Part, form)
    form.share = _read_number(query, "share", Part, form)
    if text := query.get("cost", ""):
        form.cost, form.cost_text = _read_number(query, "cost", Amount, form), text[:20]
    lever = plans.levers.get(form.lever)
    if lever is None:
        form.wrong["lever"] = "unknown"
    elif plans.find_table(form.lever) is None:
        form.wrong["lever"] = "refused"
    return form


def _read_number(query: Mapping[str, str], name: str, kind: Any, form: _Form) -> Any:
    """Read a number as the interface would; note where it is none, and leave what the form had."""
    text = query.get(name, "")
    if not text:
        return getattr(form, name)
    try:
        return msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError:
        form.wrong[name] = "number"
        return getattr(form, name)


def _explain(lever: StoredLever) -> dict[str, Any]:
    """Return why a lever has no plan, as the report tells it."""
    first = next(iter(lever.refusals), None)
    return {
        "label": lever.label,
        "status": lever.status,
        "reason": None if first is None else first.reason,
        "remedy": None if first is None else first.remedy,
    }


def to_line(answer: WhatIfAnswer) -> dict[str, Any]:
    """Return an answer as a line of the report's table of plans, which the same templates draw."""
    found = msgspec.to_builtins(answer)
    plan = ("way", "share", "people_reached", "exceeds_expected", "revenue_kept_eur", "net_eur")
    by_model = answer.expected_by_model
    return {
        "gain": found["gain"],
        "plan": {**{name: found[name] for name in plan}, "break_even_eur": answer.break_even_eur or 0.0},
        # As in the table: the mean of those reached stands where the model was asked for it.
        "expects": None if by_model is None or answer.target is None else {"value": answer.target},
        "gain_by_model": None if by_model is None else by_model.gain,
    }


ROUTES = (Route("/reports/what-if", _show, methods=["GET"]),)
