"""Whether different views of the drivers tell the same order."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, Final, Literal

import numpy as np
from scipy import stats

from training.statistics import Floats

Verdict = Literal["agree", "partly", "disagree"]

AGREE_FROM: Final = 0.7
PARTLY_FROM: Final = 0.4
FEWEST_DRIVERS: Final = 4


@dataclass(frozen=True)
class Disagreement:
    """Hold the driver that two views place furthest from each other.

    Attributes
    ----------
    driver
        Its name.
    first_view, second_view
        Names of the two views.
    first_rank, second_rank
        Its ranks among the drivers that both views hold, 1 = most important; halves where drivers tie.
    """

    driver: str
    first_view: str
    first_rank: float
    second_view: str
    second_rank: float


@dataclass(frozen=True)
class Agreement:
    """Hold how far the views agree.

    Attributes
    ----------
    correlation
        Mean of the rank correlations of all pairs of views; None where no pair shares four drivers.
    n_drivers
        Drivers that entered: those that at least two of the views compared hold.
    n_pairs
        Pairs of views that were compared.
    largest
        Where two views differ most; None where none differ.
    """

    correlation: float | None
    n_drivers: int
    n_pairs: int
    largest: Disagreement | None

    @property
    def verdict(self) -> Verdict | None:
        """Return the agreement as a word, None where there is no figure."""
        if self.correlation is None:
            return None
        if self.correlation >= AGREE_FROM:
            return "agree"
        return "partly" if self.correlation >= PARTLY_FROM else "disagree"

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {**asdict(self), "verdict": self.verdict}


def agree(views: Mapping[str, Mapping[str, float]]) -> Agreement:
    """Compare how views rank the drivers.

    Each pair of views is compared by Spearman's correlation over the drivers that both hold, at least four;
    a view that makes all of them equal ranks nothing and is not compared.

    Parameters
    ----------
    views
        By view the importance by driver; its sign is ignored, NaN means that the view does not tell.

    Examples
    --------
    >>> shares = {"wait": 0.4, "tone": 0.3, "price": 0.2, "age": 0.1}
    >>> found = agree({"share": shares, "contrast": {"wait": 1.0, "tone": 2.5, "price": -2.0, "age": 0.5}})
    >>> found.correlation, found.verdict, found.largest.driver
    (0.4, 'partly', 'wait')
    """
    compared = list(_compare(views))
    if not compared:
        return Agreement(None, 0, 0, None)
    drivers = {name for pair in compared for name in pair.drivers}
    mean = float(np.mean([pair.correlation for pair in compared]))
    apart = [pair.largest for pair in compared]
    largest = max(apart, key=lambda one: abs(one.first_rank - one.second_rank))
    is_apart = largest.first_rank != largest.second_rank
    return Agreement(round(mean, 12), len(drivers), len(compared), largest if is_apart else None)


@dataclass(frozen=True)
class _Pair:
    """Hold the ranks that two views give to the drivers both hold."""

    views: tuple[str, str]
    drivers: tuple[str, ...]
    first: Floats
    second: Floats

    @property
    def correlation(self) -> float:
        """Return Spearman's correlation: Pearson's of the ranks."""
        return float(np.corrcoef(self.first, self.second)[0, 1])

    @property
    def largest(self) -> Disagreement:
        """Return the driver whose ranks differ most."""
        place = int(np.abs(self.first - self.second).argmax())
        first, second = float(self.first[place]), float(self.second[place])
        return Disagreement(self.drivers[place], self.views[0], first, self.views[1], second)


def _compare(views: Mapping[str, Mapping[str, float]]) -> Iterator[_Pair]:
    """Yield the pairs of views that can be compared."""
    told = {
        view: {name: abs(size) for name, size in by_driver.items() if np.isfinite(size)}
        for view, by_driver in views.items()
    }
    for first, second in combinations(told, 2):
        drivers = tuple(name for name in told[first] if name in told[second])
        if len(drivers) < FEWEST_DRIVERS:
            continue
        ranks = [stats.rankdata([-told[view][name] for name in drivers]) for view in (first, second)]
        if all(np.ptp(rank) > 0 for rank in ranks):
            yield _Pair((first, second), drivers, ranks[0], ranks[1])
