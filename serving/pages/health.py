"""How a model does since it was trained: what monitoring found last, or on an earlier day."""

from functools import partial
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving.access.roles import READ_MODEL
from serving.desk import Desk, find_actor, find_champion, find_desk
from serving.documents import look_up
from serving.health import HealthFiles, HealthOutline
from serving.pages.frame import answer_page
from serving.pages.headings import frame_usecase, label_usecase
from serving.problems import Finding, ProblemError
from training.pages import to_shown

PATH = "/reports/health"


async def _show(request: Request) -> Response:
    """Show what monitoring found."""
    champion, query = find_champion(request, ("wave", "lang"))
    desk, usecase = find_desk(request), champion.bundle.usecase
    frame = frame_usecase(request, champion)
    days, found = await look_up(desk, partial(_look, desk, usecase.name, query.get("wave", "")))
    return answer_page(
        frame,
        "live_health.jinja",
        label=label_usecase(champion),
        usecase=usecase.name,
        is_simulated=usecase.simulated,
        is_of_champion=found is not None and found.model_version == champion.bundle.model_version,
        health=None if found is None else to_shown(_describe(found)),
        days=days,
        may_see_figures=find_actor(request).may(READ_MODEL),
    )


def _look(desk: Desk, usecase: str, day: str) -> tuple[list[str], HealthOutline | None]:
    """Return the days that were watched, and what was found; blocks, since it reads files.

    Raises
    ------
    ProblemError
        404 for a day on which nobody looked.
    """
    files = HealthFiles(desk.settings.health)
    days = files.list_days(usecase)
    if not day:
        return days, files.find(usecase)
    found = files.find_day(usecase, day) if day in days else None
    if found is None:
        finding = Finding("wave", "is none of the days on which monitoring looked")
        raise ProblemError(404, "wave_unknown", "Nobody looked at the data of that day.", (finding,))
    return days, found


def _describe(found: HealthOutline) -> dict[str, Any]:
    """Return plain values with the checks parted, and figures of the horizons as courses."""
    plain: dict[str, Any] = msgspec.to_builtins(found)
    alerts = [check for check in plain["checks"] if check["state"] == "alert"]
    courses = dict.fromkeys((one.horizon, one.figure) for one in found.performance)
    return {
        **plain,
        "alerts": alerts,
        "others": [check for check in plain["checks"] if check["state"] != "alert"],
        "courses": [_follow(found, key) for key in courses],
    }


def _follow(found: HealthOutline, key: tuple[str, str]) -> dict[str, Any]:
    """Return one figure over snapshots, the newest first, and the longer of its two courses to draw."""
    lines = [one for one in found.performance if (one.horizon, one.figure) == key]
    drawn = max(
        ([one.realised for one in lines], [one.estimated for one in lines]),
        key=lambda course: sum(_is_whole(point) for point in course),
    )
    return {
        "horizon": key[0],
        "figure": key[1],
        "is_realised": drawn == [one.realised for one in lines],
        "lines": [msgspec.to_builtins(one) for one in reversed(lines)],
        "points": [msgspec.to_builtins(point) for point in drawn if _is_whole(point)],
    }


def _is_whole(point: Any) -> bool:
    """Tell whether a figure is there with both ends of its range."""
    return point is not None and None not in (point.value, point.low, point.high)


ROUTES = (Route(PATH, _show, methods=["GET"]),)
