"""The driver report as a page: the newest one, or one on older data."""

from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving.desk import Desk, find_actor, find_champion, find_desk
from serving.documents import look_up, show_report
from serving.pages.headings import frame_usecase
from serving.pages.papers import answer_papers
from serving.plain_files import is_day
from serving.plan_schemas import ReportOutline
from serving.problems import Finding, ProblemError, refuse_absent
from serving.reading import refuse_value
from serving.reports import Document

Paper = Document[ReportOutline]


@dataclass(frozen=True)
class Newest:
    """Say what is newest: the report, unless it is absent or cannot be read, and the day of its data."""

    report: Paper | None
    day: str | None
    problem: ProblemError | None = None


async def _show(request: Request) -> Response:
    """Show the report."""
    champion, query = find_champion(request, ("lang", "wave"))
    desk, usecase = find_desk(request), champion.bundle.usecase.name
    frame = frame_usecase(request, champion)
    asked = _read_wave(query)
    newest = await _find_newest(desk, usecase)
    kept = await desk.run_apart(partial(desk.reports.list_waves, usecase))
    days = [day for day in kept if day != newest.day]
    # Where there is no page after all, these are offered instead.
    request.scope["state"]["instead"] = [
        (frame.link(frame.path, usecase=usecase, wave=day), day) for day in days if day != asked
    ]
    is_old = asked is not None and asked != newest.day
    report = await _find_wave(desk, usecase, asked) if asked is not None and is_old else _demand(newest)
    answer = show_report(champion, find_actor(request), report)
    return await answer_papers(
        desk,
        frame,
        "live_report.jinja",
        {"report": answer.report},
        is_old=is_old,
        is_of_champion=answer.is_of_champion,
        left_out=answer.left_out,
        has_newest=newest.report is not None,
        newest_day=newest.day,
        days=days,
        groups=frame.find_link("/reports/groups"),
        # Plans and people are about the model that is in use now.
        what_if=None if is_old else frame.find_link("/reports/what-if"),
        people=None if is_old else frame.find_link("/reports/people"),
    )


def _read_wave(query: dict[str, str]) -> str | None:
    """Return the day that is asked for; None: the newest report."""
    day = query.get("wave") or None
    if day is not None and not is_day(day):
        raise refuse_value("query.wave", "expected a date such as 2026-06-30")
    return day


async def _find_newest(desk: Desk, usecase: str) -> Newest:
    """Return the newest report; one that cannot be used is no reason not to show an older one."""
    try:
        report = await look_up(desk, partial(desk.reports.find_report, usecase))
    except ProblemError as problem:
        return Newest(None, None, problem)
    return Newest(report, None if report is None else report.outline.header.snapshot_date)


async def _find_wave(desk: Desk, usecase: str, day: str) -> Paper:
    """Return the report on older data."""
    report = await look_up(desk, partial(desk.reports.find_wave, usecase, day))
    if report is None:
        finding = Finding("query.wave", "is no day on whose data a report was kept")
        raise ProblemError(404, "wave_absent", "There is no report on data of this day.", (finding,))
    return report


def _demand(newest: Newest) -> Paper:
    """Return the newest report, or say why there is none."""
    if newest.problem is not None:
        raise newest.problem
    if newest.report is None:
        raise refuse_absent("report")
    return newest.report


ROUTES = (Route("/reports/report", _show, methods=["GET"]),)
