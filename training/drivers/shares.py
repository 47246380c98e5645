"""Shares of the explanation with how far they would wander: over other entities, and over other models."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import stats

from training.drivers.attribution import DriverGroup, importance_shares, normalise, sum_by_driver
from training.drivers.row import IntervalMethod
from training.statistics import LEVEL, EntityDraws, Estimate, Floats

FEWEST_REFITS = 8
_NORMAL = float(stats.norm.ppf((1 + LEVEL) / 2))


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
class Spread:
    """Hold the two sources of chance in shares of drivers, or in differences of shares.

    Both are independent, so that covariances add. That of few refits is stretched to give normal ranges the
    width of Student's.

    Attributes
    ----------
    over_rows
        Shape (drivers, drivers): covariance over resampled entities.
    over_refits
        Covariance over models of random halves; zeros where there are none.
    n_refits
        How many those are.
    """

    over_rows: Floats
    over_refits: Floats
    n_refits: int

    @classmethod
    def of(cls, drawn: Floats, again: Floats | None) -> Self:
        """Measure both.

        Parameters
        ----------
        drawn
            Shape (draws, drivers): the shares in resamples of entities.
        again
            Shape (refits, drivers): the shares that refits give; None without any.

        Raises
        ------
        ValueError
            If there are less than eight refits.
        """
        over_rows = _covariance(drawn)
        if again is None:
            return cls(over_rows, np.zeros_like(over_rows), 0)
        if len(again) < FEWEST_REFITS:
            message = f"{len(again)} refits say too little; pass at least {FEWEST_REFITS}, or none"
            raise ValueError(message)
        return cls(over_rows, _covariance(again), len(again))

    @property
    def method(self) -> IntervalMethod:
        """Name what the ranges hold."""
        return "half-sample refits and entity bootstrap" if self.n_refits else "entity bootstrap"

    def covariance_for(self, n_ranges: int = 1) -> Floats:
        """Return the covariance for normal ranges of which so many are to hold together.

        The more they are, the further out Student's distribution lies from the normal one.
        """
        return self.over_rows + student_factor(self.n_refits, n_ranges) * self.over_refits

    def half_width(self, column: int) -> float:
        """Return half the width of the 95 % range of one driver."""
        by_refits = student_factor(self.n_refits) * float(self.over_refits[column, column])
        return _NORMAL * math.sqrt(float(self.over_rows[column, column]) + by_refits)

    def p_values(self, value: Floats) -> Floats:
        """Return how surprising each value would be if 0 were true: two-sided, shape (drivers,).

        Student's distribution with the freedom of Satterthwaite (1946), since few refits are one of the two
        sources. What does not vary cannot surprise: 1.
        """
        by_refits = np.diag(self.over_refits)
        variance = np.diag(self.over_rows) + by_refits
        varies = variance > 0
        part = np.divide(by_refits, variance, out=np.zeros_like(variance), where=varies)
        freedom = np.divide(self.n_refits - 1.0, part**2, out=np.full_like(part, np.inf), where=part > 0)
        size = np.divide(np.abs(value), np.sqrt(variance), out=np.zeros_like(variance), where=varies)
        return np.asarray(2 * stats.t.sf(size, freedom))


@dataclass(frozen=True)
class DriverShares:
    """Hold the shares of drivers with the chance in them.

    Attributes
    ----------
    value
        Shape (drivers,): the shares, which add up to 1.
    spread
        How far they would wander.
    n_rows
        Rows explained.
    """

    value: Floats
    spread: Spread
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
        drawn = draws.apply(lambda mass: normalise(mass @ size))
        again = [importance_shares(sum_by_driver(refit, groups), weights.refitted) for refit in refits]
        spread = Spread.of(drawn, np.stack(again) if again else None)
        return cls(importance_shares(by_driver, weights.rows), spread, len(by_driver))

    @property
    def covariance(self) -> Floats:
        """Return the covariance of the shares for single ranges, shape (drivers, drivers)."""
        return self.spread.covariance_for()

    def estimate(self, column: int) -> Estimate:
        """Return the share of one driver with its 95 % range, kept inside 0..1."""
        share, half = float(self.value[column]), self.spread.half_width(column)
        return Estimate.around(share, max(0.0, share - half), min(1.0, share + half), self.n_rows)


@cache
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


def _covariance(draws: Floats) -> Floats:
    """Return the covariance of columns, two-dimensional also for one column."""
    return np.atleast_2d(np.cov(draws, rowvar=False))
