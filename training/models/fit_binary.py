"""Fit a binary model on a flat table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.errors import ContractError
from training.encoding import Encoded
from training.models.binary import BinaryModel
from training.models.blend import Blend
from training.models.facts import FitFacts
from training.models.fit_members import fit_blend
from training.models.folds import join_copies, label_groups
from training.models.odds import Floats
from training.models.periods import PeriodTable
from training.models.recipe import DEFAULT_RECIPE, Recipe

Numbers = Sequence[float] | NDArray[Any]
Groups = Sequence[Any] | NDArray[Any] | None


@dataclass(frozen=True)
class BinaryFit:
    """Hold a fitted binary model.

    Attributes
    ----------
    out_of_fold
        Calibrated log-odds of each training row from fits that did not see it, shape (rows, 1).
    """

    model: BinaryModel
    facts: FitFacts
    out_of_fold: Floats


def fit_binary(
    encoded: Encoded,
    target: Numbers,
    weight: Numbers | None = None,
    groups: Groups = None,
    recipe: Recipe = DEFAULT_RECIPE,
    seed: int = 0,
) -> BinaryFit:
    """Fit the blend of a recipe to a 0/1 target.

    Parameters
    ----------
    encoded
        Training rows.
    target
        0 or 1 for each row.
    weight
        Weight of each row; 1 if absent.
    groups
        Entity of each row. Rows of one entity, and exact copies of a row, stay on one side of every inner
        fold.
    recipe
        Which members, and how.
    seed
        Same data and seed give the same bytes.

    Raises
    ------
    TooFewEventsError
        If there are fewer than 30 events, or fewer than 30 rows without one.
    ContractError
        If target, weight or groups do not fit the rows.
    """
    outcome = to_column("target", target, len(encoded))
    if not np.isin(outcome, (0.0, 1.0)).all():
        culprit = outcome[~np.isin(outcome, (0.0, 1.0))][0]
        raise ContractError("column target", f"holds {culprit:g}", "write 1 for the event and 0 for none")
    weights = to_weights(weight, len(encoded))
    table = PeriodTable(
        encoded.matrix, encoded.n_codes, outcome[:, None], weights[:, None], encoded.directions, weights
    )
    n_folds, _ = recipe.folds_for(len(encoded))
    entities = to_labels(groups, len(encoded))
    fit = fit_blend(table, entities, join_copies(entities, encoded.matrix, n_folds), recipe, seed)
    blend = Blend(float(fit.intercepts[0]), fit.members)
    return BinaryFit(BinaryModel(blend), fit.facts, fit.out_of_fold)


def to_column(name: str, values: Numbers, n_rows: int) -> Floats:
    """Return values as float64, one per row.

    Raises
    ------
    ContractError
        If there are more or fewer values than rows.
    """
    column = np.asarray(values, dtype=np.float64)
    if column.shape != (n_rows,):
        problem = f"has shape {column.shape}, the features have {n_rows} rows"
        raise ContractError(f"column {name}", problem, "give one value per row")
    return column


def to_weights(weight: Numbers | None, n_rows: int) -> Floats:
    """Return one non-negative weight per row, 1 if absent.

    Raises
    ------
    ContractError
        If a weight is negative, missing or infinite, or their number is not that of the rows.
    """
    if weight is None:
        return np.ones(n_rows)
    column = to_column("weight", weight, n_rows)
    odd = np.flatnonzero(~(np.isfinite(column) & (column >= 0)))
    if odd.size:
        problem = f"holds {column[odd[0]]:g} in row {odd[0] + 1} of {n_rows}"
        raise ContractError("column weight", problem, "give finite weights of at least 0")
    return column


def to_labels(groups: Groups, n_rows: int) -> NDArray[np.int64]:
    """Return the group of each row as a number.

    Raises
    ------
    ContractError
        If there are more or fewer groups than rows.
    """
    if groups is not None and len(groups) != n_rows:
        problem = f"has {len(groups)} values, the features have {n_rows} rows"
        raise ContractError("column entity_id", problem, "give one value per row")
    return label_groups(groups, n_rows)
