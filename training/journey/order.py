"""In which order touchpoints come, and which of them share a stage because that is not clear."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from scipy.sparse.csgraph import connected_components

from training.journey.shares import share_of
from training.journey.touches import Journeys
from training.statistics import Bools, Estimate

CLEAR_SHARE: Final = 2 / 3
"""One touchpoint comes before another if it clearly did so in more than two of three journeys with both."""
FEWEST_PAIRS: Final = 10

Stages = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Precedence:
    """Hold how often one touchpoint came before another.

    Attributes
    ----------
    earlier, later
        Numbers of the touchpoints; ``earlier`` is the one that came first more often.
    share
        Share of the journeys with both in which it came first, ties counted half; ``n`` = those journeys.
    is_clear
        Whether the whole interval lies above :data:`CLEAR_SHARE`.
    """

    earlier: int
    later: int
    share: Estimate
    is_clear: bool


@dataclass(frozen=True)
class Order:
    """Hold stages in order, the pairs they rest on, and touchpoints that run in a circle.

    Attributes
    ----------
    stages
        Numbers of the touchpoints of each stage.
    precedences
        Every pair with at least :data:`FEWEST_PAIRS` journeys.
    cycles
        Touchpoints of which each clearly comes before the next and the last before the first; each cycle
        shares a stage.
    """

    stages: Stages
    precedences: tuple[Precedence, ...]
    cycles: Stages

    def is_before(self, earlier: int, later: int) -> bool:
        """Tell whether one touchpoint clearly comes before another."""
        return any(
            (pair.earlier, pair.later) == (earlier, later) and pair.is_clear for pair in self.precedences
        )


def find_order(journeys: Journeys, declared: Stages | None = None) -> Order:
    """Return the stages of touchpoints.

    A touchpoint stands one stage after the latest of those that clearly come before it; what clearly follows
    nothing stands in the first stage. So touchpoints share a stage where their order is not clear, and in
    circles.

    Parameters
    ----------
    journeys
        All journeys.
    declared
        Stages as the use case declares them; they are kept, and the pairs are told beside them.
    """
    n_points = journeys.first_day.shape[1]
    pairs = [
        pair
        for first, second in combinations(range(n_points), 2)
        if (pair := _compare(journeys, first, second))
    ]
    before = np.zeros((n_points, n_points), dtype=np.bool_)
    for pair in pairs:
        before[pair.earlier, pair.later] = pair.is_clear
    circle = connected_components(before, directed=True, connection="strong")[1]
    cycles = tuple(
        tuple(np.flatnonzero(circle == number).tolist())
        for number in np.unique(circle)
        if (circle == number).sum() > 1
    )
    return Order(declared or _layer(before, circle.tolist()), tuple(pairs), cycles)


def _compare(journeys: Journeys, first: int, second: int) -> Precedence | None:
    """Return which of two touchpoints comes first; None where too few journeys have both."""
    ahead = journeys.first_day[:, second] - journeys.first_day[:, first]
    known = np.isfinite(ahead)
    if known.sum() < FEWEST_PAIRS:
        return None
    is_first = np.where(ahead > 0, 1.0, np.where(ahead < 0, 0.0, 0.5))[known]
    earlier, later = first, second
    if is_first.mean() < 0.5:
        earlier, later, is_first = second, first, 1.0 - is_first
    found = share_of(is_first, journeys.entity[known])
    return Precedence(earlier, later, found, found.low > CLEAR_SHARE)


def _layer(before: Bools, circle: Sequence[int]) -> Stages:
    """Return the touchpoints by the length of the longest chain of clear pairs that leads to them."""
    groups = np.array(circle)
    n_groups = int(groups.max()) + 1
    edges = {
        (int(groups[left]), int(groups[right]))
        for left, right in np.argwhere(before)
        if groups[left] != groups[right]
    }
    depth = np.zeros(n_groups, dtype=np.int64)
    for _ in range(n_groups):  # no chain is longer than there are groups
        for left, right in edges:
            depth[right] = max(depth[right], depth[left] + 1)
    levels = depth[groups]
    return tuple(tuple(np.flatnonzero(levels == level).tolist()) for level in np.unique(levels))
