"""What each column holds: how many values, how they lie, what is odd, and the metric of a rating."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from training.explore.exploration import Bar, Bars, Exploration, Sheet
from training.explore.table import Table, TableColumn
from training.explore.words import HIDDEN, write_estimate, write_share
from training.statistics import Estimate, Floats, mean, nps, share
from training.statistics.testing import quantile

_LEVELS: Final = (0.25, 0.5, 0.75)
_N_TOP: Final = 5
_FAR: Final = 3.0  # times the distance of the quartiles, beyond which a value is called far out
_TOP_OF: Final = 0.75  # the upper quarter of a scale is its top box: 4 and 5 of 1..5
_NPS_SCALE: Final = (0.0, 10.0)


def describe(table: Table, columns: Sequence[str] = ()) -> Exploration:
    """Describe columns, each by its kind, with the rows that each figure rests on.

    Parameters
    ----------
    table
        The rows.
    columns
        Names; all columns when empty.

    Raises
    ------
    InputError
        If a column is missing or empty.
    """
    chosen = [table.column(name) for name in columns] or list(table.columns.values())
    facts = [_describe(table, column) for column in chosen]
    sheets = [
        sheet
        for sheet in (
            _make_amounts(chosen, facts),
            _make_shares(table, chosen, facts),
            _make_others(chosen, facts),
        )
        if sheet.rows
    ]
    findings = [
        sentence
        for column, fact in zip(chosen, facts, strict=True)
        for sentence in _tell(table, column, fact)
    ]
    remarks = [f"'{column.name}': {remark}" for column in chosen for remark in column.remarks]
    return Exploration(
        "describe",
        tuple(sheets),
        tuple(findings),
        (*table.remarks, *remarks),
        {"n_rows": table.n_rows, "columns": [_to_json(c, f) for c, f in zip(chosen, facts, strict=True)]},
        _draw(chosen, facts),
    )


def _describe(table: Table, column: TableColumn) -> dict[str, Any]:
    """Return the facts of a column; estimates as they are."""
    known = column.is_known
    n = int(known.sum())
    facts: dict[str, Any] = {"n": n, "n_missing": table.n_rows - n}
    if n == 0 or n < table.minimum_group:
        return facts
    if column.numbers is not None:
        return facts | _describe_amounts(table, column, column.numbers[known])
    words = [str(word) for word in column.known_values()]
    counts = Counter(words)
    if column.kind in {"text", "id"}:
        return facts | {
            "n_different": len(counts),
            "mean_length": float(np.mean([len(word) for word in words])),
        }
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = [(word, share(count, n)) for word, count in ordered if count >= table.minimum_group]
    facts |= {
        "n_different": len(counts),
        "top": shown[:_N_TOP],
        "is_partly_hidden": len(shown) < len(ordered),
    }
    if column.kind == "yes-no":
        facts["yes"] = (column.yes, share(counts[str(column.yes)], n))
    return facts


def _describe_amounts(table: Table, column: TableColumn, values: Floats) -> dict[str, Any]:
    """Return mean, quartiles and far values of numbers, and the metric of a rating with a scale."""
    facts: dict[str, Any] = {"quantiles": {level: quantile(values, level) for level in _LEVELS}}
    if column.kind != "date":
        facts["mean"] = mean(values)
        facts["deviation"] = float(values.std(ddof=1)) if values.size > 1 else float("nan")
    if not table.hides:  # the lowest and the highest value are those of single people
        facts |= {"lowest": float(values.min()), "highest": float(values.max())}
    low, high = (facts["quantiles"][level].value for level in (0.25, 0.75))
    reach = _FAR * (high - low)
    far = int(((values < low - reach) | (values > high + reach)).sum()) if reach > 0 else 0
    if column.kind == "number" and far >= max(1, table.minimum_group):
        facts["n_far"] = far
    return facts | _score(column, values)


def _score(column: TableColumn, values: Floats) -> dict[str, Any]:
    """Return the NPS of answers from 0 to 10 that are declared so, and the top box of other scales."""
    if column.kind != "rating" or column.scale is None:
        return {}
    low, high = column.scale
    inside = values[(values >= low) & (values <= high)]
    facts: dict[str, Any] = {"n_outside_scale": int(values.size - inside.size)}
    if inside.size == 0:
        return facts
    is_nps = column.metric in {"nps", "enps"} or (column.metric is None and column.scale == _NPS_SCALE)
    if is_nps and column.scale == _NPS_SCALE:
        up, down = int((inside >= 9).sum()), int((inside <= 6).sum())
        return facts | {"nps": nps(up, inside.size - up - down, down)}
    edge = low + _TOP_OF * (high - low)
    return facts | {"top_box": share(int((inside >= edge).sum()), inside.size), "top_from": edge}


def _make_amounts(columns: Sequence[TableColumn], facts: Sequence[dict[str, Any]]) -> Sheet:
    """Return the sheet of numbers, ratings and dates."""
    rows = []
    for column, fact in zip(columns, facts, strict=True):
        if "quantiles" in fact:
            middle = "" if "mean" not in fact else _write(column, fact["mean"])
            quarters = [column.show(fact["quantiles"][level].value) for level in _LEVELS]
            ends = [column.show(fact[end]) if end in fact else HIDDEN for end in ("lowest", "highest")]
            rows.append(
                (
                    column.name,
                    column.kind,
                    f"{fact['n']:,}",
                    f"{fact['n_missing']:,}",
                    middle,
                    ends[0],
                    *quarters,
                    ends[1],
                )
            )
    header = (
        "column",
        "kind",
        "n",
        "missing",
        "mean (likely range)",
        "lowest",
        "25 %",
        "median",
        "75 %",
        "highest",
    )
    return Sheet("Numbers, ratings and dates", header, tuple(rows))


def _make_shares(table: Table, columns: Sequence[TableColumn], facts: Sequence[dict[str, Any]]) -> Sheet:
    """Return the sheet of categories and yes-no columns."""
    rows = []
    for column, fact in zip(columns, facts, strict=True):
        if "top" in fact:
            top = [
                f"{word} {write_share(found.value, is_bounded=table.hides)}" for word, found in fact["top"]
            ]
            rows.append(
                (
                    column.name,
                    column.kind,
                    f"{fact['n']:,}",
                    f"{fact['n_missing']:,}",
                    f"{fact['n_different']:,}",
                    ", ".join(top),
                )
            )
    return Sheet("Categories", ("column", "kind", "n", "missing", "different", "most frequent"), tuple(rows))


def _make_others(columns: Sequence[TableColumn], facts: Sequence[dict[str, Any]]) -> Sheet:
    """Return the sheet of texts, ids and columns of which nothing can be told."""
    rows = [
        (
            column.name,
            column.kind,
            f"{fact['n']:,}",
            f"{fact['n_missing']:,}",
            f"{fact.get('n_different', 0):,}",
        )
        for column, fact in zip(columns, facts, strict=True)
        if "quantiles" not in fact and "top" not in fact
    ]
    return Sheet("Texts, ids, empty columns", ("column", "kind", "n", "missing", "different"), tuple(rows))


def _tell(table: Table, column: TableColumn, fact: dict[str, Any]) -> list[str]:
    """Return the sentences of a column: its middle, its metric, and what is odd."""
    name, n = f"'{column.name}'", f"{fact['n']:,} of {table.n_rows:,} rows"
    told = []
    if fact["n"] == 0:
        return [f"{name} is empty in all {table.n_rows:,} rows."]
    if "mean" in fact:
        told.append(
            f"{name} is {_write(column, fact['mean'])} on average; half of the rows are at {column.show(fact['quantiles'][0.5].value)} or below ({n})."
        )
    elif "quantiles" in fact and not table.hides:
        told.append(
            f"{name} goes from {column.show(fact['lowest'])} to {column.show(fact['highest'])} ({n})."
        )
    if "nps" in fact:
        told.append(
            f"The net promoter score of {name} is {write_estimate(fact['nps'], 1)} from {fact['nps'].n:,} answers."
        )
    if "top_box" in fact:
        found = fact["top_box"]
        told.append(
            f"{write_share(found.value, is_bounded=table.hides)} of the answers to {name} are {column.show(fact['top_from'])} or better{_range(table, found)}."
        )
    if "yes" in fact:
        word, found = fact["yes"]
        told.append(
            f"{name} is '{word}' in {write_share(found.value, is_bounded=table.hides)} of {n}{_range(table, found)}."
        )
    elif fact.get("top"):
        word, found = fact["top"][0]
        told.append(
            f"{name} is most often '{word}': {write_share(found.value, is_bounded=table.hides)} of {n}; {fact['n_different']:,} different values."
        )
    if fact.get("n_far"):
        told.append(
            f"{name} is far from the rest in {fact['n_far']:,} rows (beyond three times the distance of the quartiles)."
        )
    if fact.get("n_outside_scale") and not table.hides:
        told.append(
            f"{name} lies outside its scale in {fact['n_outside_scale']:,} rows; they count for no metric."
        )
    return told


def _range(table: Table, found: Estimate) -> str:
    """Return the likely range of a share in brackets; nothing where shares are told as bounds."""
    return "" if table.hides else f" (likely {write_share(found.low)} to {write_share(found.high)})"


def _write(column: TableColumn, estimate: Estimate) -> str:
    """Return an estimate in the unit of its column."""
    if not np.isfinite(estimate.low):
        return column.show(estimate.value)
    return (
        f"{column.show(estimate.value)} (likely {column.show(estimate.low)} to {column.show(estimate.high)})"
    )


def _to_json(column: TableColumn, fact: dict[str, Any]) -> dict[str, Any]:
    """Return plain values of a column."""
    plain: dict[str, Any] = {
        "name": column.name,
        "kind": column.kind,
        "scale": column.scale,
        "unit": column.unit,
    }
    for key, value in fact.items():
        if isinstance(value, Estimate):
            plain[key] = _plain(value)
        elif key == "quantiles":
            plain[key] = {f"{level:g}": _plain(found) for level, found in value.items()}
        elif key == "top":
            plain[key] = [{"value": word, "share": _plain(found)} for word, found in value]
        elif key == "yes":
            plain[key] = {"value": value[0], "share": _plain(value[1])}
        else:
            plain[key] = None if isinstance(value, float) and not np.isfinite(value) else value
    return plain | {"remarks": list(column.remarks)}


def _plain(estimate: Estimate) -> dict[str, Any]:
    """Return an estimate as plain values; an unlimited end is null."""
    return {
        key: value if value is not None and np.isfinite(value) else None
        for key, value in estimate.to_json().items()
    }


def _draw(columns: Sequence[TableColumn], facts: Sequence[dict[str, Any]]) -> Bars:
    """Return how full each column is: the share of its rows that have a value."""
    total = [fact["n"] + fact["n_missing"] for fact in facts]
    bars = [
        Bar(column.name, share(fact["n"], n))
        for column, fact, n in zip(columns, facts, total, strict=True)
        if n
    ][:40]
    return Bars("Rows with a value", "share of all rows", tuple(bars))
