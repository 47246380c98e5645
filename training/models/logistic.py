"""Ridge logistic regression with one free intercept per period, by Newton steps with a Cholesky factor."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from training.models.odds import Floats, softplus, to_probability

_BLOCK_ROWS = 8192
_MAX_STEPS = 60
_MAX_HALVINGS = 30
_TOLERANCE = 1e-11


@dataclass(frozen=True)
class LinearFit:
    """Hold the coefficients, shape (columns,), and one intercept per period."""

    coefficients: Floats
    intercepts: Floats

    def log_odds(self, columns: Floats) -> Floats:
        """Return log-odds, shape (rows, periods)."""
        sums: Floats = (columns @ self.coefficients)[:, None] + self.intercepts
        return sums


def fit_logistic(
    columns: Floats, target: Floats, weight: Floats, inverse_penalty: float, start: LinearFit | None = None
) -> LinearFit:
    """Minimise ``inverse_penalty * summed log loss + |coefficients|^2 / 2``; intercepts are free.

    With one period this is what scikit-learn's ``LogisticRegression(C=inverse_penalty)`` minimises. With
    more, each row stands for one cell per period without being repeated, which saves as much time as there
    are periods.

    Parameters
    ----------
    columns
        Shape (rows, columns).
    target, weight
        Shape (rows, periods); a weight of zero takes a cell out.
    inverse_penalty
        The larger, the less the coefficients are drawn to zero.
    start
        Where to begin.
    """
    problem = _Problem(columns, target, weight * inverse_penalty)
    point = problem.origin() if start is None else np.concatenate([start.coefficients, start.intercepts])
    value = problem.value(point)
    for _ in range(_MAX_STEPS):
        gradient, factor = problem.slope(point)
        step = cho_solve(factor, gradient, check_finite=False)
        point, value, is_done = _descend(problem, point, value, step, float(gradient @ step))
        if is_done:
            break
    return LinearFit(point[: columns.shape[1]], point[columns.shape[1] :])


def _descend(
    problem: "_Problem", point: Floats, value: float, step: Floats, decrement: float
) -> tuple[Floats, float, bool]:
    """Go along a Newton step, halved until the value falls; tell whether the end is reached."""
    if decrement <= _TOLERANCE * max(1.0, abs(value)):
        return point - step, value, True
    for halving in range(_MAX_HALVINGS):
        candidate = point - step / 2**halving
        reached = problem.value(candidate)
        if reached < value:
            return candidate, reached, False
    return point, value, True


@dataclass(frozen=True)
class _Problem:
    """Hold what is minimised over coefficients followed by intercepts."""

    columns: Floats
    target: Floats
    weight: Floats

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

    def slope(self, point: Floats) -> tuple[Floats, tuple[Floats, bool]]:
        """Return the gradient and the Cholesky factor of the second derivatives."""
        n_columns = self.columns.shape[1]
        share = to_probability(self._log_odds(point))
        residual = self.weight * (share - self.target)
        curvature = self.weight * share * (1 - share)
        gradient = np.concatenate(
            [self.columns.T @ residual.sum(axis=1) + point[:n_columns], residual.sum(axis=0)]
        )
        bends = np.zeros((len(point), len(point)))
        bends[:n_columns, :n_columns] = self._gram(curvature.sum(axis=1))
        bends[:n_columns, n_columns:] = self.columns.T @ curvature
        bends[n_columns:, :n_columns] = bends[:n_columns, n_columns:].T
        bends[np.diag_indices(n_columns)] += 1.0
        inner = np.arange(n_columns, len(point))
        bends[inner, inner] = curvature.sum(axis=0) + 1e-12
        return gradient, cho_factor(bends, lower=True, overwrite_a=True, check_finite=False)

    def _log_odds(self, point: Floats) -> Floats:
        """Return log-odds, shape (rows, periods)."""
        n_columns = self.columns.shape[1]
        return LinearFit(point[:n_columns], point[n_columns:]).log_odds(self.columns)

    def _gram(self, curvature: Floats) -> Floats:
        """Return the weighted cross products of the columns, block by block to spare memory."""
        roots = np.sqrt(curvature)[:, None]
        total = np.zeros((self.columns.shape[1],) * 2)
        for start in range(0, len(roots), _BLOCK_ROWS):
            block = self.columns[start : start + _BLOCK_ROWS] * roots[start : start + _BLOCK_ROWS]
            total += block.T @ block
        return total
