"""Worlds in which it is known how many people a lever keeps."""

from dataclasses import dataclass

import numpy as np

from training.drivers import Goal, GradedLever, Stakes, prioritise, shortfall
from training.statistics import Estimate, Floats
from training.statistics.adjusted import Lever, adjusted_effects
from training.statistics.controls import Control

GOAL = Goal("wait", "<=", 24.0, "h")


@dataclass(frozen=True)
class LeavingWorld:
    """Hold people whose risk rises with what is missing to a goal, and with a confounder.

    Attributes
    ----------
    risk, risk_at_goal
        ``[n]`` true probability of leaving today, and if the goal were met.
    left
        ``[n]`` who left.
    """

    wait: Floats
    size: Floats
    revenue: Floats
    risk: Floats
    risk_at_goal: Floats
    left: Floats


def draw_people(
    n_rows: int, chance: np.random.Generator, *, effect: float, is_logistic: bool
) -> LeavingWorld:
    """Return people; ``effect`` is the rise of the risk per ten hours beyond the goal.

    Where the world is logistic, the same hour adds more to the risk of those who are likelier to leave
    anyway; large customers wait longest and are the least likely to leave.
    """
    size = chance.normal(size=n_rows)
    wait = 20.0 + 6.0 * size + chance.gamma(2.0, 5.0, n_rows)
    revenue = np.exp(6.0 + 0.5 * size + 0.5 * chance.normal(size=n_rows))
    short = shortfall(GOAL, wait) / 10
    calm = 0.12 + 0.03 * np.tanh(size)
    if is_logistic:
        odds = np.log(calm / (1 - calm)) - 0.6 * size
        risk_at_goal, risk = (1 / (1 + np.exp(-odds - push)) for push in (0.0, effect / 0.12 * short))
    else:
        risk_at_goal, risk = calm, np.minimum(calm + effect * short, 1.0)
    return LeavingWorld(wait, size, revenue, risk, risk_at_goal, (chance.random(n_rows) < risk).astype(float))


@dataclass(frozen=True)
class Judged:
    """Hold what was found in one world, and what is true."""

    kept: Estimate
    revenue: Estimate
    true_kept: float
    true_revenue: float
    is_offered: bool


def judge_world(
    seed: int, *, n_rows: int = 2000, n_newest: int = 800, effect: float = 0.08, is_logistic: bool = False
) -> Judged:
    """Learn the effect from some people and count what it keeps of others."""
    chance = np.random.default_rng(seed)
    past = draw_people(n_rows, chance, effect=effect, is_logistic=is_logistic)
    newest = draw_people(n_newest, chance, effect=effect, is_logistic=is_logistic)
    lever = Lever("wait", past.wait, GOAL.bound, is_lower_better=True)
    found = adjusted_effects(past.left, [lever], [Control("size", past.size)])["wait"]
    assert found.short_slope is not None
    graded = GradedLever("wait", "B", found.short_slope, shortfall(GOAL, newest.wait), "h")
    best = prioritise([graded], Stakes(newest.risk, revenue=newest.revenue)).levers[0]
    assert best.kept is not None
    assert best.revenue_kept_eur is not None
    saved = newest.risk - newest.risk_at_goal
    is_offered = found.p_value < 0.05 and found.slope.value > 0
    return Judged(
        best.kept, best.revenue_kept_eur, float(saved.sum()), float(saved @ newest.revenue), is_offered
    )
