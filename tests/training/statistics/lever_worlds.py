"""Worlds in which it is known which levers work, and how much."""

from dataclasses import dataclass

import numpy as np

from training.statistics import Floats
from training.statistics.adjusted import Lever
from training.statistics.controls import Control

WORKING = ("strong", "saturating", "medium", "weak")
NULLS = ("confounded", "decoy_strong", "decoy_medium", "noise")


@dataclass(frozen=True)
class LeverWorld:
    """Hold rows of a world with four levers that work and four that do not.

    Attributes
    ----------
    contrasts
        True mean gain if everybody met the goal of a working lever.
    """

    target: Floats
    levers: tuple[Lever, ...]
    context: tuple[Control, ...]
    contrasts: dict[str, float]


def make_levers(n_rows: int, seed: int, *, effect: float = 1.0, has_interaction: bool = False) -> LeverWorld:
    """Return a world of satisfaction from 0 to 10 whose levers depend on context.

    Parameters
    ----------
    effect
        Factor on all true effects; 0 for a world in which nothing works.
    has_interaction
        Whether target and confounded lever share a product of two context columns.
    """
    chance = np.random.default_rng(seed)
    size, age = chance.normal(size=n_rows), chance.gamma(4.0, 1.0, n_rows)
    plan = chance.integers(0, 3, n_rows)
    bent = np.sin(size) + 0.5 * (plan == 2)
    pull = size * (age - 4.0) / 2.0 if has_interaction else bent
    noise = {name: chance.normal(size=n_rows) for name in (*WORKING, *NULLS)}
    values = {
        "strong": 0.5 * bent + noise["strong"],
        "saturating": 0.3 * size + noise["saturating"],
        "medium": 0.4 * bent + noise["medium"],
        "weak": 0.2 * age + noise["weak"],
        "confounded": 1.2 * pull + 0.8 * noise["confounded"],
        "noise": noise["noise"],
    }
    values["decoy_strong"] = 0.7 * values["strong"] + 0.7 * noise["decoy_strong"]
    values["decoy_medium"] = 0.7 * values["medium"] + 0.7 * noise["decoy_medium"]
    saturated = np.minimum(values["saturating"], 0.0)
    target = (
        5.0
        + effect
        * (0.35 * values["strong"] + 0.35 * saturated + 0.16 * values["medium"] + 0.08 * values["weak"])
        + 0.9 * pull
        + 0.1 * np.sqrt(age)
        + chance.normal(size=n_rows)
    )
    goal = 0.0
    shortfall = {name: float(np.maximum(goal - values[name], 0.0).mean()) for name in WORKING}
    slopes = {"strong": 0.35, "saturating": 0.35, "medium": 0.16, "weak": 0.08}
    return LeverWorld(
        target,
        tuple(Lever(name, values[name], goal) for name in (*WORKING, *NULLS)),
        (Control("size", size), Control("age", age), Control("plan", plan.astype(float), is_category=True)),
        {name: effect * slopes[name] * shortfall[name] for name in WORKING},
    )
