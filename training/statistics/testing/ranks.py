"""Compare the order of values between groups: for ratings and for values too skewed for means."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy import special, stats

from training.statistics.arrays import Floats
from training.statistics.estimate import LEVEL, Estimate
from training.statistics.testing.outcome import Effect, Tested
from training.statistics.testing.ranges import chi2_noncentrality
from training.statistics.testing.shape import tell_spreads, variance_ratio
from training.statistics.testing.variance import FEWEST_FOR_WELCH, brown_forsythe, explained, welch

FEWEST_FOR_SPREADS: Final = 15
_Z: Final = float(stats.norm.ppf((1 + LEVEL) / 2))


def compare_ranks(groups: Sequence[Floats], because: str) -> Tested:
    """Test whether values of one group tend to be higher than those of another.

    Where ranks spread unequally, the tests of Mann and Whitney and of Kruskal and Wallis find differences of
    spread as well as of level; then Brunner and Munzel's test, or Welch's (or
    Brown and Forsythe's, for small groups) on the ranks, is used.

    Parameters
    ----------
    groups
        Values of each group.
    because
        Why ranks are used at all.
    """
    ranks = stats.rankdata(np.concatenate(groups))
    parts = np.split(ranks, np.cumsum([group.size for group in groups])[:-1])
    smallest = min(group.size for group in groups)
    is_alike, reason = tell_spreads(parts, "spread of ranks")
    if len(groups) > 2:
        return _compare_many(groups, parts, f"{because}; {reason}", is_alike=is_alike)
    if smallest < FEWEST_FOR_SPREADS:
        is_alike = True
        reason = f"the smaller group has {smallest} rows, too few to tell its spread of ranks"
    return _compare_two(groups[0], groups[1], f"{because}; {reason}", is_alike=is_alike)


def _compare_two(first: Floats, second: Floats, because: str, *, is_alike: bool) -> Tested:
    """Return the test of Mann and Whitney, or of Brunner and Munzel."""
    n = first.size + second.size
    effect = Effect("rank-biserial r", rank_biserial(first, second), "correlation")
    if not is_alike:
        found = stats.brunnermunzel(first, second)
        if math.isfinite(found.statistic):
            statistic, p_value = float(found.statistic), float(found.pvalue)
            return Tested("Brunner-Munzel test", because, statistic, (), p_value, effect, n)
    plain = stats.mannwhitneyu(first, second)
    return Tested("Mann-Whitney test", because, float(plain.statistic), (), float(plain.pvalue), effect, n)


def _compare_many(
    groups: Sequence[Floats],
    parts: Sequence[Floats],
    because: str,
    *,
    is_alike: bool,
) -> Tested:
    """Return the test of Kruskal and Wallis, or Welch's on ranks."""
    n, count = sum(group.size for group in groups), len(groups)
    if not is_alike:
        is_small = min(part.size for part in parts) < FEWEST_FOR_WELCH or math.isinf(variance_ratio(parts))
        test, author = (brown_forsythe, "Brown and Forsythe") if is_small else (welch, "Welch")
        statistic, freedom, p_value = test(parts)
        effect = explained(statistic, freedom, n)
        return Tested(f"{author}'s test on ranks", because, statistic, freedom, p_value, effect, n)
    found = stats.kruskal(*groups)
    statistic = float(found.statistic)
    value = max(0.0, (statistic - count + 1) / (n - count))
    low, high = (min(1.0, shift / (n - 1)) for shift in chi2_noncentrality(statistic, count - 1))
    effect = Effect("epsilon squared", Estimate.around(value, low, high, n), "explained")
    return Tested("Kruskal-Wallis test", because, statistic, (count - 1.0,), float(found.pvalue), effect, n)


def rank_biserial(first: Floats, second: Floats) -> Estimate:
    """Return how much more often a value of ``first`` is above one of ``second`` than below it, -1 to 1.

    The range rests on Brunner and Munzel's error of the share of pairs, taken on the logit scale, so that it
    stays inside and holds for unequal spreads.
    """
    n, m = first.size, second.size
    both = stats.rankdata(np.concatenate([first, second]))
    over = both[:n] - stats.rankdata(first)  # how many of the second stand below each of the first
    under = both[n:] - stats.rankdata(second)
    share = float(over.mean()) / m
    variance = float(over.var(ddof=1)) / m**2 / n + float(under.var(ddof=1)) / n**2 / m
    if (
        not 0 < share < 1
    ):  # complete separation: half a pair on the other side is the nearest that has a range
        inside = min(max(share, 0.5 / (n * m)), 1 - 0.5 / (n * m))
        spread = math.sqrt(inside * (1 - inside) / min(n, m))
        return Estimate.around(
            2 * share - 1, 2 * max(0.0, share - _Z * spread) - 1, 2 * min(1.0, share + _Z * spread) - 1, n + m
        )
    middle = math.log(share / (1 - share))
    half = _Z * math.sqrt(variance) / (share * (1 - share))
    low, high = (2 * float(special.expit(end)) - 1 for end in (middle - half, middle + half))
    return Estimate.around(2 * share - 1, low, high, n + m)
