"""Judge forecasts: ranking, calibration, lift and value, against baselines, all with intervals by entity."""

from training.evaluation.bins import ROWS_PER_PERSON, join_small_bins
from training.evaluation.horizons import AnyEvaluation, HorizonEvaluations, evaluate_horizons, horizon_labels
from training.evaluation.judging import evaluate
from training.evaluation.population import CohortValue, Measure, PopulationValue
from training.evaluation.rating_record import (
    COVERAGE,
    LARGEST_COVERAGE_GAP,
    LOWEST_RANK_CORRELATION,
    RatingBin,
    RatingComparison,
    RatingEvaluation,
)
from training.evaluation.ratings import AnswerForecasts, evaluate_ratings, ranked_probability_scores
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
    "COVERAGE",
    "LARGEST_COVERAGE_GAP",
    "LARGEST_GAP",
    "LOWEST_AUC",
    "LOWEST_RANK_CORRELATION",
    "ROWS_PER_PERSON",
    "AnswerForecasts",
    "AnyEvaluation",
    "CalibrationBin",
    "CohortValue",
    "Comparison",
    "Doubt",
    "Evaluation",
    "HorizonEvaluations",
    "Measure",
    "PopulationValue",
    "Problem",
    "RatingBin",
    "RatingComparison",
    "RatingEvaluation",
    "evaluate",
    "evaluate_horizons",
    "evaluate_ratings",
    "horizon_labels",
    "join_small_bins",
    "ranked_probability_scores",
]
