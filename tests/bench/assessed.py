"""Figures of a data set: of binary forecasts, and of ratings, beside how well they rank good before bad."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from features.frame import build
from features.progress import Report
from features.usecase import UseCase
from training.assessment import RatingForecasts, assess
from training.baselines import PRIOR
from training.evaluation import Evaluation, RatingEvaluation, evaluate
from training.rows import rows_of
from training.statistics import Estimate, Floats

SEED = 7  # what xm-predict train takes when nothing is said
_BINARY = {"logloss": "log_loss", "auc": "auc", "brier": "brier", "ece": "ece"}
_RATING = {"mae": "mae", "rank_correlation": "rank_correlation", "coverage": "coverage", "rps": "rps"}


@dataclass(frozen=True)
class Figures:
    """Hold the figures of one data set.

    Attributes
    ----------
    counts
        Whole numbers: rows, positives.
    estimates
        Figures with their intervals.
    is_usable
        Whether the product would let the forecasts be used.
    """

    counts: Mapping[str, int]
    estimates: Mapping[str, Estimate]
    is_usable: bool

    def describe(self) -> str:
        """Return one line with four digits, as such figures are compared."""
        counts = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        shown = ", ".join(
            f"{name} {found.value:.4f} ({found.low:.4f} to {found.high:.4f})"
            for name, found in self.estimates.items()
        )
        return f"{counts}, {shown}{'' if self.is_usable else ', not usable'}"


def to_figures(figures: Figures) -> dict[str, Any]:
    """Return the figures under the names of the JSON line."""
    plain: dict[str, Any] = dict(figures.counts)
    for name, found in figures.estimates.items():
        ends = {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
        plain |= {key: round(number, 6) for key, number in ends.items()}
    return {**plain, "usable": figures.is_usable}


def figures_of(evaluation: Evaluation) -> Figures:
    """Return the figures of binary forecasts."""
    counts = {"rows": evaluation.n_rows, "positives": evaluation.n_events}
    estimates = {short: getattr(evaluation, name) for short, name in _BINARY.items()}
    return Figures(counts, estimates, evaluation.is_usable)


def assess_usecase(usecase: UseCase, report: Report) -> Figures:
    """Return what the assessment of a training finds, at the horizon that reports lead with."""
    rows = rows_of(build(usecase, report=report), usecase)
    assessment = assess(rows, seed=SEED, report=report)
    evaluation = assessment.all_rows.by_horizon[rows.horizon_names[rows.primary_index]]
    if isinstance(evaluation, Evaluation):
        found = figures_of(evaluation)
        more = {"logloss_minus_prior": _gain(evaluation, "log_loss")}
    else:
        found = _figures_of_ratings(evaluation)
        more = {"rps_minus_prior": _gain(evaluation, "rps")}
    if isinstance(assessment.forecasts, RatingForecasts):
        forecasts = assessment.forecasts
        weight = None if rows.weight is None else rows.weight[forecasts.positions]
        more["auc"] = rank_good_first(forecasts.target, forecasts.answers.value, weight)
    return Figures(found.counts, {**found.estimates, **more}, found.is_usable)


def _gain(evaluation: Evaluation | RatingEvaluation, loss: str) -> Estimate:
    """Return by how much a loss differs from that of the prior; negative is better."""
    gain: Estimate = getattr(evaluation.baselines[PRIOR], loss)
    return gain


def _figures_of_ratings(evaluation: RatingEvaluation) -> Figures:
    """Return the figures of forecasts of answers."""
    counts = {"rows": evaluation.n_rows, "silent": evaluation.n_silent}
    estimates = {short: getattr(evaluation, name) for short, name in _RATING.items()}
    return Figures(counts, estimates, evaluation.is_usable)


def rank_good_first(answers: Floats, expected: Floats, weight: Floats | None = None) -> Estimate:
    """Return the AUC of the forecasts for answers above the middle of those that occur: 4 and 5 of 1..5."""
    is_good = answers > (answers.min() + answers.max()) / 2
    steps = np.unique(expected, return_inverse=True)[1]
    scores = (steps + 1) / (steps.max() + 2)
    return evaluate(is_good.astype(np.float64), scores, weight=weight, seed=SEED).auc
