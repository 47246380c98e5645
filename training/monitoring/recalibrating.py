"""What rows kept back in training say of the probabilities of a model: how far each can be believed."""

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

        The slope is that of Cox (1958); the intercept is what then gives the share of events that was
        observed, over the tenths by forecast. Both are drawn from the normal distributions of their ranges. A
        slope that was not found counts as 1.

        Parameters
        ----------
        judged
            Figures of rows kept back at the same horizon.
        n_draws, seed
            How many other opinions, and where the random numbers start.
        """
        random = np.random.default_rng(seed)
        slope = np.maximum(_draw(judged.calibration_slope, 1.0, n_draws, random), _FLATTEST)
        share = np.clip(_draw(judged.event_share, judged.event_share.value, n_draws, random), 1e-9, 1 - 1e-9)
        forecast = log_odds(np.array([part.forecast for part in judged.bins]))
        size = np.array([part.observed.n for part in judged.bins], dtype=np.float64)
        return cls(_solve_intercepts(slope, share, forecast, size / size.sum()), slope)

    def read(self, probability: Floats, which: slice) -> Floats:
        """Return the chances that some of the opinions see, ``[opinions, n]``."""
        odds = log_odds(probability)
        chances: Floats = special.expit(self.intercept[which, None] + self.slope[which, None] * odds)
        return chances


def _draw(found: Estimate, otherwise: float, n_draws: int, random: np.random.Generator) -> Floats:
    """Return a value and draws around it; without a spread where no range is known."""
    value = found.value if np.isfinite(found.value) else otherwise
    error = (found.high - found.low) / (2 * _Z)
    spread = error if np.isfinite(error) else 0.0
    return np.append(value, random.normal(value, spread, n_draws))


def _solve_intercepts(slope: Floats, share: Floats, forecast: Floats, size: Floats) -> Floats:
    """Return the intercepts with which the mean chance is the share, by halving the range."""
    low, high = np.full(slope.size, -_LARGEST_SHIFT), np.full(slope.size, _LARGEST_SHIFT)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        mean = special.expit(middle[:, None] + slope[:, None] * forecast) @ size
        is_too_high = mean > share
        high, low = np.where(is_too_high, middle, high), np.where(is_too_high, low, middle)
    return np.asarray((low + high) / 2, dtype=np.float64)
