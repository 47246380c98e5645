"""Columns of tables: moments in UTC, words from codes, running numbers."""

import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.worlds.vocabulary import NEVER, Flags, Integers, Seconds

_MOMENT = pa.timestamp("us", tz="UTC")


def moments(seconds: Seconds) -> pa.Array:
    """Return seconds as UTC timestamps; NEVER becomes null."""
    never = seconds == NEVER
    return pa.array(np.where(never, 0, seconds) * 1_000_000, mask=never).cast(_MOMENT)


def words(codes: Integers, names: Sequence[str]) -> pa.Array:
    """Return the name of each code."""
    return pa.array(list(names)).take(pa.array(codes))


def texts(each: NDArray[np.str_]) -> pa.Array:
    """Return an array of texts as a column."""
    return pa.array(each.tolist(), type=pa.string())


def numbered(letter: str, count: int) -> pa.Array:
    """Return ``letter-0000001`` and so on.

    Examples
    --------
    >>> numbered("T", 2).to_pylist()
    ['T-0000001', 'T-0000002']
    """
    return pa.array([f"{letter}-{number:07d}" for number in range(1, count + 1)], type=pa.string())


def flags(each: Flags) -> pa.Array:
    """Return yes and no as 1 and 0, so that means are shares."""
    return pa.array(each.astype(np.int8))


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a table as Parquet."""
    pq.write_table(table, path, compression="zstd")


def write_plain_csv(table: pa.Table, path: Path) -> None:
    """Write a table as CSV; moments are ISO 8601 with a Z."""
    pyarrow.csv.write_csv(table, path, pyarrow.csv.WriteOptions(quoting_style="needed"))


def write_gzipped_csv(table: pa.Table, path: Path) -> None:
    """Write a table as CSV.gz; the bytes do not depend on when they are written."""
    plain = io.BytesIO()
    pyarrow.csv.write_csv(table, plain, pyarrow.csv.WriteOptions(quoting_style="needed"))
    path.write_bytes(gzip.compress(plain.getvalue(), compresslevel=1, mtime=0))


def write_windows_csv(heads: Sequence[Sequence[str]], rows: Sequence[Sequence[str]], path: Path) -> None:
    """Write a text file as a German Windows spreadsheet does: semicolons, byte order mark, CRLF.

    Parameters
    ----------
    heads
        Header rows; survey tools write three of them.
    rows
        The body, already formatted.
    path
        File to write.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerows(heads)
        writer.writerows(rows)
