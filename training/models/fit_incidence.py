"""Fit hazards of an event and of the causes that compete with it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from features.errors import TooFewEventsError
from training.encoding import Encoded
from training.models.blend import Blend, Member
from training.models.facts import FitFacts
from training.models.fit_binary import Groups, Numbers, to_column, to_labels, to_weights
from training.models.fit_hazard import fit_hazard
from training.models.hazard import HazardModel
from training.models.incidence import IncidenceModel
from training.models.odds import Floats
from training.models.periods import COMPETING, PeriodTable
from training.models.recipe import DEFAULT_RECIPE, Recipe
from training.models.shapes import Curve, ShapeModel


@dataclass(frozen=True)
class CompetingFacts:
    """Describe what was learned of competing exits.

    Attributes
    ----------
    n_exits
        Entities with a competing exit up to the last horizon.
    fit
        The fit of their hazard; None where there were too few of them for a model, so that everyone has the
        same rate in a period.
    """

    n_exits: int
    fit: FitFacts | None

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True)
class IncidenceFit:
    """Hold a fitted model; without competing exits it is the plain hazard, and ``competing`` is None."""

    model: HazardModel | IncidenceModel
    facts: FitFacts
    competing: CompetingFacts | None


def fit_incidence(
    encoded: Encoded,
    days: Numbers,
    event: Numbers,
    horizons: Sequence[int],
    groups: Groups = None,
    recipe: Recipe = DEFAULT_RECIPE,
    seed: int = 0,
    weight: Numbers | None = None,
) -> IncidenceFit:
    """Fit the hazard of the event and, where there are competing exits, theirs with the same recipe.

    Parameters
    ----------
    encoded, days, event, horizons, groups, recipe, seed, weight
        As for :func:`training.models.fit_hazard.fit_hazard`.

    Raises
    ------
    TooFewEventsError
        If there is too little for the hazard of the event; of competing exits any number will do.
    ContractError
        If columns do not fit the rows, or horizons do not rise.
    """
    arguments = (encoded, days, event, horizons, groups, recipe, seed, weight)
    fit = fit_hazard(*arguments)
    follow_up, code = to_column("target_days", days, len(encoded)), to_column("event", event, len(encoded))
    is_exit = (code == COMPETING) & (follow_up < horizons[-1])
    n_exits = len(np.unique(to_labels(groups, len(encoded))[is_exit]))
    if not n_exits:
        return IncidenceFit(fit.model, fit.facts, None)
    try:
        other = fit_hazard(*arguments, cause=COMPETING)
    except TooFewEventsError:
        table = PeriodTable.cut(encoded.matrix, encoded.n_codes, follow_up, code, horizons, COMPETING)
        rates = fit_rates(table.weigh(to_weights(weight, len(encoded))), horizons)
        return IncidenceFit(IncidenceModel(fit.model, rates), fit.facts, CompetingFacts(n_exits, None))
    return IncidenceFit(
        IncidenceModel(fit.model, other.model), fit.facts, CompetingFacts(n_exits, other.facts)
    )


def fit_rates(table: PeriodTable, horizons: Sequence[int]) -> HazardModel:
    """Return a hazard that is the same for everyone: one rate per period, whatever the features say.

    Half an exit and half a stay are added to each period, so that none is impossible (Jeffreys' prior).
    """
    exits = (table.target * table.weight).sum(axis=0) + 0.5
    stays = table.weight.sum(axis=0) + 1.0 - exits
    n_columns = table.matrix.shape[1] + (table.n_periods > 1)
    flat = ShapeModel(0.0, (_flat_curve(),) * n_columns)
    intercepts: Floats = np.log(exits / stays)
    return HazardModel(
        Blend(0.0, (Member("rate", 1.0, flat),)),
        tuple(intercepts.tolist()),
        tuple(int(horizon) for horizon in horizons),
    )


def _flat_curve() -> Curve:
    """Return a curve that adds nothing."""
    nothing = np.empty(0)
    return Curve(nothing, np.empty((0, 3)), nothing, nothing, missing=0.0, center=0.0)
