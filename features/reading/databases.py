"""SQL queries on DuckDB and SQLite files and on PostgreSQL, read only."""

import sqlite3
from collections.abc import Collection, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow as pa

from features.errors import SourceError
from features.reading.servers import fetch_postgresql, is_postgresql
from features.reading.staged import Column, Place, Staged, demand_columns, stage_name
from features.reading.transcript import fingerprint_file
from features.sql import open_database, quoted_name
from features.usecase import ReadOptions

_NO_QUERY = "it is not a query that gives rows"


def stage_query(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    query: str,
    url: str,
    folder: Path,
    options: ReadOptions,
    wanted: Collection[str] | None,
) -> Staged:
    """Run a query on a database and load what it gives.

    Parameters
    ----------
    connection
        Where the raw table is made.
    place
        For messages.
    query
        SQL text that gives rows.
    url
        ``duckdb:///file.duckdb``, ``sqlite:///file.db`` or ``postgresql://user@host:5432/database``.
    folder
        Where relative file names start.
    options
        How texts are to be understood.
    wanted
        Columns that the query has to give; others are not loaded. All when ``None``.

    Raises
    ------
    SourceError
        If the database is missing or not readable, the query fails, or it gives no rows.
    ContractError
        If a wanted column is missing.
    """
    if is_postgresql(url):
        rows, fingerprint = fetch_postgresql(url, query, place)
    else:
        rows, fingerprint = _fetch_file(url, query, folder, place)
    demand_columns(place, wanted or (), rows.column_names)
    if rows.num_rows == 0:
        raise SourceError(f"{place.key}.query", "gives no rows", "check its conditions")
    table = stage_name(place)
    loaded = [name for name in rows.column_names if wanted is None or name in wanted]
    connection.register("incoming", rows.select(loaded))
    connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM incoming")
    connection.unregister("incoming")
    types = connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM {table})").fetchall()
    chosen = {name: Column(quoted_name(name), kind) for name, kind in types}
    return Staged(connection, place, table, chosen, options, 1, fingerprint)


def _fetch_file(url: str, query: str, folder: Path, place: Place) -> tuple[pa.Table, str]:
    """Return what a query gives on a database file, and a fingerprint of both."""
    scheme, path = _resolve(url, folder, place)
    fetch = _fetch_duckdb if scheme == "duckdb" else _fetch_sqlite
    try:
        rows = fetch(path, query)
    except (duckdb.Error, sqlite3.Error, pa.ArrowInvalid) as error:
        reason = " ".join(str(error).split())[:200].replace(f"{path.parent}/", "")
        raise SourceError(
            f"{place.key}.query", f"fails on '{path.name}' ({reason})", "correct the query"
        ) from error
    return rows, sha256(f"{fingerprint_file(path)} {query}".encode()).hexdigest()


def _resolve(url: str, folder: Path, place: Place) -> tuple[str, Path]:
    """Split a URL into its scheme and an existing file."""
    scheme, found, rest = url.partition(":///")
    if not found or scheme not in {"duckdb", "sqlite"}:
        shown = url.rpartition("@")[2]
        hint = "write duckdb:///file.duckdb, sqlite:///file.db or postgresql://user@host:5432/database"
        raise SourceError(f"{place.key}.url", f"'{shown}' is not an address of a database", hint)
    path = (folder / rest).resolve()
    if not path.is_file():
        raise SourceError(
            f"{place.key}.url", f"'{rest}' is not there", f"files are looked for in {folder.name or folder}"
        )
    return scheme, path


def _fetch_duckdb(path: Path, query: str) -> pa.Table:
    """Run ``query`` on a DuckDB file."""
    with open_database(str(path), is_guest=True) as database:
        rows = database.sql(query)
        if rows is None:
            raise duckdb.ProgrammingError(_NO_QUERY)
        return rows.to_arrow_table()


def _fetch_sqlite(path: Path, query: str) -> pa.Table:
    """Run ``query`` on an SQLite file."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        cursor = database.execute(query)
        names = [column[0] for column in cursor.description or ()]
        rows = cursor.fetchall()
    if not names:
        raise sqlite3.ProgrammingError(_NO_QUERY)
    columns = zip(*rows, strict=True) if rows else [() for _ in names]
    return pa.table({name: _to_arrow(values) for name, values in zip(names, columns, strict=True)})


def _to_arrow(values: Sequence[object]) -> pa.Array:
    """Give one type to the values of an SQLite column, which may each have their own."""
    types = {type(value) for value in values} - {type(None)}
    if types <= {int}:
        return pa.array(values, pa.int64())
    if types <= {int, float}:
        return pa.array([None if value is None else float(str(value)) for value in values], pa.float64())
    return pa.array([_to_text(value) for value in values], pa.string())


def _to_text(value: object) -> str | None:
    """Return a value of mixed types as text."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return None if value is None else str(value)
