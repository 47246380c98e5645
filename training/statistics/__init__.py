"""Pure statistics: estimates with intervals, resampling by entity, figures of rankings and of calibration."""

from training.statistics.arrays import Bools, Floats, Ints, as_column, as_weight
from training.statistics.calibration import (
    N_BINS,
    CalibrationSlope,
    bin_gaps,
    brier_losses,
    calibration_error,
    log_losses,
    log_odds,
)
from training.statistics.estimate import LEVEL, Estimate, from_draws, of_size
from training.statistics.expectation import expected_count, expected_loss, expected_mean, expected_share
from training.statistics.expected_ranking import expected_auc
from training.statistics.intervals import difference, mean, nps, share
from training.statistics.nonresponse import AskedRows, trim_odds
from training.statistics.plain import below_head, plain_values, read_day, read_estimate
from training.statistics.ranking import RankedMass, Ranking
from training.statistics.resampling import EntityDraws, bootstrap_mean

__all__ = [
    "LEVEL",
    "N_BINS",
    "AskedRows",
    "Bools",
    "CalibrationSlope",
    "EntityDraws",
    "Estimate",
    "Floats",
    "Ints",
    "RankedMass",
    "Ranking",
    "as_column",
    "as_weight",
    "below_head",
    "bin_gaps",
    "bootstrap_mean",
    "brier_losses",
    "calibration_error",
    "difference",
    "expected_auc",
    "expected_count",
    "expected_loss",
    "expected_mean",
    "expected_share",
    "from_draws",
    "log_losses",
    "log_odds",
    "mean",
    "nps",
    "of_size",
    "plain_values",
    "read_day",
    "read_estimate",
    "share",
    "trim_odds",
]
