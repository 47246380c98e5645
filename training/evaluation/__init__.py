"""Judge forecasts: ranking, calibration, lift and value, against baselines, all with intervals by entity."""

from training.evaluation.horizons import HorizonEvaluations, evaluate_horizons, horizon_labels
from training.evaluation.judging import evaluate
from training.evaluation.record import (
    LARGEST_GAP,
    LOWEST_AUC,
    CalibrationBin,
    Comparison,
    Doubt,
    Evaluation,
    Problem,
)

__all__ = [
    "LARGEST_GAP",
    "LOWEST_AUC",
    "CalibrationBin",
    "Comparison",
    "Doubt",
    "Evaluation",
    "HorizonEvaluations",
    "Problem",
    "evaluate",
    "evaluate_horizons",
    "horizon_labels",
]
