"""The goal of a driver: a condition on its first feature, and how many meet it today."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from features.catalogue import Feature
from features.usecase import parse_condition
from training.statistics import Bools, Estimate, Floats, share

_COMPARE: Mapping[str, Callable[[Floats, float], Bools]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}


@dataclass(frozen=True)
class Goal:
    """Hold a goal in parts, so that each language can word it.

    Attributes
    ----------
    feature
        The feature that it speaks of.
    comparison
        One of ``<= >= < > =``.
    bound
        The value to reach, in ``unit``.
    unit
        Unit of the feature as the use-case file declares it; None where none is declared.
    """

    feature: str
    comparison: str
    bound: float
    unit: str | None


def read_goal(condition: str | None, feature: Feature) -> Goal | None:
    """Read a goal such as ``<= 24``; a goal on a category has no order and is not read.

    Examples
    --------
    >>> read_goal("<= 24", Feature("wait", "number", "table", unit="hours"))
    Goal(feature='wait', comparison='<=', bound=24.0, unit='hours')
    """
    if condition is None or feature.kind != "number":
        return None
    comparison, bound = parse_condition(condition)
    try:
        return Goal(feature.name, comparison, float(bound), feature.unit)
    except ValueError:  # a word instead of a number: nothing to compare a number with
        return None


def meets(goal: Goal, values: Floats) -> Floats:
    """Return 1 where a value meets a goal and 0 where it does not, NaN where it is missing.

    Examples
    --------
    >>> meets(Goal("wait", "<=", 24.0, "hours"), np.array([3.0, 48.0, np.nan])).tolist()
    [1.0, 0.0, nan]
    """
    with np.errstate(invalid="ignore"):
        found = _COMPARE[goal.comparison](values, goal.bound)
    return np.where(np.isfinite(values), found, np.nan)


def goal_met(goal: Goal, values: Floats, weight: Floats | None = None) -> Estimate | None:
    """Return the share of rows that meet a goal, among the rows where the value is known.

    Parameters
    ----------
    values
        The goal's feature per row; NaN = missing.
    weight
        Weight of each row; 1 if absent.

    Returns
    -------
    Estimate or None
        As :func:`share_met` gives it.

    Examples
    --------
    >>> goal_met(Goal("wait", "<=", 24.0, "hours"), np.array([3.0, 48.0, np.nan])).value
    0.5
    """
    return share_met(meets(goal, values), weight)


def share_met(met: Floats, weight: Floats | None = None) -> Estimate | None:
    """Return the share of ones among the rows where it is known whether they meet a goal.

    Parameters
    ----------
    met
        1, 0, or NaN where that is not known; see :func:`meets`.
    weight
        Weight of each row; 1 if absent. Where weights differ, the interval is that of the effective number of
        rows (Kish 1965).

    Returns
    -------
    Estimate or None
        Share with Wilson's interval, ``n`` = rows with a value and a weight above 0; None without any.
    """
    weights = np.ones(len(met)) if weight is None else weight
    is_known = np.isfinite(met) & (weights > 0)
    known, mass = met[is_known], weights[is_known]
    if known.size == 0:
        return None
    effective = float(mass.sum() ** 2 / (mass**2).sum())
    reached = float(mass[known == 1.0].sum() / mass.sum())
    wilson = share(min(1.0, reached) * effective, effective)
    return Estimate(wilson.value, wilson.low, wilson.high, known.size)
