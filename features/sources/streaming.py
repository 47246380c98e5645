"""Large logs in Parquet that need no repair: read where they lie, as often as needed, and never copied.

A source of events qualifies when its files hold typed columns and the use case asks for nothing that looks at
several rows at once: no ids to compare, no links to follow, no codes to replace. Everything else goes through
:class:`features.sources.refining.Refinery`, with the same result.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from features.reading import ZONED, clean_text, is_parquet
from features.sources.needs import RESERVED, Reading
from features.sources.refining import ENTITIES, MOST_STRANGERS
from features.sql import fetch_row, quoted_name, quoted_texts
from features.tombstones import Tombstones
from features.usecase import ReadOptions, Source

_REAL = ("DOUBLE", "FLOAT")
_DIGITS = 18  # of a decimal that Arrow and DuckDB turn into the same float64
_TIMED = "event_time IS NOT NULL AND known_at IS NOT NULL"
STREAMED_ROWS = 1_000_000  # below, a typed copy in memory is cheap and cannot change under the run


@dataclass(frozen=True)
class EventFiles:
    """Name the files of a log and the columns that play a part in every row.

    Attributes
    ----------
    paths
        Parquet files in the order of their names.
    key, event_time
        Columns with the entity and the time of the event.
    known_at
        Column with the known time; ``None`` when it follows the event by ``delay_days``.
    tombstones
        Who was erased: the files may still hold rows of theirs, nothing that is kept does.
    """

    paths: tuple[Path, ...]
    key: str
    event_time: str
    known_at: str | None
    delay_days: int
    tombstones: Tombstones = field(default_factory=Tombstones)


@dataclass(frozen=True)
class Seen:
    """Say what one look at a log found.

    Attributes
    ----------
    rows, missing_time, unmatched
        Rows in all, those without one of the clocks, those of nobody known.
    is_odd
        Whether some text has blanks around it or some number is infinite: the log has to be refined.
    """

    rows: int
    missing_time: int
    unmatched: int
    is_odd: bool


def find_event_files(
    source: Source, path: Path, key: str, needs: Mapping[str, Reading], *, fewest_rows: int
) -> EventFiles | None:
    """Return the files of a source that can be read where they lie; ``None`` if it has to be refined.

    Parameters
    ----------
    source, path
        What the use case says, and its file or folder.
    key
        Column that leads to the entity.
    needs
        Columns that the use case reads, and as what.
    fewest_rows
        Shorter logs are refined.
    """
    if not _asks_for_rows_alone(source) or not path.exists() or not is_parquet(path):
        return None
    paths = tuple(sorted(path.rglob("*.parquet"))) if path.is_dir() else (path,)
    if any("=" in folder.name for one in paths for folder in one.parents):
        return None  # such folders are columns of their own
    try:
        schemas = [pq.read_schema(one) for one in paths]
        rows = sum(pq.read_metadata(one).num_rows for one in paths)
    except (OSError, pa.ArrowException):
        return None  # the refinery says what is wrong
    files = EventFiles(paths, key, str(source.event_time), source.known_at_column, source.delay_days)
    is_typed = all(_is_typed(schema, files, needs) for schema in schemas)
    is_alike = (
        len({tuple(_list_read(schema, files, needs)) for schema in schemas}) == 1 if is_typed else False
    )
    return files if is_alike and rows >= max(fewest_rows, 1) else None


def create_view(
    connection: duckdb.DuckDBPyConnection, files: EventFiles, needs: Mapping[str, Reading], view: str
) -> Seen:
    """Make the typed table of a log as a view over its files, of known entities and complete rows alone.

    There is no view when something is odd.
    """
    relation, types = _describe(connection, files)
    values = [f"{_value(name, types, needs[name])} AS {quoted_name(name)}" for name in needs]
    selected = [*_select_roles(files, types), *values]
    texts = [name for name in (files.key, *needs) if types[name] == "VARCHAR"]
    odd_values = ["false", *(_has_blanks(quoted_name(name)) for name in texts)]
    odd_values += [f"coalesce(isinf({quoted_name(name)}), false)" for name in needs if types[name] in _REAL]
    known = f"entity_id IN (SELECT entity_id FROM {ENTITIES})"
    query = f"""
        SELECT count(*), count(*) FILTER (NOT ({_TIMED})),
            count(*) FILTER (({_TIMED}) AND NOT coalesce({known}, false)), count(*) FILTER (is_odd)
        FROM (SELECT {", ".join(selected)}, {" OR ".join(odd_values)} AS is_odd FROM {relation})
    """
    rows, missing_time, unmatched, odd = (int(str(count)) for count in fetch_row(connection, query))
    if not odd:
        connection.execute(
            f"CREATE VIEW {view} AS SELECT * FROM (SELECT {', '.join(selected)} FROM {relation}) "
            f"WHERE {_TIMED} AND {known}"
        )
    return Seen(rows, missing_time, unmatched, is_odd=odd > 0)


def list_strangers(connection: duckdb.DuckDBPyConnection, files: EventFiles) -> tuple[str, ...]:
    """Return up to five keys of complete rows that lead to no entity, none of an erased one."""
    relation, types = _describe(connection, files)
    limit = "" if files.tombstones else f" LIMIT {MOST_STRANGERS}"
    found = connection.execute(
        f"SELECT DISTINCT entity_id FROM (SELECT {', '.join(_select_roles(files, types))} FROM {relation}) "
        f"WHERE {_TIMED} AND entity_id NOT IN (SELECT entity_id FROM {ENTITIES}) ORDER BY 1{limit}"
    ).fetchall()
    keys = [str(row[0]) for row in found]
    is_erased = files.tombstones.covers(keys)
    return tuple(key for key, erased in zip(keys, is_erased, strict=True) if not erased)[:MOST_STRANGERS]


def _asks_for_rows_alone(source: Source) -> bool:
    """Tell whether nothing is asked that looks at several rows at once or repairs values."""
    plain = source.read == ReadOptions() or source.read == ReadOptions(timezone="UTC")
    whole = source.id is None and source.duplicates == "keep" and not source.has_versions
    is_read = source.is_anonymous or source.scales or source.words is not None
    return source.is_events and whole and plain and not is_read


def _is_typed(schema: pa.Schema, files: EventFiles, needs: Mapping[str, Reading]) -> bool:
    """Tell whether every column that is read has a type that needs no repair."""
    clocks = [files.event_time, *([files.known_at] if files.known_at is not None else [])]
    is_unclear = len({name.lower() for name in schema.names}) < len(schema.names)
    is_reserved = any(name.lower() in RESERVED for name in needs)  # the refinery says which is meant
    if is_unclear or is_reserved or any(name not in schema.names for name in (files.key, *clocks, *needs)):
        return False
    key = schema.field(files.key).type
    is_key = _is_text(key) or pa.types.is_integer(key)
    return (
        is_key
        and all(_is_moment(schema.field(name).type) for name in clocks)
        and all(_suits(schema.field(name).type, reading) for name, reading in needs.items())
    )


def _list_read(schema: pa.Schema, files: EventFiles, needs: Mapping[str, Reading]) -> list[str]:
    """Return the types of the columns that are read."""
    clocks = [files.event_time, files.known_at or files.event_time]
    return [str(schema.field(name).type) for name in (files.key, *clocks, *needs)]


def _suits(kind: pa.DataType, reading: Reading) -> bool:
    """Tell whether a column can be read as it is."""
    if reading == "text":
        return _is_text(kind)
    of_numbers = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean)
    is_short = pa.types.is_decimal128(kind) and kind.precision <= _DIGITS
    is_number = is_short or any(holds(kind) for holds in of_numbers)
    return (reading != "moment" and is_number) or (reading != "number" and _is_moment(kind))


def _is_moment(kind: pa.DataType) -> bool:
    """Tell whether a column holds days or moments in a zone."""
    return bool(pa.types.is_date(kind) or (pa.types.is_timestamp(kind) and kind.tz is not None))


def _is_text(kind: pa.DataType) -> bool:
    """Tell whether a column holds texts, plain or as a dictionary."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _describe(connection: duckdb.DuckDBPyConnection, files: EventFiles) -> tuple[str, dict[str, str]]:
    """Return SQL for the files as a table, and the SQL type of each column."""
    relation = f"read_parquet([{quoted_texts(str(path) for path in files.paths)}])"
    query = f"SELECT column_name, column_type FROM (DESCRIBE FROM {relation})"
    return relation, {str(name): str(kind) for name, kind in connection.execute(query).fetchall()}


def _select_roles(files: EventFiles, types: Mapping[str, str]) -> list[str]:
    """Return SQL for the entity and the clocks under their fixed names."""
    entity = f"nullif(CAST({quoted_name(files.key)} AS VARCHAR), '')"
    event_time = _moment(files.event_time, types)
    known_at = (
        f"{event_time} + INTERVAL {files.delay_days} DAY"
        if files.known_at is None
        else _moment(files.known_at, types)
    )
    return [f"{entity} AS entity_id", f"{event_time} AS event_time", f"{known_at} AS known_at"]


def _has_blanks(text: str) -> str:
    """Return the condition that a text is not as the refinery would clean it; an empty one is no oddity."""
    return f"coalesce({text} <> '' AND {text} IS DISTINCT FROM {clean_text(text, ReadOptions())}, false)"


def _moment(name: str, types: Mapping[str, str]) -> str:
    """Return SQL for a day or moment as TIMESTAMP in UTC."""
    column = quoted_name(name)
    if types[name] in ZONED:
        return f"timezone('UTC', CAST({column} AS TIMESTAMPTZ))"
    return f"CAST({column} AS TIMESTAMP)"


def _value(name: str, types: Mapping[str, str], reading: Reading) -> str:
    """Return SQL for a value in the type that the refinery would give it."""
    column = quoted_name(name)
    if types[name] == "VARCHAR":
        return f"nullif({column}, '')"
    if types[name] == "DATE" or types[name].startswith("TIMESTAMP"):
        return _moment(name, types)
    if types[name] == "BOOLEAN" and reading == "any":
        return column
    return f"(CASE WHEN isfinite(CAST({column} AS DOUBLE)) THEN CAST({column} AS DOUBLE) END)"
