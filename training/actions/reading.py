"""Read an action out: whose time is over, what became of both arms, and what that is worth."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa

from training.actions.effects import Comparison, compare_arms
from training.actions.record import TREATED, Entry, ReadOut, Verdict
from training.statistics import Bools, Estimate, Floats


@dataclass(frozen=True)
class Seen:
    """Hold what became of people who were assigned on one day.

    Attributes
    ----------
    over_on
        Day on which their time is over.
    outcome
        1 or 0, or an answer, by id; who is not in it, or NaN, is lost.
    """

    over_on: date
    outcome: Mapping[str, float]


@dataclass(frozen=True)
class Stakes:
    """Say what may be told of money and of how many.

    Attributes
    ----------
    margin
        Share of the revenue that is earned; None where nobody has a price.
    fewest
        People of either arm below which nothing is told of a comparison; 0 where nobody has to be hidden.
    """

    margin: float | None = None
    fewest: int = 0


def read_out(
    entry: Entry,
    people: Mapping[date, pa.Table],
    seen: Mapping[date, Seen],
    *,
    as_of: date,
    stakes: Stakes,
    reached: frozenset[str] | None = None,
) -> ReadOut:
    """Return what can be told of an action on a day.

    Parameters
    ----------
    entry
        The action with its assignments.
    people
        Who was assigned on which day; see :meth:`training.actions.ledger.Ledger.people`.
    seen
        What became of them, by day of the assignment.
    as_of
        First day that the data do not know of.
    reached
        Ids of the treated who were really reached; None where nobody said.
    """
    arms = _collect(people, seen, as_of)
    later = [one.over_on for one in seen.values() if one.over_on > as_of]
    is_known = np.isfinite(arms.outcome)
    known = arms.where(is_known)
    n_treated = int(known.is_treated.sum())
    base = ReadOut(
        action=entry.id,
        as_of=as_of,
        treated=n_treated,
        held_back=known.is_treated.size - n_treated,
        open_until=min(later, default=None),
        lost=int((~is_known).sum()),
        verdict="too early",
        comparison=None,
        cost_eur=entry.cost_eur,
        reached_share=None if reached is None else _share_reached(people, reached),
    )
    if entry.action.plan.hold_out == 0:
        return replace(base, verdict="no hold-out")
    if not arms.outcome.size:
        return base
    found = compare_arms(
        known.outcome,
        known.is_treated,
        n_planned=min(entry.action.plan.needed, max(1, entry.treated + entry.held_back)),
        forecast=known.forecast if np.isfinite(known.forecast).any() else None,
        is_share=entry.action.is_share,
    )
    if found is None or min(n_treated, base.held_back) < stakes.fewest:
        return replace(base, verdict="too few")
    return _value(replace(base, verdict=judge(entry, found), comparison=found), entry, known, stakes)


def judge(entry: Entry, found: Comparison) -> Verdict:
    """Name a difference only where its range holds no zero."""
    difference = found.difference
    if difference.low <= 0.0 <= difference.high:
        return "no effect seen"
    return "better" if (difference.value > 0) is entry.action.is_more_better else "worse"


@dataclass(frozen=True)
class _Arms:
    """Hold everybody whose time is over, line by line."""

    is_treated: Bools
    outcome: Floats
    forecast: Floats
    revenue: Floats

    def where(self, chosen: Bools) -> "_Arms":
        """Return some of them."""
        return _Arms(*(column[chosen] for column in vars(self).values()))


def _collect(people: Mapping[date, pa.Table], seen: Mapping[date, Seen], as_of: date) -> _Arms:
    """Return everybody whose time is over; NaN where nothing is known of the outcome."""
    parts: list[tuple[Bools, Floats, Floats, Floats]] = []
    for day, rows in people.items():
        one = seen.get(day)
        if one is None or one.over_on > as_of:
            continue
        outcome = np.array([one.outcome.get(name, np.nan) for name in rows.column("entity_id").to_pylist()])
        is_treated = np.array(rows.column("arm").to_pylist(), dtype=object) == TREATED
        numbers = (rows.column(name).to_numpy().astype(np.float64) for name in ("forecast", "revenue"))
        parts.append((is_treated.astype(bool), outcome.astype(np.float64), *numbers))
    if not parts:
        return _Arms(np.zeros(0, bool), *(np.zeros(0) for _ in range(3)))
    return _Arms(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _value(found: ReadOut, entry: Entry, known: _Arms, stakes: Stakes) -> ReadOut:
    """Return a read-out with the people kept and the money that they bring."""
    if found.comparison is None or not entry.action.is_share:
        return found
    sign = 1.0 if entry.action.is_more_better else -1.0
    gain = found.comparison.difference.scaled(sign)
    kept = gain.scaled(float(known.is_treated.sum()))
    if stakes.margin is None or entry.action.is_more_better or not np.isfinite(known.revenue).any():
        return replace(found, kept=kept)
    revenue = gain.scaled(float(np.nansum(known.revenue[known.is_treated])))
    cost = found.cost_eur
    net = None if cost is None else _shift(revenue.scaled(stakes.margin), -cost)
    return replace(found, kept=kept, revenue_eur=revenue, net_eur=net)


def _shift(one: Estimate, by: float) -> Estimate:
    """Return an estimate with something added that is known for sure."""
    return Estimate.around(one.value + by, one.low + by, one.high + by, one.n)


def _share_reached(people: Mapping[date, pa.Table], reached: frozenset[str]) -> float | None:
    """Return the part of the treated who were really reached."""
    treated = [
        name
        for rows in people.values()
        for name, arm in zip(
            rows.column("entity_id").to_pylist(), rows.column("arm").to_pylist(), strict=True
        )
        if arm == TREATED
    ]
    return sum(name in reached for name in treated) / len(treated) if treated else None
