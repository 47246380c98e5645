"""Parquet files and folders of them."""

from collections.abc import Collection, Sequence
from hashlib import sha256
from pathlib import Path

import duckdb

from features.errors import SourceError
from features.reading.staged import Column, Place, Staged, demand_columns, stage_name
from features.reading.transcript import fingerprint_file
from features.sql import quoted_name, quoted_texts
from features.usecase import ReadOptions

_MAGIC = b"PAR1"


def stage_parquet(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    path: Path,
    options: ReadOptions,
    wanted: Collection[str] | None,
) -> Staged:
    """Load a Parquet file, or all Parquet files below a folder, into DuckDB with the types of the file.

    Raises
    ------
    SourceError
        If there is no Parquet file, one is damaged, or there are no rows.
    ContractError
        If a wanted column is missing.
    """
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    if not files:
        problem = f"'{path.name}' is a folder without Parquet files"
        raise SourceError(
            f"{place.key}.file", problem, "name a CSV or Parquet file, or a folder of *.parquet"
        )
    relation = f"read_parquet([{quoted_texts(str(file) for file in files)}])"
    table = stage_name(place)
    try:
        types = dict(
            connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM {relation})").fetchall()
        )
        demand_columns(place, wanted or (), types)
        chosen = {
            name: Column(quoted_name(name), kind)
            for name, kind in types.items()
            if wanted is None or name in wanted
        }
        listed = ", ".join(column.sql for column in chosen.values())
        connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT {listed} FROM {relation}")
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        reason = str(error).split("\n", 1)[0].replace(f"{path.parent}/", "")
        raise SourceError(
            f"{place.key}.file", f"'{path.name}' cannot be read as Parquet ({reason})", "write it again"
        ) from error
    staged = Staged(connection, place, table, chosen, options, 1, fingerprint_files(files))
    if staged.row_count == 0:
        raise SourceError(f"{place.key}.file", f"'{path.name}' has no rows", "write it again with its rows")
    return staged


def is_parquet(path: Path) -> bool:
    """Tell whether the name or the first bytes say Parquet."""
    if path.is_dir() or path.suffix in {".parquet", ".pq"}:
        return True
    with path.open("rb") as content:
        return content.read(len(_MAGIC)) == _MAGIC


def fingerprint_files(files: Sequence[Path]) -> str:
    """Return one SHA-256 over all files, in order of their names."""
    if len(files) == 1:
        return fingerprint_file(files[0])
    return sha256("\n".join(fingerprint_file(file) for file in files).encode()).hexdigest()
