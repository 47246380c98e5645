"""Columns for the linear model: quadratic B-splines of numbers, one column per level, one for missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline

from training.models.odds import Floats
from training.models.ramps import Ramps
from training.models.shapes import Curve

DEGREE = 2
N_KNOTS = 5
MAX_TABLE_VALUES = 11
# Above this a table of columns takes half the memory: what is lost in the seventh digit is no one's.
_MOST_DOUBLES = 100_000_000


@dataclass(frozen=True)
class Terms:
    """Hold how one feature is written out into columns.

    Numbers become a quadratic B-spline on quantile knots, constant beyond the ends (Eilers and Marx 1996);
    numbers with at most 11 distinct values, and categories, get one column per value; a column for missing
    comes last.

    Parameters
    ----------
    knots
        Rising knots of the spline; empty for none.
    values
        Values with a column of their own.
    has_missing
        Whether missing has a column.
    """

    knots: Floats
    values: Floats
    has_missing: bool

    @classmethod
    def plan(cls, column: Floats, n_codes: int) -> Self:
        """Decide on the columns of one feature.

        Parameters
        ----------
        column
            Training values.
        n_codes
            Number of codes of a category, 0 for a number.
        """
        present = column[~np.isnan(column)]
        distinct = np.unique(present)
        knots = np.empty(0)
        if not n_codes and len(distinct) > 1:
            knots = np.unique(np.quantile(present, np.linspace(0.0, 1.0, N_KNOTS)))
        values = distinct if n_codes or 1 < len(distinct) <= MAX_TABLE_VALUES else np.empty(0)
        return cls(knots, values, len(present) < len(column))

    @property
    def n_columns(self) -> int:
        """Return the number of columns."""
        return self._n_splines + len(self.values) + self.has_missing

    @property
    def is_bounded(self) -> NDArray[np.bool_]:
        """Tell which columns must not have an amount below zero: none."""
        return np.zeros(self.n_columns, dtype=np.bool_)

    def write_out(self, column: Floats) -> Floats:
        """Return the columns of one feature, shape (rows, columns); a missing value has only the last."""
        is_missing = np.isnan(column)
        parts = [column[:, None] == self.values]
        if self._n_splines:
            parts.insert(0, self._splines(column))
        if self.has_missing:
            parts.append(is_missing[:, None])
        return np.concatenate(parts, axis=1).astype(np.float64)

    def compile(self, coefficients: Floats, column: Floats, weight: Floats | None = None) -> Curve:
        """Return the curve that these coefficients draw, centred on a training column.

        Parameters
        ----------
        coefficients
            Shape (columns,).
        column
            Training values, over which the centre is the mean.
        weight
            Weight of each training row in that mean; 1 if absent.
        """
        smooth, single = coefficients[: self._n_splines], coefficients[self._n_splines :]
        amounts = single[: len(self.values)]
        missing = float(single[-1]) if self.has_missing else 0.0
        center = float(np.average(self.write_out(column) @ coefficients, weights=weight))
        return Curve(self.knots, self._pieces(smooth), self.values, amounts, missing, center)

    @property
    def _n_splines(self) -> int:
        """Return the number of spline columns."""
        return len(self.knots) + DEGREE - 1 if len(self.knots) else 0

    @cached_property
    def _basis_knots(self) -> Floats:
        """Return the knots with further ones beyond both ends, as far apart as the outermost."""
        steps = np.arange(1, DEGREE + 1)
        left = self.knots[0] - steps[::-1] * (self.knots[1] - self.knots[0])
        right = self.knots[-1] + steps * (self.knots[-1] - self.knots[-2])
        return np.concatenate([left, self.knots, right])

    def _splines(self, column: Floats) -> Floats:
        """Return the spline columns; zero where missing."""
        is_missing = np.isnan(column)
        inside = np.clip(np.where(is_missing, self.knots[0], column), self.knots[0], self.knots[-1])
        columns = BSpline.design_matrix(inside, self._basis_knots, DEGREE).toarray()
        columns[is_missing] = 0.0
        return columns

    def _pieces(self, coefficients: Floats) -> Floats:
        """Return the quadratic on each piece, which three of its points determine."""
        if not self._n_splines:
            return np.empty((0, 3))
        left, right = self.knots[:-1], self.knots[1:]
        width = right - left
        at_left, at_middle, at_right = (
            self._splines(point) @ coefficients for point in (left, (left + right) / 2, right)
        )
        bend = 2 * (at_left - 2 * at_middle + at_right) / width**2
        slope = (at_right - at_left) / width - bend * width
        return np.column_stack([at_left, slope, bend])


@dataclass(frozen=True)
class Design:
    """Hold the columns of all features side by side.

    Attributes
    ----------
    terms
        One per feature: ramps where a direction is declared.
    columns
        Shape (rows, all columns); float64, or float32 where there are very many.
    """

    terms: tuple[Terms | Ramps, ...]
    columns: NDArray[Any]

    @classmethod
    def write_out(cls, matrix: Floats, n_codes: Sequence[int], directions: Sequence[int] = ()) -> Self:
        """Write out a training matrix.

        Parameters
        ----------
        matrix
            Shape (rows, features), NaN where missing.
        n_codes
            Number of codes of each category, 0 for numbers.
        directions
            1 where a feature never lowers the log-odds, -1 where it never raises them, 0 where both may be;
            empty for 0 throughout.
        """
        declared = directions or (0,) * len(n_codes)
        terms = tuple(
            Ramps.plan(column, direction) if direction else Terms.plan(column, codes)
            for column, codes, direction in zip(matrix.T, n_codes, declared, strict=True)
        )
        shape = len(matrix), sum(term.n_columns for term in terms)
        columns = np.empty(shape, np.float64 if shape[0] * shape[1] <= _MOST_DOUBLES else np.float32)
        start = 0
        for term, column in zip(terms, matrix.T, strict=True):
            columns[:, start : start + term.n_columns] = term.write_out(column)
            start += term.n_columns
        return cls(terms, columns)

    @property
    def is_bounded(self) -> NDArray[np.bool_]:
        """Tell which columns must not have a coefficient below zero."""
        return np.concatenate([term.is_bounded for term in self.terms])

    def compile(
        self, coefficients: Floats, matrix: Floats, weight: Floats | None = None
    ) -> tuple[Curve, ...]:
        """Return the curve of each feature, centred on the training rows as they are weighted."""
        ends = np.cumsum([term.n_columns for term in self.terms])
        parts = np.split(coefficients, ends[:-1])
        return tuple(
            term.compile(part, column, weight)
            for term, part, column in zip(self.terms, parts, matrix.T, strict=True)
        )
