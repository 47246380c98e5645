"""The goal of a driver: a condition on its first feature, how many meet it, by how much others miss it."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
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
_WINDOW = re.compile(r"(?P<quantity>.+)_(?P<days>[1-9][0-9]*)d")
_GROWS_WITH_TIME = re.compile(r".*\.(count|sum)")


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


def shortfall(goal: Goal, values: Floats) -> Floats:
    """Return by how much each row misses a goal, in the goal's unit: 0 where it is met, NaN without a value.

    A goal with ``<`` or ``>`` is reached at its bound, one with ``=`` is missed on both sides.

    Examples
    --------
    >>> shortfall(Goal("wait", "<=", 24.0, "hours"), np.array([3.0, 48.0, np.nan])).tolist()
    [0.0, 24.0, nan]
    """
    if goal.comparison == "=":
        return np.abs(values - goal.bound)
    over = values - goal.bound if goal.comparison in {"<=", "<"} else goal.bound - values
    return np.maximum(over, 0.0)


def goal_bounds(goal: Goal, catalogue: Iterable[Feature]) -> dict[int, float]:
    """Return the columns that measure the quantity of a goal, and the bound of each.

    They are the features of the goal's driver with its source, column and function over any window. A count
    or a sum grows with its window, so does its bound: two in 90 days are four in 180. In a flat table, where
    names do not tell windows, it is the goal's own column alone.

    Parameters
    ----------
    catalogue
        Features in column order.

    Returns
    -------
    dict
        Bound by column; the goal's own column first.

    Raises
    ------
    ValueError
        If the goal's feature is not in the catalogue.

    Examples
    --------
    >>> names = ["o_tickets.hours.mean_90d", "o_tickets.count_90d", "o_tickets.hours.mean_180d"]
    >>> features = [Feature(name, "number", "tickets", driver="help") for name in names]
    >>> goal_bounds(Goal("o_tickets.hours.mean_180d", "<=", 24.0, "h"), features)
    {2: 24.0, 0: 24.0}
    """
    features = tuple(catalogue)
    own = next((place for place, feature in enumerate(features) if feature.name == goal.feature), None)
    if own is None:
        message = (
            f"the goal's feature '{goal.feature}' is not in the catalogue; take the one of the same bundle"
        )
        raise ValueError(message)
    bounds = {own: goal.bound}
    window = _WINDOW.fullmatch(goal.feature)
    if features[own].source == "table" or features[own].driver is None or window is None:
        return bounds
    for place, feature in enumerate(features):
        other = _WINDOW.fullmatch(feature.name)
        if other is None or other["quantity"] != window["quantity"] or feature.driver != features[own].driver:
            continue
        grows = _GROWS_WITH_TIME.fullmatch(window["quantity"]) is not None
        bounds.setdefault(
            place, goal.bound * int(other["days"]) / int(window["days"]) if grows else goal.bound
        )
    return bounds
