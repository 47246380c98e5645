"""Fit a tree member: the number of trees out of fold, the trees on all rows."""

from dataclasses import dataclass
from typing import cast

import lightgbm
import numpy as np

from training.models.boosters import BoosterModel
from training.models.folds import Labels
from training.models.odds import Floats
from training.models.periods import PeriodTable, repeat_periods
from training.models.recipe import BoosterSettings, Recipe


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
    cells, target, weight, row = table.stack()
    parameters = settings.to_lightgbm(seed)
    categories = [place for place, codes in enumerate(table.booster_codes) if codes]
    rows = lightgbm.Dataset(
        cells, target, weight=weight, categorical_feature=categories, params=parameters, free_raw_data=False
    )
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
        cells = repeat_periods(table.matrix[is_held], table.n_periods)
        # A call without a number of threads changes it for all threads of the process: another member that is
        # just being fitted would write beyond its buffers.
        found = booster.predict(cells, raw_score=True, num_iteration=n_trees, num_threads=1)
        log_odds = np.asarray(found)
        total[is_held] += log_odds.reshape(table.n_periods, -1).T
    final = lightgbm.train(parameters, rows, num_boost_round=n_trees)
    model = BoosterModel(final.model_to_string(num_iteration=n_trees))
    return BoosterFit(model, total / len(folds), n_trees)
