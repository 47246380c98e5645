"""How names and texts are written in SQL, so that no column name or file name can be taken for a command."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

from features.errors import SourceError

THREADS = 2
# What DuckDB may hold in memory; the rest goes to the scratch folder. Python, Arrow and what DuckDB does not
# count come on top, so that a build stays below 2 GiB and fits beside other work on a laptop.
MEMORY_BYTES = 1 << 30
_INTERRUPTED = "Query interrupted"  # what DuckDB makes of Ctrl-C, as a bare RuntimeError


def quoted_name(name: str) -> str:
    """Return ``name`` as an SQL identifier.

    Examples
    --------
    >>> print(quoted_name('the "best" plan'))
    "the ""best"" plan"
    """
    return '"' + name.replace('"', '""') + '"'


def quoted_text(text: str | os.PathLike[str]) -> str:
    """Return ``text`` as an SQL string.

    Examples
    --------
    >>> quoted_text("it's")
    "'it''s'"
    """
    return "'" + os.fspath(text).replace("'", "''") + "'"


def quoted_texts(texts: Iterable[str]) -> str:
    """Return a comma-separated list of SQL strings.

    Examples
    --------
    >>> quoted_texts(["-99", "N/A"])
    "'-99', 'N/A'"
    """
    return ", ".join(quoted_text(text) for text in texts)


@contextmanager
def open_database(
    path: str = ":memory:",
    *,
    scratch: str | None = None,
    is_guest: bool = False,
    memory_bytes: int = MEMORY_BYTES,
) -> "Iterator[duckdb.DuckDBPyConnection]":
    """Open DuckDB so that it never reaches for the network: no extension is installed or loaded by itself.

    Parameters
    ----------
    path
        Database file, or an in-memory database.
    scratch
        Folder for what does not fit into memory.
    memory_bytes
        What DuckDB may hold in memory.
    is_guest
        Open somebody else's database: read only, and its SQL may not touch other files.

    Yields
    ------
    duckdb.DuckDBPyConnection
        The database, closed at the end of the block.

    Raises
    ------
    SourceError
        If memory and scratch folder together do not hold the rows.
    KeyboardInterrupt
        If Ctrl-C ends a query.
    """
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": THREADS,
        "memory_limit": f"{memory_bytes}B",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if scratch is not None:
        settings["temp_directory"] = scratch
    if is_guest:
        settings["enable_external_access"] = False
    try:
        with duckdb.connect(path, read_only=is_guest, config=settings) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            # DuckDB draws its bar on standard output, where a reader of ours expects the result alone.
            connection.execute("SET enable_progress_bar = false")
            yield connection
    except duckdb.OutOfMemoryException as error:
        room = (
            f"{memory_bytes / (1 << 30):.1f} GiB of memory and the folder for temporary files are not enough"
        )
        hint = "let TMPDIR name a folder with more room, write the files as Parquet, or name fewer columns"
        raise SourceError("sources", room, hint) from error
    except RuntimeError as error:
        if str(error) == _INTERRUPTED:
            raise KeyboardInterrupt from error
        raise


def fetch_row(connection: "duckdb.DuckDBPyConnection", query: str) -> tuple[object, ...]:
    """Return the one row that ``query`` (an aggregate) gives."""
    rows = connection.execute(query).fetchall()  # to the end: a result half read blocks what comes next
    return tuple(rows[0]) if rows else ()
