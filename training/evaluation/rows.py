"""Test rows sorted by forecast: all figures on the rows and on each resample of entities, in one pass."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from features.errors import TooFewEventsError
from training.evaluation.record import SHARES
from training.statistics import (
    CalibrationSlope,
    EntityDraws,
    Floats,
    Ranking,
    as_column,
    as_weight,
    bin_gaps,
    brier_losses,
    log_losses,
)

_CUTS = np.array(list(SHARES.values()))
_TOP_TENTH = np.array([0.0, 0.1])


@dataclass(frozen=True)
class LabelledRows:
    """Hold test rows before any forecast.

    Parameters
    ----------
    target, lost
        ``[n]`` label (0 or 1), and the value lost with the event.
    draws
        Weights and resamples of the rows.
    """

    target: Floats
    lost: Floats
    draws: EntityDraws

    @classmethod
    def of(
        cls,
        target: npt.ArrayLike,
        *,
        weight: npt.ArrayLike | None = None,
        entity: npt.ArrayLike | None = None,
        value: npt.ArrayLike | None = None,
        n_draws: int = 500,
        seed: int = 0,
    ) -> Self:
        """Check the rows.

        Raises
        ------
        TooFewEventsError
            If they hold one class only.
        ValueError
            If columns differ in length or a label is not 0 or 1.
        """
        labels = as_column("target", target)
        weights = as_weight(weight, labels.size)
        _demand_two_classes(labels, weights)
        zeros = np.zeros(labels.size)
        values = zeros if value is None else as_column("value", np.nan_to_num(value), labels.size)
        draws = EntityDraws.of(labels.size, entity=entity, weight=weights, n_draws=n_draws, seed=seed)
        return cls(labels, values * labels, draws)

    def rank(self, probability: npt.ArrayLike) -> "RankedRows":
        """Sort the rows by falling forecast.

        Raises
        ------
        ValueError
            If there is not one forecast from 0 to 1 for each row.
        """
        forecasts = as_column("probability", probability, self.target.size)
        if forecasts.min() < 0 or forecasts.max() > 1:
            message = f"probability runs from {forecasts.min():g} to {forecasts.max():g}; 0 to 1 is needed"
            raise ValueError(message)
        ranking = Ranking.of(self.target, forecasts)
        draws = self.draws.ordered(ranking.order)
        slope = CalibrationSlope.fit(ranking.target, ranking.forecast, draws.weight)
        return RankedRows(ranking, draws, slope, self.lost[ranking.order])


@dataclass(frozen=True)
class RankedRows:
    """Hold test rows sorted by falling forecast, with all that does not change between resamples.

    Parameters
    ----------
    ranking
        Order, labels and forecasts; every other column stands in this order.
    draws
        Weights and resamples of the rows.
    slope
        Calibration slope on the rows themselves.
    lost
        ``[n]`` value lost with the event.
    """

    ranking: Ranking
    draws: EntityDraws
    slope: CalibrationSlope
    lost: Floats

    def own_figures(self) -> dict[str, Floats]:
        """Return the figures of the rows themselves, each ``[k]``."""
        return {name: found[0] for name, found in self._figures(self.draws.weight[None]).items()}

    def drawn_figures(self) -> dict[str, Floats]:
        """Return the figures of all resamples, each ``[n_draws, k]``."""
        blocks = [self._figures(weights) for weights in self.draws.blocks()]
        return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}

    def _figures(self, weights: Floats) -> dict[str, Floats]:
        """Return every figure for some weightings of the rows, each ``[draws, k]``."""
        mass = self.ranking.weigh(weights)
        lost = self.ranking.weigh_amount(weights, self.lost)
        with np.errstate(invalid="ignore", divide="ignore"):
            means = weights @ self._row_terms / mass.rows[:, -1:]
            value_capture = mass.at(lost, _CUTS) / lost[:, -1:]
        return {
            **{name: means[:, [place]] for place, name in enumerate(_MEANS)},
            "auc": mass.auc()[:, None],
            "pr_auc": mass.average_precision()[:, None],
            "calibration_slope": self.slope.resample(weights)[:, None],
            "level_error_top_tenth": mass.gap(_TOP_TENTH),
            "lift": mass.capture(_CUTS) / _CUTS,
            "capture": mass.capture(_CUTS),
            "value_capture": value_capture,
            "gaps": bin_gaps(mass),
        }

    @cached_property
    def _row_terms(self) -> Floats:
        """Return the columns whose weighted means are figures, in the order of ``_MEANS``."""
        target, forecast = self.ranking.target, self.ranking.forecast
        losses = log_losses(target, forecast), brier_losses(target, forecast)
        return np.column_stack([*losses, forecast - target, target])


_MEANS = ("log_loss", "brier", "level_error", "event_share")


def _demand_two_classes(labels: Floats, weights: Floats) -> None:
    """Demand labels 0 and 1, with some of both."""
    found = np.unique(labels).tolist()
    if not set(found) <= {0.0, 1.0}:
        message = f"target holds {', '.join(f'{label:g}' for label in found[:5])}; only 0 and 1 are labels"
        raise ValueError(message)
    seen = np.unique(labels[weights > 0])
    if seen.size < 2:
        problem = f"all {int((weights > 0).sum())} test rows have the label {seen[0]:g}"
        raise TooFewEventsError("target", problem, "judging needs rows with the event and rows without it")
