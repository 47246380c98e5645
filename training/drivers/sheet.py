"""Drivers in plain columns, one record each: for CSV files and data frames."""

from collections.abc import Sequence
from typing import Final

from training.drivers.goal import Goal
from training.drivers.row import DriverRow
from training.statistics import Estimate

Cell = str | int | float | bool | None
DRIVER_COLUMNS: Final = (
    "driver",
    "label",
    "role",
    "evidence_grade",
    "share",
    "share_low",
    "share_high",
    "rank",
    "rank_low",
    "rank_high",
    "rank_low_joint",
    "rank_high_joint",
    "tie_group",
    "may_be_top_three",
    "may_swap_with",
    "direction",
    "turns_at",
    "main_feature",
    "features",
    "goal",
    "goal_met",
    "goal_met_low",
    "goal_met_high",
    "interval_method",
    "n",
)


def driver_sheet(drivers: Sequence[DriverRow]) -> list[dict[str, Cell]]:
    """Return one record of plain values per driver, with the columns :data:`DRIVER_COLUMNS`.

    Lists become texts with commas; None stands where a figure does not exist.

    Parameters
    ----------
    drivers
        The ranking, largest first: its order is the column ``rank``.
    """
    return [_record(place, driver) for place, driver in enumerate(drivers, start=1)]


def _record(rank: int, driver: DriverRow) -> dict[str, Cell]:
    """Return one driver as plain values."""
    return {
        "driver": driver.name,
        "label": driver.label["en"],
        "role": driver.role,
        "evidence_grade": driver.evidence_grade,
        **estimate_cells("share", driver.share),
        "rank": rank,
        "rank_low": driver.rank_low,
        "rank_high": driver.rank_high,
        "rank_low_joint": driver.rank_low_joint,
        "rank_high_joint": driver.rank_high_joint,
        "tie_group": driver.tie_group,
        "may_be_top_three": driver.may_be_top_three,
        "may_swap_with": ", ".join(driver.may_swap_with),
        "direction": driver.direction,
        "turns_at": driver.turns_at,
        "main_feature": driver.main_feature,
        "features": ", ".join(driver.features),
        "goal": goal_cell(driver.goal),
        **estimate_cells("goal_met", driver.goal_met),
        "interval_method": driver.interval_method,
        "n": driver.share.n,
    }


def estimate_cells(name: str, estimate: Estimate | None) -> dict[str, Cell]:
    """Return an estimate as three columns: the value under its name, and the ends of its interval.

    Examples
    --------
    >>> estimate_cells("share", Estimate(0.4, 0.3, 0.5, n=80))
    {'share': 0.4, 'share_low': 0.3, 'share_high': 0.5}
    """
    ends = (None, None, None) if estimate is None else (estimate.value, estimate.low, estimate.high)
    return dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))


def goal_cell(goal: Goal | None) -> str | None:
    """Return a goal as one writes it, with its unit; None without one.

    Examples
    --------
    >>> goal_cell(Goal("wait", "<=", 24.0, "hours"))
    '<= 24 hours'
    """
    if goal is None:
        return None
    words = f"{goal.comparison} {goal.bound:g}"
    return words if goal.unit is None else f"{words} {goal.unit}"
