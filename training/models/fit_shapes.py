"""Fit the linear member: its penalty out of fold, its curves on all rows."""

from dataclasses import dataclass

import numpy as np

from training.models.folds import Labels
from training.models.logistic import LinearFit, fit_logistic
from training.models.odds import Floats, log_loss
from training.models.periods import PeriodTable
from training.models.shapes import Curve, ShapeModel
from training.models.splines import Design


@dataclass(frozen=True)
class ShapeFit:
    """Hold a fitted linear member.

    Attributes
    ----------
    out_of_fold
        Log-odds from fits that did not see the row, shape (rows, periods).
    inverse_penalty
        The one that was best out of fold.
    """

    model: ShapeModel
    out_of_fold: Floats
    inverse_penalty: float


def fit_shapes(table: PeriodTable, folds: Labels, inverse_penalties: tuple[float, ...]) -> ShapeFit:
    """Fit a spline logistic regression.

    Parameters
    ----------
    table
        Training rows.
    folds
        Fold of each row, shape (repeats, rows).
    inverse_penalties
        Candidates, from strong to weak penalty.
    """
    design = Design.write_out(table.matrix, table.n_codes, table.directions)
    candidates = _cross_fit(design, table, folds, inverse_penalties)
    losses = [log_loss(log_odds, table.target, table.weight) for log_odds in candidates]
    best = int(np.argmin(losses))
    fit = fit_design(design, table, inverse_penalties[best])
    return ShapeFit(compile_fit(fit, design, table), candidates[best], inverse_penalties[best])


def fit_design(design: Design, table: PeriodTable, inverse_penalty: float) -> LinearFit:
    """Fit the coefficients of a design to its rows; directions hold.

    Parameters
    ----------
    design, table
        The same rows, written out and as they are.
    inverse_penalty
        The larger, the less the coefficients are drawn to zero.
    """
    return fit_logistic(
        design.columns, table.target, table.weight, inverse_penalty, is_bounded=design.is_bounded
    )


def compile_fit(fit: LinearFit, design: Design, table: PeriodTable) -> ShapeModel:
    """Turn coefficients into curves; with several periods the last curve is that of the period."""
    curves = design.compile(fit.coefficients, table.matrix, table.row_weight)
    if table.n_periods == 1:
        return ShapeModel(float(fit.intercepts[0]), curves)
    periods = np.arange(table.n_periods, dtype=np.float64)
    center = float(np.mean(fit.intercepts))
    of_period = Curve(np.empty(0), np.empty((0, 3)), periods, fit.intercepts - center, 0.0, 0.0)
    return ShapeModel(center, (*curves, of_period))


def _cross_fit(design: Design, table: PeriodTable, folds: Labels, candidates: tuple[float, ...]) -> Floats:
    """Return out-of-fold log-odds, averaged over repeats, shape (penalties, rows, periods)."""
    total = np.zeros((len(candidates), *table.target.shape))
    for repeat in folds:
        for fold in np.unique(repeat):
            held, kept = np.flatnonzero(repeat == fold), np.flatnonzero(repeat != fold)
            target, weight, fit = table.target[kept], table.weight[kept], None
            for place, inverse_penalty in enumerate(candidates):
                fit = fit_logistic(
                    design.columns, target, weight, inverse_penalty, fit, kept, is_bounded=design.is_bounded
                )
                total[place, held] += fit.log_odds(design.columns, held)
    return total / len(folds)
