"""Ridge logistic regression with one free intercept per period, by Newton steps with a Cholesky factor.

Coefficients that must not be negative are kept so by projected Newton steps (Bertsekas 1982).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from training.models.odds import Floats, softplus, to_probability

Rows = NDArray[np.intp]

_BLOCK_ROWS = 8192
_MOST_CURVED_ROWS = 65_536
_MAX_STEPS = 60
_MAX_HALVINGS = 30
_TOLERANCE = 1e-11
_NEAR_BOUND = 1e-9


@dataclass(frozen=True)
class LinearFit:
    """Hold the coefficients, shape (columns,), and one intercept per period."""

    coefficients: Floats
    intercepts: Floats

    def log_odds(self, columns: Floats, rows: Rows | None = None) -> Floats:
        """Return log-odds, shape (rows, periods), of all rows or of some."""
        sums = np.empty(len(columns) if rows is None else len(rows))
        for part, block in _blocks(columns, rows):
            sums[part] = block @ self.coefficients
        return sums[:, None] + self.intercepts


def fit_logistic(
    columns: Floats,
    target: Floats,
    weight: Floats,
    inverse_penalty: float,
    start: LinearFit | None = None,
    rows: Rows | None = None,
    is_bounded: NDArray[np.bool_] | None = None,
) -> LinearFit:
    """Minimise ``inverse_penalty * summed log loss + |coefficients|^2 / 2``; intercepts are free.

    With one period this is what scikit-learn's ``LogisticRegression(C=inverse_penalty)`` minimises. With
    more, each row stands for one cell per period without being repeated, which saves as much time as there
    are periods. Value and slope are those of all rows. The curvature, which only says how far a step goes, is
    taken from evenly spread rows where there are very many (sub-sampled Newton; Roosta-Khorasani and Mahoney
    2019): the end is the same, the way to it a fraction of the work.

    Parameters
    ----------
    columns
        Shape (all rows, columns), float64, or float32 to halve the memory; sums are made in float64.
    target, weight
        Shape (rows, periods); a weight of zero takes a cell out.
    inverse_penalty
        The larger, the less the coefficients are drawn to zero.
    start
        Where to begin.
    rows
        Which rows of ``columns`` to learn from, without a copy of them; all if absent.
    is_bounded
        Which coefficients must not be below zero, shape (columns,); none if absent.
    """
    bounded = np.zeros(columns.shape[1], dtype=np.bool_) if is_bounded is None else is_bounded
    problem = _Problem(columns, rows, target, weight * inverse_penalty, bounded)
    point = problem.origin() if start is None else np.concatenate([start.coefficients, start.intercepts])
    value = problem.value(point)
    for _ in range(_MAX_STEPS):
        gradient, bends = problem.slope(point)
        step = _newton_step(gradient, bends, problem.is_free(point, gradient))
        point, value, is_done = _descend(problem, point, value, step, float(gradient @ step))
        if is_done:
            break
    return LinearFit(point[: columns.shape[1]], point[columns.shape[1] :])


def _newton_step(gradient: Floats, bends: Floats, is_free: NDArray[np.bool_]) -> Floats:
    """Return the Newton step in the free coordinates, zero in the others."""
    if not is_free.all():
        step = np.zeros(len(gradient))
        step[is_free] = _newton_step(gradient[is_free], bends[np.ix_(is_free, is_free)], is_free[is_free])
        return step
    factor = cho_factor(bends, lower=True, overwrite_a=True, check_finite=False)
    whole: Floats = cho_solve(factor, gradient, check_finite=False)
    return whole


def _descend(
    problem: "_Problem", point: Floats, value: float, step: Floats, decrement: float
) -> tuple[Floats, float, bool]:
    """Go along a Newton step, halved until the value falls; tell whether the end is reached."""
    if decrement <= _TOLERANCE * max(1.0, abs(value)):
        return problem.project(point - step), value, True
    for halving in range(_MAX_HALVINGS):
        candidate = problem.project(point - step / 2**halving)
        reached = problem.value(candidate)
        if reached < value:
            return candidate, reached, False
    return point, value, True


@dataclass(frozen=True)
class _Problem:
    """Hold what is minimised over coefficients followed by intercepts."""

    columns: Floats
    rows: Rows | None
    target: Floats
    weight: Floats
    is_bounded: NDArray[np.bool_]

    def project(self, point: Floats) -> Floats:
        """Return the nearest point of which no bounded coefficient is below zero."""
        if not self.is_bounded.any():
            return point
        inside = point.copy()
        coefficients = inside[: len(self.is_bounded)]
        coefficients[self.is_bounded & (coefficients < 0)] = 0.0
        return inside

    def is_free(self, point: Floats, gradient: Floats) -> NDArray[np.bool_]:
        """Tell which coordinates are not held at their bound by the slope."""
        is_free = np.ones(len(point), dtype=np.bool_)
        n_columns = len(self.is_bounded)
        is_held = self.is_bounded & (point[:n_columns] <= _NEAR_BOUND) & (gradient[:n_columns] > 0)
        is_free[:n_columns] = ~is_held
        return is_free

    def origin(self) -> Floats:
        """Return zero coefficients and the intercepts that fit alone; shares are kept off 0 and 1."""
        total = np.maximum(self.weight.sum(axis=0), 1e-12)
        share = ((self.weight * self.target).sum(axis=0) + 0.5e-3 * total) / (1.001 * total)
        return np.concatenate([np.zeros(self.columns.shape[1]), np.log(share / (1 - share))])

    def value(self, point: Floats) -> float:
        """Return the penalised loss."""
        log_odds, coefficients = self._log_odds(point), point[: self.columns.shape[1]]
        loss = np.sum(self.weight * (softplus(log_odds) - self.target * log_odds))
        return float(loss + coefficients @ coefficients / 2)

    def slope(self, point: Floats) -> tuple[Floats, Floats]:
        """Return the gradient and the second derivatives."""
        n_columns = self.columns.shape[1]
        share = to_probability(self._log_odds(point))
        residual = self.weight * (share - self.target)
        per_row, gradient = residual.sum(axis=1), point.copy()
        gradient[n_columns:] = residual.sum(axis=0)
        for part, block in _blocks(self.columns, self.rows):
            gradient[:n_columns] += block.T @ per_row[part]
        return gradient, self._bends(self.weight * share * (1 - share))

    def _bends(self, curvature: Floats) -> Floats:
        """Return the second derivatives, block by block to spare memory."""
        n_columns, n_points = self.columns.shape[1], self.columns.shape[1] + curvature.shape[1]
        every = -(-len(curvature) // _MOST_CURVED_ROWS) or 1
        bends = np.zeros((n_points, n_points))
        rows = np.arange(len(curvature)) if self.rows is None else self.rows
        chosen = curvature[::every] * every
        roots = np.sqrt(chosen.sum(axis=1))[:, None]
        for part, block in _blocks(self.columns, rows[::every] if every > 1 else self.rows):
            bends[:n_columns, n_columns:] += block.T @ chosen[part]
            rooted = block * roots[part]
            bends[:n_columns, :n_columns] += rooted.T @ rooted
        bends[n_columns:, :n_columns] = bends[:n_columns, n_columns:].T
        bends[np.diag_indices(n_columns)] += 1.0
        inner = np.arange(n_columns, n_points)
        bends[inner, inner] = chosen.sum(axis=0) + 1e-12
        return bends

    def _log_odds(self, point: Floats) -> Floats:
        """Return log-odds, shape (rows, periods)."""
        n_columns = self.columns.shape[1]
        return LinearFit(point[:n_columns], point[n_columns:]).log_odds(self.columns, self.rows)


def _blocks(columns: Floats, rows: Rows | None) -> Iterator[tuple[slice, Floats]]:
    """Yield some rows at a time in float64, and where they stand among all of them."""
    n_rows = len(columns) if rows is None else len(rows)
    for start in range(0, n_rows, _BLOCK_ROWS):
        part = slice(start, start + _BLOCK_ROWS)
        block = columns[part] if rows is None else columns[rows[part]]
        yield part, block.astype(np.float64, copy=False)
