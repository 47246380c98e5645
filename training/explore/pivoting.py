"""A cross table: rows by columns, the number of rows, and a share or a mean with its range."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from features.errors import InputError
from training.explore.exploration import Exploration, Grid, Sheet
from training.explore.hiding import Shown, choose_shown
from training.explore.pairing import count_groups
from training.explore.table import Groups, Table, TableColumn, group_rows
from training.explore.words import HIDDEN, plain_estimate, write_share
from training.statistics import Bools, Estimate, Floats, mean, share

_MOST_GROUPS: Final = 40
_ALL: Final = "all"
Cells = dict[tuple[str, str], Estimate | None]


def pivot(table: Table, metric: str, by: Sequence[str]) -> Exploration:
    """Return a cross table of one or two columns.

    Parameters
    ----------
    table
        The rows.
    metric
        A number or rating, whose mean is shown, or a yes-no column, whose share of yes is shown. Empty: the
        share of each row's total.
    by
        Column whose groups become rows, and that whose groups become columns; the second may be absent.

    Raises
    ------
    InputError
        If a column is missing or of the wrong kind, or there are too many groups.
    """
    if not 1 <= len(by) <= 2:
        raise InputError("--by", f"names {len(by)} columns", "name one for the rows, and one for the columns")
    values, known, column = _read_metric(table, metric)
    sides = [_group(table, name) for name in by]
    if len(sides) == 1:
        sides.append(Groups((_ALL,), np.zeros(table.n_rows, dtype=np.int64)))
    rows, columns = (Groups(side.names, np.where(known, side.codes, -1)) for side in sides)
    counts = count_groups(rows, columns)
    if counts.sum() < max(1, table.minimum_group):
        raise InputError(f"{table.name}: --by {', '.join(by)}", "leave no rows to show", "name other columns")
    shown = choose_shown(counts, table.minimum_group)
    cells = _fill(rows, columns, values, shown)
    n_hidden = sum(1 for found in cells.values() if found is None)
    remarks = list(table.remarks)
    if n_hidden:
        remarks.append(
            f"{n_hidden} cells are hidden: they hold fewer than {table.minimum_group} rows, or would let "
            "such a group be computed from what is shown."
        )
    what, is_share = _name_values(column), column is not None and column.kind == "yes-no"
    return Exploration(
        "pivot",
        (_make_sheet(table, by, rows, cells, column),),
        tuple(_tell(table, by, cells, column)),
        tuple(remarks),
        {
            "rows": by[0],
            "columns": by[1] if len(by) > 1 else None,
            "values": what,
            "cells": [
                {"row": r, "column": c, **_to_json(found, is_bounded=table.hides and is_share)}
                for (r, c), found in cells.items()
            ],
        },
        _draw(table, by, rows, cells, column),
    )


def _read_metric(table: Table, metric: str) -> tuple[Floats | None, Bools, TableColumn | None]:
    """Return the values of the metric as numbers, which rows have one, and its column."""
    if not metric:
        return None, np.ones(table.n_rows, dtype=np.bool_), None
    column = table.column(metric)
    if column.kind not in {"number", "rating", "yes-no"}:
        hint = "name a number, a rating or a yes-no column, or none to count rows"
        raise table.problem(metric, f"is of the kind {column.kind}, which has no mean", hint)
    return column.as_share(), column.is_known, column


def _group(table: Table, name: str) -> Groups:
    """Return the groups of a column, if a table of them can be read."""
    groups = group_rows(table, table.column(name))
    if len(groups.names) > _MOST_GROUPS:
        hint = f"name a column with at most {_MOST_GROUPS} groups"
        raise table.problem(name, f"has {len(groups.names):,} groups, too many for a table", hint)
    return groups


def _fill(rows: Groups, columns: Groups, values: Floats | None, shown: Shown) -> Cells:
    """Return the estimate of each cell and total; None where it is hidden."""
    cells: Cells = {}
    names = [*columns.names, _ALL] if columns.names != (_ALL,) else [_ALL]
    for row_name in [*rows.names, _ALL]:
        in_row = rows.codes >= 0 if row_name == _ALL else rows.codes == rows.names.index(row_name)
        in_row = in_row & (rows.codes >= 0) & (columns.codes >= 0)
        for name in names:
            row = None if row_name == _ALL else rows.names.index(row_name)
            at = None if name == _ALL else columns.names.index(name)
            in_cell = in_row if at is None else in_row & (columns.codes == at)
            cells[row_name, name] = _estimate(in_cell, in_row, values) if _is_shown(shown, row, at) else None
    return cells


def _is_shown(shown: Shown, row: int | None, column: int | None) -> bool:
    """Tell whether a cell or a total may be shown; the total of all always is."""
    if row is None:
        return column is None or bool(shown.columns[column])
    return bool(shown.rows[row]) if column is None else bool(shown.cells[row, column])


def _estimate(in_cell: Bools, in_row: Bools, values: Floats | None) -> Estimate:
    """Return the mean of a cell, the share of yes, or its share of the row; NaN for an empty one."""
    n = int(in_cell.sum())
    if values is None and in_row.any():
        return share(n, int(in_row.sum()))
    if values is None or n == 0:
        return Estimate(np.nan, np.nan, np.nan, 0)
    found = values[in_cell]
    has_shares = set(np.unique(values[~np.isnan(values)]).tolist()) <= {0.0, 1.0}
    return share(float(found.sum()), n) if has_shares else mean(found)


def _name_values(column: TableColumn | None) -> str:
    """Return what the cells hold, in words."""
    if column is None:
        return "share of the row"
    return f"share of '{column.yes}'" if column.kind == "yes-no" else f"mean of {column.name}"


def _make_sheet(
    table: Table, by: Sequence[str], rows: Groups, cells: Cells, column: TableColumn | None
) -> Sheet:
    """Return the cross table with the number of rows in brackets."""
    names = list(dict.fromkeys(name for _, name in cells))
    body = [
        (row, *(_write(table, cells[row, name], column) for name in names)) for row in [*rows.names, _ALL]
    ]
    across = f" by {by[1]}" if len(by) > 1 else ""
    return Sheet(f"{_name_values(column)}, {by[0]}{across} (rows in brackets)", (by[0], *names), tuple(body))


def _write(table: Table, found: Estimate | None, column: TableColumn | None) -> str:
    """Return a cell: its value, its range and its number of rows, or the mark of what is hidden."""
    if found is None:
        return HIDDEN
    if found.n == 0 or np.isnan(found.value):
        return "- (0)"
    if column is None:
        return f"{write_share(found.value)} ({round(found.value * found.n):,})"
    if column.kind == "yes-no":
        if table.hides and not 0.1 <= found.value <= 0.9:
            return f"{write_share(found.value, is_bounded=True)} ({found.n:,})"
        return f"{write_share(found.value)} [{100 * found.low:.1f} to {100 * found.high:.1f}] ({found.n:,})"
    if not np.isfinite(found.low):
        return f"{column.show(found.value)} ({found.n:,})"
    return f"{column.show(found.value)} [{column.show(found.low)} to {column.show(found.high)}] ({found.n:,})"


def _tell(table: Table, by: Sequence[str], cells: Cells, column: TableColumn | None) -> list[str]:
    """Return which of the cells that are shown are highest and lowest; no test stands behind it."""
    inner = {
        place: found
        for place, found in cells.items()
        if found is not None and found.n and _ALL not in place[: len(by)]
    }
    if len(inner) < 2 or (column is None and len(by) < 2):
        return []
    top, bottom = (choose(inner, key=lambda place: inner[place].value) for choose in (max, min))
    high, low = inner[top], inner[bottom]
    if column is None:
        ending = f"'{by[1]}' is '{top[1]}' in {write_share(high.value)}: the highest share shown."
        return [f"Of the {high.n:,} rows {_place(by[:1], top[:1])}, {ending}"]
    if column.kind == "yes-no":
        values = [
            f"{write_share(one.value, is_bounded=table.hides)} of {one.n:,} rows" for one in (high, low)
        ]
        lowest = (
            "" if values[1].startswith("under") else f" and least often {_place(by, bottom)} ({values[1]})"
        )
        return [f"'{column.name}' is most often '{column.yes}' {_place(by, top)} ({values[0]}){lowest}."]
    values = [f"{column.show(one.value)} on average of {one.n:,} rows" for one in (high, low)]
    lowest = f"lowest {_place(by, bottom)} ({values[1]})"
    return [f"'{column.name}' is highest {_place(by, top)} ({values[0]}) and {lowest}."]


def _place(by: Sequence[str], place: Sequence[str]) -> str:
    """Return where a cell stands, in words."""
    parts = [f"'{column}' is '{name}'" for column, name in zip(by, place, strict=False)]
    return f"where {' and '.join(parts)}"


def _to_json(found: Estimate | None, *, is_bounded: bool) -> dict[str, Any]:
    """Return plain values of a cell; a hidden one has none."""
    if found is None:
        return {"is_hidden": True}
    return {"is_hidden": False, **plain_estimate(found, is_bounded=is_bounded)}


def _draw(table: Table, by: Sequence[str], rows: Groups, cells: Cells, column: TableColumn | None) -> Grid:
    """Return the cells as a coloured grid; hidden ones have no colour, bounded ones that of their bound."""
    names = tuple(dict.fromkeys(name for _, name in cells))
    is_bounded = table.hides and column is not None and column.kind == "yes-no"
    shown = [[cells[row, name] for name in names] for row in rows.names]
    values = np.array([[np.nan if one is None else one.value for one in line] for line in shown])
    texts = tuple(tuple(_write_short(one, column, is_bounded=is_bounded) for one in line) for line in shown)
    title = f"{_name_values(column)}, {' by '.join(by)}"
    return Grid(title, rows.names, names, np.clip(values, 0.1, 0.9) if is_bounded else values, texts)


def _write_short(found: Estimate | None, column: TableColumn | None, *, is_bounded: bool) -> str:
    """Return the text of a cell of the figure."""
    if found is None:
        return HIDDEN
    if np.isnan(found.value):
        return ""
    if column is None or column.kind == "yes-no":
        return write_share(found.value, is_bounded=is_bounded)
    return column.show(found.value)
