"""Section 9: how far the forecast can be trusted, in words first."""

from collections.abc import Sequence

from scipy import stats

from training.evaluation import CalibrationBin, Evaluation
from training.reports.inputs import ReportInputs
from training.reports.sections import Trust, Verdict
from training.statistics import LEVEL

GOOD_AUC = 0.70
TOP_TENTH = "10%"


def build_trust(inputs: ReportInputs) -> Trust:
    """Build the section; it exists for every model, above all for one that cannot be used."""
    evaluation, model = inputs.evaluation, inputs.model
    problems = tuple(doubt.problem for doubt in evaluation.doubts)
    return Trust(
        verdict=_verdict(evaluation),
        problems=problems,
        auc=evaluation.auc,
        level_gap=evaluation.calibration_gap,
        level_gap_top_tenth=evaluation.calibration_gap_top_tenth,
        capture_top_tenth=evaluation.capture[TOP_TENTH],
        bins=evaluation.bins,
        agrees=not {"level", "level_top_tenth"} & set(problems) and _agrees(evaluation.bins),
        tested_rows=evaluation.n_rows,
        tested_events=evaluation.n_events,
        data_from=model.data_from,
        data_to=model.data_to,
        answered=model.answered,
        asked=model.asked,
        answered_share=model.answered / model.asked if model.asked and model.answered is not None else None,
        model_name=model.name,
        model_version=model.version,
        trained_on=model.trained_on,
    )


def _verdict(evaluation: Evaluation) -> Verdict:
    """Judge by the lower end of the ranking quality: luck is no reason to trust."""
    if not evaluation.is_usable:
        return "unusable"
    return "good" if evaluation.auc.low >= GOOD_AUC else "rough"


def _agrees(bins: Sequence[CalibrationBin]) -> bool:
    """Tell whether no more ranges miss their forecast than chance explains (19 times of 20)."""
    missed = sum(not bin_.observed.low <= bin_.forecast <= bin_.observed.high for bin_ in bins)
    return bool(stats.binom.sf(missed - 1, len(bins), 1 - LEVEL) >= 1 - LEVEL) if bins else True
