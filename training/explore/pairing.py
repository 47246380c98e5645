"""The right test for two columns, by their kinds; and what it found, in one plain sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from training.explore.table import Groups, Table, TableColumn, group_rows, large_groups
from training.explore.words import write_effect, write_share
from training.statistics import Bools, Floats, Ints
from training.statistics.testing import Tested, compare_counts, compare_groups, correlate
from training.statistics.testing.correlation import FEWEST_PAIRS
from training.statistics.testing.groups import FEWEST_IN_GROUP


@dataclass(frozen=True)
class Pair:
    """Hold two columns and what a test of them found.

    Attributes
    ----------
    first, second
        The columns; the second is what is looked at, such as a target.
    tested
        The answer of the test; None where none was possible.
    refusal
        Why none was possible.
    groups
        The groups that took part, of the column that has groups.
    """

    first: TableColumn
    second: TableColumn
    tested: Tested | None
    refusal: str = ""
    groups: Groups | None = None

    @property
    def is_same_survey(self) -> bool:
        """Tell whether both are answers of one survey."""
        return self.first.survey is not None and self.first.survey == self.second.survey


def test_pair(table: Table, first: TableColumn, second: TableColumn) -> Pair:
    """Test whether two columns go together.

    Two ordered columns are correlated, an ordered one is compared between groups, two columns of groups are
    counted against each other. Groups too small to be told anything of take no part.
    """
    both = first.is_known & second.is_known
    fewest = max(table.minimum_group, FEWEST_PAIRS)
    if both.sum() < fewest:
        few = f"fewer than {fewest}" if table.hides else f"{int(both.sum())}"
        return Pair(first, second, None, f"{few} rows have both; at least {fewest} are needed")
    if first.has_order and second.has_order:
        return _correlate(first, second, both)
    if first.has_groups and second.has_groups:
        return _count(table, first, second, both)
    return _compare(table, first, second, both)


def ordered_by_groups(column: TableColumn, groups: Groups) -> list[Floats]:
    """Return the known values of an ordered column in each group."""
    amounts = column.amounts()
    known = ~np.isnan(amounts)
    return [amounts[known & (groups.codes == place)] for place in range(len(groups.names))]


def count_groups(first: Groups, second: Groups) -> Ints:
    """Return how many rows belong to each group of the first and of the second."""
    both = (first.codes >= 0) & (second.codes >= 0)
    flat = first.codes[both] * len(second.names) + second.codes[both]
    size = len(first.names) * len(second.names)
    return np.bincount(flat, minlength=size).reshape(len(first.names), len(second.names)).astype(np.int64)


def _correlate(first: TableColumn, second: TableColumn, both: Bools) -> Pair:
    """Correlate two ordered columns."""
    x, y = first.amounts()[both], second.amounts()[both]
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return Pair(first, second, None, "one does not vary where both are known")
    is_order_only = first.is_order_only or second.is_order_only
    return Pair(first, second, correlate(x, y, is_order_only=is_order_only))


def _compare(table: Table, first: TableColumn, second: TableColumn, both: Bools) -> Pair:
    """Compare the ordered one of two columns between the groups of the other."""
    ordered, grouped = (first, second) if first.has_order else (second, first)
    fewest = max(table.minimum_group, FEWEST_IN_GROUP)
    groups = large_groups(table, group_rows(table, grouped), fewest, both)
    parts = ordered_by_groups(ordered, groups)
    if len(parts) < 2:
        return Pair(first, second, None, f"fewer than two groups have {fewest} rows")
    if np.ptp(np.concatenate(parts)) == 0:
        return Pair(first, second, None, "nothing varies in the groups that are large enough")
    return Pair(first, second, compare_groups(parts, is_order_only=ordered.is_order_only), "", groups)


def _count(table: Table, first: TableColumn, second: TableColumn, both: Bools) -> Pair:
    """Count two columns of groups against each other."""
    one = large_groups(table, group_rows(table, first), 1, both)
    other = large_groups(table, group_rows(table, second), 1, both)
    counts = count_groups(one, other)
    filled = (counts.sum(axis=1) > 0).sum(), (counts.sum(axis=0) > 0).sum()
    if min(filled) < 2:
        return Pair(first, second, None, "one has a single group where both are known")
    return Pair(first, second, compare_counts(counts), "", one)


def tell_pair(table: Table, pair: Pair, p_adjusted: float) -> str:
    """Return the sentence of a pair that goes together; never a word of cause."""
    first, second, tested = pair.first, pair.second, pair.tested
    if tested is None:
        return f"'{first.name}' and '{second.name}' were not tested: {pair.refusal}."
    numbers = write_effect(tested, p_adjusted)
    if first.has_order and second.has_order:
        way = "higher" if tested.effect.estimate.value > 0 else "lower"
        return f"Where '{first.name}' is higher, '{second.name}' tends to be {way} ({numbers})."
    if first.has_groups and second.has_groups:
        return f"{_tell_counts(table, first, second)} ({numbers})."
    ordered, grouped = (first, second) if first.has_order else (second, first)
    assert pair.groups is not None  # a comparison has groups
    return f"{tell_groups(ordered, grouped.name, pair.groups, tested)} ({numbers})."


def tell_groups(ordered: TableColumn, by: str, groups: Groups, tested: Tested) -> str:
    """Return how an ordered column differs between groups, without a full stop."""
    parts = ordered_by_groups(ordered, groups)
    has_means = "t test" in tested.test or tested.test.endswith("analysis of variance")
    levels = [float(part.mean()) for part in parts] if has_means else _mean_ranks(parts)
    top, bottom = int(np.argmax(levels)), int(np.argmin(levels))
    if has_means:
        found = f"on average {ordered.show(levels[top])} against {ordered.show(levels[bottom])}"
        ends = f"where '{by}' is '{groups.names[top]}'", f"where it is '{groups.names[bottom]}'"
        if len(parts) == 2:
            return f"'{ordered.name}' is higher {ends[0]} than {ends[1]}, {found}"
        where = f"highest {ends[0]}, lowest {ends[1]}, {found}"
        return f"'{ordered.name}' differs between {len(parts)} groups of '{by}': {where}"
    if len(parts) == 2:
        share = (1 + abs(tested.effect.estimate.value)) / 2
        return (
            f"'{ordered.name}' tends to be higher where '{by}' is '{groups.names[top]}' than where it is "
            f"'{groups.names[bottom]}': of one row from each, the first is higher in {write_share(share)} "
            "of all pairs, ties counting half"
        )
    return (
        f"'{ordered.name}' differs between {len(parts)} groups of '{by}': it tends to be highest where it is "
        f"'{groups.names[top]}' and lowest where it is '{groups.names[bottom]}'"
    )


def _mean_ranks(parts: Sequence[Floats]) -> list[float]:
    """Return the mean rank of each group among all."""
    ranks = stats.rankdata(np.concatenate(parts))
    return [float(part.mean()) for part in np.split(ranks, np.cumsum([part.size for part in parts])[:-1])]


def _tell_counts(table: Table, first: TableColumn, second: TableColumn) -> str:
    """Return how shares differ, or which pair of groups stands out, without a full stop."""
    both = first.is_known & second.is_known
    fewest = max(table.minimum_group, FEWEST_IN_GROUP)
    one = large_groups(table, group_rows(table, first), fewest, both)
    other = large_groups(table, group_rows(table, second), 1, both)
    counts = count_groups(one, other)
    if second.kind == "yes-no" and len(one.names) > 1 and second.yes in other.names:
        shares = counts[:, other.names.index(str(second.yes))] / counts.sum(axis=1)
        top, bottom = int(np.argmax(shares)), int(np.argmin(shares))
        high, low = (write_share(float(shares[at]), is_bounded=table.hides) for at in (top, bottom))
        return (
            f"'{second.name}' is '{second.yes}' in {high} of rows where '{first.name}' is '{one.names[top]}' "
            f"and in {low} where it is '{one.names[bottom]}'"
        )
    if table.hides or min(counts.shape) < 2:
        return f"'{first.name}' and '{second.name}' go together"
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    residual = (counts - expected) / np.sqrt(np.maximum(expected, 1e-12))
    row, column = np.unravel_index(int(np.argmax(residual)), residual.shape)
    found = f"{counts[row, column]:,} rows where {expected[row, column]:,.0f} would be expected by chance"
    meeting = f"'{one.names[row]}' and '{other.names[column]}' meet in {found}"
    return f"'{first.name}' and '{second.name}' go together: {meeting}"
