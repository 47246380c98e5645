"""Forecast rows with known groups, made without any fit."""

import numpy as np

from training.fairness.judged import JudgedRows


def make_judged(
    n_rows: int = 400, *, seed: int = 0, shift: float = 0.0, is_event: bool = True, copies: int = 1
) -> tuple[JudgedRows, np.ndarray]:
    """Return rows and their group.

    ``shift`` raises score and risk of group "a" alike (in log-odds, or in answers); ``copies`` repeats every
    entity, as snapshots do.
    """
    random = np.random.default_rng(seed)
    group = np.repeat(random.choice(np.array(["a", "b"], dtype=object), n_rows), copies)
    signal = np.repeat(random.normal(0, 1.2, n_rows), copies) + shift * (group == "a")
    entity = np.repeat(np.array([f"E{number:05d}" for number in range(n_rows)], dtype=object), copies)
    if is_event:
        forecast = 1 / (1 + np.exp(1.0 - signal))
        outcome = np.repeat(random.random(n_rows), copies) < forecast
        selected = forecast >= np.quantile(forecast, 0.9, method="higher")
    else:
        forecast = 5 + signal
        outcome = np.clip(np.round(forecast + random.normal(0, 1, len(forecast))), 0, 10)
        selected = forecast <= np.quantile(forecast, 0.1, method="lower")
    positions = np.arange(len(group))
    weight = np.ones(len(group))
    tested = JudgedRows(positions, forecast, outcome.astype(np.float64), selected, entity, weight, is_event)
    return tested, group
