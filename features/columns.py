"""Columns of a raw table as SQL values: which exist, what they hold, how they read as number, text or day."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from features.errors import ContractError
from features.measures import Measure, Shape
from features.sql import fetch_row, quoted_name

if TYPE_CHECKING:
    import duckdb

_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "BOOLEAN")
_TIMES = ("DATE", "TIMESTAMP")
_EPOCH = "DATE '1970-01-01'"
_NEVER = 2**31 - 1
_TEXT_ANSWERS = {"true": "1", "yes": "1", "false": "0", "no": "0"}


def day_of(moment: str) -> str:
    """Return SQL for the UTC day of a timestamp, counted from 1970-01-01; rounds down, also before 1970."""
    return f"CAST(CAST({moment} AS DATE) - {_EPOCH} AS INTEGER)"


def first_midnight_from(moment: str) -> str:
    """Return SQL for the first day whose 00:00 UTC is not before ``moment``."""
    return f"({day_of(moment)} + CAST({moment} > CAST(CAST({moment} AS DATE) AS TIMESTAMP) AS INTEGER))"


def is_observed(observed_day: int) -> str:
    """Return SQL that tells whether an event had happened and was known by the end of observation.

    Parameters
    ----------
    observed_day
        First day that is not observed, in days since 1970-01-01.
    """
    return f"{day_of('event_time')} < {observed_day} AND {first_midnight_from('known_at')} <= {observed_day}"


def number_of(column: str) -> str:
    """Return SQL for a column as a number; what is not a finite number is missing."""
    value = f"TRY_CAST({quoted_name(column)} AS DOUBLE)"
    return f"CASE WHEN isfinite({value}) THEN {value} END"


def text_of(column: str) -> str:
    """Return SQL for a column as text; empty text is missing."""
    return f"nullif(CAST({quoted_name(column)} AS VARCHAR), '')"


def value_of(column: str, shape: Shape) -> str:
    """Return SQL for a column in its shape; a time becomes the day it falls on."""
    if shape == "time":
        return f"CAST({day_of(quoted_name(column))} AS DOUBLE)"
    return number_of(column) if shape == "number" else text_of(column)


def list_types(connection: "duckdb.DuckDBPyConnection", table: str) -> dict[str, str]:
    """Return the SQL type of each column of a table."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
    return {str(row[0]): str(row[1]) for row in described}


def is_versioned(connection: "duckdb.DuckDBPyConnection", table: str) -> bool:
    """Tell whether the events of a table may be corrected or withdrawn: it says until when each is known."""
    return "known_until" in list_types(connection, table)


def known_on(connection: "duckdb.DuckDBPyConnection", table: str, day: int | None = None) -> str:
    """Return SQL for the events of a table as they stood at 00:00 UTC of a day, in brackets.

    Parameters
    ----------
    day
        Days since 1970-01-01; the end of all corrections when absent. Whether an event was known by then at
        all is left to the reader: only what was corrected or withdrawn by then is left out.
    """
    if not is_versioned(connection, table):
        return table
    later = "" if day is None else f" OR {first_midnight_from('known_until')} > {day}"
    return f"(SELECT * FROM {table} WHERE known_until IS NULL{later})"


def list_days(connection: "duckdb.DuckDBPyConnection", events: str) -> str:
    """Return SQL for the days of events: ``event_day``, and the snapshots ``[visible_day, gone_day)``.

    ``visible_day`` is the first day on which an event is past and known. ``gone_day`` is the first midnight
    at or after ``known_until``, where there is such a column: the event was corrected or withdrawn then.
    """
    gone_day = (
        f"coalesce({first_midnight_from('known_until')}, {_NEVER})"
        if is_versioned(connection, events)
        else str(_NEVER)
    )
    return (
        f"{day_of('event_time')} AS event_day, "
        f"greatest({day_of('event_time')} + 1, {first_midnight_from('known_at')}) AS visible_day, "
        f"{gone_day} AS gone_day"
    )


def resolve_measures(
    connection: "duckdb.DuckDBPyConnection", table: str, source_name: str, measures: Iterable[Measure]
) -> tuple[Measure, ...]:
    """Return the measures with the shape of their columns filled in.

    Raises
    ------
    ContractError
        If a column is not there, or holds texts where the function needs numbers.
    """
    types = list_types(connection, table)
    return tuple(_resolve(connection, table, source_name, types, measure) for measure in measures)


def require_column(source_name: str, column: str, present: Sequence[str], where: str) -> None:
    """Demand that a source has a column.

    Raises
    ------
    ContractError
        If it has not; the message names the nearest column.
    """
    if column in present:
        return
    nearest = difflib.get_close_matches(column, present, n=1, cutoff=0.6)
    hint = f"did you mean '{nearest[0]}'?" if nearest else f"columns are: {', '.join(present)}"
    raise ContractError(where, f"'{column}' is not a column of source '{source_name}'", hint)


def _resolve(
    connection: "duckdb.DuckDBPyConnection",
    table: str,
    source_name: str,
    types: dict[str, str],
    measure: Measure,
) -> Measure:
    """Return one measure with the shape its column is read in."""
    column = measure.column
    if column is None:
        return measure
    where = f"features.{source_name}.{measure.function}"
    require_column(source_name, column, tuple(types), where)
    shape = _shape_of(types[column])
    if _needs_number(measure, shape):
        if shape == "time" or (
            shape == "text" and (odd := _find_text(connection, table, column)) is not None
        ):
            found = f"times such as in {types[column]}" if shape == "time" else f"'{odd}'"
            raise ContractError(
                where, f"column '{column}' holds {found}, not numbers", "name a column of numbers"
            )
        shape = "number"
    return replace(measure, shape=shape, condition=_read_condition(measure, shape, where))


def _shape_of(sql_type: str) -> Shape:
    """Tell numbers and times from texts by the SQL type; booleans are numbers 0 and 1."""
    plain = sql_type.removeprefix("U")
    if plain.startswith(_NUMBERS) and not plain.endswith("]"):
        return "number"
    return "time" if plain.startswith(_TIMES) else "text"


def _needs_number(measure: Measure, shape: Shape) -> bool:
    """Tell whether a function can only read numbers; a share of texts may ask for equality."""
    if measure.function == "share" and measure.condition is not None:
        return shape == "time" or (shape == "text" and measure.condition[0] != "=")
    return measure.function not in {"first", "last", "distinct"}


def _find_text(connection: "duckdb.DuckDBPyConnection", table: str, column: str) -> str | None:
    """Return one value that is not a number, if there is any."""
    text = text_of(column)
    query = f"SELECT min({text}) FROM {table} WHERE {text} IS NOT NULL AND TRY_CAST({text} AS DOUBLE) IS NULL"
    return cast("str | None", fetch_row(connection, query)[0])


def _read_condition(measure: Measure, shape: Shape, where: str) -> tuple[str, str] | None:
    """Return the condition with a value that suits the column.

    Raises
    ------
    ContractError
        If numbers are compared with something that is not a number.
    """
    if measure.condition is None or shape == "text":
        return measure.condition
    comparison, value = measure.condition
    value = _TEXT_ANSWERS.get(value.lower(), value)
    try:
        float(value)
    except ValueError as error:
        problem = f"'{comparison} {value}' compares the numbers of '{measure.column}' with a text"
        raise ContractError(where, problem, "write a number after the comparison") from error
    return comparison, value
