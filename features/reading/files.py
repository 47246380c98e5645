"""Any file that a use case names, as a raw table: CSV, packed CSV, Parquet, a folder of Parquet."""

import difflib
from collections.abc import Collection
from pathlib import Path

import duckdb

from features.errors import SourceError
from features.reading.columnar import is_parquet, stage_parquet
from features.reading.databases import stage_query
from features.reading.delimited import stage_delimited
from features.reading.staged import Place, Staged
from features.reading.transcript import unreadable
from features.usecase import ReadOptions, Source


def stage_source(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    source: Source,
    folder: Path,
    wanted: Collection[str] | None = None,
) -> Staged:
    """Load the file of a source into DuckDB, or what its query gives.

    Raises what :func:`stage_file` and :func:`features.reading.databases.stage_query` raise.
    """
    place = Place.of_source(name)
    if source.query is not None and source.url is not None:
        return stage_query(connection, place, source.query, source.url, folder, source.read, wanted)
    return stage_file(connection, place, folder / str(source.file), source.read, wanted)


def stage_file(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    path: Path,
    options: ReadOptions,
    wanted: Collection[str] | None = None,
) -> Staged:
    """Load a file into DuckDB as it is; its content decides how it is read.

    Parameters
    ----------
    connection
        Where the raw table is made.
    place
        Where the use case names the file, for messages.
    path
        The file or folder.
    options
        How a text file is written.
    wanted
        Columns to load; all when ``None``.

    Raises
    ------
    SourceError
        If the file is missing, unreadable, empty, damaged, or written otherwise than declared.
    ContractError
        If a wanted column is missing.
    """
    _demand_file(place, path)
    try:
        stage = stage_parquet if is_parquet(path) else stage_delimited
        return stage(connection, place, path, options, wanted)
    except OSError as error:
        raise unreadable(f"{place.key}.file", path, error) from error


def _demand_file(place: Place, path: Path) -> None:
    """Demand that the file is there; else name what looks like it."""
    if path.exists():
        return
    if not path.parent.is_dir():
        problem = f"the folder '{path.parent.name}' is not there"
        raise SourceError(f"{place.key}.file", problem, "name the folder with the data: --data FOLDER")
    present = sorted(found.name for found in path.parent.iterdir() if not found.name.startswith("."))
    close = difflib.get_close_matches(path.name, present, n=3, cutoff=0.7) or present[:5]
    hint = f"beside it are: {', '.join(close)}" if close else "check the name and the data folder"
    raise SourceError(f"{place.key}.file", f"'{path.name}' is not there", hint)
