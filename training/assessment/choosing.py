"""Choose between the default recipe and one that a search found, on rows that the search never saw."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from features.errors import TooFewEventsError
from features.progress import Report, silent
from training.assessment.forecasting import Forecasts, RatingForecasts
from training.assessment.judging import primary_labels
from training.assessment.splitting import Split, split_rows
from training.fitting import fit_rows
from training.models.recipe import Recipe
from training.rows import Floats, TrainingRows
from training.statistics import Estimate, bootstrap_mean, log_losses
from training.tuning import SearchPlan, Trial, best_of, search


@dataclass(frozen=True)
class Tuning:
    """Hold what a search was worth.

    Attributes
    ----------
    trials
        How many recipes were tried.
    best
        What the best of them changes in the default recipe; empty if nothing was better.
    loss_name
        ``log loss`` or ``ranked probability score``.
    difference
        Loss of the best recipe minus that of the default one on the same rows, which the search never saw;
        paired, the interval by entity. None if the search found nothing better than the default.
    """

    trials: int
    best: dict[str, Any]
    loss_name: str
    difference: Estimate | None

    @property
    def is_shipped(self) -> bool:
        """Say whether the recipe is clearly better, and so the one that is used."""
        return self.difference is not None and self.difference.high < 0

    @property
    def summary(self) -> str:
        """Return one line in plain words."""
        tried = f"tuning: {self.trials} recipes tried"
        if self.difference is None:
            return f"{tried}, none better than the default, which is used"
        verdict = (
            "clearly better, so it is used" if self.is_shipped else "not clearly better: the default is used"
        )
        return (
            f"{tried}; the best differs by {self.difference} in {self.loss_name} from the default, {verdict}"
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values; no seconds, so that equal trials give an equal bundle."""
        difference = None if self.difference is None else self.difference.to_json()
        return {**vars(self), "difference": difference, "is_shipped": self.is_shipped}


@dataclass(frozen=True)
class Found:
    """Hold the best recipe of a search, and the splits whose forecast rows it never saw."""

    trials: tuple[Trial, ...]
    unseen: tuple[Split, ...]

    @property
    def best(self) -> Trial:
        """Return the best trial; number 0 is the recipe that the search began with."""
        return best_of(self.trials)

    def without_gain(self, usual: Forecasts | RatingForecasts) -> Tuning:
        """Say that nothing better than the first recipe was found."""
        return Tuning(len(self.trials), {}, _name_loss(usual), None)


def search_recipe(
    rows: TrainingRows,
    base: Recipe,
    plan: SearchPlan,
    *,
    seed: int = 0,
    report: Report = silent,
) -> Found:
    """Search on one side of the first split alone, by the loss out of fold there.

    Snapshots: what was known at the first origin is searched on; all later snapshots are unseen. Flat tables:
    all but the first fold; that fold alone is unseen.

    Raises
    ------
    TooFewEventsError
        If there is too little to learn from at every origin.
    """
    splits = tuple(split_rows(rows, seed))
    too_few: TooFewEventsError | None = None
    for place, split in enumerate(splits):
        try:
            trials = search(base, _loss_on(split, seed), plan, seed=seed, report=report)
        except TooFewEventsError as error:  # the first recipe tells; a later origin knows more
            too_few = error
            continue
        return Found(trials, splits[:1] if split.origin is None else splits[place:])
    assert too_few is not None
    raise too_few


def _loss_on(split: Split, seed: int) -> Callable[[Recipe], float]:
    """Return what tells the loss of a recipe out of fold, on the learned side of a split."""
    return lambda recipe: fit_rows(split.learned, recipe, seed).facts.log_loss


def compare_recipes(
    rows: TrainingRows,
    found: Found,
    tuned: Forecasts | RatingForecasts,
    usual: Forecasts | RatingForecasts,
    seed: int = 0,
) -> Tuning:
    """Compare both recipes row by row, where both forecast and the outcome is known."""
    gap = loss_by_row(rows, tuned) - loss_by_row(rows, usual)
    both = np.isfinite(gap)
    weight = None if rows.weight is None else rows.weight[both]
    difference = bootstrap_mean(gap[both], entity=rows.entity[both].astype(str), weight=weight, seed=seed)
    return Tuning(len(found.trials), found.best.parameters, _name_loss(tuned), difference)


def loss_by_row(rows: TrainingRows, forecasts: Forecasts | RatingForecasts) -> Floats:
    """Return the loss of each row at the primary horizon; NaN where it was not forecast or is not known."""
    losses = np.full(len(rows), np.nan)
    if isinstance(forecasts, RatingForecasts):
        losses[forecasts.positions] = forecasts.answers.rps
        return losses
    labels, is_known = primary_labels(rows, forecasts.positions)
    probability = forecasts.probabilities[is_known, rows.primary_index]
    losses[forecasts.positions[is_known]] = log_losses(labels[is_known], probability)
    return losses


def _name_loss(forecasts: Forecasts | RatingForecasts) -> str:
    """Return the name of the loss by which two recipes are compared."""
    return "ranked probability score" if isinstance(forecasts, RatingForecasts) else "log loss"
