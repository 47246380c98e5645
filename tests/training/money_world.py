"""Customers who leave with a known probability, and what a cut-off earns on all of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import stats

from training.evaluation.contacts import Offer
from training.statistics import Floats

MEAN_VALUE = 200.0
DEAR = Offer(contact_cost_eur=10)


def make_world(
    seed: int, n: int = 400, levels: int | None = None, shape: tuple[float, float] = (1, 3)
) -> tuple[Floats, Floats, Floats]:
    """Return target, probability and value of some customers."""
    random = np.random.default_rng(seed)
    probability = random.beta(*shape, n) if levels is None else random.integers(1, levels, n) / levels
    return (random.random(n) < probability).astype(float), probability, random.gamma(2, 100, n)


@dataclass(frozen=True)
class Truth:
    """Know the profit of every cut-off, without any draw of who leaves."""

    probability: Floats
    offer: Offer

    @classmethod
    def of(cls, offer: Offer, shape: tuple[float, float] = (1, 3), n: int = 200_000) -> "Truth":
        """Take the quantiles of the probabilities as everybody, highest first."""
        return cls(stats.beta(*shape).ppf((np.arange(n, 0, -1) - 0.5) / n), offer)

    def per_row(self, rate: float) -> Floats:
        """Return what contacting each customer earns on average."""
        stays = rate * self.probability * (MEAN_VALUE - self.offer.incentive_cost_eur)
        return stays - self.offer.contact_cost_eur - self.offer.incentive_cost_eur * (1 - self.probability)

    def profit(self, cutoff: float) -> float:
        """Return the profit of contacting from a cut-off on."""
        return float(np.where(self.probability >= cutoff, self.per_row(self.offer.success_rate), 0).mean())

    @cached_property
    def highest(self) -> float:
        """Return the profit of the truly best cut-off."""
        return float(np.maximum(self.per_row(self.offer.success_rate), 0).mean())

    @cached_property
    def expected_highest(self) -> float:
        """Return the expected maximum profit."""
        edges = np.linspace(0, 1, 201)
        chances = np.diff(stats.beta(*self.offer.beta).cdf(edges))
        middles = (edges[1:] + edges[:-1]) / 2
        best = [np.maximum(self.per_row(rate), 0).mean() for rate in middles]
        return float(chances @ best)
