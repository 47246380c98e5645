"""What each column holds: how many values, how they lie, what is odd, and the metric of a rating."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from training.disclosure import shown_groups
from training.explore.exploration import Bar, Bars, Exploration, Sheet
from training.explore.table import Table, TableColumn
from training.explore.words import HIDDEN, plain_estimate, write_estimate, write_share
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
        {
            "n_rows": table.n_rows,
            "columns": [_to_json(table, c, f) for c, f in zip(chosen, facts, strict=True)],
        },
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
    told = shown_groups(dict(ordered), table.minimum_group)
    shown = [(word, share(count, n)) for word, count in ordered if word in told]
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
    if column.scale == _NPS_SCALE and column.metric in {"nps", "enps", None}:
        up, down = int((values >= 9).sum()), int((values <= 6).sum())
        return {"nps": nps(up, values.size - up - down, down)}
    edge = low + _TOP_OF * (high - low)
    return {"top_box": share(int((values >= edge).sum()), values.size), "top_from": edge}


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
    if fact["n"] == 0:
        return [f"'{column.name}' is empty in all {table.n_rows:,} rows."]
    told = [*_tell_middle(table, column, fact), *_tell_metric(table, column, fact)]
    if fact.get("n_far"):
        reach = "beyond three times the distance of the quartiles"
        told.append(f"'{column.name}' is far from the rest in {fact['n_far']:,} rows ({reach}).")
    return told


def _tell_middle(table: Table, column: TableColumn, fact: dict[str, Any]) -> list[str]:
    """Return where the values of a column lie."""
    name, rows = f"'{column.name}'", f"the {fact['n']:,} rows with a value"
    if "mean" in fact:
        median = column.show(fact["quantiles"][0.5].value)
        return [f"{name} is {_write(column, fact['mean'])} on average, with a median of {median}, in {rows}."]
    if "lowest" in fact:
        return [
            f"{name} goes from {column.show(fact['lowest'])} to {column.show(fact['highest'])} in {rows}."
        ]
    if "yes" in fact:
        word, found = fact["yes"]
        return [f"{name} is '{word}' in {_share(table, found)} of {rows}{_range(table, found)}."]
    if fact.get("top"):
        word, found = fact["top"][0]
        different = f"{fact['n_different']:,} different values"
        return [f"{name} is most often '{word}': {_share(table, found)} of {rows}; {different}."]
    return []


def _tell_metric(table: Table, column: TableColumn, fact: dict[str, Any]) -> list[str]:
    """Return the net promoter score or the top box of a rating."""
    name = f"'{column.name}'"
    if "nps" in fact:
        found = fact["nps"]
        score = write_estimate(found, 1)
        return [f"The net promoter score of {name} is {score} from {found.n:,} answers."]
    if "top_box" in fact:
        found, edge = fact["top_box"], column.show(fact["top_from"])
        answers = f"the {found.n:,} answers to {name}"
        return [f"{_share(table, found)} of {answers} are {edge} or better{_range(table, found)}."]
    return []


def _share(table: Table, found: Estimate) -> str:
    """Return a share in percent."""
    return write_share(found.value, is_bounded=table.hides)


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


def _to_json(table: Table, column: TableColumn, fact: dict[str, Any]) -> dict[str, Any]:
    """Return plain values of a column."""
    plain: dict[str, Any] = {
        "name": column.name,
        "kind": column.kind,
        "scale": column.scale,
        "unit": column.unit,
        "remarks": list(column.remarks),
    }
    shares = [*fact.get("top", ()), *([fact["yes"]] if "yes" in fact else [])]
    told = [{"value": word, "share": plain_estimate(found, is_bounded=table.hides)} for word, found in shares]
    for key, value in fact.items():
        if isinstance(value, Estimate):
            plain[key] = plain_estimate(value, is_bounded=table.hides and key == "top_box")
        elif key == "quantiles":
            plain[key] = {f"{level:g}": plain_estimate(found) for level, found in value.items()}
        elif key not in {"top", "yes"}:
            plain[key] = None if isinstance(value, float) and not np.isfinite(value) else value
    if "top" in fact:
        plain["top"] = told[: len(fact["top"])]
    if "yes" in fact:
        plain["yes"] = told[-1]
    return plain


def _draw(columns: Sequence[TableColumn], facts: Sequence[dict[str, Any]]) -> Bars:
    """Return how full each column is: the share of its rows that have a value."""
    total = [fact["n"] + fact["n_missing"] for fact in facts]
    bars = [
        Bar(column.name, share(fact["n"], n))
        for column, fact, n in zip(columns, facts, total, strict=True)
        if n
    ][:40]
    return Bars("Rows with a value", "share of all rows", tuple(bars))
