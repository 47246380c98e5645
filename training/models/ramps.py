"""Columns for the linear model where a direction is declared: ramps that can only add up to a rise."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from training.models.odds import Floats
from training.models.shapes import Curve

N_RAMP_KNOTS = 9
MAX_KNOT_VALUES = 11


@dataclass(frozen=True)
class Ramps:
    """Hold how one number whose direction is declared is written out into columns.

    Each piece between two knots has a column that climbs from 0 to 1 on it and stays there: I-splines of
    first order (Ramsay 1988). Amounts of at least zero on them draw every curve that is straight between the
    knots and never goes against the direction, and no other. Straight pieces keep that promise in floating
    point as well, which bent ones would not. A column for missing, of free sign, comes last.

    Parameters
    ----------
    knots
        Rising: all values where there are at most 11, else nine quantiles; empty for a constant.
    has_missing
        Whether missing has a column.
    direction
        1 for a curve that never falls, -1 for one that never rises.

    Examples
    --------
    >>> ramps = Ramps(np.array([0.0, 1.0, 3.0]), has_missing=False, direction=1)
    >>> ramps.write_out(np.array([-1.0, 1.0, 2.0])).tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 0.5]]
    """

    knots: Floats
    has_missing: bool
    direction: int

    @classmethod
    def plan(cls, column: Floats, direction: int) -> Self:
        """Decide on the columns of one number.

        Parameters
        ----------
        column
            Training values.
        direction
            1 or -1.
        """
        present = column[~np.isnan(column)]
        knots = np.unique(present)
        if len(knots) > MAX_KNOT_VALUES:
            knots = np.unique(np.quantile(present, np.linspace(0.0, 1.0, N_RAMP_KNOTS)))
        return cls(knots if len(knots) > 1 else np.empty(0), len(present) < len(column), direction)

    @property
    def n_columns(self) -> int:
        """Return the number of columns."""
        return self._n_pieces + self.has_missing

    @property
    def is_bounded(self) -> NDArray[np.bool_]:
        """Tell which columns must not have an amount below zero."""
        return np.arange(self.n_columns) < self._n_pieces

    def write_out(self, column: Floats) -> Floats:
        """Return the columns, shape (rows, columns); a missing value has only the last."""
        is_missing = np.isnan(column)
        left = self.knots[:-1]
        climbed = np.clip((column[:, None] - left) / np.diff(self.knots), 0.0, 1.0) * self.direction
        climbed[is_missing] = 0.0
        return np.column_stack([climbed, is_missing]) if self.has_missing else climbed

    def compile(self, coefficients: Floats, column: Floats, weight: Floats | None = None) -> Curve:
        """Return the curve that these coefficients draw, centred on a training column.

        Each piece starts at what the one before it reaches as a score computes it, so that no rounding at a
        knot goes against the direction.

        Parameters
        ----------
        coefficients
            Shape (columns,), those of ramps not below zero.
        column
            Training values, over which the centre is the mean.
        weight
            Weight of each training row in that mean; 1 if absent.
        """
        widths = np.diff(self.knots)
        slopes = self.direction * coefficients[: self._n_pieces] / widths
        starts = np.concatenate([[0.0], np.cumsum(widths * slopes)])[: self._n_pieces]
        missing = float(coefficients[-1]) if self.has_missing else 0.0
        center = float(np.average(self.write_out(column) @ coefficients, weights=weight))
        pieces = np.column_stack([starts, slopes, np.zeros(self._n_pieces)])
        return Curve(self.knots, pieces, np.empty(0), np.empty(0), missing, center)

    @property
    def _n_pieces(self) -> int:
        """Return the number of pieces between knots."""
        return max(len(self.knots) - 1, 0)
