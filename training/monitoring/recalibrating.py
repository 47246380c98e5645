"""What rows kept back in training say of the probabilities of a model: how far each can be believed."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import special, stats

from training.evaluation import Evaluation
from training.statistics import LEVEL, Estimate, Floats, log_odds

_Z = float(stats.norm.ppf((1 + LEVEL) / 2))
_FLATTEST = 0.05
_LARGEST_SHIFT = 30.0
_HALVINGS = 60


@dataclass(frozen=True)
class Recalibration:
    """Hold opinions on how log-odds of forecasts are to be read: ``intercept + slope * log-odds``.

    Parameters
    ----------
    intercept, slope
        ``[1 + draws]``: the likeliest opinion first, then others that the rows kept back allow.
    """

    intercept: Floats
    slope: Floats

    @classmethod
    def of(cls, judged: Evaluation, *, n_draws: int, seed: int = 0) -> Self:
        """Draw opinions from the figures of rows kept back.

        The slope is that of Cox (1958), drawn towards 1 as far as its range allows (positive part of James
        and Stein's estimator): models were calibrated when they were fitted, and a slope from few rows errs
        more than they do. The intercept is what then gives the share of events that was observed, over the
        tenths by forecast. Other opinions are drawn from normal distributions; that of the slope is wider
        than its range, since the last fit is another one than those that were judged, and errs like them.
        A slope that was not found counts as 1.

        Parameters
        ----------
        judged
            Figures of rows kept back at the same horizon.
        n_draws, seed
            How many other opinions, and where the random numbers start.
        """
        random = np.random.default_rng(seed)
        found, error = _spread(judged.calibration_slope)
        likeliest = 1.0 + _shrink(found - 1.0, error) if np.isfinite(found) else 1.0
        slope = np.maximum(_draw(likeliest, math.sqrt(2) * error, n_draws, random), _FLATTEST)
        share = np.clip(_draw(*_spread(judged.event_share), n_draws, random), 1e-9, 1 - 1e-9)
        forecast = log_odds(np.array([part.forecast for part in judged.bins]))
        size = np.array([part.observed.n for part in judged.bins], dtype=np.float64)
        return cls(_solve_intercepts(slope, share, forecast, size / size.sum()), slope)

    def read(self, probability: Floats, which: slice) -> Floats:
        """Return the chances that some of the opinions see, ``[opinions, n]``."""
        odds = log_odds(probability)
        chances: Floats = special.expit(self.intercept[which, None] + self.slope[which, None] * odds)
        return chances


def _spread(found: Estimate) -> tuple[float, float]:
    """Return an estimate and its standard error; 0 where no range is known."""
    error = (found.high - found.low) / (2 * _Z)
    return found.value, error if math.isfinite(error) else 0.0


def _shrink(distance: float, error: float) -> float:
    """Return a distance without what chance alone can make of it."""
    return distance * max(0.0, 1.0 - (error / distance) ** 2) if distance else 0.0


def _draw(value: float, error: float, n_draws: int, random: np.random.Generator) -> Floats:
    """Return a value and draws around it."""
    return np.append(value, random.normal(value, error, n_draws))


def _solve_intercepts(slope: Floats, share: Floats, forecast: Floats, size: Floats) -> Floats:
    """Return the intercepts with which the mean chance is the share, by halving the range."""
    low, high = np.full(slope.size, -_LARGEST_SHIFT), np.full(slope.size, _LARGEST_SHIFT)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        mean = special.expit(middle[:, None] + slope[:, None] * forecast) @ size
        is_too_high = mean > share
        high, low = np.where(is_too_high, middle, high), np.where(is_too_high, low, middle)
    return np.asarray((low + high) / 2, dtype=np.float64)
