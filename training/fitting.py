"""Fit encoder and model to rows: hazards for snapshots, one probability for flat tables."""

from dataclasses import dataclass, replace

import numpy as np

from training.encoding import Encoder
from training.models import BinaryModel, HazardModel, Model
from training.models.facts import FitFacts
from training.models.fit_binary import fit_binary
from training.models.fit_hazard import fit_hazard
from training.models.periods import PeriodTable
from training.models.recipe import DEFAULT_RECIPE, Recipe
from training.models.refit import refit_members
from training.rows import Floats, FollowUp, TrainingRows
from training.splits import merge_duplicates


@dataclass(frozen=True)
class FittedModel:
    """Hold an encoder and the model that reads its matrices."""

    encoder: Encoder
    model: Model
    facts: FitFacts

    def probabilities(self, rows: TrainingRows) -> Floats:
        """Return calibrated probabilities, shape (rows, horizons)."""
        return self.model.probabilities(self.encoder.encode(rows.columns).matrix)


def refit_rows(fitted: FittedModel, rows: TrainingRows, recipe: Recipe = DEFAULT_RECIPE) -> Model:
    """Fit a model again to other rows; encoder, penalties, numbers of trees and blend weights stay.

    Parameters
    ----------
    fitted
        The first fit.
    rows
        Other rows, such as a random half.
    recipe
        The recipe of the first fit.
    """
    encoded = fitted.encoder.encode(rows.columns)
    outcome, model = rows.outcome, fitted.model
    if isinstance(outcome, FollowUp) and isinstance(model, HazardModel):
        table = PeriodTable.cut(
            encoded.matrix, encoded.n_codes, outcome.days, outcome.event, list(model.horizons)
        )
        return replace(model, blend=refit_members(_weigh(table, rows), fitted.facts, recipe))
    labels = np.asarray(outcome, dtype=np.float64)[:, None]
    table = PeriodTable(encoded.matrix, encoded.n_codes, labels, np.ones_like(labels))
    return BinaryModel(refit_members(_weigh(table, rows), fitted.facts, recipe))


def _weigh(table: PeriodTable, rows: TrainingRows) -> PeriodTable:
    """Apply the weights of rows, if there are any."""
    return table if rows.weight is None else table.weigh(rows.weight)


def fit_rows(rows: TrainingRows, recipe: Recipe = DEFAULT_RECIPE, seed: int = 0) -> FittedModel:
    """Fit to rows; whatever is learned, vocabularies included, comes from these rows alone.

    Raises
    ------
    TooFewEventsError
        If there are too few events for any model.
    """
    encoder = Encoder.fit(rows.columns, rows.catalogue)
    encoded = encoder.encode(rows.columns)
    groups = merge_duplicates(encoded.matrix, rows.group)
    outcome = rows.outcome
    if not isinstance(outcome, FollowUp):
        binary = fit_binary(encoded, outcome, rows.weight, groups, recipe=recipe, seed=seed)
        return FittedModel(encoder, binary.model, binary.facts)
    horizons = [span.length.days for span in outcome.spans]
    hazard = fit_hazard(
        encoded,
        outcome.days,
        outcome.event,
        horizons,
        rows.group,
        recipe=recipe,
        seed=seed,
        weight=rows.weight,
    )
    return FittedModel(encoder, hazard.model, hazard.facts)
