"""Levers in order of their expected net value, from graded effects, with ranges and "do nothing" beside them.

Only effects that were tested or adjusted count here (evidence grades A and B); what a model expects if a
lever is moved (:mod:`training.drivers.whatif`) does not. ``docs/priorities.md`` says what each figure means.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

import numpy as np

from training.drivers.row import EvidenceGrade
from training.drivers.stakes import GradedLever, Stakes, demand_levers
from training.drivers.tornado import LeverSums, Plan, TornadoBar, make_tornado
from training.statistics import Estimate, plain_values, read_estimate

Basis = Literal["net", "kept", "mean_change"]


@dataclass(frozen=True)
class ExperienceCost:
    """Hold what people go through today, whatever it is worth in money.

    Attributes
    ----------
    people_short
        How many miss the goal.
    people_unknown
        How many have no value, so that nobody knows.
    mean_shortfall
        What those who miss the goal lack on average, in ``unit``; None if nobody misses it.
    sum_shortfall
        What all of them lack together, in ``unit``.
    """

    people_short: float
    people_unknown: float
    mean_shortfall: float | None
    sum_shortfall: float
    unit: str | None


@dataclass(frozen=True)
class Priority:
    """Hold what meeting the goal of one lever is expected to bring.

    Attributes
    ----------
    rank
        Place among all options, 1 for the best; "do nothing" has one too.
    people_affected, people_reached
        Those who miss the goal today; those of them who can be brought to it.
    effect
        Improvement of the outcome per unit of shortfall and person; positive is better.
    kept
        Fewer events, where they are bad: people kept; more, where they are good. None for an answer.
    mean_change
        Change of the share with the event, or of the mean answer, over everybody.
    exceeds_expected
        Whether more people would be kept than are expected to leave among those reached: the effect, measured
        on milder shortfalls, cannot hold for those of today then.
    revenue_kept_eur
        Yearly revenue of those kept; None without a value.
    cost_eur
        What it costs, as declared; None where nothing is declared.
    net_eur
        Margin on the revenue kept, less the cost; None unless both are known.
    break_even_eur
        Cost per person reached up to which it pays even at the low end of the effect, fixed costs paid; 0 if
        it never does. None without a value.
    is_clear
        Whether it is better than doing nothing even at the low end of the range: of the net value where it is
        known, else of the effect.
    may_swap_with
        Levers whose place is not clearly another: the range of the difference holds 0. Ranges are taken as
        independent (method of variance estimates recovery: Zou and Donner 2008).
    """

    name: str
    rank: int
    evidence_grade: EvidenceGrade
    people_affected: float
    people_reached: float
    effect: Estimate
    kept: Estimate | None
    mean_change: Estimate
    exceeds_expected: bool
    revenue_kept_eur: Estimate | None
    cost_eur: float | None
    net_eur: Estimate | None
    break_even_eur: float | None
    is_clear: bool
    experience: ExperienceCost
    tornado: tuple[TornadoBar, ...] = ()
    may_swap_with: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read one lever of :meth:`Priorities.to_json`."""
        ranges = ("effect", "kept", "mean_change", "revenue_kept_eur", "net_eur")
        read = {name: read_estimate(content[name]) for name in ranges}
        parts = {
            "experience": ExperienceCost(**content["experience"]),
            "tornado": tuple(TornadoBar.from_json(bar) for bar in content["tornado"]),
            "may_swap_with": tuple(content["may_swap_with"]),
        }
        return cls(**{**content, **read, **parts})


@dataclass(frozen=True)
class DoNothing:
    """Hold the option that is always there, and what is then expected to be lost.

    Attributes
    ----------
    kept, cost_eur, net_eur
        0: what all other options are compared with.
    people
        Everybody.
    expected_mean
        Share with the event, or mean answer, that is expected.
    expected_events
        How many events are expected; None for an answer.
    revenue_lost_eur
        Yearly revenue of those expected to leave; None without a value.
    people_without_revenue
        Those whose revenue is unknown and not counted; None without a value.
    """

    rank: int
    people: float
    expected_mean: float
    expected_events: float | None
    revenue_lost_eur: float | None
    people_without_revenue: float | None
    kept: float = 0.0
    cost_eur: float = 0.0
    net_eur: float = 0.0


@dataclass(frozen=True)
class Priorities:
    """Hold all options in order.

    Attributes
    ----------
    basis
        What the order goes by: the net value if it is known of all levers, else people kept, or the change of
        the mean answer.
    levers
        Best first. Their figures must not be added up: each is that of one lever alone, and the same person
        may miss several goals.
    """

    basis: Basis
    levers: tuple[Priority, ...]
    nothing: DoNothing

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "basis": self.basis,
            "levers": [plain_values(lever) for lever in self.levers],
            "nothing": asdict(self.nothing),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave."""
        levers = tuple(Priority.from_json(lever) for lever in content["levers"])
        return cls(content["basis"], levers, DoNothing(**content["nothing"]))


def prioritise(levers: Sequence[GradedLever], stakes: Stakes) -> Priorities:
    """Rank levers by what meeting their goals is expected to bring, each alone.

    The effect counts per unit of shortfall and person: who lacks more gains more, and who meets the goal
    gains nothing. Ranges hold the chance in the effect and nothing else: costs, reach and margin are
    declared, and the tornado shows what each of them moves.

    Parameters
    ----------
    levers
        Those that are offered; none is a possible answer, and leaves "do nothing".
    stakes
        The newest rows, the same as those of the shortfalls.

    Raises
    ------
    ValueError
        If two levers have one name, or speak of other rows than the stakes.

    Examples
    --------
    >>> import numpy as np
    >>> from features.usecase import LeverCost
    >>> stakes = Stakes(np.array([0.3, 0.2, 0.1]), revenue=np.array([1000.0, 500.0, 400.0]), margin=0.5)
    >>> slope = Estimate(-0.01, -0.015, -0.005, n=900)
    >>> cost = LeverCost(per_person_eur=30.0)
    >>> wait = GradedLever("wait", "B", slope, np.array([20.0, 0.0, 10.0]), "h", cost)
    >>> best = prioritise([wait], stakes).levers[0]
    >>> print(best.kept, best.net_eur, round(best.break_even_eur, 2))
    0.300 (0.150 to 0.450) 60.000 (0.000 to 120.000) 30.0
    """
    demand_levers(levers, stakes)
    found = [_judge(lever, stakes) for lever in levers]
    basis = _basis(found, stakes)
    gains = {one.name: _gain(one, basis, stakes) for one in found}
    found.sort(key=lambda one: (-gains[one.name].value, one.name))
    n_better = sum(gain.value > 0 for gain in gains.values())
    ranked = (
        replace(
            one,
            rank=place + 1 + (place >= n_better),
            may_swap_with=tuple(
                other.name
                for other in found
                if other is not one and _may_swap(gains[one.name], gains[other.name])
            ),
        )
        for place, one in enumerate(found)
    )
    return Priorities(basis, tuple(ranked), _do_nothing(stakes, n_better + 1))


def _judge(lever: GradedLever, stakes: Stakes) -> Priority:
    """Return the figures of one lever; rank, clearness and swaps need the others."""
    sums, prices = LeverSums.of(lever, stakes), lever.prices
    effect = lever.slope.scaled(-1.0 if stakes.is_bad else 1.0)
    plan = Plan(effect.value, lever.reach, stakes.margin)
    reached = sums.people_short * lever.reach
    gain = effect.scaled(sums.shortfall * lever.reach)
    revenue = None if stakes.revenue is None else effect.scaled(sums.shortfall_revenue * lever.reach)
    net = None
    if revenue is not None and prices is not None:
        low, high = sorted(sums.net(replace(plan, effect=end), prices) for end in (effect.low, effect.high))
        net = Estimate.around(sums.net(plan, prices), low, high, effect.n)
    return Priority(
        name=lever.name,
        rank=0,
        evidence_grade=lever.evidence_grade,
        people_affected=sums.people_short,
        people_reached=reached,
        effect=effect,
        kept=gain if stakes.is_event else None,
        mean_change=lever.slope.scaled(sums.shortfall * lever.reach / float(stakes.weights.sum())),
        exceeds_expected=gain.value > sums.movable * lever.reach,
        revenue_kept_eur=revenue,
        cost_eur=None if prices is None else sums.cost(plan, prices),
        net_eur=net,
        break_even_eur=None if revenue is None else _break_even(revenue, stakes.margin, reached, prices),
        is_clear=(gain if net is None else net).low > 0,
        experience=_experience(sums, lever.unit),
        tornado=() if net is None or prices is None else make_tornado(sums, plan, prices, effect),
    )


def _basis(found: Sequence[Priority], stakes: Stakes) -> Basis:
    """Return what levers are ranked by: money only if it is known of all."""
    if stakes.revenue is not None and all(one.net_eur is not None for one in found):
        return "net"
    return "kept" if stakes.is_event else "mean_change"


def _gain(one: Priority, basis: Basis, stakes: Stakes) -> Estimate:
    """Return what a lever is ranked by, so that more is better."""
    if basis == "net" and one.net_eur is not None:
        return one.net_eur
    if basis == "kept" and one.kept is not None:
        return one.kept
    return one.mean_change.scaled(-1.0 if stakes.is_bad else 1.0)


def _may_swap(one: Estimate, other: Estimate) -> bool:
    """Tell whether the range of the difference holds 0; the two as independent."""
    above, below = (one, other) if one.value >= other.value else (other, one)
    half = math.hypot(above.value - above.low, below.high - below.value)
    return above.value - below.value <= half


def _break_even(
    revenue: Estimate, margin: float, people_reached: float, prices: tuple[float, float] | None
) -> float:
    """Return the cost per person up to which a lever pays at the low end of its effect."""
    left = margin * revenue.low - (0.0 if prices is None else prices[1])
    return left / people_reached if left > 0 and people_reached > 0 else 0.0


def _experience(sums: LeverSums, unit: str | None) -> ExperienceCost:
    """Return what people go through today."""
    mean = sums.shortfall / sums.people_short if sums.people_short > 0 else None
    return ExperienceCost(sums.people_short, sums.people_unknown, mean, sums.shortfall, unit)


def _do_nothing(stakes: Stakes, rank: int) -> DoNothing:
    """Return what is expected if nobody acts."""
    weights = stakes.weights
    people, expected = float(weights.sum()), float(weights @ stakes.expected)
    is_unknown = None if stakes.revenue is None else np.isnan(stakes.revenue)
    return DoNothing(
        rank=rank,
        people=people,
        expected_mean=expected / people,
        expected_events=expected if stakes.is_event else None,
        revenue_lost_eur=None if is_unknown is None else float(stakes.priced @ stakes.expected),
        people_without_revenue=None if is_unknown is None else float(weights[is_unknown].sum()),
    )
