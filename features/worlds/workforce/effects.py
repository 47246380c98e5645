"""What is planted among employees: every number that decides who resigns and what the pulse survey shows.

The hazard is that of forming the intention to resign, per month, in log-odds. The last working day follows
after one to five months (the notice); in between short absences rise and the unit's eNPS falls.
"""

from dataclasses import dataclass

GOAL_OVERTIME_HOURS = 10.0
GOAL_UNTRAINED_YEARS = 1.0
TYPICAL_OVERTIME_HOURS = 12.0
LONGEST_UNTRAINED_YEARS = 3.0
UNREST_DAYS = 180
NOTICE_SHARES = (0.40, 0.30, 0.20, 0.10)
"""shares of resigning people whose last day comes 1, 2, 3 or 4 months after the intention, and some days"""


@dataclass(frozen=True)
class Resigning:
    """Hold the log-odds of forming the intention to resign in one month."""

    intercept: float = -6.40
    overtime_direct: float = 0.55
    """per 10 hours of overtime a month, with the felt workload held fixed"""
    workload: float = 0.80
    """per point of felt workload on the scale 1 to 5"""
    untrained: float = 0.85
    """per year since the last training, up to three"""
    pay: float = -0.50
    """per unit of the ratio to market pay: 0.05 for ten percentage points, hardly anything"""
    leading: float = -0.35
    """per standard deviation of how well the manager leads"""
    unrest: float = 0.35
    """in the half year after a new manager or a new team"""
    tenure: tuple[float, ...] = (0.55, 0.25, -0.30)
    """first year; second and third; later"""
    department: tuple[float, ...] = (0.0, 0.10, 0.15, 0.10, 0.25, -0.25)
    site: tuple[float, ...] = (0.90, 0.0, -0.45, 0.10)
    level: tuple[float, ...] = (0.15, 0.0, 0.0, -0.20, -0.30)


@dataclass(frozen=True)
class Climate:
    """Hold how working life is felt, and what people answer in the anonymous pulse survey."""

    workload_level: float = 3.0
    workload_per_ten_hours: float = 0.50
    workload_own: float = 0.50
    enps_level: float = 7.4
    enps_per_workload: float = -0.9
    enps_per_leading: float = 0.8
    enps_intending: float = -2.0
    enps_noise: float = 1.5
    support_level: float = 3.4
    support_per_leading: float = 0.65


RESIGNING = Resigning()
CLIMATE = Climate()


def overtime_total() -> float:
    """Return the whole effect of 10 hours of overtime a month: direct, and through the felt workload.

    Examples
    --------
    >>> round(overtime_total(), 3)
    0.95
    """
    return RESIGNING.overtime_direct + RESIGNING.workload * CLIMATE.workload_per_ten_hours
