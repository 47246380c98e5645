"""A world that knows what the silent would have said."""

from dataclasses import dataclass

import numpy as np

from training.assessment.propensity import fit_propensity
from training.encoding import Encoded
from training.statistics import AskedRows, trim_odds

NAMES = ("wait", "use", "age", "noise")


@dataclass(frozen=True)
class SilentWorld:
    """Hold everybody's satisfaction of 1..5 by two columns, who answered, and a forecast."""

    matrix: np.ndarray
    satisfaction: np.ndarray
    is_answered: np.ndarray
    forecast: np.ndarray

    @property
    def truth(self):
        return float(self.satisfaction.mean())

    @property
    def outcome(self):
        return np.where(self.is_answered, self.satisfaction, np.nan)

    @property
    def encoded(self):
        return Encoded(self.matrix, NAMES, (0,) * len(NAMES), {})

    def asked(self, seed=0, n_draws=200):
        """Return the rows, with the propensity that the product fits."""
        found = fit_propensity(self.encoded, self.is_answered, np.arange(len(self.matrix)), NAMES, seed)
        odds, _ = trim_odds(found.chance, self.is_answered)
        return AskedRows.of(self.outcome, self.forecast, odds, n_draws=n_draws, seed=seed), found


def make_world(seed, n_rows=1000, *, observed=1.0, hidden=0.0, forecast_knows=1.0):
    """Return a company of whom the unhappy stay silent.

    ``observed`` is how much the columns decide about an answer, ``hidden`` how much the satisfaction itself
    does beyond them, ``forecast_knows`` how much of the truth the forecast follows.
    """
    chance = np.random.default_rng(seed)
    matrix = chance.normal(size=(n_rows, len(NAMES)))
    mood = 3.2 - 0.7 * matrix[:, 0] + 0.4 * matrix[:, 1]
    satisfaction = np.clip(np.round(mood + chance.normal(size=n_rows)), 1, 5)
    likely = -0.4 - observed * matrix[:, 0] + 0.3 * observed * matrix[:, 2]
    likely += hidden * (satisfaction - mood)
    is_answered = chance.random(n_rows) < 1 / (1 + np.exp(-likely))
    forecast = np.clip(3.2 + forecast_knows * (mood - 3.2), 1, 5)
    return SilentWorld(matrix, satisfaction, is_answered, forecast)
