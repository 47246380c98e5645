"""What meeting a goal is worth, and which assumption moves that most."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

import numpy as np

from training.drivers.stakes import GradedLever, Stakes
from training.statistics import Estimate

Assumption = Literal["effect", "reach", "margin", "revenue", "cost"]

WIDTH = 0.2  # how far an assumption without a range of its own is moved, up and down


@dataclass(frozen=True)
class Plan:
    """Hold the assumptions that a net value is made of.

    Attributes
    ----------
    effect
        Improvement of the outcome per unit of shortfall and person.
    reach, margin
        Shares.
    revenue, cost
        Factors on the revenue of those reached, and on all costs; 1 as declared.
    """

    effect: float
    reach: float
    margin: float
    revenue: float = 1.0
    cost: float = 1.0


@dataclass(frozen=True)
class LeverSums:
    """Hold what the newest rows add up to for one lever.

    Attributes
    ----------
    people_short, people_unknown
        Those who miss the goal; those without a value.
    shortfall
        Sum of what is missing to the goal.
    shortfall_revenue
        Sum of the shortfall times the yearly revenue of the same person.
    mean_revenue
        Yearly revenue of those who miss the goal, on average of those whose revenue is known.
    movable
        Events that can at most be prevented among those who miss the goal, or brought about where they are
        good; infinite for an answer.
    """

    people_short: float
    people_unknown: float
    shortfall: float
    shortfall_revenue: float
    mean_revenue: float
    movable: float

    @classmethod
    def of(cls, lever: GradedLever, stakes: Stakes) -> Self:
        """Add up the newest rows."""
        weights, missing = stakes.weights, np.nan_to_num(lever.shortfall)
        is_short = missing > 0
        is_priced = is_short if stakes.revenue is None else is_short & np.isfinite(stakes.revenue)
        people_priced = float(weights[is_priced].sum())
        revenue = float(stakes.priced[is_priced].sum())
        return cls(
            people_short=float(weights[is_short].sum()),
            people_unknown=float(weights[np.isnan(lever.shortfall)].sum()),
            shortfall=float(weights @ missing),
            shortfall_revenue=float(stakes.priced @ missing),
            mean_revenue=revenue / people_priced if people_priced else 0.0,
            movable=float(weights[is_short] @ stakes.movable[is_short]) if stakes.is_event else math.inf,
        )

    def cost(self, plan: Plan, prices: tuple[float, float]) -> float:
        """Return what the plan costs: per person reached, and fixed."""
        per_person, fixed = prices
        return plan.cost * (per_person * self.people_short * plan.reach + fixed)

    def revenue_kept(self, plan: Plan) -> float:
        """Return the yearly revenue of those kept; each shortfall counts with that person's own revenue."""
        return plan.effect * plan.reach * plan.revenue * self.shortfall_revenue

    def net(self, plan: Plan, prices: tuple[float, float]) -> float:
        """Return what is earned on the revenue kept, less the cost."""
        return plan.margin * self.revenue_kept(plan) - self.cost(plan, prices)


@dataclass(frozen=True)
class TornadoBar:
    """Hold how far one assumption moves the net value, all others as planned.

    Attributes
    ----------
    planned, low, high
        The assumption: people kept (effect), a share (reach, margin), mean yearly revenue in EUR of those who
        miss the goal (revenue), EUR in all (cost).
    net_low, net_high
        Net value in EUR at the low and at the high end of the assumption.
    swing
        Distance between the two.
    """

    assumption: Assumption
    planned: float
    low: float
    high: float
    net_low: float
    net_high: float
    swing: float

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave."""
        return cls(**content)


def make_tornado(
    sums: LeverSums, plan: Plan, prices: tuple[float, float], effect: Estimate
) -> tuple[TornadoBar, ...]:
    """Return a bar for each assumption, the one that moves the net value most first.

    The effect is moved to the ends of its interval; the others, which are declared and have none, by 20 % of
    their value. Reach and margin are shares and end at 1.
    """
    people, cost = plan.reach * sums.shortfall, sums.cost(plan, prices)
    ends: dict[Assumption, tuple[float, Plan, Plan]] = {
        "effect": (people, replace(plan, effect=effect.low), replace(plan, effect=effect.high)),
        "reach": (1.0, _moved(plan, "reach", -WIDTH), _moved(plan, "reach", WIDTH)),
        "margin": (1.0, _moved(plan, "margin", -WIDTH), _moved(plan, "margin", WIDTH)),
        "revenue": (sums.mean_revenue, replace(plan, revenue=1 - WIDTH), replace(plan, revenue=1 + WIDTH)),
        "cost": (cost, replace(plan, cost=1 - WIDTH), replace(plan, cost=1 + WIDTH)),
    }
    bars = []
    for assumption, (scale, low, high) in ends.items():
        net_low, net_high = sums.net(low, prices), sums.net(high, prices)
        bar = TornadoBar(
            assumption=assumption,
            planned=scale * float(getattr(plan, assumption)),
            low=scale * float(getattr(low, assumption)),
            high=scale * float(getattr(high, assumption)),
            net_low=net_low,
            net_high=net_high,
            swing=abs(net_high - net_low),
        )
        bars.append(bar)
    # Equal swings, as of margin and revenue, differ in their last digits: these do not set the order.
    return tuple(sorted(bars, key=lambda bar: -float(f"{bar.swing:.9g}")))


def _moved(plan: Plan, share: Literal["reach", "margin"], part: float) -> Plan:
    """Return the plan with a share moved by a part of itself, up to 1."""
    moved = min(1.0, (plan.reach if share == "reach" else plan.margin) * (1 + part))
    return replace(plan, reach=moved) if share == "reach" else replace(plan, margin=moved)
