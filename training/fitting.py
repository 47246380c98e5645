"""Fit encoder and model to rows: hazards for events, one probability for labels, levels for answers."""

from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from training.encoding import Encoded, Encoder
from training.models import IncidenceModel, Model, RatingModel
from training.models.facts import FitFacts
from training.models.fit_binary import fit_binary
from training.models.fit_incidence import CompetingFacts, fit_incidence
from training.models.fit_rating import climb, fit_rating
from training.models.periods import PeriodTable
from training.models.recipe import DEFAULT_RECIPE, Recipe
from training.models.refit import refit_members
from training.rows import Floats, FollowUp, LabelOutcome, TrainingRows
from training.splits import merge_duplicates
from training.thinning import thin_rows


@dataclass(frozen=True)
class FittedModel:
    """Hold an encoder and the model that reads its matrices; ``competing`` tells of competing exits."""

    encoder: Encoder
    model: Model
    facts: FitFacts
    competing: CompetingFacts | None = None

    def probabilities(self, rows: TrainingRows) -> Floats:
        """Return calibrated probabilities, shape (rows, horizons)."""
        return self.model.probabilities(self.encoder.encode(rows.columns).matrix)

    def competing_probabilities(self, rows: TrainingRows) -> Floats:
        """Return the shares that leave for a competing cause, shape (rows, horizons); NaN if not modelled."""
        if isinstance(self.model, IncidenceModel):
            return self.model.competing_probabilities(self.encoder.encode(rows.columns).matrix)
        return np.full((len(rows), len(self.model.horizon_names)), np.nan)


def refit_rows(fitted: FittedModel, rows: TrainingRows, recipe: Recipe = DEFAULT_RECIPE) -> Model:
    """Fit a model again to other rows; encoder, penalties, numbers of trees and blend weights stay.

    Of a model with competing exits the hazard of the event is fitted again; that of the exits stays.

    Parameters
    ----------
    fitted
        The first fit.
    rows
        Other rows, such as a random half.
    recipe
        The recipe of the first fit.
    """
    if isinstance(rows.outcome, LabelOutcome):
        rows = rows.take(rows.outcome.is_known)
    encoded = replace(fitted.encoder.encode(rows.columns), directions=rows.directions)
    table = _cut(encoded, rows, fitted.model)
    blend = refit_members(table if rows.weight is None else table.weigh(rows.weight), fitted.facts, recipe)
    model = fitted.model
    if isinstance(model, RatingModel):
        return replace(model, hazard=replace(model.hazard, blend=blend))
    if isinstance(model, IncidenceModel):
        return replace(model, event=replace(model.event, blend=blend))
    return replace(model, blend=blend)


def _cut(encoded: Encoded, rows: TrainingRows, model: Model) -> PeriodTable:
    """Return what the members of a model learn from."""
    outcome = rows.outcome
    if isinstance(outcome, FollowUp):
        horizons = [span.length.days for span in outcome.spans]
        table = PeriodTable.cut(encoded.matrix, encoded.n_codes, outcome.days, outcome.event, horizons)
        return replace(table, directions=encoded.directions)
    if isinstance(model, RatingModel):
        return climb(encoded, model.levels, outcome.target, np.ones(len(rows)))
    labels = outcome.target[:, None]
    return PeriodTable(encoded.matrix, encoded.n_codes, labels, np.ones_like(labels), encoded.directions)


def fit_rows(rows: TrainingRows, recipe: Recipe = DEFAULT_RECIPE, seed: int = 0) -> FittedModel:
    """Fit to rows; whatever is learned, vocabularies included, comes from these rows alone.

    Of more rows than the recipe learns from, some stand for others: :func:`training.thinning.thin_rows`.

    Raises
    ------
    TooFewEventsError
        If there are too few events for any model.
    """
    encoder = Encoder.fit(rows.columns, rows.catalogue)
    rows = thin_rows(rows, recipe.most_rows, seed)
    encoded = replace(encoder.encode(rows.columns), directions=rows.directions)
    # The many small steps of an optimiser lose more time to the threads of BLAS than they gain.
    with threadpool_limits(1, user_api="blas"):
        if isinstance(rows.outcome, LabelOutcome):
            return _fit_labels(encoder, encoded, rows, rows.outcome, recipe, seed)
        return _fit_hazard(encoder, encoded, rows, rows.outcome, recipe, seed)


def _fit_hazard(
    encoder: Encoder, encoded: Encoded, rows: TrainingRows, outcome: FollowUp, recipe: Recipe, seed: int
) -> FittedModel:
    """Fit to what became of the rows over time."""
    horizons = [span.length.days for span in outcome.spans]
    fit = fit_incidence(
        encoded,
        outcome.days,
        outcome.event,
        horizons,
        rows.group,
        recipe=recipe,
        seed=seed,
        weight=rows.weight,
    )
    return FittedModel(encoder, fit.model, fit.facts, fit.competing)


def _fit_labels(
    encoder: Encoder,
    encoded: Encoded,
    rows: TrainingRows,
    outcome: LabelOutcome,
    recipe: Recipe,
    seed: int,
) -> FittedModel:
    """Fit to the rows that have a label; copies of a row stay together where rows are entities."""
    if outcome.kind != "binary":
        is_flat = outcome.timing is None
        groups = merge_duplicates(encoded.matrix, rows.group) if is_flat else rows.group
        rating = fit_rating(
            encoded,
            outcome.target,
            outcome.kind,
            outcome.scale,
            groups,
            recipe,
            seed,
            weight=rows.weight,
            horizon=rows.horizon_names[0],
        )
        return FittedModel(encoder, rating.model, rating.facts)
    known = outcome.is_known
    binary = fit_binary(
        encoded.take(known),
        outcome.target[known],
        None if rows.weight is None else rows.weight[known],
        rows.group[known],
        recipe=recipe,
        seed=seed,
    )
    return FittedModel(encoder, replace(binary.model, horizon=rows.horizon_names[0]), binary.facts)
