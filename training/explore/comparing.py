"""A metric between groups: of different people, or of the same people under several conditions."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, cast

import numpy as np

from features.errors import InputError
from training.disclosure import shown_groups
from training.explore.exploration import Bar, Bars, Exploration, Sheet
from training.explore.pairing import tell_groups
from training.explore.repeating import pair_rows
from training.explore.table import Groups, Table, TableColumn, group_rows
from training.explore.words import clip_share, plain_estimate, write_effect, write_p, write_share
from training.statistics import LEVEL, Estimate, Floats, mean, share
from training.statistics.families import holm_p_values
from training.statistics.testing import Tested, compare_counts, compare_groups, compare_paired
from training.statistics.testing.groups import FEWEST_IN_GROUP
from training.statistics.testing.paired import Kind

_LEVEL = 1 - LEVEL
_MOST_GROUPS = 30


@dataclass(frozen=True)
class Comparison:
    """Hold one metric between groups.

    Attributes
    ----------
    metric
        The column that is compared.
    groups
        The groups that take part.
    values
        Mean, or share of yes, of each group.
    overall
        Whether the groups differ at all.
    pairs
        Each two groups, where there are more than two.
    """

    metric: TableColumn
    groups: Groups
    values: tuple[Estimate, ...]
    overall: Tested
    pairs: tuple[tuple[int, int, Tested], ...]


def compare(table: Table, metrics: Sequence[str], by: str, person: str = "") -> Exploration:
    """Compare metrics between the groups of a column.

    p-values count the whole call: the metrics share the level; within a metric the pairs of groups follow
    Holm, and stand only where the groups differ at all.

    Parameters
    ----------
    table
        The rows.
    metrics
        Numbers, ratings or yes-no columns.
    by
        Column with the groups.
    person
        Column that says whose rows they are, where the same people are in several groups: those in all
        groups are compared with themselves.

    Raises
    ------
    InputError
        If a column is missing or of the wrong kind, there is one group only, or groups are too small.
    """
    if not metrics:
        raise InputError("--columns", "is empty", "name the number, rating or yes-no column to compare")
    groups = group_rows(table, table.column(by))
    remarks: list[str] = []
    found = [_compare_one(table, name, by, groups, person, remarks) for name in metrics]
    adjusted = [_adjust(one, len(found)) for one in found]
    findings = [
        sentence for one, p in zip(found, adjusted, strict=True) for sentence in _tell(one, by, p, table)
    ]
    return Exploration(
        "compare",
        tuple(
            sheet for one, p in zip(found, adjusted, strict=True) for sheet in _make_sheets(one, by, p, table)
        ),
        tuple(findings),
        (*table.remarks, *remarks, _explain(found)),
        {
            "by": by,
            "metrics": [_to_json(*one, is_bounded=table.hides) for one in zip(found, adjusted, strict=True)],
        },
        _draw(found[0], by, is_bounded=table.hides),
    )


def _compare_one(
    table: Table, name: str, by: str, groups: Groups, person: str, remarks: list[str]
) -> Comparison:
    """Compare one metric."""
    metric = table.column(name)
    if name == by:
        raise table.problem(name, "is the metric and the groups at once", "name another column under --by")
    if metric.kind not in {"number", "rating", "yes-no"}:
        hint = "name a number, a rating or a yes-no column; relate and pivot take categories"
        raise table.problem(name, f"is of the kind {metric.kind}, which has no mean", hint)
    amounts = metric.as_share()
    kept = _keep(table, metric, by, groups, remarks)
    if person:
        matrix, n_left_out = pair_rows(table, amounts, kept, person)
        if n_left_out and not table.hides:
            remarks.append(f"{n_left_out:,} people lack a value of '{name}' in some group and are left out.")
        return _compare_same(metric, kept, matrix)
    return _compare_different(metric, kept, amounts)


def _keep(table: Table, metric: TableColumn, by: str, groups: Groups, remarks: list[str]) -> Groups:
    """Return the groups that are large enough to be told; say how many are not."""
    known = metric.is_known
    inside = known & (groups.codes >= 0)
    sizes = np.bincount(groups.codes[inside], minlength=len(groups.names))
    by_name = dict(zip(groups.names, sizes.tolist(), strict=True))
    fewest = max(table.minimum_group, FEWEST_IN_GROUP)
    shown = (
        shown_groups(by_name, table.minimum_group, n_without=int((known & ~inside).sum()))
        if table.hides
        else groups.names
    )
    names = [name for name in shown if by_name[name] >= fewest][:_MOST_GROUPS]
    if len(names) < 2:
        hint = "join small groups, or name another column under --by"
        raise table.problem(by, f"has fewer than two groups with {fewest} values of '{metric.name}'", hint)
    if left := len(groups.names) - len(names):
        reason = (
            f"hidden, or below {fewest} rows"
            if table.hides
            else f"below {fewest} rows, or not among the {_MOST_GROUPS} largest"
        )
        remarks.append(f"{left} groups of '{by}' take no part for '{metric.name}': {reason}.")
    kept = groups.only(names)
    return Groups(kept.names, np.where(known, kept.codes, -1))


def _compare_different(metric: TableColumn, groups: Groups, amounts: Floats) -> Comparison:
    """Compare groups of different people."""
    parts = [amounts[groups.codes == place] for place in range(len(groups.names))]

    def test(places: Sequence[int]) -> Tested:
        chosen = [parts[place] for place in places]
        if metric.kind == "yes-no":
            return compare_counts([[part.size - part.sum(), part.sum()] for part in chosen])
        return compare_groups(chosen, is_order_only=metric.is_order_only)

    if np.ptp(np.concatenate(parts)) == 0:
        problem = f"'{metric.name}' is {metric.show(float(parts[0][0]))} in every group"
        raise InputError(f"column '{metric.name}'", problem, "name a metric that varies")
    return Comparison(
        metric, groups, _estimate(metric, parts), test(range(len(parts))), _test_pairs(test, parts)
    )


def _compare_same(metric: TableColumn, groups: Groups, matrix: Floats) -> Comparison:
    """Compare the same people under several conditions."""
    kind = cast("Kind", metric.kind)
    if np.ptp(matrix, axis=1).max() == 0:
        problem = f"none of {len(matrix)} people changes between the groups"
        raise InputError(f"column '{metric.name}'", problem, "there is nothing to test")
    columns = list(matrix.T)

    def test(places: Sequence[int]) -> Tested:
        return compare_paired(matrix[:, list(places)], kind)

    return Comparison(
        metric, groups, _estimate(metric, columns), test(range(len(columns))), _test_pairs(test, columns)
    )


def _test_pairs(test: Any, parts: Sequence[Floats]) -> tuple[tuple[int, int, Tested], ...]:
    """Return each two groups with their test; none where there are two groups, or nothing differs."""
    if len(parts) < 3:
        return ()
    tested = []
    for first, second in combinations(range(len(parts)), 2):
        both = np.concatenate([parts[first], parts[second]])
        if np.ptp(both) > 0 and not np.array_equal(parts[first], parts[second]):
            tested.append((first, second, test([first, second])))
    return tuple(tested)


def _estimate(metric: TableColumn, parts: Sequence[Floats]) -> tuple[Estimate, ...]:
    """Return the mean, or the share of yes, of each group."""
    if metric.kind == "yes-no":
        return tuple(share(float(part.sum()), part.size) for part in parts)
    return tuple(mean(part) for part in parts)


def _adjust(found: Comparison, n_metrics: int) -> Floats:
    """Return the adjusted p-values: of the groups as a whole, then of the pairs."""
    overall = min(1.0, found.overall.p_value * n_metrics)
    pairs = holm_p_values([tested.p_value for _, _, tested in found.pairs]) * n_metrics
    return np.array([overall, *np.clip(pairs, overall, 1.0)])


def _make_sheets(found: Comparison, by: str, adjusted: Floats, table: Table) -> list[Sheet]:
    """Return the values of the groups, and the pairs that differ."""
    rows = [
        (name, f"{value.n:,}", _write(found.metric, value, is_bounded=table.hides))
        for name, value in zip(found.groups.names, found.values, strict=True)
    ]
    what = f"share of '{found.metric.yes}'" if found.metric.kind == "yes-no" else "mean"
    sheets = [Sheet(f"{found.metric.name} by {by}", (by, "n", f"{what} (likely range)"), tuple(rows))]
    names = found.groups.names
    clear = [
        (
            f"{names[first]} – {names[second]}",
            tested.test,
            f"{tested.effect.name} {tested.effect.estimate.value:.2f}",
            tested.effect.word,
            write_p(float(p)),
        )
        for (first, second, tested), p in zip(found.pairs, adjusted[1:], strict=True)
        if p <= _LEVEL
    ]
    if clear:
        title = f"Pairs that differ: {len(clear)} of {len(found.pairs)}"
        sheets.append(Sheet(title, ("pair", "test", "effect", "size", "adjusted p"), tuple(clear)))
    return sheets


def _tell(found: Comparison, by: str, adjusted: Floats, table: Table) -> list[str]:
    """Return whether groups differ, and which pair differs most."""
    overall, names = found.overall, found.groups.names
    numbers = write_effect(overall, float(adjusted[0]))
    if adjusted[0] > _LEVEL:
        where = f"between the {len(names)} groups of '{by}'"
        return [f"No difference of '{found.metric.name}' {where} beyond chance ({numbers})."]
    told = [f"{_tell_overall(found, by, table)} ({numbers})."]
    clear = [
        (tested.effect.strength, first, second)
        for (first, second, tested), p in zip(found.pairs, adjusted[1:], strict=True)
        if p <= _LEVEL
    ]
    if found.pairs:
        ending = ""
        if clear:
            _, first, second = max(clear)
            ending = f"; the largest difference is between '{names[first]}' and '{names[second]}'"
        told.append(f"{len(clear)} of {len(found.pairs)} pairs of groups differ beyond chance{ending}.")
    return told


def _tell_overall(found: Comparison, by: str, table: Table) -> str:
    """Return how groups differ, without a full stop."""
    metric, names = found.metric, found.groups.names
    values = [value.value for value in found.values]
    top, bottom = int(np.argmax(values)), int(np.argmin(values))
    ends = f"where '{by}' is '{names[top]}'", f"where it is '{names[bottom]}'"
    if metric.kind == "yes-no":
        high, low = (write_share(values[at], is_bounded=table.hides) for at in (top, bottom))
        return f"'{metric.name}' is '{metric.yes}' in {high} {ends[0]} and in {low} {ends[1]}"
    if found.overall.n == found.values[0].n:  # the same people: every group has all of them
        high, low = (metric.show(values[at]) for at in (top, bottom))
        return f"The same people differ in '{metric.name}': on average {high} {ends[0]}, {low} {ends[1]}"
    return tell_groups(metric, by, found.groups, found.overall)


def _explain(found: Sequence[Comparison]) -> str:
    """Return which tests were used and why, in one remark per kind of reason."""
    told = dict.fromkeys(
        f"'{one.metric.name}': {one.overall.test}, because {one.overall.because}" for one in found
    )
    n_pairs = sum(len(one.pairs) for one in found)
    family = f"{len(found)} metric{'s' * (len(found) > 1)} and {n_pairs} pairs of groups"
    return f"Tests: {'. '.join(told)}. p is adjusted for {family} of this call (Holm within a metric)."


def _write(metric: TableColumn, value: Estimate, *, is_bounded: bool) -> str:
    """Return a mean or a share with its range."""
    if metric.kind == "yes-no":
        if is_bounded and not 0.1 <= value.value <= 0.9:
            return write_share(value.value, is_bounded=True)
        return f"{write_share(value.value)} (likely {write_share(value.low)} to {write_share(value.high)})"
    return f"{metric.show(value.value)} (likely {metric.show(value.low)} to {metric.show(value.high)})"


def _to_json(found: Comparison, adjusted: Floats, *, is_bounded: bool) -> dict[str, Any]:
    """Return plain values of a metric."""
    names, is_share = found.groups.names, found.metric.kind == "yes-no"
    return {
        "metric": found.metric.name,
        "groups": [
            {"name": name, **plain_estimate(value, is_bounded=is_bounded and is_share)}
            for name, value in zip(names, found.values, strict=True)
        ],
        "overall": {**found.overall.to_json(), "p_adjusted": float(adjusted[0])},
        "pairs": [
            {"groups": [names[first], names[second]], **tested.to_json(), "p_adjusted": float(p)}
            for (first, second, tested), p in zip(found.pairs, adjusted[1:], strict=True)
        ],
    }


def _draw(found: Comparison, by: str, *, is_bounded: bool) -> Bars:
    """Return the groups of the first metric."""
    is_share = found.metric.kind == "yes-no"
    values = [clip_share(value) if is_bounded and is_share else value for value in found.values]
    bars = tuple(Bar(name, value) for name, value in zip(found.groups.names, values, strict=True))
    return Bars(
        f"{found.metric.name} by {by}", f"share of '{found.metric.yes}'" if is_share else "mean", bars
    )
