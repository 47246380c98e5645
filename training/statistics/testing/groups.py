"""Compare a number or a rating between two or more groups of different people."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import stats

from training.statistics.arrays import Floats, as_column
from training.statistics.estimate import LEVEL, Estimate
from training.statistics.testing.outcome import Effect, Tested
from training.statistics.testing.ranks import compare_ranks
from training.statistics.testing.shape import pooled_skewness, rows_asked, tell_spreads, variance_ratio
from training.statistics.testing.variance import FEWEST_FOR_WELCH, brown_forsythe, explained, welch

FEWEST_IN_GROUP: Final = 5
_Z: Final = float(stats.norm.ppf((1 + LEVEL) / 2))


def compare_groups(groups: Sequence[npt.ArrayLike], *, is_order_only: bool = False) -> Tested:
    """Test whether groups differ, by means where means can be trusted, else by ranks.

    The rule, from top to bottom: a rating has an order only: ranks. A group that does not vary, or is too
    small for its skewness (Cochran's 25 times the squared skewness): ranks. Groups alike in size (1.5-fold)
    and variance (2-fold): Student's t, or analysis of variance. All else: Welch; or Brown and Forsythe where
    one of three or more groups has fewer than ten rows.

    Parameters
    ----------
    groups
        The values of each group; the effect of two groups is the first against the second.
    is_order_only
        Whether the steps between values need not be equal, as those of a rating.

    Raises
    ------
    ValueError
        If there are fewer than two groups, one has fewer than two values, or nothing varies.

    Examples
    --------
    >>> found = compare_groups([[1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 3.0, 4.0, 5.0, 7.0]])
    >>> found.test, round(found.p_value, 4)
    ("Student's t test", 0.3126)
    """
    columns = [as_column("a group", group) for group in groups]
    if len(columns) < 2 or min(column.size for column in columns) < 2:
        sizes = ", ".join(str(column.size) for column in columns)
        message = f"groups of {sizes or 'no'} values were passed; two groups of two values are the least"
        raise ValueError(message)
    if np.ptp(np.concatenate(columns)) == 0:
        message = f"all values are {columns[0][0]:g}; nothing can be compared where nothing varies"
        raise ValueError(message)
    if is_order_only:
        return compare_ranks(columns, "a rating has an order, but its steps need not be equal")
    if math.isinf(variance_ratio(columns)):
        return compare_ranks(columns, "one group does not vary, so no error of its mean can be told")
    smallest = min(column.size for column in columns)
    skew = pooled_skewness(columns)
    if smallest < rows_asked(skew):
        asked = f"a skewness of {skew:.1f} asks for {rows_asked(skew):,} rows per group before means hold"
        return compare_ranks(columns, f"{asked}, and the smallest has {smallest:,}")
    return _compare_means(columns, smallest)


def _compare_means(groups: Sequence[Floats], smallest: int) -> Tested:
    """Test means, with equal variances where that can be taken on trust."""
    is_alike, because = tell_spreads(groups, "variance")
    if len(groups) == 2:
        return _compare_two(groups[0], groups[1], because, is_alike=is_alike)
    n = sum(group.size for group in groups)
    if is_alike:
        statistic, p_value = stats.f_oneway(*groups)
        freedom = (len(groups) - 1.0, float(n - len(groups)))
        name = "analysis of variance"
    elif smallest < FEWEST_FOR_WELCH:
        statistic, freedom, p_value = brown_forsythe(groups)
        because += f"; the smallest has {smallest} rows, too few for Welch's test"
        name = "Brown and Forsythe's analysis of variance"
    else:
        statistic, freedom, p_value = welch(groups)
        name = "Welch's analysis of variance"
    effect = explained(float(statistic), freedom, n)
    return Tested(name, because, float(statistic), freedom, float(p_value), effect, n)


def _compare_two(first: Floats, second: Floats, because: str, *, is_alike: bool) -> Tested:
    """Return Student's or Welch's t test."""
    found = stats.ttest_ind(first, second, equal_var=is_alike)
    name = "Student's t test" if is_alike else "Welch's t test"
    return Tested(
        name,
        because,
        float(found.statistic),
        (float(found.df),),
        float(found.pvalue),
        Effect("Hedges' g", standardised_difference(first, second), "difference"),
        first.size + second.size,
    )


def standardised_difference(first: Floats, second: Floats) -> Estimate:
    """Return ``mean(first) - mean(second)`` in standard deviations, with a range for unequal variances.

    The standard deviation is the root of the mean of both variances; value and error are those of Bonett
    2008 (Psychological Methods 13), the value freed of its bias as Hedges did.
    """
    n, m = first.size, second.size
    a, b = float(first.var(ddof=1)), float(second.var(ddof=1))
    spread = (a + b) / 2
    plain = float(first.mean() - second.mean()) / math.sqrt(spread)
    error = math.sqrt(
        plain**2 * (a**2 / (n - 1) + b**2 / (m - 1)) / (8 * spread**2) + (a / (n - 1) + b / (m - 1)) / spread
    )
    value = plain * (1 - 3 / (4 * (n + m) - 9))
    return Estimate.around(value, value - _Z * error, value + _Z * error, n + m)
