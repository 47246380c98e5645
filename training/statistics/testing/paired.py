"""Compare the answers of the same people under two or more conditions."""

import math
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from training.statistics.arrays import Floats
from training.statistics.estimate import LEVEL, Estimate
from training.statistics.intervals import nps
from training.statistics.testing.outcome import Effect, Tested
from training.statistics.testing.ranges import chi2_noncentrality, f_noncentrality
from training.statistics.testing.shape import rows_asked, skewness

FEWEST_PAIRS: Final = 5
Kind = Literal["number", "rating", "yes-no"]
_Z: Final = float(stats.norm.ppf((1 + LEVEL) / 2))


def compare_paired(values: npt.ArrayLike, kind: Kind = "number") -> Tested:
    """Test whether the same people answer differently under each condition.

    The rule for two conditions: yes or no: McNemar's exact test. A rating, or differences too skewed for
    their number: Wilcoxon's signed ranks. Else the paired t test. For more: yes or no, a rating or skewed
    differences: Friedman (for yes or no the same as Cochran's Q). Else Hotelling's T squared, which does not
    take differences of all pairs to be equally spread.

    Parameters
    ----------
    values
        ``[n, k]`` one row per person, one column per condition.
    kind
        What the values are.

    Raises
    ------
    ValueError
        If there are fewer than five people or two conditions, or nobody changes.

    Examples
    --------
    >>> found = compare_paired([[1, 2], [2, 4], [3, 6], [5, 6], [4, 7], [3, 3]])
    >>> found.test, round(found.p_value, 4)
    ('paired t test', 0.0199)
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] < FEWEST_PAIRS or table.shape[1] < 2:
        message = f"a table of the shape {table.shape} was passed; {FEWEST_PAIRS} people under two conditions"
        message += " are the least"
        raise ValueError(message)
    if np.ptp(table, axis=1).max() == 0:
        message = f"none of {len(table)} people changes; there is nothing to test"
        raise ValueError(message)
    return _compare_two(table, kind) if table.shape[1] == 2 else _compare_many(table, kind)


def _compare_two(table: Floats, kind: Kind) -> Tested:
    """Compare two conditions; a positive effect says that the first one is higher."""
    differences, n = table[:, 0] - table[:, 1], len(table)
    up, down = int((differences > 0).sum()), int((differences < 0).sum())
    net = nps(up, n - up - down, down)
    share = Effect(
        "net share of changes", Estimate(net.value / 100, net.low / 100, net.high / 100, n), "correlation"
    )
    if kind == "yes-no":
        p_value = float(stats.binomtest(up, up + down).pvalue)
        because = f"yes or no: of the same people {up + down} changed, {up} one way and {down} the other"
        return Tested("McNemar's exact test", because, math.nan, (), p_value, share, n)
    skew = abs(skewness(differences))
    if kind == "rating" or n < rows_asked(skew):
        because = "a rating has an order, but its steps need not be equal"
        if kind != "rating":
            because = (
                f"differences have a skewness of {skew:.1f}, which asks for {rows_asked(skew):,} pairs; "
            )
            because += f"there are {n:,}"
        ranked = stats.wilcoxon(differences, zero_method="pratt")
        return Tested(
            "Wilcoxon signed-rank test", because, float(ranked.statistic), (), float(ranked.pvalue), share, n
        )
    because = f"differences are near symmetric (skewness {skew:.1f}) for {n:,} pairs"
    found = stats.ttest_1samp(differences, 0.0)
    size = float(differences.mean() / differences.std(ddof=1))
    half = _Z * math.sqrt(1 / n + size**2 / (2 * n))
    effect = Effect(
        "Cohen's d of differences", Estimate.around(size, size - half, size + half, n), "difference"
    )
    return Tested(
        "paired t test", because, float(found.statistic), (n - 1.0,), float(found.pvalue), effect, n
    )


def _compare_many(table: Floats, kind: Kind) -> Tested:
    """Compare three or more conditions."""
    n, count = table.shape
    steps = np.diff(table, axis=1)
    skew = max(abs(skewness(column)) for column in steps.T)
    is_flat = np.linalg.matrix_rank(np.cov(steps, rowvar=False)) < count - 1
    if kind == "number" and n >= max(rows_asked(skew), 2 * count) and not is_flat:
        because = f"steps are near symmetric (skewness up to {skew:.1f}) for {n:,} people"
        return _hotelling(steps, because)
    because = "an order is known, but steps need not be equal"
    if kind == "number":
        because = f"steps have a skewness of {skew:.1f} with {n:,} people"
    found = stats.friedmanchisquare(*table.T)
    statistic = float(found.statistic)
    value = statistic / (n * (count - 1))
    low, high = (min(1.0, s / (n * (count - 1))) for s in chi2_noncentrality(statistic, count - 1))
    effect = Effect("Kendall's W", Estimate.around(value, low, high, n), "explained")
    return Tested("Friedman test", because, statistic, (count - 1.0,), float(found.pvalue), effect, n)


def _hotelling(steps: Floats, because: str) -> Tested:
    """Return Hotelling's test that all steps between neighbouring conditions are 0 on average."""
    n, count = steps.shape
    means = steps.mean(axis=0)
    squared = float(n * means @ np.linalg.solve(np.cov(steps, rowvar=False), means))
    freedom = (float(count), float(n - count))
    statistic = squared * (n - count) / (count * (n - 1))
    low, high = (shift / (shift + n) for shift in f_noncentrality(statistic, *freedom))
    value = max(0.0, (statistic - 1) * count / (statistic * count + n - count))
    effect = Effect("epsilon squared", Estimate.around(value, low, high, n), "explained")
    return Tested(
        "Hotelling's T squared",
        because,
        statistic,
        freedom,
        float(stats.f.sf(statistic, *freedom)),
        effect,
        n,
    )
