"""Which columns of a file hold times, told from its first rows without loading it."""

import csv
import io
from itertools import islice
from pathlib import Path

import duckdb

from features.reading.columnar import is_parquet
from features.reading.guesses import holds_dates
from features.reading.staged import Place
from features.reading.transcript import Transcript
from features.sql import quoted_name, quoted_texts
from features.usecase import ReadOptions

_ROWS = 500


def list_time_columns(
    connection: duckdb.DuckDBPyConnection, place: Place, path: Path, options: ReadOptions
) -> tuple[str, ...]:
    """Return the columns of a file that hold dates or times, by their type or by their first texts.

    Parameters
    ----------
    connection
        Where Parquet files are looked at.
    place
        For messages.
    path, options
        The file and how it is written; it has been read as such before.
    """
    if not is_parquet(path):
        names, rows = _read_first_rows(place, path, options)
        return _find_dates(names, rows, set(options.missing))
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    relation = f"read_parquet([{quoted_texts(str(file) for file in files)}])"
    described = connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM {relation})")
    types = {str(name): str(kind) for name, kind in described.fetchall()}
    typed = [name for name, kind in types.items() if kind == "DATE" or kind.startswith("TIMESTAMP")]
    texts = [name for name, kind in types.items() if kind == "VARCHAR"]
    if not texts:
        return tuple(typed)
    listed = ", ".join(map(quoted_name, texts))
    found = connection.execute(f"SELECT {listed} FROM {relation} LIMIT {_ROWS}").fetchall()
    rows = [["" if value is None else str(value) for value in row] for row in found]
    return (*typed, *_find_dates(texts, rows, set(options.missing)))


def _read_first_rows(place: Place, path: Path, options: ReadOptions) -> tuple[list[str], list[list[str]]]:
    """Return the names and the first rows of a CSV file."""
    with Transcript(path, options, place) as transcript:
        text = io.StringIO(transcript.first_text(), newline="")
    rows = csv.reader(iter(text.readline, ""), delimiter=options.delimiter)
    head = list(islice(rows, options.header_rows))
    names = [name.strip() for name in head[0]]
    return names, [row for row in islice(rows, _ROWS) if len(row) == len(names)]


def _find_dates(names: list[str], rows: list[list[str]], missing: set[str]) -> tuple[str, ...]:
    """Return the names that stand once and under which the texts that are there are dates."""
    found = []
    for at, name in enumerate(names):
        texts = [text for row in rows if (text := row[at].strip()) and text not in missing]
        if names.count(name) == 1 and holds_dates(texts):
            found.append(name)
    return tuple(found)
