"""What everybody who was asked would answer, out of fold, in each measure that can be told of a company."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from training.evaluation import Measure
from training.models import Levels, RatingModel
from training.rows import Floats, LabelOutcome

_NPS_CUTS = (7.0, 9.0)
_NPS_WORTH = np.array([-100.0, 0.0, 100.0])


@dataclass(frozen=True)
class CohortForecasts:
    """Hold forecasts of all who were asked, answered or not, by models that had not seen the rows.

    Attributes
    ----------
    positions
        Which rows.
    measures
        By name, the one to lead with first, shape (2, rows): what the answer counts as, NaN of the silent,
        and what was forecast.
    """

    positions: NDArray[np.intp]
    measures: Mapping[Measure, Floats]

    @classmethod
    def join(cls, parts: Sequence["CohortForecasts"]) -> Self:
        """Put the forecasts of several splits one after another; measures that all of them have are kept."""
        names = [name for name in parts[0].measures if all(name in part.measures for part in parts)]
        return cls(
            np.concatenate([part.positions for part in parts]),
            {name: np.concatenate([part.measures[name] for part in parts], axis=1) for name in names},
        )


def forecast_cohort(
    model: RatingModel, matrix: Floats, outcome: LabelOutcome, positions: NDArray[np.intp]
) -> CohortForecasts:
    """Return the forecasts of one split.

    Parameters
    ----------
    model
        Fitted to other rows.
    matrix, outcome
        The encoded rows, and what they answered.
    positions
        Which rows they are.
    """
    shares, answers = model.probabilities(matrix), outcome.target
    return CohortForecasts(
        positions,
        {
            name: np.stack([_count(name, model.levels, answers), shares @ worth])
            for name, worth in _worths(model.levels, outcome).items()
        },
    )


def _worths(levels: Levels, outcome: LabelOutcome) -> dict[Measure, Floats]:
    """Return what each level counts as, by measure; the declared metric, or what says most, comes first."""
    if levels.kind == "nps_group":
        return {"nps": levels.values}
    worths: dict[Measure, Floats] = {}
    if outcome.metric in {"nps", "enps"}:
        worths["nps"] = _to_nps(levels.values)
    if levels.n_bad is not None:
        worths["satisfied"] = (np.arange(len(levels.levels)) >= levels.n_bad).astype(np.float64)
    return worths | {"mean": levels.values}


def _count(measure: Measure, levels: Levels, answers: Floats) -> Floats:
    """Return what answers count as in a measure; NaN stays."""
    if measure == "mean" or levels.kind == "nps_group":
        return levels.worth(answers)
    known = np.nan_to_num(answers)
    counted = _to_nps(known) if measure == "nps" else levels.place(known) >= (levels.n_bad or 0)
    return np.where(np.isnan(answers), np.nan, counted)


def _to_nps(answers: Floats) -> Floats:
    """Return -100, 0 or 100 for recommendations from 0 to 10."""
    found: Floats = _NPS_WORTH[np.searchsorted(_NPS_CUTS, answers, side="right")]
    return found
