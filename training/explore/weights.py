"""Relative weights of the columns of a regression, with ranges over other samples of rows."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from training.explore.design import Design
from training.statistics import Estimate, Floats, from_draws
from training.statistics.relative_weights import relative_weights

N_DRAWS: Final = 200
_LARGE: Final = 20_000  # rows, beyond which fewer draws wander as little


def split_explanation(
    design: Design, values: Floats, columns: Sequence[str], seed: int = 0
) -> dict[str, Estimate]:
    """Return the relative weight of each column: those of its terms added up.

    Parameters
    ----------
    design
        The terms.
    values
        ``[n]`` the target as numbers.
    columns
        The columns of the table, in order.
    seed
        Where the draws of rows start.

    Returns
    -------
    dict
        By column; empty where a term is as good as a combination of others.
    """
    joint = np.column_stack([design.matrix, values])
    joint = (joint - joint.mean(axis=0)) / joint.std(axis=0)
    n_draws = N_DRAWS if len(values) <= _LARGE else N_DRAWS // 2
    random = np.random.default_rng(seed)
    try:
        found = _weigh(joint, np.ones(len(values)))
    except ValueError:
        return {}
    drawn = []
    for _ in range(n_draws):
        counts = np.bincount(random.integers(0, len(values), len(values)), minlength=len(values))
        try:
            drawn.append(_weigh(joint, counts.astype(np.float64)))
        except ValueError:  # a draw without some level: it tells nothing of it
            continue
    draws = np.array(drawn) if drawn else np.full((1, len(found)), np.nan)
    names = np.array([term.column for term in design.terms])
    return {
        column: from_draws(
            float(found[names == column].sum()), draws[:, names == column].sum(axis=1), len(values)
        )
        for column in columns
        if (names == column).any()
    }


def _weigh(joint: Floats, weight: Floats) -> Floats:
    """Return the relative weights of weighted rows; the target is the last column."""
    total = weight.sum()
    centred = joint - weight @ joint / total
    covariance = (centred * weight[:, None]).T @ centred / total
    spread = np.sqrt(np.diag(covariance))
    if spread.min() <= 0:
        message = "a column does not vary in this draw"
        raise ValueError(message)
    correlation = covariance / np.outer(spread, spread)
    np.fill_diagonal(correlation, 1.0)
    return relative_weights(correlation[:-1, :-1], correlation[:-1, -1])
