"""Texts and numbers out of raw columns; a value that does not fit is shown with its row."""

import re

from features.errors import ContractError, SourceError
from features.reading.staged import Staged, clean_text
from features.sql import fetch_row, quoted_text, quoted_texts

_POINT = r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?"
_COMMA = r"[+-]?([0-9]{1,3}([.][0-9]{3})+|[0-9]+)?(,[0-9]*)?([eE][+-]?[0-9]{1,3})?"
_WHOLE = (
    "BIGINT",
    "INTEGER",
    "SMALLINT",
    "TINYINT",
    "UBIGINT",
    "UINTEGER",
    "USMALLINT",
    "UTINYINT",
    "HUGEINT",
    "UHUGEINT",
)
_FEWEST_OF_A_SCALE, _MOSTLY_OUTSIDE = 10, 0.2  # fewer are single slips or codes
_YES, _NO = ("true", "1", "yes"), ("false", "0", "no")
_REAL = ("DOUBLE", "FLOAT", "DECIMAL")


def to_text(staged: Staged, name: str) -> str:
    """Return SQL that gives a column as trimmed text, NULL where a value is missing.

    Whole numbers stored as fractions give the text of the whole number, so that keys of two files meet.
    """
    column = staged.columns[name]
    if column.is_clean:
        return column.sql
    plain = f"CAST({column.sql} AS VARCHAR)"
    if column.type in {"DOUBLE", "FLOAT"}:
        is_whole = f"{column.sql} = trunc({column.sql}) AND abs({column.sql}) < 1e15"
        plain = f"CASE WHEN {is_whole} THEN CAST(CAST({column.sql} AS BIGINT) AS VARCHAR)"
        plain = f"({plain} WHEN NOT isnan({column.sql}) THEN CAST({column.sql} AS VARCHAR) END)"
    return clean_text(plain, staged.options)


def is_numeric(staged: Staged, name: str) -> bool:
    """Tell whether every value that is there is a number, and there is at least one."""
    column = staged.columns[name]
    if not column.is_text:
        return _is_number_type(column.type)
    text = to_text(staged, name)
    found = staged.connection.execute(
        f"SELECT count({text}), count({text}) FILTER (NOT {_fits(text, staged)}) FROM {staged.table}"
    ).fetchone()
    return found is not None and found[0] > 0 and found[1] == 0


def to_number(staged: Staged, name: str) -> str:
    """Return SQL that gives a column as finite DOUBLE, NULL where a value is missing.

    Raises
    ------
    SourceError
        If a value is not a number: column, row, value, and the decimal sign that would fit.
    """
    column = staged.columns[name]
    if column.is_text:
        text = to_text(staged, name)
        _demand(staged, name, text, _fits(text, staged))
        return _parse(text, staged)
    if column.type == "BOOLEAN":
        return f"CAST({column.sql} AS DOUBLE)"
    if not _is_number_type(column.type):
        raise SourceError(
            staged.place.column(name), f"holds {column.type}, not numbers", "name a column of numbers"
        )
    number = f"CAST({column.sql} AS DOUBLE)"
    coded = [repr(float(text)) for text in staged.options.missing if re.fullmatch(_POINT, text.strip())]
    absent = f"isnan({number})" + (f" OR {number} IN ({', '.join(coded)})" if coded else "")
    number = f"(CASE WHEN NOT ({absent}) THEN {number} END)"
    _demand(staged, name, number, f"isfinite({number})")
    return number


def to_flag(staged: Staged, name: str) -> str:
    """Return SQL that is true where a column says true, 1 or yes, and false where it says no or nothing.

    Raises
    ------
    ContractError
        If a value is neither: column, row, value.
    """
    text = f"lower({to_text(staged, name)})"
    found = first_misfit(staged, text, f"{text} IN ({quoted_texts([*_YES, *_NO])})")
    if found is not None:
        row, value = found
        problem = f"row {row}: '{value[:40]}' is neither true, 1, yes nor false, 0, no"
        raise ContractError(
            staged.place.column(name), problem, "write 1 where it is so, and else 0 or nothing"
        )
    return f"coalesce({text} IN ({quoted_texts(_YES)}), false)"


def check_scale(staged: Staged, name: str, number: str, scale: tuple[float, float]) -> None:
    """Demand that all numbers of a column lie on its declared scale.

    Raises
    ------
    ContractError
        With column, row, value and scale.
    """
    low, high = scale
    found = first_misfit(staged, number, f"{number} BETWEEN {low!r} AND {high!r}")
    if found is not None:
        row, value = found
        problem = f"row {row}: {float(value):g} is outside the scale {low:g}..{high:g}"
        hint = _propose_scale(staged, name, number, scale)
        if hint is None:
            code = f"read: {{missing: ['{float(value):g}']}}"
            hint = f"if it is a code, write {code}; else correct the value or the scale"
        raise ContractError(staged.place.column(name), problem, hint)


def _propose_scale(staged: Staged, name: str, number: str, scale: tuple[float, float]) -> str | None:
    """Name the range of all values where so many leave the scale that it must be another one."""
    outside = f"count(*) FILTER (NOT {number} BETWEEN {scale[0]!r} AND {scale[1]!r})"
    query = f"SELECT count({number}), {outside}, min({number}), max({number}) FROM {staged.table}"
    count, misfits, lowest, highest = (float(str(part)) for part in fetch_row(staged.connection, query))
    if count < _FEWEST_OF_A_SCALE or misfits < _MOSTLY_OUTSIDE * count:
        return None
    found = f"{misfits / count:.0%} of the values are, they go from {lowest:g} to {highest:g}"
    declared = f"scales: {{{name}: {lowest:g}..{highest:g}}}"
    return f"{found}: if that is the scale, write {declared}; else bring the values to it"


def first_misfit(staged: Staged, value: str, condition: str) -> tuple[int, str] | None:
    """Return row number and text of the first value that is there and breaks ``condition``."""
    is_misfit = f"{value} IS NOT NULL AND NOT coalesce({condition}, false)"
    (first,) = fetch_row(staged.connection, f"SELECT min(rowid) FROM {staged.table} WHERE {is_misfit}")
    if first is None:
        return None
    row = int(str(first))
    shown = f"SELECT CAST({value} AS VARCHAR) FROM {staged.table} WHERE rowid = {row}"
    return row + staged.first_row, str(fetch_row(staged.connection, shown)[0])


def _is_number_type(kind: str) -> bool:
    """Tell whether a DuckDB type holds numbers."""
    return kind.startswith((*_WHOLE, *_REAL)) and not kind.endswith("]")


def _fits(text: str, staged: Staged) -> str:
    """Return the condition that a text is a number as declared."""
    form = _POINT if staged.options.decimal == "." else _COMMA
    digit = "" if staged.options.decimal == "." else f" AND regexp_matches({text}, '[0-9]')"
    return f"(regexp_full_match({text}, {quoted_text(form)}){digit} AND isfinite({_parse(text, staged)}))"


def _parse(text: str, staged: Staged) -> str:
    """Return the number that a fitting text stands for."""
    if staged.options.decimal == ",":
        text = f"replace(replace({text}, '.', ''), ',', '.')"
    return f"try_cast({text} AS DOUBLE)"


def _demand(staged: Staged, name: str, value: str, condition: str) -> None:
    """Raise for the first value that is no number."""
    found = first_misfit(staged, value, condition)
    if found is not None:
        row, text = found
        problem = f"row {row}: '{text[:40]}' is not a number"
        raise SourceError(staged.place.column(name), problem, _propose(text, staged.options.decimal))


def _propose(text: str, decimal: str) -> str:
    """Say what would make a number of ``text``."""
    if decimal == "." and "," in text and re.fullmatch(_COMMA, text):
        return "write read: {decimal: ','}"
    if decimal == "," and re.fullmatch(_POINT, text):
        return "leave out read.decimal, or correct the value"
    return f"correct the value, or write read: {{missing: ['{text[:40]}']}} if it stands for a missing one"
