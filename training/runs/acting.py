"""What is done with actions, whoever asks for it: plan, start, read out, and say what there is."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from features.errors import InputError
from features.frame import Frame
from features.usecase import UseCase
from training.actions import (
    Action,
    Assigned,
    Cost,
    Entry,
    Ledger,
    People,
    Plan,
    Stakes,
    Target,
    digest_of,
    draw_lots,
    draw_secret,
    make_plan,
    read_out,
    tell_read_out,
    to_table,
)
from training.bundle import Bundle
from training.runs.taking_part import Cohort, list_busy, see
from training.statistics import Estimate

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
    is_share = not cohort.bundle.is_of_answers
    effect = (wish.effect / 100.0 if is_share else wish.effect) * _sign(usecase, cohort.bundle)
    hold_out = read_number("--hold-out", wish.hold_out)
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
        label=demand_text("--label", wish.label, "name the action, such as 'Fast lane in support'"),
        owner=demand_text("--owner", wish.owner, "name who answers for it"),
        lever=wish.lever or None,
        lever_label=bundle.usecase.drivers[wish.lever].label if wish.lever else None,
        target=target,
        starts_on=_day(wish.starts_on) or decided_on,
        horizon=wish.horizon or bundle.primary_horizon,
        is_share=not bundle.is_of_answers,
        is_more_better=_sign(bundle.usecase, bundle) > 0,
        cost=Cost(
            read_number("--per-person-eur", wish.per_person_eur), read_number("--fixed-eur", wish.fixed_eur)
        ),
        plan=plan,
        fewest=_fewest(bundle.usecase),
        no_hold_out_because=wish.no_hold_out_because or None,
        decided_on=decided_on,
    )
    secret = draw_secret()
    rows, assigned = draw(people, secret, plan.hold_out, cohort.snapshot_date)
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


def draw(people: People, secret: bytes, hold_out: float, day: date) -> tuple[pa.Table, Assigned]:
    """Let lots decide; return the list and what is told of it."""
    is_treated = draw_lots(people, secret, hold_out)
    rows = to_table(people, is_treated)
    n_treated = int(is_treated.sum())
    way = people.mean_shortfall(is_treated)
    return rows, Assigned(day, n_treated, len(people) - n_treated, way, digest_of(rows))


def _fewest(usecase: UseCase) -> int:
    """Return how many people an arm has to have to be spoken of; 0 where nobody has to be hidden."""
    return usecase.privacy.minimum_group if usecase.privacy.is_about_employees else 0


def _sign(usecase: UseCase, bundle: Bundle) -> int:
    """Return 1 where more of the outcome is better, else -1."""
    return 1 if bundle.is_of_answers or usecase.means == "good" else -1


def _read_reached(file: str) -> frozenset[str] | None:
    """Return the ids in a file, one per line; None without a file."""
    if not file:
        return None
    try:
        lines = Path(file).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("--reached", f"'{file}' cannot be read ({error})", "name a file of ids") from error
    return frozenset(line.strip() for line in lines if line.strip())


def read_number(name: str, text: str) -> float | None:
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


def demand_text(name: str, text: str, hint: str) -> str:
    """Return a text that has to be there."""
    if not text.strip():
        raise InputError(name, "is empty", hint)
    return text.strip()


def _money(estimate: Estimate) -> str:
    """Return an amount with its range."""
    return f"{estimate.value:,.0f} EUR ({estimate.low:,.0f} to {estimate.high:,.0f})"
