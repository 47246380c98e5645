"""Tests of one table, each chosen by rule: what decided, effect size with range, p-value.

No rule looks at the result: the choice depends on kinds of columns, on sizes and spreads of groups, and on
the shape of the values around the middle of their group. Import from here; the modules inside are an
arrangement, not an interface.
"""

from training.statistics.testing.correlation import correlate
from training.statistics.testing.counts import compare_counts
from training.statistics.testing.groups import compare_groups
from training.statistics.testing.outcome import Effect, Tested
from training.statistics.testing.paired import compare_paired
from training.statistics.testing.quantiles import quantile

__all__ = [
    "Effect",
    "Tested",
    "compare_counts",
    "compare_groups",
    "compare_paired",
    "correlate",
    "quantile",
]
