"""The kept-back rows on which groups are compared: forecast, outcome, and who would be chosen."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.assessment import Forecasts, RatingForecasts, primary_labels
from training.rows import Bools, Floats, TrainingRows

TOP_SHARE = 0.1
_MOST_STRATA = 11


@dataclass(frozen=True)
class JudgedRows:
    """Hold rows that were forecast unseen and whose outcome is known.

    Attributes
    ----------
    positions
        Which of all rows these are.
    forecast, outcome
        Probability and label (0 or 1) at the primary horizon; or expected and real answer.
    is_selected
        Whether the row is in the tenth that one would look at first: the highest probabilities, or the
        lowest expected answers. Equal forecasts at the cut are all in.
    is_event
        Whether an event is forecast, rather than an answer.
    """

    positions: NDArray[np.intp]
    forecast: Floats
    outcome: Floats
    is_selected: Bools
    entity: NDArray[np.object_]
    weight: Floats
    is_event: bool

    def take(self, chosen: Bools) -> "JudgedRows":
        """Return some of the rows; who is selected stays as it was among all."""
        names = ("positions", "forecast", "outcome", "is_selected", "entity", "weight")
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})

    @property
    def stratum(self) -> NDArray[np.intp]:
        """Return a number per row, equal for rows with the same outcome (amounts: for a tenth of them)."""
        values = np.unique(self.outcome)
        if len(values) > _MOST_STRATA:
            values = np.unique(np.quantile(self.outcome, np.linspace(0, 1, 11)[:-1]))
        return np.searchsorted(values, self.outcome, side="right")


def judged_rows(rows: TrainingRows, forecasts: Forecasts | RatingForecasts) -> JudgedRows:
    """Return the kept-back rows whose outcome is known at the primary horizon."""
    positions = forecasts.positions
    if isinstance(forecasts, RatingForecasts):
        forecast, outcome, is_event = forecasts.answers.value, forecasts.target, False
        is_selected = forecast <= np.quantile(forecast, TOP_SHARE, method="lower")
    else:
        outcome, is_known = primary_labels(rows, positions)
        positions, outcome, is_event = positions[is_known], outcome[is_known], True
        forecast = forecasts.probabilities[is_known, rows.primary_index]
        is_selected = forecast >= np.quantile(forecast, 1 - TOP_SHARE, method="higher")
    weight = np.ones(len(positions)) if rows.weight is None else rows.weight[positions]
    return JudgedRows(positions, forecast, outcome, is_selected, rows.entity[positions], weight, is_event)
