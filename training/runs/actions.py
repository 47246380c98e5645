"""Verb ``actions``: plan an action, start it with a hold-out, read out what it changed, keep the ledger."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from features.errors import InputError
from features.frame import Frame
from features.objections import Objections
from features.usecase import UseCase
from training.actions import Ledger, Note, tell_plan
from training.console import Console
from training.registry import connect
from training.runs.acting import (
    Wish,
    demand_text,
    describe,
    draw,
    prepare,
    read,
    read_number,
    start,
)
from training.runs.baseline import fetch_standing
from training.runs.build import build_in
from training.runs.taking_part import Cohort, list_busy
from training.runs.workspace import Workspace, load_usecase


def run(
    console: Console,
    action: str,
    usecase: str,
    data: str,
    out: str,
    id: str,  # noqa: A002 (the name of the parameter)
    label: str,
    owner: str,
    lever: str,
    who: str,
    share: float,
    group: str,
    horizon: str,
    effect: float,
    hold_out: str,
    no_hold_out_because: str,
    starts_on: str,
    per_person_eur: str,
    fixed_eur: str,
    text: str,
    eur: str,
    reached: str,
) -> None:
    """Do one step of the life of an action."""
    wish = Wish(
        id,
        label,
        owner,
        lever,
        who,
        share,
        group,
        horizon,
        effect,
        hold_out,
        no_hold_out_because,
        starts_on,
        per_person_eur,
        fixed_eur,
        text,
        eur,
        reached,
    )
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
    steps[action](console, spec, workspace, wish)


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
    return Cohort.of(bundle, frame, horizon or bundle.primary_horizon, objections.since)


def _plan(console: Console, usecase: UseCase, workspace: Workspace, wish: Wish) -> None:
    """Say what can be shown, and write nothing."""
    cohort = open_cohort(workspace, usecase, wish.horizon)
    _, plan, _ = prepare(cohort, Ledger(workspace.actions(usecase.name)), wish)
    is_share = not cohort.bundle.is_of_answers
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
    rows, assigned = draw(people, secret, entry.action.plan.hold_out, cohort.snapshot_date)
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
    eur = read_number("--eur", wish.eur)
    text = demand_text("--text", wish.text, "say what there is to note")
    _add(console, usecase, workspace, wish, Note(_today(), "note" if eur is None else "cost", text, eur))


def _stop(console: Console, usecase: UseCase, workspace: Workspace, wish: Wish) -> None:
    """End an action; its people may take part in another one, and it can still be read out."""
    text = demand_text("--text", wish.text, "say why it ends")
    _add(console, usecase, workspace, wish, Note(_today(), "stopped", text))


def _add(console: Console, usecase: UseCase, workspace: Workspace, wish: Wish, note: Note) -> None:
    """Write down what is added, and show the action."""
    ledger = Ledger(workspace.actions(usecase.name))
    ledger.note(ledger.find(wish.id).id, note)
    entry = ledger.find(wish.id)
    console.result("\n".join(describe(entry)), entry.to_json())


def _today() -> date:
    """Return the day (UTC)."""
    return datetime.now(UTC).date()
