"""What is planted: every number that decides who leaves and what people answer.

The hazard is that of forming the intention to leave, per month, in log-odds. The cancellation follows
after 0 to 4 months; in between usage falls and tone sours.
"""

from dataclasses import dataclass

import numpy as np

from features.worlds.vocabulary import Floats


@dataclass(frozen=True)
class Hazard:
    """Hold the log-odds of forming the intention to leave in one month."""

    intercept: float = -5.12
    resolution_direct: float = 0.50
    """per doubling of the hours to resolve, with the ease of getting help held fixed"""
    ease: float = -0.35
    """per point of ease on the scale 1 to 7"""
    late_share: float = 5.0
    """per unit of the share of late deliveries (0.5 per 10 percentage points)"""
    mood: float = -0.35
    """per standard deviation of the part of mood that has no cause in support or deliveries"""
    first_year: float = 0.40
    size: tuple[float, ...] = (0.80, 0.0, -0.60, -0.70)
    plan: tuple[float, ...] = (0.15, 0.0, -0.20)
    region: tuple[float, ...] = (0.0, 0.15, 0.0, -0.10, 0.05)


@dataclass(frozen=True)
class Feelings:
    """Hold how experience becomes ease and mood, and how these become answers."""

    ease_level: float = 5.0
    ease_per_doubling: float = -0.80
    mood_per_doubling: float = -0.25
    mood_per_late_share: float = -2.0
    mood_own: float = 0.60
    """weight of the persistent part of mood that has no cause in the data"""
    mood_style: float = 0.45
    """weight of a customer's answering style, which has nothing to do with leaving"""
    mood_intending: float = -0.60
    nps_level: float = 7.3
    nps_per_mood: float = 2.0
    nps_noise: float = 1.0


HAZARD = Hazard()
FEELINGS = Feelings()

GOAL_HOURS = 24.0
GOAL_LATE_SHARE = 0.10
TYPICAL_LATE_SHARE = 0.15
DISPUTES_PER_INVOICE = (0.20, 0.04, 0.02, 0.02)
"""the decoy: by company size alone, without any effect on leaving"""
LAG_SHARES = (0.30, 0.25, 0.20, 0.15, 0.10)
"""shares of leavers who cancel 0, 1, 2, 3 or 4 months after the intention"""
MOOD_DROP_IN_PLANTED_WAVE = 0.02
"""everybody's mood falls by this before the wave in which NPS rises"""


def resolution_total() -> float:
    """Return the whole effect of a doubling of hours: direct, and through the ease of getting help.

    Examples
    --------
    >>> round(resolution_total(), 3)
    0.78
    """
    return HAZARD.resolution_direct + HAZARD.ease * FEELINGS.ease_per_doubling


def probability(log_odds: Floats) -> Floats:
    """Return the probability of each log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)), dtype=np.float64)
