"""Direction: whether higher values of a driver's main feature go with a higher risk, and where that turns."""

from typing import Literal

import numpy as np

from training.statistics import Floats, Ints

Direction = Literal["higher", "lower", "mixed", "groups"]

CLEAR_CORRELATION = 0.3
"""Below this rank correlation a direction is called mixed: a U-shape or noise has no single direction."""
MOST_LEVELS = 12
FEWEST_AT_LEVEL = 30
LEAST_TURN = 0.05


def direction_of(values: Floats, contributions: Floats, weight: Floats | None = None) -> Direction:
    """Tell which values go with a higher risk.

    Parameters
    ----------
    values
        The driver's main feature per row; NaN = missing, such rows are left out.
    contributions
        The driver's signed attribution per row.
    weight
        Weight of each row; 1 if absent.

    Returns
    -------
    str
        ``higher`` when higher values go with a higher risk, ``lower`` when lower ones do, else ``mixed``.

    Examples
    --------
    >>> direction_of(np.array([1.0, 2.0, 3.0]), np.array([-0.2, 0.1, 0.4]))
    'higher'
    """
    weights = np.ones(len(values)) if weight is None else weight
    known = np.isfinite(values) & (weights > 0)
    correlation = _rank_correlation(values[known], contributions[known], weights[known])
    if abs(correlation) < CLEAR_CORRELATION:
        return "mixed"
    return "higher" if correlation > 0 else "lower"


def _rank_correlation(first: Floats, second: Floats, weight: Floats) -> float:
    """Return Spearman's correlation of the weighted rows, 0 where one side does not vary."""
    if len(first) < 2 or np.ptp(first) == 0.0 or np.ptp(second) == 0.0:
        return 0.0
    covariance = np.cov(middle_ranks(first, weight), middle_ranks(second, weight), aweights=weight, ddof=0)
    return float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))


def middle_ranks(values: Floats, weight: Floats) -> Floats:
    """Return the weight below each value and half of that at it: what ranks are where rows stand for many."""
    _, places = np.unique(values, return_inverse=True)
    mass = np.bincount(places, weights=weight)
    ranks: Floats = (np.cumsum(mass) - mass / 2)[places]
    return ranks


def turning_point(
    values: Floats, contributions: Floats, direction: Direction, weight: Floats | None = None
) -> float | None:
    """Return the value at which a direction turns; None where the risk rises or falls throughout.

    A rating can be worst in the middle: whoever gave it the lowest grade did not care, whoever gave it the
    second lowest did. One direction for such a driver would be read as a straight line.

    Parameters
    ----------
    values, contributions, weight
        As for :func:`direction_of`.
    direction
        What :func:`direction_of` found.

    Returns
    -------
    float or None
        The value with the lowest or highest mean contribution, if it lies inside and the way back to the end
        is at least a twentieth of the whole way. Values are levels up to 12 of them, else the middles of
        tenths; those of fewer than 30 rows are left out.

    Examples
    --------
    >>> grades = np.repeat([1.0, 2.0, 3.0, 4.0, 5.0], 50)
    >>> turning_point(grades, np.repeat([-0.7, -1.1, -1.0, 0.4, 4.6], 50), "higher")
    2.0
    >>> turning_point(grades, grades, "higher") is None
    True
    """
    if direction not in {"higher", "lower"}:
        return None
    weights = np.ones(len(values)) if weight is None else weight
    known = np.isfinite(values) & (weights > 0)
    levels, places = levels_of(values[known])
    sizes = np.bincount(places, minlength=len(levels))
    sums = np.bincount(places, weights=weights[known] * contributions[known], minlength=len(levels))
    mass = np.bincount(places, weights=weights[known], minlength=len(levels))
    shown = sizes >= FEWEST_AT_LEVEL
    turn = find_turn(sums[shown] / mass[shown], direction)
    return None if turn is None else float(levels[shown][turn[0]])


def find_turn(means: Floats, direction: Direction) -> tuple[int, int] | None:
    """Return the place of the mean at which a direction turns, and of the one that is furthest back.

    Parameters
    ----------
    means
        Mean contribution or outcome by level, in the order of the levels.
    direction
        ``higher`` or ``lower``, the direction of the whole.

    Returns
    -------
    tuple of int, or None
        None where there is no turn, or the way back is less than a twentieth of the whole way.

    Examples
    --------
    >>> find_turn(np.array([3.0, 1.0, 2.0, 5.0]), "higher")
    (1, 0)
    """
    if len(means) < 3 or np.ptp(means) == 0:
        return None
    rising = means if direction == "higher" else -means
    lowest, highest = int(rising.argmin()), int(rising.argmax())
    first, last = int(rising[: lowest + 1].argmax()), highest + int(rising[highest:].argmin())
    inside = range(1, len(means) - 1)
    before = rising[first] - rising[lowest] if lowest in inside else 0.0
    after = rising[highest] - rising[last] if highest in inside else 0.0
    if max(before, after) < LEAST_TURN * np.ptp(means):
        return None
    return (lowest, first) if before >= after else (highest, last)


def levels_of(values: Floats) -> tuple[Floats, Ints]:
    """Return the levels of a column, tenths where there are many, and the place of each row among them."""
    levels, places = np.unique(values, return_inverse=True)
    if len(levels) <= MOST_LEVELS:
        return levels, places
    edges = np.unique(np.quantile(values, np.linspace(0.1, 0.9, 9)))
    tenths = np.searchsorted(edges, values, side="right")
    # A value that a tenth of the rows share is an edge itself, and nothing may lie below it.
    filled, places = np.unique(tenths, return_inverse=True)
    return np.array([np.median(values[tenths == tenth]) for tenth in filled]), places
