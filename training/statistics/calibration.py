"""How well forecasts agree with what happened: losses per row, calibration error, calibration slope."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from training.statistics.arrays import Floats
from training.statistics.estimate import Estimate, middle
from training.statistics.ranking import RankedMass

N_BINS = 10
_SMALLEST = float(np.finfo(np.float64).eps)
_STEPS = 60
_TOLERANCE = 1e-10
_FLAT = 1e-12


def log_losses(target: Floats, probability: Floats) -> Floats:
    """Return the log loss of each row; 0 and 1 are moved inside by the machine precision, as sklearn does."""
    inside = np.clip(probability, _SMALLEST, 1 - _SMALLEST)
    return -(target * np.log(inside) + (1 - target) * np.log1p(-inside))


def brier_losses(target: Floats, probability: Floats) -> Floats:
    """Return the squared error of each row."""
    return (probability - target) ** 2


def log_odds(probability: Floats) -> Floats:
    """Return the log-odds, finite also at 0 and 1."""
    inside = np.clip(probability, _SMALLEST, 1 - _SMALLEST)
    return np.log(inside) - np.log1p(-inside)


def bin_gaps(mass: RankedMass) -> Floats:
    """Return mean forecast minus observed share in ten bins of equal weight, ``[draws, 10]``, highest first.

    A row on the edge of two bins counts in both in proportion, so ties and the order of rows do not matter.
    """
    return mass.gap(np.linspace(0, 1, N_BINS + 1))


def calibration_error(gaps: Floats, drawn_gaps: Floats, n: int) -> Estimate:
    """Return the expected calibration error (ECE), the mean absolute gap over bins, with its interval.

    Noise alone makes ECE positive, and resamples add their noise once more, so percentiles of resamples
    would shut out the truth near 0. Here the low end takes away what noise alone can reach: by the triangle
    inequality ECE is off by at most the mean absolute noise over bins. Covers .94-1.00 of truths for 300 to
    5,000 rows.

    Parameters
    ----------
    gaps
        ``[k]`` gap of each bin.
    drawn_gaps
        ``[draws, k]`` the same on each resample.
    n
        Rows behind the estimate.
    """
    value = float(np.abs(gaps).mean())
    _, noise = middle(np.abs(drawn_gaps - gaps).mean(axis=1))
    _, high = middle(np.abs(drawn_gaps).mean(axis=1))
    return Estimate.around(value, max(0.0, value - noise), high, n)


@dataclass(frozen=True)
class CalibrationSlope:
    """Hold the logistic regression of the label on the log-odds of the forecast (Cox 1958).

    1 is right, below 1 the forecasts are too extreme, above 1 too timid.

    Parameters
    ----------
    intercept, slope
        The fit on the rows; NaN where it does not exist (equal forecasts, classes fully separated).
    score_terms, curvature_terms
        ``[n, 2]`` and ``[n, 3]`` row terms of the gradient and the curvature at that fit.
    """

    intercept: float
    slope: float
    score_terms: Floats
    curvature_terms: Floats

    @classmethod
    def fit(cls, target: Floats, probability: Floats, weight: Floats) -> Self:
        """Fit by Newton's method with halved steps."""
        x = log_odds(probability)
        beta = np.array([0.0, 1.0])
        for _ in range(_STEPS):
            score, curvature = _terms(target, x, beta)
            step = _newton_step(weight @ score, weight @ curvature)
            beta = beta + step / max(1.0, float(np.abs(step).max()))
            if not np.isfinite(step).all() or np.abs(step).max() < _TOLERANCE:
                break
        else:
            beta = np.full(2, np.nan)
        score, curvature = _terms(target, x, beta)
        return cls(float(beta[0]), float(beta[1]), score, curvature)

    def resample(self, weights: Floats) -> Floats:
        """Return the slope on each draw by one Newton step from the fit, exact to second order.

        Parameters
        ----------
        weights
            ``[draws, n]`` in the row order of the fit.
        """
        if np.isnan(self.slope):
            return np.full(weights.shape[0], np.nan)
        steps = _newton_step(weights @ self.score_terms, weights @ self.curvature_terms)
        slopes: Floats = self.slope + steps[..., 1]
        return slopes


def _terms(target: Floats, x: Floats, beta: Floats) -> tuple[Floats, Floats]:
    """Return the row terms of gradient ``[n, 2]`` and curvature ``[n, 3]`` (1, x, x squared)."""
    fitted = 1 / (1 + np.exp(-np.clip(beta[0] + beta[1] * x, -700, 700)))
    residual, variance = target - fitted, fitted * (1 - fitted)
    curvature = np.column_stack([variance, variance * x, variance * x**2])
    return np.column_stack([residual, residual * x]), curvature


def _newton_step(score: Floats, curvature: Floats) -> Floats:
    """Solve the two by two systems; NaN where the curvature is flat."""
    a, b, c = curvature[..., 0], curvature[..., 1], curvature[..., 2]
    determinant = a * c - b * b
    steps = np.stack([c * score[..., 0] - b * score[..., 1], a * score[..., 1] - b * score[..., 0]], axis=-1)
    exists = determinant > _FLAT * np.maximum(a * c, _FLAT)
    nowhere: Floats = np.full(steps.shape, np.nan)
    solved: Floats = np.divide(steps, determinant[..., None], out=nowhere, where=exists[..., None])
    return solved
