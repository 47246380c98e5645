"""Risk up to each of several horizons, from one model of the hazard in the periods between them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from training.models.binary import MODEL_FILE, Attributions
from training.models.blend import Blend
from training.models.odds import Floats, softplus, softplus_of, to_probability
from training.models.periods import repeat_periods
from training.models.records import read_record, to_bytes
from training.models.row_walk import walk_row
from training.models.walk import walk


@dataclass(frozen=True)
class HazardModel:
    """Give the calibrated risk up to each horizon; it cannot fall from one horizon to the next.

    The risk up to a horizon is one minus the product, over the periods up to it, of the probabilities that
    nothing happens (discrete-time survival; Singer and Willett 1993).

    Parameters
    ----------
    blend
        Log-odds of the event in a period for those still at risk, but for the intercept; reads the features
        and, last, the period's number.
    intercepts
        What each period adds to the log-odds.
    horizons
        Days, rising; period k ends with horizon k.
    """

    blend: Blend
    intercepts: tuple[float, ...]
    horizons: tuple[int, ...]

    @cached_property
    def horizon_names(self) -> tuple[str, ...]:
        """Return the names of the columns of probabilities, such as ``("30d", "90d")``."""
        return tuple(f"{days}d" for days in self.horizons)

    @property
    def output_names(self) -> tuple[str, ...]:
        """Return the names of the columns of a forecast: those of the horizons."""
        return self.horizon_names

    def log_odds(self, matrix: Floats) -> Floats:
        """Return the log-odds of the risk up to each horizon, shape (rows, horizons)."""
        return cumulative_log_odds(self.period_log_odds(matrix))

    def probabilities(self, matrix: Floats) -> Floats:
        """Return the risk up to each horizon, shape (rows, horizons), never falling along a row.

        Parameters
        ----------
        matrix
            Rows as the encoder gives them, shape (rows, features).
        """
        probabilities: Floats = -np.expm1(-np.cumsum(softplus(self.period_log_odds(matrix)), axis=1))
        return probabilities

    def probabilities_of(self, row: list[float]) -> list[float]:
        """Return the risk of one row up to each horizon: :meth:`probabilities` without what arrays cost.

        Parameters
        ----------
        row
            Values as the encoder gives them, NaN where missing.
        """
        hazard, risks = 0.0, []
        found = self.blend.log_odds_by_period(row, self._periods)
        for log_odds, intercept in zip(found, self.intercepts, strict=True):
            hazard += softplus_of(log_odds + intercept)
            risks.append(-math.expm1(-hazard))
        return risks

    def period_log_odds(self, matrix: Floats) -> Floats:
        """Return the log-odds of the event in each period for those still at risk, shape (rows, periods)."""
        n_periods = len(self.horizons)
        if len(matrix) == 1:
            blended = np.array([self.blend.log_odds_by_period(matrix[0].tolist(), self._periods)])
        else:
            blended = self.blend.log_odds(repeat_periods(matrix, n_periods)).reshape(n_periods, len(matrix)).T
        log_odds: Floats = blended + np.array(self.intercepts)
        return log_odds

    def attributions(self, matrix: Floats, horizon_index: int) -> Attributions:
        """Return exact reasons in log-odds of the risk up to a horizon.

        Each period's log-odds are split exactly by the members, and the way from the base to the row is then
        walked in a straight line through all periods at once (:func:`training.models.walk.walk`). What the
        period itself adds counts into the base, which therefore can differ between rows.

        Parameters
        ----------
        matrix
            Rows as the encoder gives them.
        horizon_index
            Position among :attr:`horizons`.

        Raises
        ------
        IndexError
            If there is no such horizon.
        """
        return walk_straight(*self.period_attributions(matrix, horizon_index + 1))

    def attributions_of(self, row: list[float], horizon_index: int) -> tuple[float, Floats]:
        """Return base and contributions of one row: :meth:`attributions` without what arrays cost."""
        self._demand_periods(horizon_index + 1)
        base, shares = self.blend.attributions_by_period(row, self._periods[: horizon_index + 1])
        of_period = shares[:, len(row) :].sum(axis=1).tolist()
        starts = [intercept + base + its for intercept, its in zip(self.intercepts, of_period, strict=False)]
        return walk_row(starts, shares[:, : len(row)])

    def period_attributions(self, matrix: Floats, n_periods: int) -> tuple[Floats, Floats]:
        """Split the log-odds of the first periods exactly among the features.

        Returns
        -------
        tuple
            Log-odds of each period at its base, shape (periods, rows), and what each feature adds, shape
            (periods, rows, features).

        Raises
        ------
        IndexError
            If there are no such periods.
        """
        self._demand_periods(n_periods)
        if len(matrix) == 1:
            base, shares = self.blend.attributions_by_period(matrix[0].tolist(), self._periods[:n_periods])
        else:
            base, shares = self.blend.attributions(
                repeat_periods(matrix, len(self.horizons))[: n_periods * len(matrix)]
            )
        by_period = shares.reshape(n_periods, len(matrix), shares.shape[1])
        of_period = by_period[:, :, matrix.shape[1] :].sum(axis=2)
        starts = np.array(self.intercepts)[:n_periods, None] + base + of_period
        return starts, by_period[:, :, : matrix.shape[1]]

    def _demand_periods(self, n_periods: int) -> None:
        """Demand that there are so many periods."""
        if not 1 <= n_periods <= len(self.horizons):
            message = f"horizon {n_periods - 1} of a model with {len(self.horizons)}"
            raise IndexError(message)

    @cached_property
    def _periods(self) -> tuple[float, ...]:
        """Return the values of the last column that members read; none where there is one period."""
        return tuple(map(float, range(len(self.horizons)))) if len(self.horizons) > 1 else ()

    def to_files(self) -> dict[str, bytes]:
        """Return all files of the model by name: JSON and LightGBM text only."""
        record = {"kind": "hazard", "horizons": list(self.horizons), "intercepts": list(self.intercepts)}
        return {MODEL_FILE: to_bytes(record)} | self.blend.to_files()

    @classmethod
    def from_files(cls, contents: Mapping[str, bytes]) -> Self:
        """Read what :meth:`to_files` wrote.

        Raises
        ------
        BundleError
            If a file is missing, altered or of another kind.
        """
        record = read_record(contents, MODEL_FILE, "hazard")
        horizons = record.floats("horizons")
        if not len(horizons) or horizons[0] <= 0 or np.any(np.diff(horizons) <= 0) or np.any(horizons % 1):
            raise record.fail("horizons", "a rising list of whole days")
        intercepts = record.floats("intercepts")
        if len(intercepts) != len(horizons):
            raise record.fail("intercepts", f"a list of {len(horizons)} numbers")
        whole_days = tuple(int(days) for days in horizons)
        return cls(Blend.from_files(contents), tuple(intercepts.tolist()), whole_days)


def walk_straight(starts: Floats, shares: Floats) -> Attributions:
    """Split cumulative log-odds along the straight path through the log-odds of the periods.

    Parameters
    ----------
    starts
        Log-odds of each period at the base, shape (periods, rows).
    shares
        What each feature adds in each period, shape (periods, rows, features).
    """
    return walk(starts, shares, _log_odds_at, _slopes_at)


def _slopes_at(period_log_odds: Floats) -> Floats:
    """Return the slopes of the cumulative log-odds in each period's log-odds, shape (periods, rows)."""
    risk = -np.expm1(-np.add.reduce(softplus(period_log_odds), axis=0))
    slopes: Floats = to_probability(period_log_odds) / risk
    return slopes


def _log_odds_at(period_log_odds: Floats) -> Floats:
    """Return cumulative log-odds over all periods, shape (rows,)."""
    hazard = np.add.accumulate(softplus(period_log_odds), axis=0)[-1]
    log_odds: Floats = hazard + np.log(-np.expm1(-hazard))
    return log_odds


def cumulative_log_odds(period_log_odds: Floats) -> Floats:
    """Turn log-odds of each period into those of the risk up to its end, both of shape (rows, periods)."""
    hazard = np.cumsum(softplus(period_log_odds), axis=1)
    log_odds: Floats = hazard + np.log(-np.expm1(-hazard))
    return log_odds
