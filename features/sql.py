"""How names and texts are written in SQL, so that no column name or file name can be taken for a command."""

import contextlib
import os
import signal
import threading
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
            with _interruptible(connection):
                yield connection
    except duckdb.OutOfMemoryException as error:
        room = (
            f"{memory_bytes / (1 << 30):.1f} GiB of memory and the folder for temporary files are not enough"
        )
        hint = "let TMPDIR name a folder with more room, write the files as Parquet, or name fewer columns"
        raise SourceError("sources", room, hint) from error
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except RuntimeError as error:
        if str(error) == _INTERRUPTED:
            raise KeyboardInterrupt from error
        raise


@contextmanager
def _interruptible(connection: "duckdb.DuckDBPyConnection") -> Iterator[None]:
    """Let Ctrl-C end a query at once.

    While its main thread waits in a query, Python cannot run what Ctrl-C should do, and DuckDB does not look
    often enough: a long query would go on to its end. But Python writes each signal into a pipe, and a thread
    that reads there can tell DuckDB to stop.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    read, write = os.pipe()
    os.set_blocking(write, False)
    before = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    listener = threading.Thread(target=_listen, args=(read, before, connection), daemon=True)
    listener.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(write)
        listener.join()
        os.close(read)


def _listen(read: int, others: int, connection: "duckdb.DuckDBPyConnection") -> None:
    """Stop the query when an interrupt comes; pass every signal on to who listened before."""
    while came := os.read(read, 64):
        if others >= 0:
            with contextlib.suppress(OSError):
                os.write(others, came)
        if signal.SIGINT in came:
            connection.interrupt()


def fetch_row(connection: "duckdb.DuckDBPyConnection", query: str) -> tuple[object, ...]:
    """Return the one row that ``query`` (an aggregate) gives."""
    rows = connection.execute(query).fetchall()  # to the end: a result half read blocks what comes next
    return tuple(rows[0]) if rows else ()
