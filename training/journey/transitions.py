"""From which stage journeys go on to which, and where they end."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from training.journey.order import Stages
from training.journey.shares import share_of
from training.journey.touches import Touches
from training.statistics import Bools, Estimate, Floats, Ints

LEFT: Final = -1


@dataclass(frozen=True)
class Transitions:
    """Hold where journeys went from one stage.

    Attributes
    ----------
    stage
        Number of the stage that was left.
    shares
        For each stage and, last, for the end of the journey: the share of departures; they add up to 1. The
        stage itself has 0: touches in one stage that follow each other are one stay. ``n`` = departures.
    n_open
        Stays so close to the end of observation that their continuation is not known yet; not counted.
    """

    stage: int
    shares: tuple[Estimate, ...]
    n_open: int


@dataclass(frozen=True)
class Stays:
    """Hold stays in stages, one per place, in order of journey and time.

    Attributes
    ----------
    stage, following
        Number of the stage, and of the one that came next (:data:`LEFT`: none).
    is_settled
        Whether the end of the stay lies so far back that what followed is known.
    entity
        Whose stay it is.
    """

    stage: Ints
    following: Ints
    is_settled: Bools
    entity: Ints


def find_stays(touches: Touches, stages: Stages, *, patience_days: float, end_day: float) -> Stays:
    """Return the stays of all journeys.

    A stay counts if it ended at least ``patience_days`` before observation did, whether or not something
    followed: to count those that went on at once, but not those that may still go on, would make journeys
    look more complete than they are. Touches of one moment follow each other in the order of stages.

    Parameters
    ----------
    patience_days
        The silence that ends a journey.
    end_day
        First day that is not observed, in days since 1970-01-01.
    """
    stage_of = np.empty(sum(map(len, stages)), dtype=np.int64)
    for place, members in enumerate(stages):
        stage_of[list(members)] = place
    at = stage_of[touches.point]
    order = np.lexsort((at, touches.day, touches.journey))
    at, day, journey = at[order], touches.day[order], touches.journey[order]
    is_same = (at[1:] == at[:-1]) & (journey[1:] == journey[:-1])
    ends = np.flatnonzero(np.append(~is_same, True))
    goes_on = np.append(journey[ends][1:] == journey[ends][:-1], False)
    following = np.where(goes_on, np.append(at[ends][1:], LEFT), LEFT)
    is_settled = day[ends] + patience_days <= end_day
    return Stays(at[ends], following, is_settled, touches.entity[journey[ends]])


def count_transitions(stays: Stays, n_stages: int, fewest_entities: int = 1) -> tuple[Transitions, ...]:
    """Return the table of transitions; a stage with settled stays of too few entities has no row.

    Returns
    -------
    tuple
        One row per stage, in order.
    """
    rows = []
    for stage in range(n_stages):
        is_here = stays.stage == stage
        counted = is_here & stays.is_settled
        if np.unique(stays.entity[counted]).size >= max(1, fewest_entities):
            shares = tuple(
                share_of(_hits(stays.following[counted], target), stays.entity[counted])
                for target in (*range(n_stages), LEFT)
            )
            rows.append(Transitions(stage, shares, int((is_here & ~stays.is_settled).sum())))
    return tuple(rows)


def _hits(following: Ints, target: int) -> Floats:
    """Return 1 where a stay was followed by the target, else 0."""
    hits: Floats = (following == target).astype(np.float64)
    return hits
