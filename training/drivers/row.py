"""One driver in the ranking, as it is stored in drivers.json and shown in reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from features.errors import BundleError
from features.usecase import Language, Role
from training.drivers.direction import Direction
from training.drivers.goal import Goal
from training.statistics import Estimate, plain_values, read_estimate

EvidenceGrade = Literal["A", "B", "C"]
TOP: Final = 3
TELLING_ROLES: frozenset[Role] = frozenset({"lever", "mediator", "signal"})
"""Roles of drivers that are set side by side; context is no row, and nobody says what the rest is."""
IntervalMethod = Literal["entity bootstrap", "half-sample refits and entity bootstrap"]


@dataclass(frozen=True)
class DriverRow:
    """Hold what is known of one driver: an association, unless its evidence grade says more.

    Attributes
    ----------
    name
        Name in the use-case file, or of the feature where no driver claims it.
    role
        None where no driver claims the feature; such a row stands under "other" and is never a lever.
    share
        Part of the model's explanation: mean absolute attribution, scaled to a sum of 1 over all drivers;
        ``n`` = rows explained.
    interval_method
        What the range of ``share`` holds: the chance in who was explained, or also in what was learnt.
    direction
        Which values of the main feature go with a higher risk; ``groups`` for a category.
    turns_at
        The value of the main feature at which the direction turns; None where it holds throughout.
    is_opposite_alone
        Whether the outcome itself clearly goes the other way along the main feature, with nothing held equal.
    main_feature
        The feature of the driver that carries most of its explanation.
    goal_met
        Share of the newest rows that meet the goal; ``n`` = rows with a value.
    may_swap_with
        Drivers whose share is not clearly different from this one: their order is open.
    rank_low, rank_high
        Best and worst rank by share that chance leaves; holds the true rank in 95 % of cases. None, as all
        about ranks, in a bundle of a version that did not know them.
    rank_low_joint, rank_high_joint
        The same, wider: the ranges of all drivers hold together in 95 % of cases.
    tie_group
        Number of its group among those whose inner order is open, 1 = first.
    """

    name: str
    role: Role | None
    label: Mapping[Language, str]
    share: Estimate
    interval_method: IntervalMethod
    direction: Direction
    main_feature: str
    features: tuple[str, ...]
    goal: Goal | None = None
    goal_met: Estimate | None = None
    may_swap_with: tuple[str, ...] = ()
    evidence_grade: EvidenceGrade = "C"
    rank_low: int | None = None
    rank_high: int | None = None
    rank_low_joint: int | None = None
    rank_high_joint: int | None = None
    tie_group: int | None = None
    turns_at: float | None = None
    is_opposite_alone: bool = False

    @property
    def may_be_top_three(self) -> bool | None:
        """Tell whether the data allow it to be among the three most important; None where nobody looked."""
        return None if self.rank_low is None else self.rank_low <= TOP


def rows_to_json(rows: Sequence[DriverRow]) -> list[dict[str, Any]]:
    """Return plain values, one object per driver, in the order given."""
    return [plain_values(row) for row in rows]


def rows_from_json(content: Sequence[Mapping[str, Any]]) -> tuple[DriverRow, ...]:
    """Read what :func:`rows_to_json` wrote.

    Raises
    ------
    BundleError
        If a row lacks a key or holds one that is unknown.
    """
    try:
        return tuple(_read(row) for row in content)
    except (KeyError, TypeError) as error:
        problem = f"cannot be read ({type(error).__name__}: {error})"
        where = "drivers.json"
        raise BundleError(where, problem, "train again with this version") from error


def _read(row: Mapping[str, Any]) -> DriverRow:
    """Return one row from its plain values."""
    read = {
        "features": tuple(row["features"]),
        "may_swap_with": tuple(row["may_swap_with"]),
        "share": Estimate.from_json(row["share"]),
        "goal": None if row["goal"] is None else Goal(**row["goal"]),
        "goal_met": read_estimate(row["goal_met"]),
    }
    return DriverRow(**{**row, **read})
