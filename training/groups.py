"""Forecasts of groups: what is said of people at work, and never anything about one of them.

Intervals and disclosure control bring in SciPy: memory and seconds that a process which scores single rows
never pays, so they are imported where groups are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from training.bundle import Bundle
from training.encoding import Column
from training.models import RatingModel

if TYPE_CHECKING:
    from training.disclosure import ShownCuts
    from training.statistics import Estimate

RiskBand = Literal["low", "medium", "high"]

HIGH_RISK_RATIO = 2.0


@dataclass(frozen=True)
class GroupScore:
    """Hold the forecast for one group.

    Attributes
    ----------
    name
        Name of the group.
    n
        People in it.
    probabilities
        By horizon (by level of an answer) the share that is expected, with its likely range.
    value
        Expected mean answer, where an answer is forecast.
    risk_band
        As for single rows, at the primary horizon; None where an answer is forecast.
    """

    name: str
    n: int
    probabilities: Mapping[str, Estimate]
    value: Estimate | None
    risk_band: RiskBand | None

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "name": self.name,
            "n": self.n,
            "probabilities": {name: share.to_json() for name, share in self.probabilities.items()},
            "value": None if self.value is None else self.value.to_json(),
            "risk_band": self.risk_band,
        }


def score_groups(
    bundle: Bundle, columns: Mapping[str, Column], cuts: ShownCuts, cut: str
) -> list[GroupScore]:
    """Forecast the groups of one cut that may be shown; see :class:`training.disclosure.ShownCuts`.

    Parameters
    ----------
    bundle
        A loaded bundle.
    columns
        Feature values of everybody in the cohort.
    cuts
        All declared cuts of these people, decided at once.
    cut
        The cut that is asked for.

    Returns
    -------
    list of GroupScore
        By name. Ranges hold the chance in single cases and the error of the level on test rows.
    """
    names = np.array(cuts.labels[cut], dtype=np.object_)
    matrix = bundle.encoder.encode(columns).matrix
    return [_forecast(bundle, name, matrix[names == name]) for name in sorted(cuts.shown(cut))]


def load_parts() -> None:
    """Bring in what forecasts of groups need, so that the first who asks does not wait for it."""
    import training.disclosure
    import training.statistics  # noqa: F401 - as above


def risk_band(bundle: Bundle, probability: float) -> RiskBand:
    """Name the range of a risk; the cuts are fixed when the bundle is made.

    The risk is the probability of the event, and where the event is good that of missing it. ``high`` from
    twice the average risk of the newest rows, ``medium`` from the average, else ``low``.
    """
    risk, average = probability, float(bundle.facts["average_risk"])
    if bundle.usecase.means == "good":
        risk, average = 1.0 - risk, 1.0 - average
    if risk >= HIGH_RISK_RATIO * average:
        return "high"
    return "medium" if risk >= average else "low"


def _forecast(bundle: Bundle, name: str, matrix: NDArray[np.float64]) -> GroupScore:
    """Forecast one group."""
    from training.statistics import Estimate, expected_mean, expected_share

    model = bundle.model
    probabilities = model.probabilities(matrix)
    if isinstance(model, RatingModel):
        error = _level_error(bundle, model.horizon, "bias")
        value = expected_mean(model.expected(matrix), model.variance(matrix), error)
        levels = model.level_names
        shares = {
            level: expected_share(probabilities[:, place], Estimate(0.0, 0.0, 0.0, n=0))
            for place, level in enumerate(levels)
        }
        return GroupScore(name, len(matrix), shares, value, None)
    shares = {
        horizon: expected_share(probabilities[:, place], _level_error(bundle, horizon, "level_error"))
        for place, horizon in enumerate(model.horizon_names)
    }
    primary = float(probabilities[:, bundle.primary_index].mean())
    return GroupScore(name, len(matrix), shares, None, risk_band(bundle, primary))


def _level_error(bundle: Bundle, horizon: str, figure: str) -> Estimate:
    """Return how far the level of forecasts was off on test rows; nothing where that was not judged."""
    from training.statistics import Estimate

    judged = bundle.evaluation.get("all_rows", {}).get("horizons", {})
    if horizon not in judged:
        return Estimate(0.0, 0.0, 0.0, n=0)
    return Estimate.from_json(judged[horizon][figure])
