"""Surveys in which it is known how important each of ten items is, and how well each is rated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from training.statistics import Bools, Floats

N_ITEMS = 10
CORRELATION = 0.4  # of the opinions behind the answers
CUTS = np.array([-1.5, -0.5, 0.5, 1.5])  # between the five answers

# True importance: change of the target per standard deviation of the item.
RANK_WORLDS: Mapping[str, Floats] = {
    "clear": 0.05 * np.arange(1.0, 11.0),
    "close": 0.20 + 0.01 * np.arange(10.0),
    "tied": np.repeat([0.4, 0.2, 0.0], [3, 3, 4]),
    "one first": np.array([0.6, 0.4, 0.35, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05, 0.0]),
}


@dataclass(frozen=True)
class Survey:
    """Hold answers and what is true of them.

    Attributes
    ----------
    items
        ``[n, 10]`` answers from 1 to 5.
    target
        ``[n]`` rating, with skewed noise.
    importance
        ``[10]`` true importance.
    performance
        ``[10]`` true mean answer.
    """

    items: Floats
    target: Floats
    importance: Floats
    performance: Floats

    @property
    def ranks(self) -> tuple[Floats, Floats]:
        """Return the best and the worst true rank of each item; they differ where items tie."""
        return stats.rankdata(-self.importance, "min"), stats.rankdata(-self.importance, "max")

    @property
    def is_important(self) -> Bools:
        """Tell which items are at least as important as the mean item."""
        return np.asarray(self.importance >= self.importance.mean())

    @property
    def is_strong(self) -> Bools:
        """Tell which items are rated at least as well as the mean item."""
        return np.asarray(self.performance >= self.performance.mean())


def draw_survey(importance: Floats, n_rows: int, chance: np.random.Generator) -> Survey:
    """Draw answers of people whose opinions of the items go together."""
    level = chance.normal(0.3, 0.4, N_ITEMS)
    halo = np.sqrt(CORRELATION) * chance.normal(size=(n_rows, 1))
    opinion = level + halo + np.sqrt(1 - CORRELATION) * chance.normal(size=(n_rows, N_ITEMS))
    items = 1.0 + (opinion[:, :, None] > CUTS).sum(axis=2)
    above = stats.norm.sf(CUTS - level[:, None])  # share of answers above each cut
    mean = 1.0 + above.sum(axis=1)
    squares = (above * (2 * np.arange(1.0, 5.0) + 1)).sum(axis=1) + 1.0
    deviation = np.sqrt(squares - mean**2)
    noise = 2.0 - chance.gamma(4.0, 0.5, n_rows)  # deviation 1, a long tail of the unhappy
    return Survey(items, 3.0 + (items - mean) @ (importance / deviation) + noise, importance, mean)


def _wide(chance: np.random.Generator) -> Floats:
    return chance.uniform(0.0, 0.6, N_ITEMS)


def _near(chance: np.random.Generator) -> Floats:
    return np.asarray(0.25 + 0.04 * chance.normal(size=N_ITEMS))


def _half(chance: np.random.Generator) -> Floats:
    return np.where(np.arange(N_ITEMS) < N_ITEMS // 2, 0.0, chance.uniform(0.1, 0.5, N_ITEMS))


QUADRANT_WORLDS: Mapping[str, Callable[[np.random.Generator], Floats]] = {
    "wide": _wide,
    "close": _near,
    "half null": _half,
}
