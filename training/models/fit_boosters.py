"""Fit a tree member: the number of trees out of fold, the trees on all rows."""

from dataclasses import dataclass
from threading import Lock
from typing import Any, cast

import lightgbm
import numpy as np
from numpy.typing import NDArray

from training.models.boosters import BoosterModel
from training.models.folds import Labels
from training.models.odds import Floats
from training.models.periods import PeriodTable, repeat_periods
from training.models.recipe import BoosterSettings, Recipe

_ONE_AT_A_TIME = Lock()
_PORTION = 32_768


@dataclass(frozen=True)
class BoosterFit:
    """Hold a fitted tree member.

    Attributes
    ----------
    out_of_fold
        Log-odds from fits that did not see the row, shape (rows, periods).
    n_trees
        Where the mean out-of-fold log loss was least.
    """

    model: BoosterModel
    out_of_fold: Floats
    n_trees: int


def fit_booster(
    table: PeriodTable, folds: Labels, settings: BoosterSettings, recipe: Recipe, seed: int
) -> BoosterFit:
    """Fit LightGBM with the number of trees that is best out of fold, then once on all rows.

    Parameters
    ----------
    table
        Training rows.
    folds
        Fold of each row, shape (repeats, rows).
    settings
        The member.
    recipe
        Limits on the number of trees.
    seed
        Seed of LightGBM.
    """
    parameters = settings.to_lightgbm(seed, table.booster_directions)
    rows, row = _bin(table, parameters)
    held = [repeat == fold for repeat in folds for fold in np.unique(repeat)]
    search = lightgbm.cv(
        parameters,
        rows,
        num_boost_round=recipe.max_trees,
        folds=[(np.flatnonzero(~is_held[row]), np.flatnonzero(is_held[row])) for is_held in held],
        callbacks=[lightgbm.early_stopping(recipe.patience, verbose=False)],
        return_cvbooster=True,
    )
    boosters = cast("lightgbm.CVBooster", search["cvbooster"])
    n_trees = int(boosters.best_iteration)
    total = np.zeros(table.target.shape)
    for is_held, booster in zip(held, boosters.boosters, strict=True):
        _add_log_odds(booster, table, np.flatnonzero(is_held), n_trees, total)
    final = lightgbm.train(parameters, rows, num_boost_round=n_trees)
    model = BoosterModel(final.model_to_string(num_iteration=n_trees))
    return BoosterFit(model, total / len(folds), n_trees)


def _bin(table: PeriodTable, parameters: dict[str, Any]) -> tuple[lightgbm.Dataset, NDArray[np.intp]]:
    """Return the cells at risk as LightGBM's bins, and the row of each.

    Bins take an eighth of the memory of numbers, so the numbers are given up at once, and one member at a
    time has some.
    """
    categories = [place for place, codes in enumerate(table.booster_codes) if codes]
    with _ONE_AT_A_TIME:
        cells, target, weight, row = table.stack()
        rows = lightgbm.Dataset(
            cells, target, weight=weight, categorical_feature=categories, params=parameters
        )
        return rows.construct(), row


def _add_log_odds(
    booster: lightgbm.Booster, table: PeriodTable, rows: NDArray[np.intp], n_trees: int, total: Floats
) -> None:
    """Add the log-odds of some rows in all periods to a table of all rows, in portions to spare memory."""
    for start in range(0, len(rows), _PORTION):
        portion = rows[start : start + _PORTION]
        cells = repeat_periods(table.matrix[portion], table.n_periods)
        # A call without a number of threads changes it for all threads of the process: another member that is
        # just being fitted would write beyond its buffers.
        found = booster.predict(cells, raw_score=True, num_iteration=n_trees, num_threads=1)
        total[portion] += np.asarray(found).reshape(table.n_periods, -1).T
