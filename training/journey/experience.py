"""How good each stage is, and which one is the weakest if that is clear."""

import math
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from training.journey.footing import StageTable
from training.journey.shares import influences, p_value_of, share_of
from training.statistics import Estimate
from training.statistics.families import holm

FEWEST_TOLD: Final = 20


@dataclass(frozen=True)
class StageExperience:
    """Hold how good a stage is.

    Attributes
    ----------
    stage
        Number of the stage.
    good
        Share of good experiences over the journeys that tell of the stage; ``n`` = these journeys.
    n_entities
        How many different entities these are.
    """

    stage: int
    good: Estimate
    n_entities: int


@dataclass(frozen=True)
class Weakest:
    """Hold which stage is the weakest.

    Attributes
    ----------
    stages
        Numbers of the stages that may be it, lowest share first; one alone where it is clear, none where
        fewer than two stages tell of experience.
    is_clear
        Whether one stage is clearly below every other (Holm over all pairs of stages).
    """

    stages: tuple[int, ...]
    is_clear: bool


def rate_stages(table: StageTable, fewest_entities: int) -> tuple[StageExperience, ...]:
    """Return the stages of which enough is told, in order.

    Parameters
    ----------
    fewest_entities
        Stages of which fewer entities tell are not shown.
    """
    found = []
    for stage in range(table.good.shape[1]):
        known = np.isfinite(table.good[:, stage])
        n_entities = np.unique(table.entity[known]).size
        if n_entities >= max(fewest_entities, FEWEST_TOLD):
            good = share_of(table.good[known, stage], table.entity[known])
            found.append(StageExperience(stage, good, n_entities))
    return tuple(found)


def find_weakest(table: StageTable, rated: tuple[StageExperience, ...]) -> Weakest:
    """Return the weakest stage, or those that may be it.

    Stages are compared in pairs, entities that tell of both as pairs of their own. What is called the weakest
    in spite of a tie is so in at most 5 % of journey maps.
    """
    if len(rated) < 2:
        return Weakest((), is_clear=False)
    pairs = list(combinations(range(len(rated)), 2))
    stages = [each.stage for each in rated]
    differs = holm([_compare(table, stages[left], stages[right]) for left, right in pairs])
    lowest = min(range(len(rated)), key=lambda place: rated[place].good.value)
    apart = {
        left if right == lowest else right
        for (left, right), is_apart in zip(pairs, differs, strict=True)
        if is_apart and lowest in (left, right)
    }
    maybe = [place for place in range(len(rated)) if place == lowest or place not in apart]
    maybe.sort(key=lambda place: rated[place].good.value)
    return Weakest(tuple(stages[place] for place in maybe), is_clear=len(maybe) == 1)


def _compare(table: StageTable, first: int, second: int) -> float:
    """Return the p-value of two stages being equally good."""
    parts, means = [], []
    n_entities = int(table.entity.max()) + 1
    for stage in (first, second):
        known = np.isfinite(table.good[:, stage])
        parts.append(influences(table.good[known, stage], table.entity[known], n_entities))
        means.append(float(table.good[known, stage].mean()))
    error = math.sqrt(float(((parts[0] - parts[1]) ** 2).sum()))
    if error == 0:
        return 1.0 if means[0] == means[1] else 0.0
    return p_value_of(means[0] - means[1], error)
