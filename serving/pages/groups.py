"""Groups: what is expected of those of one cut, and the drivers of one of them."""

from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from features.errors import SourceError
from serving.access.permission import check_unit, pick_cuts, pick_groups
from serving.access.roles import Actor
from serving.champions import Champion
from serving.desk import find_actor, find_champion, find_desk, note_request
from serving.driver_schemas import Driver, DriversAnswer, SegmentName
from serving.group_scores import ask_groups
from serving.latest import LatestRows
from serving.pages.frame import answer_page
from serving.pages.headings import describe_usecase, frame_usecase
from serving.problems import ProblemError
from serving.ranking import describe_drivers
from serving.schemas import Range, ScoredGroup, ScoreGroupsAnswer, ScoreGroupsRequest
from training.pages import place_on_ramp, to_shown, unit_of

# What may be missing while the rest of the page can be shown; the template has a sentence for each.
_STATES = frozenset(
    {"latest_absent", "latest_unfit", "model_not_usable", "drivers_unreadable", "segment_hidden"}
)
_NO_RIGHT = "scope_missing"
_MOST_FURTHER = 5
_MOST_LINES = 200
_MOST_HIDDEN = 50
_MOST_CHOICES = 1000


@dataclass(frozen=True)
class _Choice:
    """Hold what is chosen, and what can be.

    Attributes
    ----------
    own
        The groups of the cut that this person may see; None: all.
    is_unknown
        Whether a cut was asked for that there is not.
    """

    cuts: tuple[str, ...]
    cut: str | None
    group: str | None
    own: frozenset[str] | None
    is_unknown: bool


async def _show(request: Request) -> Response:
    """Show the groups of one cut, and the drivers of one of them."""
    champion, query = find_champion(request, ("cut", "group", "lang"))
    desk, actor = find_desk(request), find_actor(request)
    latest = desk.champions.get_latest(query["usecase"])
    drivers, state = _find_drivers(champion, actor, None)
    choice = _choose(query, actor, _list_cuts(actor, latest, drivers))
    forecast: dict[str, Any] | None = None
    if choice.cut is not None:
        forecast, state = await _forecast(request, champion, choice, state)
    segment = None
    if choice.cut is not None and choice.group is not None and drivers is not None:
        segment = _show_segment(champion, actor, SegmentName(choice.cut, choice.group))
    frame = frame_usecase(request, champion)
    shown: dict[str, Any] = {
        "header": describe_usecase(champion),
        "choice": {**vars(choice), "groups": _list_groups(choice, forecast, drivers)},
        "is_tied": actor.units is not None,
        "state": state,
        "forecast": forecast,
        "segment": segment,
    }
    shown = {name: to_shown(part) for name, part in shown.items()}
    return await desk.run_apart(lambda: answer_page(frame, "live_groups.jinja", **shown))


def _list_cuts(actor: Actor, latest: LatestRows | None, drivers: DriversAnswer | None) -> tuple[str, ...]:
    """Return the declared cuts, of which a person of units sees those of the units alone."""
    segments = () if drivers is None else drivers.segments
    known = tuple(dict.fromkeys(one.cut for one in segments)) if latest is None else latest.cuts
    return pick_cuts(actor, known)


def _choose(query: dict[str, str], actor: Actor, cuts: tuple[str, ...]) -> _Choice:
    """Return what is chosen; who is tied to units has the own one chosen already.

    Raises
    ------
    ProblemError
        403 for a cut or a group that is not of this key, whether or not there is one.
    """
    asked = query.get("cut") or None
    cut = asked or next(iter(cuts), None)
    own = None if cut is None else pick_groups(actor, cut)
    group = query.get("group") or None
    if group is None and own is not None:
        group = min(own)
    if cut is not None and group is not None:
        check_unit(actor, cut, group)
    if cut not in cuts:
        return _Choice(cuts, None, None, own, asked is not None and bool(cuts))
    return _Choice(cuts, cut, group, own, is_unknown=False)


async def _forecast(
    request: Request, champion: Champion, choice: _Choice, state: str
) -> tuple[dict[str, Any] | None, str]:
    """Return what is expected of the groups of the cut, or why nothing is."""
    cut = choice.cut or ""
    try:
        answer = await ask_groups(request, champion, ScoreGroupsRequest(usecase=_name(champion), cut=cut))
    except ProblemError as problem:
        if problem.code not in {*_STATES, _NO_RIGHT}:
            raise
        note_request(request, champion, 0)  # nobody was shown
        return None, state or problem.code
    desk = find_desk(request)
    listed, signs = choice.own, dict[str, str]()
    if listed is None:
        latest = desk.champions.get_latest(_name(champion))
        listed = await desk.run_apart(lambda: _list_all(champion, latest, cut))
        signs = await desk.run_apart(lambda: _find_signs(request, champion, answer))
    hidden = listed - {group.name for group in answer.groups}
    return _describe(champion, answer, signs, sorted(hidden)), state


def _list_all(champion: Champion, latest: LatestRows | None, cut: str) -> frozenset[str]:
    """Return the names of all groups of a cut, hidden ones as well, as the report lists them."""
    if latest is None or cut not in latest.cuts:
        return frozenset()
    return frozenset(latest.show(champion.bundle.usecase.privacy).listed(cut))


def _describe(
    champion: Champion, answer: ScoreGroupsAnswer, signs: dict[str, str], hidden: list[str]
) -> dict[str, Any]:
    """Return the table of a cut: the figures of the answer, with colours and signs."""
    is_answer = champion.bundle.is_of_answers
    names = [] if not answer.groups else list(answer.groups[0].probability)
    further = [name for name in names if name != answer.primary_horizon or is_answer]
    steps = _colour(champion, answer)
    lines: list[dict[str, Any]] = [
        {
            "name": group.name,
            "cell": {
                "state": "shown",
                "value": {**msgspec.to_builtins(_lead(answer, group)), "n": group.people},
                "step": step,
                "contrast": signs.get(group.name),
            },
            "band": None if group.risk_band is UNSET else group.risk_band,
            "further": [msgspec.to_builtins(group.probability[name]) for name in further[:_MOST_FURTHER]],
        }
        for group, step in zip(answer.groups, steps, strict=True)
    ]
    sign = 1 if is_answer or champion.bundle.usecase.means == "good" else -1
    lines = sorted(lines, key=lambda line: sign * line["cell"]["value"]["value"])
    return {
        "lines": lines[:_MOST_LINES],
        "unlisted": max(0, len(lines) - _MOST_LINES) + max(0, len(hidden) - _MOST_HIDDEN),
        "unit": "rating" if is_answer else "share",
        "horizon": answer.primary_horizon,
        "further": further[:_MOST_FURTHER],
        "hidden": hidden[:_MOST_HIDDEN],
        "minimum": answer.minimum_group,
        "as_of": answer.as_of,
        "has_signs": bool(signs),
        "has_colours": not is_answer,
    }


def _lead(answer: ScoreGroupsAnswer, group: ScoredGroup) -> Range:
    """Return the figure of a group that leads: the share at the primary horizon, or the mean answer."""
    return group.probability[answer.primary_horizon] if group.value is UNSET else group.value


def _colour(champion: Champion, answer: ScoreGroupsAnswer) -> list[int | None]:
    """Return a colour for each group, by its distance to the average that risk bands are made of.

    Answers get none: their colours hang on how much single answers differ, which nobody is told.
    """
    if champion.bundle.is_of_answers:
        return [None] * len(answer.groups)
    average = float(champion.bundle.facts["average_risk"])
    away = [_lead(answer, group).value - average for group in answer.groups]
    is_bad = champion.bundle.usecase.means != "good"
    return list(place_on_ramp(away, min(average, 1 - average), is_bad=is_bad))


def _find_signs(request: Request, champion: Champion, answer: ScoreGroupsAnswer) -> dict[str, str]:
    """Return which groups the report found clearly off, if it is about the same model and the same day."""
    try:
        report = find_desk(request).reports.find_report(answer.usecase)
    except SourceError:
        return {}
    if report is None or report.outline.trust.model_version != champion.bundle.model_version:
        return {}
    if report.outline.header.snapshot_date != answer.as_of:
        return {}
    heat = msgspec.json.decode(report.parts.get("heat", b"null")) or {"tables": []}
    signs: dict[str, str] = {}
    for table in heat["tables"]:
        if table["row_cut"] == answer.cut:
            cells = {name: line[-1] for name, line in zip(table["rows"], table["cells"], strict=False)}
        elif table["column_cut"] == answer.cut:
            cells = dict(zip(table["columns"], table["cells"][-1], strict=False))
        else:
            continue
        signs |= {name: cell["contrast"] for name, cell in cells.items() if cell["contrast"]}
    return signs


def _find_drivers(
    champion: Champion, actor: Actor, asked: SegmentName | None
) -> tuple[DriversAnswer | None, str]:
    """Return the ranking as this person may see it, or why there is none."""
    try:
        return describe_drivers(champion, actor, asked), ""
    except ProblemError as problem:
        if problem.code not in _STATES:
            raise
        return None, problem.code


def _show_segment(champion: Champion, actor: Actor, asked: SegmentName) -> dict[str, Any]:
    """Return the drivers of a group, or that they are hidden."""
    found, state = _find_drivers(champion, actor, asked)
    if found is None or found.segment is None:
        return {"state": state, "lines": []}
    lines = [_draw(champion, driver) for driver in found.drivers]
    return {
        "state": "",
        "people": found.segment.people,
        "has_own_refits": found.segment.has_own_refits,
        "lines": lines,
        "scale": max((line["share"]["high"] or 0.0 for line in lines), default=1.0),
    }


def _draw(champion: Champion, driver: Driver) -> dict[str, Any]:
    """Return a driver as tables of drivers show it."""
    unit = None if driver.goal is None else driver.goal.unit
    low = driver.share.low
    return {
        **msgspec.to_builtins(driver),
        "goal_unit": unit_of(champion.bundle.usecase, unit),
        "is_unclear": low is None or low <= 0,
    }


def _list_groups(
    choice: _Choice, forecast: dict[str, Any] | None, drivers: DriversAnswer | None
) -> list[str]:
    """Return the groups that can be chosen: one's own, else those that something is shown of."""
    if choice.own is not None:
        return sorted(choice.own)
    names = set() if forecast is None else {line["name"] for line in forecast["lines"]}
    segments = () if drivers is None else drivers.segments
    return sorted(names | {one.group for one in segments if one.cut == choice.cut})[:_MOST_CHOICES]


def _name(champion: Champion) -> str:
    """Return the name of a use case."""
    return champion.bundle.usecase.name


ROUTES = (Route("/reports/groups", _show, methods=["GET"]),)
