"""What a lever would bring if fewer people were reached, or only a part of the way: a table to choose from.

Each line is that of :func:`~training.drivers.prioritise` for a smaller plan, so that both agree to the last
digit. The steps are those of :func:`~training.drivers.what_if`: the answer of the model stands beside each.
"""

from dataclasses import dataclass, fields, replace

from features.usecase import LeverCost
from training.drivers.priorities import prioritise
from training.drivers.stakes import GradedLever, Stakes
from training.drivers.whatif import SHARES, WAYS
from training.statistics import Estimate


@dataclass(frozen=True)
class Prospect:
    """Hold what one plan is expected to bring.

    Attributes
    ----------
    share
        Part of those who miss the goal that is reached.
    way
        Part of their way to the goal.
    people_reached
        How many that are.
    kept, mean_change, exceeds_expected, revenue_kept_eur, cost_eur, net_eur, break_even_eur
        As in :class:`~training.drivers.Priority`. A person costs the same however far the way.
    """

    share: float
    way: float
    people_reached: float
    kept: Estimate | None
    mean_change: Estimate
    exceeds_expected: bool
    revenue_kept_eur: Estimate | None
    cost_eur: float | None
    net_eur: Estimate | None
    break_even_eur: float | None


@dataclass(frozen=True)
class Outlook:
    """Hold what smaller plans with one lever are expected to bring.

    Attributes
    ----------
    lines
        By way, then by share: those of the what-if table but the share 0.
    prices
        Cost per person reached and fixed cost in EUR; None where neither is declared.
    margin
        Share of the revenue that is earned; None where there is no revenue.
    """

    lines: tuple[Prospect, ...]
    prices: tuple[float, float] | None
    margin: float | None


def look_ahead(lever: GradedLever, stakes: Stakes) -> Outlook:
    """Return what is expected if only a share of people is brought to the goal, or only a part of the way.

    The effect counts per unit of shortfall, so half the way brings half of what the whole way brings.

    Examples
    --------
    >>> import numpy as np
    >>> stakes = Stakes(np.array([0.3, 0.2, 0.1]))
    >>> slope = Estimate(-0.01, -0.015, -0.005, n=900)
    >>> wait = GradedLever("wait", "B", slope, np.array([20.0, 0.0, 10.0]), "h")
    >>> half = look_ahead(wait, stakes).lines[5]
    >>> (half.way, half.share), half.people_reached, str(half.kept)
    ((0.5, 0.5), 1.0, '0.075 (0.037 to 0.112)')
    """
    lines = tuple(_look(lever, stakes, share, way) for way in WAYS for share in SHARES if share > 0)
    return Outlook(lines, lever.prices, None if stakes.revenue is None else stakes.margin)


def _look(lever: GradedLever, stakes: Stakes, share: float, way: float) -> Prospect:
    """Return one line."""
    cost = LeverCost(reach=share) if lever.cost is None else lever.cost.model_copy(update={"reach": share})
    plan = replace(lever, shortfall=lever.shortfall * way, cost=cost)
    found = prioritise([plan], stakes).levers[0]
    names = {field.name for field in fields(Prospect)} - {"share", "way"}
    return Prospect(share=share, way=way, **{name: getattr(found, name) for name in names})
