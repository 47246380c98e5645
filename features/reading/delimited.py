"""CSV files as survey and operational systems export them, every value still a text."""

import csv
import io
from collections.abc import Collection
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pacsv

from features.errors import ContractError, SourceError
from features.reading.staged import (
    Column,
    Place,
    Staged,
    append_texts,
    create_texts,
    demand_columns,
    stage_name,
)
from features.reading.transcript import Transcript, fingerprint_file
from features.usecase import ReadOptions

_DELIMITERS = {",": "','", ";": "';'", "\t": '"\\t"', "|": "'|'", " ": "' '"}
_BLOCK_BYTES = 1 << 24


def stage_delimited(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    path: Path,
    options: ReadOptions,
    wanted: Collection[str] | None,
) -> Staged:
    """Load a CSV file, packed or not, into DuckDB as texts.

    Parameters
    ----------
    connection
        Where the raw table is made.
    place
        For messages.
    path
        The file.
    options
        Delimiter, encoding, header rows.
    wanted
        Columns to load; all when ``None``.

    Raises
    ------
    SourceError
        If the file is empty, damaged, not text, or written with another delimiter or encoding, or ragged.
    ContractError
        If a wanted column is missing, or a name stands twice in the header.
    """
    transcript = Transcript(path, options, place)
    head = transcript.first_text()
    names, header_length = _read_header(head, options, place, path.name)
    _check_header(head, names, wanted, options, place)
    transcript.push_back(head[header_length:])
    chosen = {
        name: Column(f"c{at}", "VARCHAR", is_clean=True)
        for at, name in enumerate(names)
        if wanted is None or name in wanted
    }
    staged = Staged(
        connection, place, stage_name(place), chosen, options, options.header_rows + 1, fingerprint_file(path)
    )
    create_texts(staged)
    _load(transcript, staged, len(names))
    _check_rows(staged, transcript.quotes)
    return staged


def _read_header(head: str, options: ReadOptions, place: Place, file_name: str) -> tuple[list[str], int]:
    """Return the column names and the number of characters that all header rows take."""
    if not head.strip():
        raise SourceError(
            f"{place.key}.file", f"'{file_name}' is empty", "export it again with header and rows"
        )
    text = io.StringIO(head, newline="")
    rows = csv.reader(iter(text.readline, ""), delimiter=options.delimiter)
    try:
        header = [next(rows) for _ in range(options.header_rows)]
    except (StopIteration, csv.Error) as error:
        problem = f"'{file_name}' has no {options.header_rows} header rows"
        raise SourceError(f"{place.key}.file", problem, "correct read.header_rows") from error
    names = [name.strip() or f"column {at}" for at, name in enumerate(header[0], start=1)]
    return names, text.tell()


def _check_header(
    head: str, names: list[str], wanted: Collection[str] | None, options: ReadOptions, place: Place
) -> None:
    """Demand that the header has every wanted column once; know a wrong delimiter when it shows."""
    missing = [name for name in wanted or () if name not in names]
    if missing or (wanted is None and len(names) == 1):
        _propose_delimiter(head, wanted, options, place)
    demand_columns(place, missing, names)
    for name in names:
        if names.count(name) > 1 and (wanted is None or name in wanted):
            raise ContractError(
                place.column(name), "the header has this name twice", "give each column its own name"
            )


def _propose_delimiter(head: str, wanted: Collection[str] | None, options: ReadOptions, place: Place) -> None:
    """Raise when another delimiter would give the wanted columns."""
    line = head.split("\n", 1)[0]
    for delimiter, shown in _DELIMITERS.items():
        names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
        names = [name for name in names if name] if delimiter == " " else names
        if delimiter != options.delimiter and len(names) > 1 and set(wanted or ()) <= set(names):
            problem = f"'{options.delimiter}' does not part the columns of '{line[:60]}'"
            raise SourceError(f"{place.key}.read.delimiter", problem, f"write read: {{delimiter: {shown}}}")


def _load(transcript: Transcript, staged: Staged, width: int) -> None:
    """Copy the rows below the header into the raw table, piece by piece."""
    names = [f"c{at}" for at in range(width)]
    chosen = [column.sql for column in staged.columns.values()]
    ragged = _Ragged()
    try:
        with pacsv.open_csv(
            transcript,
            read_options=pacsv.ReadOptions(column_names=names, use_threads=False, block_size=_BLOCK_BYTES),
            parse_options=pacsv.ParseOptions(
                delimiter=staged.options.delimiter, newlines_in_values=True, invalid_row_handler=ragged
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=chosen,
                strings_can_be_null=False,
            ),
        ) as batches:
            for batch in batches:
                append_texts(staged, batch)
    except pa.ArrowInvalid as error:
        raise _explain(error, ragged.first, staged, width) from error


class _Ragged:
    """Remember the first row whose number of values is not that of the header."""

    first: Any = None

    def __call__(self, row: Any) -> str:
        self.first = self.first or row
        return "error"


def _check_rows(staged: Staged, quotes: int) -> None:
    """Refuse a table without rows, and one whose last value runs on because a quote was never closed."""
    count = staged.row_count
    if count == 0:
        raise _no_rows(staged.place)
    last = (
        staged.connection.execute(f"SELECT * FROM {staged.table} WHERE rowid = {count - 1}").fetchone() or ()
    )
    open_ended = [value for value in last if value is not None and "\n" in value]
    if quotes % 2 and open_ended:
        problem = f"a quote is opened and never closed ('{open_ended[0][:40]}')"
        raise SourceError(f"{staged.place.key}.file", problem, "export the file again; it may be cut off")


def _no_rows(place: Place) -> SourceError:
    """Return the error for a file that ends after its header."""
    return SourceError(f"{place.key}.file", "has a header but no rows", "export it again with its rows")


def _explain(error: pa.ArrowInvalid, row: Any, staged: Staged, width: int) -> SourceError:
    """Say which row does not fit the header."""
    if "Empty CSV" in str(error):
        return _no_rows(staged.place)
    where = f"{staged.place.key}.file"
    if row is None:
        return SourceError(where, f"cannot be read as CSV ({error})", "export it again")
    number = "" if row.number is None else f" {row.number + staged.options.header_rows}"
    problem = f"row{number} has {row.actual_columns} values, the header {width} ('{row.text[:40]}')"
    return SourceError(where, problem, "put quotes around values that hold the delimiter, or correct the row")
