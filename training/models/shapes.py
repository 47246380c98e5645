"""A logistic model that adds one curve per feature; a score is a look-up and its reasons are exact."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.errors import BundleError
from training.models.odds import Floats
from training.models.records import Record, read_record, to_bytes

_CHUNK_ROWS = 4096


@dataclass(frozen=True)
class Curve:
    """Hold what one feature adds to the log-odds: a piecewise quadratic, plus amounts for single values.

    Parameters
    ----------
    knots
        Ends of the pieces, rising, shape (pieces + 1,) or empty; the curve is constant beyond both ends.
    pieces
        ``c0 + c1 t + c2 t^2`` with ``t`` counted from the left end of the piece, shape (pieces, 3).
    values, amounts
        What single values add on top, both shape (values,); for a category the values are its codes.
    missing
        What a missing value adds.
    center
        Mean over the training rows; attributions are counted from it.
    """

    knots: Floats
    pieces: Floats
    values: Floats
    amounts: Floats
    missing: float
    center: float

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in vars(self).items()
        }

    @classmethod
    def from_record(cls, record: Record) -> Self:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        BundleError
            If it does not describe a curve.
        """
        knots, pieces = record.floats("knots"), record.table("pieces", 3)
        values, amounts = record.floats("values"), record.floats("amounts")
        if len(pieces) != max(len(knots) - 1, 0) or len(knots) == 1 or np.any(np.diff(knots) <= 0):
            raise record.fail("knots", f"a rising list of {len(pieces) + 1} knots")
        if len(values) != len(amounts):
            raise record.fail("amounts", f"a list of {len(values)} numbers")
        return cls(knots, pieces, values, amounts, record.number("missing"), record.number("center"))


class LookUp:
    """Look one value up in a curve: the same number as in a whole matrix, without NumPy's fixed costs.

    Examples
    --------
    >>> nothing = np.empty(0)
    >>> look_up = LookUp(Curve(nothing, np.empty((0, 3)), np.array([2.0]), np.array([0.5]), -0.1, 0.0))
    >>> look_up(2.0), look_up(3.0), look_up(float("nan"))
    (0.5, 0.0, -0.1)
    """

    __slots__ = ("_amounts", "_high", "_inner", "_is_smooth", "_low", "_missing", "_pieces")

    def __init__(self, curve: Curve) -> None:
        knots = curve.knots.tolist() or [0.0]
        self._low, self._high, self._inner = knots[0], knots[-1], knots[1:-1]
        starts = curve.knots[:-1].tolist() or [0.0]
        pieces = curve.pieces.tolist() or [[0.0, 0.0, 0.0]]
        self._pieces: list[tuple[float, float, float, float]] = [
            (start, constant, slope, bend)
            for start, (constant, slope, bend) in zip(starts, pieces, strict=True)
        ]
        self._amounts: dict[float, float] = {}
        for value, amount in zip(curve.values.tolist(), curve.amounts.tolist(), strict=True):
            self._amounts[value] = self._amounts.get(value, 0.0) + amount
        self._missing = curve.missing
        self._is_smooth = bool(len(curve.pieces))

    def __call__(self, value: float) -> float:
        """Return what the curve adds for a value; NaN is missing."""
        if value != value:  # noqa: PLR0124 - only NaN differs from itself
            return self._missing
        amount = self._amounts.get(value, 0.0)
        if not self._is_smooth:
            return amount
        inside = self._low if value < self._low else self._high if value > self._high else value  # noqa: FURB136 - calls of min and max cost as much as the rest
        start, constant, slope, bend = self._pieces[bisect_right(self._inner, inside)]
        offset = inside - start
        return constant + offset * (slope + offset * bend) + amount


@dataclass(frozen=True)
class ShapeModel:
    """Add up one curve per feature.

    Parameters
    ----------
    intercept
        Log-odds before any curve.
    curves
        One per column of the matrix.
    """

    intercept: float
    curves: tuple[Curve, ...]

    def log_odds(self, matrix: Floats) -> Floats:
        """Return the log-odds of each row.

        Parameters
        ----------
        matrix
            Shape (rows, features), NaN where missing.
        """
        return self.intercept + _row_sums(self.shares(matrix))

    def attributions(self, matrix: Floats) -> tuple[float, Floats]:
        """Return the mean log-odds of training and what each feature adds to it (linear SHAP, exact).

        Returns
        -------
        tuple
            Base, and contributions of shape (rows, features); base and contributions add up to
            :meth:`log_odds`.
        """
        return self.base, self.shares(matrix) - self._centers

    def shares(self, matrix: Floats) -> Floats:
        """Return what each curve adds, shape (rows, features)."""
        shares = np.empty(matrix.shape)
        for start in range(0, len(matrix), _CHUNK_ROWS):
            chunk = slice(start, start + _CHUNK_ROWS)
            shares[chunk] = self._tables.look_up(matrix[chunk])
        return shares

    def log_odds_by_period(self, row: list[float], periods: Sequence[float]) -> list[float]:
        """Return the log-odds of one row in each of its periods, as :meth:`log_odds` of its repetitions."""
        total = 0.0
        for curve, value in zip(self._look_ups, row, strict=False):
            total += curve(value)
        if not periods:
            return [self.intercept + total]
        return [self.intercept + (total + share) for share in self._period_shares(periods)]

    def attributions_by_period(self, row: list[float], periods: Sequence[float]) -> tuple[float, Floats]:
        """Return base and contributions of one row, shape (periods, columns); see :meth:`attributions`."""
        shares = np.empty((len(periods) or 1, len(self.curves)))
        shares[:, : len(row)] = [curve(value) for curve, value in zip(self._look_ups, row, strict=False)]
        if periods:
            shares[:, -1] = self._period_shares(periods)
        return self.base, shares - self._centers

    def _period_shares(self, periods: Sequence[float]) -> list[float]:
        """Return what the last curve adds in each period; they are few, and always the same."""
        known = self._of_periods
        for period in periods:
            if period not in known:
                known[period] = self._look_ups[-1](period)
        return [known[period] for period in periods]

    @cached_property
    def _of_periods(self) -> dict[float, float]:
        """Return what the last curve adds, by period, as far as it was asked for."""
        return {}

    @cached_property
    def _centers(self) -> Floats:
        """Return the mean of each curve over the training rows."""
        return np.array([curve.center for curve in self.curves])

    @cached_property
    def base(self) -> float:
        """Return the mean log-odds of training."""
        return self.intercept + float(_row_sums(self._centers[None, :])[0])

    @cached_property
    def _look_ups(self) -> list[Callable[[float], float]]:
        """Return each curve as a function of one value."""
        return [LookUp(curve) for curve in self.curves]

    @cached_property
    def _tables(self) -> "_Tables":
        """Return all curves in arrays of one shape."""
        return _Tables.pack(self.curves)

    def to_files(self, name: str) -> dict[str, bytes]:
        """Return the file ``{name}.json``."""
        curves = [curve.to_json() for curve in self.curves]
        return {f"{name}.json": to_bytes({"intercept": self.intercept, "curves": curves})}

    @classmethod
    def from_files(cls, contents: Mapping[str, bytes], name: str) -> Self:
        """Read what :meth:`to_files` wrote.

        Raises
        ------
        BundleError
            If the file does not describe such a model.
        """
        record = read_record(contents, f"{name}.json")
        curves = tuple(Curve.from_record(curve) for curve in record.records("curves"))
        if not curves:
            raise BundleError(f"{name}.json", "has no curves", "train again")
        return cls(record.number("intercept"), curves)


@dataclass(frozen=True)
class _Tables:
    """Hold all curves padded to one length, so that a row costs the same few array operations at any width.

    Attributes
    ----------
    knots, pieces
        Shapes (features, most pieces + 1) and (features, most pieces, 3); padded knots are infinite.
    values, amounts
        Shape (features, most values); padded values are NaN, which equals nothing.
    """

    low: Floats
    high: Floats
    knots: Floats
    pieces: Floats
    values: Floats
    amounts: Floats
    missing: Floats

    @classmethod
    def pack(cls, curves: tuple[Curve, ...]) -> Self:
        """Pad the curves."""
        n_pieces = max(1, *(len(curve.pieces) for curve in curves))
        n_values = max(1, *(len(curve.values) for curve in curves))
        knots, pieces = np.full((len(curves), n_pieces), np.inf), np.zeros((len(curves), n_pieces, 3))
        values, amounts = np.full((len(curves), n_values), np.nan), np.zeros((len(curves), n_values))
        low, high = np.zeros(len(curves)), np.zeros(len(curves))
        for place, curve in enumerate(curves):
            knots[place, 0] = 0.0
            if len(curve.knots):
                low[place], high[place] = curve.knots[0], curve.knots[-1]
                knots[place, : len(curve.pieces)] = curve.knots[:-1]
                pieces[place, : len(curve.pieces)] = curve.pieces
            values[place, : len(curve.values)] = curve.values
            amounts[place, : len(curve.values)] = curve.amounts
        return cls(low, high, knots, pieces, values, amounts, np.array([curve.missing for curve in curves]))

    def look_up(self, matrix: Floats) -> Floats:
        """Return what each curve adds, shape (rows, features)."""
        is_missing = np.isnan(matrix)
        found = np.where(is_missing, self.low, matrix)
        clipped = np.clip(found, self.low, self.high)
        piece: NDArray[np.intp] = np.count_nonzero(clipped[:, :, None] >= self.knots[:, 1:], axis=2)
        place = np.arange(len(self.low))
        offset = clipped - self.knots[place, piece]
        constant, slope, bend = np.moveaxis(self.pieces[place, piece], 2, 0)
        smooth = constant + offset * (slope + offset * bend)
        single = np.sum(np.where(found[:, :, None] == self.values, self.amounts, 0.0), axis=2)
        shares: Floats = np.where(is_missing, self.missing, smooth + single)
        return shares


def _row_sums(shares: Floats) -> Floats:
    """Add up each row from left to right, so that the rounding does not depend on the number of rows."""
    sums: Floats = np.cumsum(shares, axis=1)[:, -1]
    return sums
