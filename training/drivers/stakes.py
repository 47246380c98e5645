"""What priorities are made of: graded effects, who misses the goals of levers, what people are worth."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from features.usecase import LeverCost
from training.drivers.row import EvidenceGrade
from training.statistics import Estimate, Floats, as_column, as_weight

_OFFERED: tuple[EvidenceGrade, ...] = ("A", "B")


@dataclass(frozen=True)
class Stakes:
    """Hold what the newest rows are expected to do, and what they are worth.

    Parameters
    ----------
    expected
        ``[n]`` probability of the event at the primary horizon, or expected answer.
    is_event
        Whether an event is forecast; an answer otherwise.
    is_bad
        Whether less of it is better, as of leaving; False for a rating.
    revenue
        ``[n]`` yearly revenue in EUR, NaN where unknown; None where nobody has a price: people at work, and
        all that is not the leaving of people.
    margin
        Share of the revenue that is earned.
    weight
        ``[n]`` people that each row stands for; 1 if absent.

    Raises
    ------
    ValueError
        If columns do not fit together, the margin is no share, or revenue stands beside what keeps nobody.
    """

    expected: Floats
    is_event: bool = True
    is_bad: bool = True
    revenue: Floats | None = None
    margin: float = 1.0
    weight: Floats | None = None

    def __post_init__(self) -> None:
        n_rows = as_column("expected", self.expected).size
        as_weight(self.weight, n_rows)
        if not 0 < self.margin <= 1:
            message = (
                f"margin is {self.margin:g}; it is the share of the revenue that is earned: above 0, up to 1"
            )
            raise ValueError(message)
        if self.revenue is None:
            return
        if not (self.is_event and self.is_bad):
            message = "revenue is kept by those who do not leave, and this target is not leaving; pass None"
            raise ValueError(message)
        as_column("revenue", np.nan_to_num(self.revenue, nan=0.0, posinf=np.inf, neginf=-np.inf), n_rows)

    @property
    def weights(self) -> Floats:
        """Return the people that each row stands for."""
        return as_weight(self.weight, len(self.expected))

    @property
    def movable(self) -> Floats:
        """Return the chance that acting could take from a row: of the event, or of none where it is good."""
        return self.expected if self.is_bad else 1.0 - self.expected

    @property
    def priced(self) -> Floats:
        """Return the yearly revenue of the people of a row; unknown revenue is not counted."""
        return (
            np.zeros_like(self.weights)
            if self.revenue is None
            else self.weights * np.nan_to_num(self.revenue)
        )


@dataclass(frozen=True)
class GradedLever:
    """Hold a lever whose effect was tested (A) or adjusted (B) and that is offered.

    Parameters
    ----------
    slope
        Change of the outcome per unit by which somebody comes closer to the goal, short of it:
        ``AdjustedEffect.short_slope``, or the same from an experiment.
    shortfall
        ``[n]`` what each newest row lacks today: :func:`~training.drivers.shortfall`. 0 where the goal is
        met; NaN without a value, and such a row is not affected.
    unit
        Unit of the shortfall as the use-case file declares it.
    cost
        What bringing people to the goal takes; None where nothing is declared.

    Raises
    ------
    ValueError
        If the grade is C, there is no slope, or a shortfall is negative.
    """

    name: str
    evidence_grade: EvidenceGrade
    slope: Estimate
    shortfall: Floats
    unit: str | None = None
    cost: LeverCost | None = None

    def __post_init__(self) -> None:
        if self.evidence_grade not in _OFFERED:
            found = f"{self.name} has the evidence grade {self.evidence_grade}"
            message = f"{found}; priorities are made from effects of grade A or B only, leave it out"
            raise ValueError(message)
        if not all(map(math.isfinite, (self.slope.value, self.slope.low, self.slope.high))):
            message = f"{self.name} has no slope short of its goal ({self.slope}); leave it out"
            raise ValueError(message)
        known = self.shortfall[~np.isnan(self.shortfall)]
        if known.size and (known.min() < 0 or np.isinf(known).any()):
            message = (
                f"{self.name} has a shortfall of {known.min():g} to {known.max():g}; it is 0 or more, finite"
            )
            raise ValueError(message)

    @property
    def reach(self) -> float:
        """Return the share of those who miss the goal that can be brought to it."""
        return 1.0 if self.cost is None else self.cost.reach

    @property
    def prices(self) -> tuple[float, float] | None:
        """Return the cost per person and the fixed one, in EUR; None where neither is declared."""
        cost = self.cost
        if cost is None or (cost.per_person_eur is None and cost.fixed_eur is None):
            return None
        return cost.per_person_eur or 0.0, cost.fixed_eur or 0.0


def demand_levers(levers: Sequence[GradedLever], stakes: Stakes) -> None:
    """Demand that levers have different names and speak of the same rows as the stakes.

    Raises
    ------
    ValueError
        Naming the lever and what was found.
    """
    names = [lever.name for lever in levers]
    for lever in levers:
        if names.count(lever.name) > 1:
            message = f"{lever.name} is there {names.count(lever.name)} times; pass each lever once"
            raise ValueError(message)
        if lever.shortfall.shape != stakes.expected.shape:
            found = f"{lever.name} has a shortfall of the shape {lever.shortfall.shape}"
            message = f"{found}, the stakes {stakes.expected.shape}; take both from the same newest rows"
            raise ValueError(message)
