"""What people see of actions: the ledger without names, in the form that pages draw."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from training.actions.record import Entry, ReadOut, State, Target, Text, Verdict
from training.statistics import Estimate

_POINTS = 100.0


@dataclass(frozen=True)
class ShownEffect:
    """Hold what was seen of an action.

    Attributes
    ----------
    gain
        Improvement by the action, in points or of the mean answer, whatever the sign of the outcome: more is
        better. With a range that holds at every look; None while nothing can be told.
    """

    as_of: date
    verdict: Verdict
    sentence: Text
    open_until: date | None
    treated: int | None
    held_back: int | None
    lost: int
    level_treated: Estimate | None
    level_held_back: Estimate | None
    gain: Estimate | None
    kept: Estimate | None
    revenue_eur: Estimate | None
    net_eur: Estimate | None
    reached_share: float | None


@dataclass(frozen=True)
class ShownAction:
    """Hold one action: never a person.

    Attributes
    ----------
    treated, held_back
        People of either arm; None where there are so few of people at work that they are hidden.
    expected, smallest
        Improvement that was expected, and the smallest that could be shown, as ``gain``.
    """

    id: str
    label: str
    owner: str
    state: State
    lever: Text | None
    target: Target
    starts_on: date
    horizon_days: int
    is_share: bool
    is_more_better: bool
    treated: int | None
    held_back: int | None
    no_hold_out_because: str | None
    expected: float
    smallest: float | None
    needed: int
    available: int
    power: float
    hold_out: float
    cost_eur: float | None
    effect: ShownEffect | None


@dataclass(frozen=True)
class Actions:
    """Hold all actions of a use case: section 12.

    Attributes
    ----------
    scale
        Largest end of all ranges, whatever its sign: both edges of every bar.
    """

    actions: tuple[ShownAction, ...]
    scale: float


def show_actions(entries: Iterable[Entry]) -> Actions | None:
    """Return what is shown of actions, the newest first; None where there is none."""
    shown = tuple(_show(entry) for entry in entries)[::-1]
    if not shown:
        return None
    gains = [one.effect.gain for one in shown if one.effect is not None and one.effect.gain is not None]
    return Actions(shown, max((max(abs(gain.low), abs(gain.high)) for gain in gains), default=1.0))


def _show(entry: Entry) -> ShownAction:
    """Return one action."""
    action, plan = entry.action, entry.action.plan
    factor = _POINTS if action.is_share else 1.0
    newest = entry.newest
    return ShownAction(
        id=entry.id,
        label=action.label,
        owner=action.owner,
        state=entry.state,
        lever=action.lever_label,
        target=action.target,
        starts_on=action.starts_on,
        horizon_days=action.horizon_days,
        is_share=action.is_share,
        is_more_better=action.is_more_better,
        treated=_hide(entry.treated, action.fewest),
        held_back=_hide(entry.held_back, action.fewest),
        no_hold_out_because=action.no_hold_out_because,
        expected=factor * abs(plan.effect),
        smallest=None if plan.smallest_effect is None else factor * plan.smallest_effect,
        needed=plan.needed,
        available=plan.available,
        power=plan.power,
        hold_out=plan.hold_out,
        cost_eur=entry.cost_eur,
        effect=None if newest is None else _show_effect(entry, newest, factor),
    )


def _show_effect(entry: Entry, newest: ReadOut, factor: float) -> ShownEffect:
    """Return what was seen of an action."""
    arms = newest.comparison
    sign = factor if entry.action.is_more_better else -factor
    return ShownEffect(
        as_of=newest.as_of,
        verdict=newest.verdict,
        sentence=newest.sentence,
        open_until=newest.open_until,
        treated=_hide(newest.treated, entry.action.fewest),
        held_back=_hide(newest.held_back, entry.action.fewest),
        lost=newest.lost,
        level_treated=None if arms is None else arms.treated,
        level_held_back=None if arms is None else arms.held_back,
        gain=None if arms is None else arms.difference.scaled(sign),
        kept=newest.kept,
        revenue_eur=newest.revenue_eur,
        net_eur=newest.net_eur,
        reached_share=newest.reached_share,
    )


def _hide(n_people: int, fewest: int) -> int | None:
    """Return a number of people; None where it is too small to be told, and not none at all."""
    return None if 0 < n_people < fewest else n_people
