"""Fit a hazard model on snapshots with a time to event."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from features.errors import TooFewEventsError
from training.encoding import Encoded
from training.models.blend import Blend
from training.models.facts import FitFacts
from training.models.fit_binary import Groups, Numbers, to_column, to_labels, to_weights
from training.models.fit_members import fit_blend
from training.models.hazard import HazardModel, cumulative_log_odds
from training.models.odds import Floats
from training.models.periods import PeriodTable
from training.models.recipe import DEFAULT_RECIPE, Recipe


@dataclass(frozen=True)
class HazardFit:
    """Hold a fitted hazard model.

    Attributes
    ----------
    out_of_fold
        Calibrated log-odds of the risk up to each horizon from fits that did not see the row, shape (rows,
        horizons).
    """

    model: HazardModel
    facts: FitFacts
    out_of_fold: Floats


def fit_hazard(
    encoded: Encoded,
    days: Numbers,
    event: Numbers,
    horizons: Sequence[int],
    groups: Groups = None,
    recipe: Recipe = DEFAULT_RECIPE,
    seed: int = 0,
    weight: Numbers | None = None,
    cause: int = 1,
) -> HazardFit:
    """Fit the blend of a recipe to the hazard in the periods between horizons; censored rows are used.

    Parameters
    ----------
    encoded
        Training rows, one per entity and snapshot.
    days
        Days from the start of the horizon to the event, or to the end of watching.
    event
        1 = event at ``days``, 2 = event of a competing cause, 0 = censored at ``days``.
    horizons
        Days, rising; ``fit_hazard(..., horizons=(30, 90, 180))`` gives risks up to 30, 90 and 180 days.
    groups
        Entity of each row; its snapshots stay on one side of every inner fold.
    recipe
        Which members, and how.
    seed
        Same data and seed give the same bytes.
    weight
        Weight of each row; 1 if absent.
    cause
        Whose hazard: see :meth:`training.models.periods.PeriodTable.cut`.

    Raises
    ------
    TooFewEventsError
        If fewer than 30 entities have an event up to the last horizon, fewer than 30 have none, or fewer than
        30 rows are watched into some period.
    ContractError
        If columns do not fit the rows, or horizons do not rise.
    """
    n_rows = len(encoded)
    follow_up, happened = to_column("target_days", days, n_rows), to_column("target_event", event, n_rows)
    table = PeriodTable.cut(encoded.matrix, encoded.n_codes, follow_up, happened, horizons, cause)
    # What must not lower the share with the event must not raise that of the exits that forestall it.
    signs = encoded.directions if cause == 1 else tuple(-direction for direction in encoded.directions)
    table = replace(table.weigh(to_weights(weight, n_rows)), directions=signs)
    _demand_rows(table, horizons, recipe)
    entities = to_labels(groups, n_rows)
    fit = fit_blend(table, entities, entities, recipe, seed)
    model = HazardModel(
        Blend(0.0, fit.members), tuple(fit.intercepts.tolist()), tuple(int(horizon) for horizon in horizons)
    )
    return HazardFit(model, fit.facts, cumulative_log_odds(fit.out_of_fold))


def _demand_rows(table: PeriodTable, horizons: Sequence[int], recipe: Recipe) -> None:
    """Demand that every period is seen: nothing can be learned of a horizon that nobody is watched to."""
    n_at_risk = np.count_nonzero(table.weight, axis=0)
    for horizon, n_found in zip(horizons, n_at_risk, strict=True):
        if n_found < recipe.min_events:
            problem = f"only {n_found} of {len(table.weight)} rows are watched beyond the horizon before it"
            raise TooFewEventsError(
                f"target.horizons: {horizon}d", problem, "drop the horizon or add history"
            )
