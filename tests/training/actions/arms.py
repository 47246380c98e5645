"""Actions with known truth: people with a forecast, lots, outcomes."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Trial:
    """Hold people in the order in which their time is over."""

    outcome: np.ndarray
    is_treated: np.ndarray
    forecast: np.ndarray

    def until(self, n_people):
        """Return the first people."""
        return Trial(self.outcome[:n_people], self.is_treated[:n_people], self.forecast[:n_people])


def draw_trial(generator, n_people, level, effect, hold_out=0.5):
    """Return a trial in which the action changes the probability of each by the same factor."""
    forecast = np.clip(generator.beta(1.5, 1.5 / level - 1.5, n_people), 0.0, 0.9)
    forecast *= level / forecast.mean()
    is_treated = np.zeros(n_people, dtype=bool)
    is_treated[generator.permutation(n_people)[round(hold_out * n_people) :]] = True
    chance = np.clip(forecast * np.where(is_treated, (level + effect) / level, 1.0), 0.0, 1.0)
    outcome = (generator.random(n_people) < chance).astype(float)
    return Trial(outcome, is_treated, forecast)
