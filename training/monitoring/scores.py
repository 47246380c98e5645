"""Checks of the forecasts: moved beyond what is usual, or all alike."""

import math
from collections.abc import Iterator

from training.monitoring.comparison import Comparison, of_forecast
from training.monitoring.figures import stability, stand
from training.monitoring.inputs import around_place, judge_standing
from training.monitoring.record import Check
from training.monitoring.score_words import label_forecast, tell_alike, tell_forecast
from training.statistics import Floats

LEAST_ROWS = 20
"""So few rows may have one forecast by chance."""


def check_scores(compared: Comparison, said: dict[str, Floats]) -> Iterator[Check]:
    """Yield one check for each horizon.

    Parameters
    ----------
    said
        ``[n]`` what the champion says of the newest rows, by horizon.
    """
    for horizon, forecasts in said.items():
        label = label_forecast(horizon)
        if len(forecasts) >= LEAST_ROWS and float(forecasts.max() - forecasts.min()) < 1e-9:
            sentence = tell_alike(compared.usecase, horizon, len(forecasts))
            yield Check.stated("score", horizon, label, "alert", sentence)
        elif horizon in compared.now.forecasts:
            yield from _check_moved(compared, horizon)


def _check_moved(compared: Comparison, horizon: str) -> Iterator[Check]:
    """Check where the forecasts stand among usual ones."""
    now, pick = compared.now.forecasts[horizon], of_forecast(horizon)
    usual, n_usual = compared.usual(pick)
    if not len(usual):
        return
    here = stand(now, usual)
    place = judge_standing(compared, pick, usual, here, "place")
    if place is None or not math.isfinite(here.place):
        return
    found, limits = around_place(here, now), (max(0.0, place.low), min(1.0, place.high))
    means = [counts.mean for one in compared.earlier if (counts := pick(one)) is not None]
    means = means or [counts.mean for one in compared.trained if (counts := pick(one)) is not None]
    index = stability(now, usual, n_usual)
    sentence = tell_forecast(compared.usecase, horizon, now, means, found, limits, index)
    label = label_forecast(horizon)
    yield Check.tested("score", horizon, label, found, limits, "place", place.p_value, sentence)
