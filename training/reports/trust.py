"""Section 9: how far the forecast can be trusted, in words first."""

import math
from collections.abc import Sequence
from typing import Any

from scipy import stats

from training.evaluation import (
    ROWS_PER_PERSON,
    CalibrationBin,
    Evaluation,
    RatingBin,
    RatingEvaluation,
    join_small_bins,
)
from training.pages.charts.axes import answer_axis
from training.reports.inputs import ModelFacts, ReportInputs
from training.reports.sections import RatingTrust, Trust, Verdict
from training.statistics import LEVEL, Estimate

GOOD_AUC = 0.70
GOOD_RANK_CORRELATION = 0.30

TOP_TENTH = "10%"


def build_trust(inputs: ReportInputs) -> Trust | RatingTrust:
    """Build the section; it exists for every model, above all for one that cannot be used."""
    evaluation = inputs.evaluation
    if isinstance(evaluation, RatingEvaluation):
        return _trust_in_answers(evaluation, inputs)
    problems = tuple(doubt.problem for doubt in evaluation.doubts)
    return Trust(
        verdict=_verdict(evaluation),
        problems=problems,
        auc=evaluation.auc,
        level_gap=evaluation.calibration_gap,
        level_gap_top_tenth=evaluation.calibration_gap_top_tenth,
        capture_top_tenth=evaluation.capture[TOP_TENTH],
        bins=join_small_bins(evaluation.bins, _fewest_rows(inputs)),
        agrees=not {"level", "level_top_tenth"} & set(problems) and _agrees(evaluation.bins),
        tested_rows=evaluation.n_rows,
        tested_events=evaluation.n_events,
        **_origin(inputs.model),
    )


def _trust_in_answers(evaluation: RatingEvaluation, inputs: ReportInputs) -> RatingTrust:
    """Build the section for forecasts of answers."""
    bins = join_small_bins(evaluation.bins, _fewest_rows(inputs))
    is_good = evaluation.rank_correlation.low >= GOOD_RANK_CORRELATION
    problems = tuple(doubt.problem for doubt in evaluation.doubts)
    return RatingTrust(
        verdict="unusable" if problems else "good" if is_good else "rough",
        problems=problems,
        rank_correlation=evaluation.rank_correlation,
        pairs=_pairs(evaluation.rank_correlation),
        coverage=evaluation.coverage,
        width=evaluation.width,
        error=evaluation.mae,
        bins=bins,
        axis=answer_axis(bins),
        agrees=_agrees(evaluation.bins),
        tested_rows=evaluation.n_rows,
        silent_rows=evaluation.n_silent,
        **_origin(inputs.model),
    )


def _fewest_rows(inputs: ReportInputs) -> int:
    """Return how many rows a dot needs, so that it speaks of no single person."""
    return ROWS_PER_PERSON * inputs.usecase.privacy.minimum_group


def _origin(model: ModelFacts) -> dict[str, Any]:
    """Return what is said of the model and its data, whatever it forecasts."""
    share = model.answered / model.asked if model.asked and model.answered is not None else None
    return {
        "data_from": model.data_from,
        "data_to": model.data_to,
        "answered": model.answered,
        "asked": model.asked,
        "answered_share": share,
        "model_name": model.name,
        "model_version": model.version,
        "trained_on": model.trained_on,
        "drift": model.drift,
        "run_id": model.run_id,
    }


def _pairs(correlation: Estimate) -> Estimate:
    """Return the share of pairs in the right order that goes with a rank correlation (Kruskal 1958)."""

    def share(rank_correlation: float) -> float:
        return 0.5 + math.asin(2 * math.sin(math.pi * rank_correlation / 6)) / math.pi

    value, low, high = (share(end) for end in (correlation.value, correlation.low, correlation.high))
    return Estimate.around(value, low, high, correlation.n)


def _verdict(evaluation: Evaluation) -> Verdict:
    """Judge by the lower end of the ranking quality: luck is no reason to trust."""
    if not evaluation.is_usable:
        return "unusable"
    return "good" if evaluation.auc.low >= GOOD_AUC else "rough"


def _agrees(bins: Sequence[CalibrationBin] | Sequence[RatingBin]) -> bool:
    """Tell whether no more ranges miss their forecast than chance explains (19 times of 20)."""
    missed = sum(not bin_.observed.low <= bin_.forecast <= bin_.observed.high for bin_ in bins)
    return bool(stats.binom.sf(missed - 1, len(bins), 1 - LEVEL) >= 1 - LEVEL) if bins else True
