"""Worlds in which the field of each driver is known."""

import numpy as np

from training.drivers import place_drivers
from training.statistics import Bools, Estimate, Floats
from training.statistics.quadrants import QUADRANTS

N_DRIVERS = 10
ERROR = 0.03


def judge(n_worlds: int, n_rows: int, spread: float = 0.04) -> tuple[Floats, Bools]:
    """Return the highest probability of each driver of each world, and whether its field is the right one.

    Parameters
    ----------
    n_rows
        Rows that tell of the goals.
    spread
        Of the true importances; they are measured with an error of .03.
    """
    stated, right = [], []
    for seed in range(n_worlds):
        random = np.random.default_rng(seed)
        truth = 0.3 + spread * random.normal(size=N_DRIVERS)
        level = random.uniform(0.3, 0.7, N_DRIVERS)
        covariance = ERROR**2 * (0.7 * np.eye(N_DRIVERS) + 0.3)
        estimate = random.multivariate_normal(truth, covariance)
        met = {str(place): (random.uniform(size=n_rows) < level[place]).astype(float) for place in range(10)}
        importance = {str(place): Estimate(value, value, value, 1) for place, value in enumerate(estimate)}
        rows = place_drivers(importance, covariance, met, n_draws=200, seed=seed)
        is_important, is_strong = truth >= truth.mean(), level >= level.mean()
        field = np.where(is_important, np.where(is_strong, 1, 0), np.where(is_strong, 3, 2))
        for row, place in zip(rows, field, strict=True):
            best = max(row.probability, key=lambda name: row.probability[name])
            stated.append(row.probability[best])
            right.append(best == QUADRANTS[place])
    return np.array(stated), np.array(right)
