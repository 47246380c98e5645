"""Shares of the explanation with how far they would wander: over other entities, and over other models."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import stats

from training.drivers.attribution import DriverGroup, importance_shares, normalise, sum_by_driver
from training.drivers.row import IntervalMethod
from training.statistics import LEVEL, EntityDraws, Estimate, Floats

FEWEST_REFITS = 8


@dataclass(frozen=True)
class RowWeights:
    """Hold how many people of the population each row stands for; None where each stands for one.

    Attributes
    ----------
    rows
        Weight of each row with attributions.
    today
        Weight of each row of ``today``.
    refitted
        Weight of each row of a refit's attributions, the same for all refits.
    """

    rows: Floats | None = None
    today: Floats | None = None
    refitted: Floats | None = None


UNWEIGHTED = RowWeights()


@dataclass(frozen=True)
class DriverShares:
    """Hold the shares of drivers, and the two sources of chance in them.

    Attributes
    ----------
    value
        Shape (drivers,): the shares, which add up to 1.
    over_rows
        Shape (drivers, drivers): covariance over resampled entities.
    over_refits
        Covariance over models of random halves; zeros where there are none.
    n_refits
        How many those are.
    n_rows
        Rows explained.
    """

    value: Floats
    over_rows: Floats
    over_refits: Floats
    n_refits: int
    n_rows: int

    @classmethod
    def of(
        cls,
        attributions: Floats,
        groups: Sequence[DriverGroup],
        *,
        entities: npt.ArrayLike | None = None,
        refits: Sequence[Floats] = (),
        weights: RowWeights = UNWEIGHTED,
        n_draws: int = 500,
        seed: int = 0,
    ) -> Self:
        """Measure shares and their spread; all is meant as in :func:`~training.drivers.rank_drivers`.

        Raises
        ------
        ValueError
            If shapes do not fit together or there are one to seven refits.
        """
        by_driver = sum_by_driver(attributions, groups)
        draws = EntityDraws.of(
            len(by_driver), entity=entities, weight=weights.rows, n_draws=n_draws, seed=seed
        )
        size = np.abs(by_driver)
        over_rows = covariance_of(draws.apply(lambda mass: normalise(mass @ size)))
        again = [importance_shares(sum_by_driver(refit, groups), weights.refitted) for refit in refits]
        demand_refits(len(again))
        over_refits = covariance_of(np.stack(again)) if again else np.zeros_like(over_rows)
        shares = importance_shares(by_driver, weights.rows)
        return cls(shares, over_rows, over_refits, len(again), len(by_driver))

    @property
    def method(self) -> IntervalMethod:
        """Name what the ranges hold."""
        return "half-sample refits and entity bootstrap" if self.n_refits else "entity bootstrap"

    @property
    def covariance(self) -> Floats:
        """Return the covariance of the shares for single ranges, shape (drivers, drivers)."""
        return self.covariance_for(1)

    def covariance_for(self, n_ranges: int) -> Floats:
        """Return the covariance of the shares for normal ranges of which so many are to hold together.

        Both sources of chance are independent, so covariances add; that of few refits is stretched to give
        normal ranges the width of Student's, which lies the further out the more ranges there are.
        """
        return self.over_rows + student_factor(self.n_refits, n_ranges) * self.over_refits

    def estimate(self, column: int) -> Estimate:
        """Return the share of one driver with its 95 % range, kept inside 0..1."""
        half = float(stats.norm.ppf((1 + LEVEL) / 2)) * math.sqrt(max(0.0, self.covariance[column, column]))
        share = float(self.value[column])
        return Estimate.around(share, max(0.0, share - half), min(1.0, share + half), self.n_rows)


def demand_refits(count: int) -> None:
    """Refuse refits that are too few to measure a spread; none at all are allowed.

    Raises
    ------
    ValueError
        If there are one to seven.
    """
    if 0 < count < FEWEST_REFITS:
        message = f"{count} refits say too little; pass at least {FEWEST_REFITS}, or none"
        raise ValueError(message)


def student_factor(count: int, n_ranges: int = 1) -> float:
    """Return what a variance of ``count`` values has to be multiplied with for normal ranges.

    Parameters
    ----------
    n_ranges
        How many ranges hold together in 95 % of cases.

    Examples
    --------
    >>> round(student_factor(16), 3), round(student_factor(16, 45), 3), student_factor(0)
    (1.183, 1.521, 1.0)
    """
    if count == 0:
        return 1.0
    quantile = 1 - (1 - LEVEL) / 2 / n_ranges
    return float(stats.t.ppf(quantile, count - 1) / stats.norm.ppf(quantile)) ** 2


def covariance_of(draws: Floats) -> Floats:
    """Return the covariance of columns, two-dimensional also for one column."""
    return np.atleast_2d(np.cov(draws, rowvar=False))
