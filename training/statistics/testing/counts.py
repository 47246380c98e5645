"""Test whether two columns of categories go together."""

import math
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import stats

from training.statistics.arrays import Floats, Ints
from training.statistics.estimate import Estimate
from training.statistics.testing.outcome import Effect, Tested
from training.statistics.testing.ranges import chi2_noncentrality

N_TABLES: Final = 9_999
_LARGE: Final = 400  # cells; of larger tables a tenth as many are drawn
_CELLS_AT_ONCE: Final = 2_000_000
_TABLES_AT_ONCE, _ENOUGH = 500, 100  # so many tables as far as the one found say that p is not small
_LEAST_EXPECTED: Final = 5.0


def compare_counts(table: npt.ArrayLike, seed: int = 0) -> Tested:
    """Test whether rows and columns of a table of counts are independent.

    The rule: if every expected count is 5 or more, chi squared without correction. Else, of two by two,
    Fisher's exact test; of more, chi squared held against up to 9,999 random tables with the same margins
    (fewer where many are as far: Besag and Clifford 1991).

    Parameters
    ----------
    table
        ``[r, c]`` counts; rows and columns that are all 0 are left out.
    seed
        Where the random tables start.

    Raises
    ------
    ValueError
        If a count is negative or fewer than two rows or columns hold anything.

    Examples
    --------
    >>> found = compare_counts([[30, 10], [20, 40]])
    >>> found.test, round(found.p_value, 6), round(found.effect.estimate.value, 3)
    ('chi-squared test', 4.5e-05, 0.398)
    """
    counts = _tidy(table)
    n = int(counts.sum())
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    statistic = float(((counts - expected) ** 2 / expected).sum())
    freedom = float((counts.shape[0] - 1) * (counts.shape[1] - 1))
    effect = Effect("Cramer's V", cramers_v(statistic, counts.shape, n), "correlation")
    lowest = float(expected.min())
    because = f"the smallest expected count is {lowest:.1f}"
    if lowest >= _LEAST_EXPECTED:
        p_value = float(stats.chi2.sf(statistic, freedom))
        return Tested("chi-squared test", because, statistic, (freedom,), p_value, effect, n)
    because += ", below 5: too few for chi squared"
    if counts.shape == (2, 2):
        p_value = float(stats.fisher_exact(counts).pvalue)
        return Tested("Fisher's exact test", because, math.nan, (), p_value, effect, n)
    p_value = _permute(counts, expected, statistic, seed)
    return Tested("permutation test", because, statistic, (), p_value, effect, n)


def cramers_v(statistic: float, shape: tuple[int, ...], n: int) -> Estimate:
    """Return Cramer's V without its bias (Bergsma 2013), with the range of the chi-squared test inverted."""
    rows, columns = shape
    freedom = (rows - 1) * (columns - 1)
    inner = max(0.0, statistic / n - freedom / (n - 1))
    least = min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1
    value = min(1.0, math.sqrt(inner / least)) if least > 0 else 0.0
    low, high = (
        min(1.0, math.sqrt(shift / (n * (min(shape) - 1))))
        for shift in chi2_noncentrality(statistic, freedom)
    )
    return Estimate.around(value, low, high, n)


def _tidy(table: npt.ArrayLike) -> Ints:
    """Return counts without empty rows and columns."""
    counts = np.asarray(table)
    if counts.ndim != 2 or (counts.size and counts.min() < 0):
        message = f"a table of the shape {counts.shape} was passed; counts >= 0 in two dimensions are needed"
        raise ValueError(message)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        message = f"a table of the shape {counts.shape} is left; two filled rows and columns are the least"
        raise ValueError(message)
    return np.asarray(counts, dtype=np.int64)


def _permute(counts: Ints, expected: Floats, statistic: float, seed: int) -> float:
    """Return the share of random tables with the same margins that are as far from independence."""
    tables = stats.random_table(counts.sum(axis=1), counts.sum(axis=0))
    random = np.random.default_rng(seed)
    n_tables = N_TABLES if counts.size <= _LARGE else N_TABLES // 10
    at_once = max(1, min(_TABLES_AT_ONCE, _CELLS_AT_ONCE // counts.size))
    n_far = n_drawn = 0
    while n_drawn < n_tables and n_far < _ENOUGH:
        drawn = tables.rvs(min(n_tables - n_drawn, at_once), random_state=random)
        far = ((drawn - expected) ** 2 / expected).sum(axis=(-2, -1)) >= statistic * (1 - 1e-12)
        n_far, n_drawn = n_far + int(far.sum()), n_drawn + len(drawn)
    return (1 + n_far) / (n_drawn + 1)
