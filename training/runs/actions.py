"""Verb ``actions``: plan an action, start it with a hold-out, read out what it changed, keep the ledger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from features.errors import InputError
from features.frame import Frame
from features.objections import Objections
from features.usecase import UseCase
from training.actions import (
    Action,
    Assigned,
    Cost,
    Entry,
    Ledger,
    Note,
    People,
    Plan,
    Stakes,
    Target,
    digest_of,
    draw_lots,
    draw_secret,
    make_plan,
    read_out,
    tell_plan,
    tell_read_out,
    to_table,
)
from training.bundle import Bundle
from training.console import Console
from training.models import RatingModel
from training.registry import connect
from training.runs.baseline import fetch_standing
from training.runs.build import build_in
from training.runs.taking_part import Cohort, list_busy, see
from training.runs.workspace import Workspace, load_usecase

_WHO = {"everybody": "everybody", "misses-goal": "misses_goal", "riskiest": "riskiest"}


@dataclass(frozen=True)
class Wish:
    """Hold what the command line asks for of an action; empty where nothing was said."""

    id: str = ""
    label: str = ""
    owner: str = ""
    lever: str = ""
    who: str = "everybody"
    share: float = 0.2
    group: str = ""
    horizon: str = ""
    effect: float = 0.0
    hold_out: str = ""
    no_hold_out_because: str = ""
    starts_on: str = ""
    per_person_eur: str = ""
    fixed_eur: str = ""
    text: str = ""
    eur: str = ""
    reached: str = ""


def run(console: Console, action: str, usecase: str, data: str, out: str, **asked: Any) -> None:
    """Do one step of the life of an action."""
    spec = load_usecase(usecase, data)
    workspace = Workspace(Path(out))
    steps: Mapping[str, Callable[[Console, UseCase, Workspace, Wish], None]] = {
        "plan": _plan,
        "start": _start,
        "extend": _extend,
        "read": _read,
        "list": _list,
        "show": _show,
        "note": _note,
        "stop": _stop,
    }
    steps[action](console, spec, workspace, Wish(**asked))


def prepare(cohort: Cohort, ledger: Ledger, wish: Wish) -> tuple[People, Plan, Target]:
    """Return who can take part, and what can be shown with them.

    Raises
    ------
    InputError
        If something that was asked for cannot be.
    """
    usecase = cohort.bundle.usecase
    cut, _, group = wish.group.partition("=")
    target = Target(
        who=_WHO[wish.who],  # type: ignore[arg-type]  # the values of the table are those of the type
        share=wish.share if wish.who == "riskiest" else None,
        cut=cut or None,
        group=group or None,
    )
    entries = ledger.entries()
    busy = list_busy(entries, {entry.id: ledger.people(entry) for entry in entries})
    people = cohort.choose(target, wish.lever or None, busy)
    is_share = not isinstance(cohort.bundle.model, RatingModel)
    effect = (wish.effect / 100.0 if is_share else wish.effect) * _sign(usecase, cohort.bundle)
    hold_out = _number("--hold-out", wish.hold_out)
    if hold_out == 0 and not wish.no_hold_out_because:
        problem = "with nobody held back nobody will know what the action changed"
        raise InputError("--hold-out", problem, "hold some back, or give --no-hold-out-because a reason")
    try:
        outcome = cohort.expect(people)
        if hold_out == 0:
            plan = replace(make_plan(outcome, effect, len(people), 0.5), hold_out=0.0, smallest_effect=None)
        else:
            plan = make_plan(outcome, effect, len(people), hold_out)
    except ValueError as error:
        raise InputError("--effect", str(error), "expect another effect") from error
    return people, plan, target


def start(
    cohort: Cohort, ledger: Ledger, wish: Wish, *, decided_on: date
) -> tuple[Entry, Path, tuple[int, int]]:
    """Write down an action, let lots decide, and return it with the list for those who act."""
    people, plan, target = prepare(cohort, ledger, wish)
    bundle = cohort.bundle
    action = Action(
        usecase=bundle.usecase.name,
        label=_demand("--label", wish.label, "name the action, such as 'Fast lane in support'"),
        owner=_demand("--owner", wish.owner, "name who answers for it"),
        lever=wish.lever or None,
        lever_label=bundle.usecase.drivers[wish.lever].label if wish.lever else None,
        target=target,
        starts_on=_day(wish.starts_on) or decided_on,
        horizon=_horizon(bundle, wish),
        is_share=not isinstance(bundle.model, RatingModel),
        is_more_better=_sign(bundle.usecase, bundle) > 0,
        cost=Cost(_number("--per-person-eur", wish.per_person_eur), _number("--fixed-eur", wish.fixed_eur)),
        plan=plan,
        fewest=_fewest(bundle.usecase),
        no_hold_out_because=wish.no_hold_out_because or None,
        decided_on=decided_on,
    )
    secret = draw_secret()
    rows, assigned = _draw(people, secret, plan.hold_out, cohort.snapshot_date)
    team = ledger.start(action, secret, rows, assigned)
    return ledger.find(action.id), team, (assigned.treated, assigned.held_back)


def read(entry: Entry, ledger: Ledger, frame: Frame, usecase: UseCase, reached: str = "") -> Entry:
    """Write down what can be told of an action with the data of a frame, and return the action with it."""
    until = frame.facts.observed_until
    if until is None:
        problem = "is a flat table: nobody can be followed from a day on"
        raise InputError(usecase.name, problem, "describe it with sources and snapshots")
    fewest = _fewest(usecase)
    margin = None if usecase.value is None or fewest else usecase.value.margin
    found = read_out(
        entry,
        ledger.people(entry),
        see(entry, frame, usecase),
        as_of=until,
        stakes=Stakes(margin, fewest),
        reached=_read_reached(reached),
    )
    ledger.read_out(replace(found, sentence=tell_read_out(entry, found)))
    return ledger.find(entry.id)


def describe(entry: Entry) -> list[str]:
    """Return what there is to say of an action, a line each."""
    action, newest = entry.action, entry.newest
    lines = [
        f"{entry.id}  {action.label} ({entry.state}), {action.owner}, since {action.starts_on}",
        f"  {entry.treated:,} treated, {entry.held_back:,} held back by lot; outcome after {action.horizon}",
    ]
    if newest is None:
        return [*lines, "  not read out yet"]
    lines.append(f"  as of {newest.as_of}: {newest.sentence['en']}")
    if newest.revenue_eur is not None:
        lines.append(f"  yearly revenue kept: {_money(newest.revenue_eur)}")
    if newest.net_eur is not None and newest.cost_eur is not None:
        lines.append(f"  cost {newest.cost_eur:,.0f} EUR; margin less cost: {_money(newest.net_eur)}")
    if newest.reached_share is not None:
        lines.append(f"  {newest.reached_share:.0%} of the treated were reached; the others count as treated")
    if newest.lost:
        lines.append(f"  of {newest.lost:,} nothing is known after their time, in either arm")
    return lines


def open_cohort(workspace: Workspace, usecase: UseCase, horizon: str) -> Cohort:
    """Return the newest rows of the last build with the champion.

    Raises
    ------
    InputError
        If there is no champion.
    """
    connect(workspace.folder)
    standing = fetch_standing(usecase.name)
    if standing is None:
        hint = f"train one: xm-predict train --usecase {usecase.name}.yaml"
        raise InputError(usecase.name, "has no champion to say what is expected", hint)
    bundle = standing[1]
    frame = Frame.read(workspace.frame(usecase.name))
    objections = Objections.read(workspace.objections(usecase.name))
    return Cohort.of(bundle, frame, horizon or _primary(bundle), objections.since)


def _plan(console: Console, usecase: UseCase, workspace: Workspace, wish: Wish) -> None:
    """Say what can be shown, and write nothing."""
    cohort = open_cohort(workspace, usecase, wish.horizon)
    _, plan, _ = prepare(cohort, Ledger(workspace.actions(usecase.name)), wish)
    is_share = not isinstance(cohort.bundle.model, RatingModel)
    console.result("\n".join(tell_plan(plan, is_share=is_share)), plan.to_json())


def _start(console: Console, usecase: UseCase, workspace: Workspace, wish: Wish) -> None:
    """Write down an action, and say where the list for the team is."""
    cohort = open_cohort(workspace, usecase, wish.horizon)
    ledger = Ledger(workspace.actions(usecase.name))
    entry, team, _ = start(cohort, ledger, wish, decided_on=datetime.now(UTC).date())
    lines = [*describe(entry), *tell_plan(entry.action.plan, is_share=entry.action.is_share)]
    lines.append(f"list for those who act: {team}; do nothing for those who are held back")
    console.result("\n".join(lines), entry.to_json() | {"file": str(team)})


def _extend(console: Console, usecase: UseCase, workspace: Workspace, wish: Wish) -> None:
    """Let people join a running action who can take part today."""
    ledger = Ledger(workspace.actions(usecase.name))
    entry = ledger.find(wish.id)
    if entry.state != "running":
        raise InputError("--id", f"{entry.id} was stopped", "start another action")
    cohort = open_cohort(workspace, usecase, entry.action.horizon)
    if cohort.snapshot_date <= entry.assigned[-1].snapshot_date:
        problem = f"the newest rows are of {cohort.snapshot_date}, and lots were drawn then or later"
        raise InputError("--id", problem, "build from newer data first: xm-predict build")
    entries = ledger.entries()
    busy = list_busy(entries, {one.id: ledger.people(one) for one in entries})
    people = cohort.choose(entry.action.target, entry.action.lever, busy)
    if not len(people):
        raise InputError("--id", "nobody new can take part", "try again after the next snapshot")
    secret = ledger.secret(entry.id)
    rows, assigned = _draw(people, secret, entry.action.plan.hold_out, cohort.snapshot_date)
    team = ledger.extend(entry.id, rows, assigned)
    found = ledger.find(entry.id)
    lines = [*describe(found), f"list of those who joined: {team}"]
    console.result("\n".join(lines), found.to_json() | {"file": str(team)})


def _read(console: Console, usecase: UseCase, workspace: Workspace, wish: Wish) -> None:
    """Build from today's data and read out one action, or all that run."""
    ledger = Ledger(workspace.actions(usecase.name))
    wanted = [ledger.find(wish.id)] if wish.id else [one for one in ledger.entries() if one.assigned]
    if not wanted:
        raise InputError(usecase.name, "has no action to read out", "start one first")
    frame = build_in(workspace, usecase, report=console.report)
    found = [read(entry, ledger, frame, usecase, wish.reached) for entry in wanted]
    lines = [line for entry in found for line in describe(entry)]
    console.result("\n".join(lines), {"actions": [entry.to_json() for entry in found]})


def _list(console: Console, usecase: UseCase, workspace: Workspace, _: Wish) -> None:
    """List all actions."""
    entries = Ledger(workspace.actions(usecase.name)).entries()
    lines = [line for entry in entries for line in describe(entry)]
    empty = f"no action of {usecase.name} yet; plan one: xm-predict actions plan"
    console.result("\n".join(lines) or empty, {"actions": [entry.to_json() for entry in entries]})


def _show(console: Console, usecase: UseCase, workspace: Workspace, wish: Wish) -> None:
    """Show all of one action."""
    entry = Ledger(workspace.actions(usecase.name)).find(wish.id)
    lines = [*describe(entry), *tell_plan(entry.action.plan, is_share=entry.action.is_share)]
    lines += [f"  {note.on} {note.kind}: {note.text}" for note in entry.notes]
    console.result("\n".join(lines), entry.to_json())


def _note(console: Console, usecase: UseCase, workspace: Workspace, wish: Wish) -> None:
    """Add a note, with or without a cost."""
    eur = _number("--eur", wish.eur)
    text = _demand("--text", wish.text, "say what there is to note")
    _add(console, usecase, workspace, wish, Note(_today(), "note" if eur is None else "cost", text, eur))


def _stop(console: Console, usecase: UseCase, workspace: Workspace, wish: Wish) -> None:
    """End an action; its people may take part in another one, and it can still be read out."""
    text = _demand("--text", wish.text, "say why it ends")
    _add(console, usecase, workspace, wish, Note(_today(), "stopped", text))


def _add(console: Console, usecase: UseCase, workspace: Workspace, wish: Wish, note: Note) -> None:
    """Write down what is added, and show the action."""
    ledger = Ledger(workspace.actions(usecase.name))
    ledger.note(ledger.find(wish.id).id, note)
    entry = ledger.find(wish.id)
    console.result("\n".join(describe(entry)), entry.to_json())


def _draw(people: People, secret: bytes, hold_out: float, day: date) -> tuple[Any, Assigned]:
    """Let lots decide; return the list and what is told of it."""
    is_treated = draw_lots(people, secret, hold_out)
    rows = to_table(people, is_treated)
    n_treated = int(is_treated.sum())
    way = people.mean_shortfall(is_treated)
    return rows, Assigned(day, n_treated, len(people) - n_treated, way, digest_of(rows))


def _fewest(usecase: UseCase) -> int:
    """Return how many people an arm has to have to be spoken of; 0 where nobody has to be hidden."""
    return usecase.privacy.minimum_group if usecase.privacy.subject == "employee" else 0


def _sign(usecase: UseCase, bundle: Bundle) -> int:
    """Return 1 where more of the outcome is better, else -1."""
    return 1 if isinstance(bundle.model, RatingModel) or usecase.means == "good" else -1


def _primary(bundle: Bundle) -> str:
    """Return the horizon that reports lead with."""
    return bundle.horizons[int(bundle.facts["primary_horizon_index"])]


def _horizon(bundle: Bundle, wish: Wish) -> str:
    """Return the horizon that was asked for."""
    return wish.horizon or _primary(bundle)


def _read_reached(file: str) -> frozenset[str] | None:
    """Return the ids in a file, one per line; None without a file."""
    if not file:
        return None
    try:
        lines = Path(file).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("--reached", f"'{file}' cannot be read ({error})", "name a file of ids") from error
    return frozenset(line.strip() for line in lines if line.strip())


def _number(name: str, text: str) -> float | None:
    """Return a number that is 0 or more; None for an empty text."""
    if not text:
        return None
    try:
        found = float(text)
    except ValueError as error:
        raise InputError(name, f"'{text}' is no number", "write it with a point, such as 0.3") from error
    if not found >= 0 or (name == "--hold-out" and found >= 1):
        raise InputError(name, f"'{text}' is out of range", "write 0 or more; a share stays below 1")
    return found


def _day(text: str) -> date | None:
    """Return a day; None for an empty text."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InputError("--starts-on", f"'{text}' is no day", "write it as 2026-01-31") from error


def _demand(name: str, text: str, hint: str) -> str:
    """Return a text that has to be there."""
    if not text.strip():
        raise InputError(name, "is empty", hint)
    return text.strip()


def _today() -> date:
    """Return the day (UTC)."""
    return datetime.now(UTC).date()


def _money(estimate: Any) -> str:
    """Return an amount with its range."""
    return f"{estimate.value:,.0f} EUR ({estimate.low:,.0f} to {estimate.high:,.0f})"
