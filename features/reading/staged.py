"""A raw table as it came out of a file or a database, before its values have been given types."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import duckdb

from features.errors import ContractError
from features.sql import quoted_name, quoted_text, quoted_texts
from features.usecase import ReadOptions


@dataclass(frozen=True)
class Place:
    """Say where in the use-case file a raw table is described, for messages.

    Parameters
    ----------
    key
        Path of keys in the use-case file: ``sources.tickets``, ``table``, ``table.join[0]``.
    name
        What its columns are named after in messages: ``tickets``.
    """

    key: str
    name: str

    @classmethod
    def of_source(cls, name: str) -> Self:
        """Return that of a source."""
        return cls(f"sources.{name}", name)

    def column(self, name: str) -> str:
        """Return how a message names a column: ``tickets.opened_at``."""
        return f"{self.name}.{name}"


@dataclass(frozen=True)
class Column:
    """Name a column of a staged table and its DuckDB type.

    Parameters
    ----------
    sql
        Quoted name in the staged table.
    type
        DuckDB type.
    is_clean
        Whether texts have been trimmed and missing ones are NULL already.
    """

    sql: str
    type: str
    is_clean: bool = False

    @property
    def is_text(self) -> bool:
        """Tell whether the column came as text."""
        return self.type == "VARCHAR" or self.type.startswith("ENUM")


@dataclass(frozen=True)
class Staged:
    """Hold a raw table inside DuckDB; rows keep the order of the file, ``rowid`` counts them from 0.

    Parameters
    ----------
    connection
        Where the table lies.
    place
        For messages.
    table
        Quoted name of the table in DuckDB.
    columns
        The columns that were loaded, under the names of the file, in the order of the file.
    options
        How texts are to be understood: missing values, decimal sign, dates, zone.
    first_row
        Number that a person sees beside the first row when opening the file.
    fingerprint
        SHA-256 of the file or of what the query gave.
    """

    connection: duckdb.DuckDBPyConnection
    place: Place
    table: str
    columns: Mapping[str, Column]
    options: ReadOptions
    first_row: int
    fingerprint: str

    @property
    def row_count(self) -> int:
        """Return the number of rows."""
        found = self.connection.execute(f"SELECT count(*) FROM {self.table}").fetchone()
        return int(found[0]) if found else 0

    def drop(self) -> None:
        """Free the raw table; its typed form has been made."""
        self.connection.execute(f"DROP TABLE IF EXISTS {self.table}")


def demand_columns(place: Place, wanted: Iterable[str], present: Collection[str]) -> None:
    """Demand that all ``wanted`` columns are there.

    Raises
    ------
    ContractError
        Naming the first missing column and the nearest present ones.
    """
    for name in wanted:
        if name not in present:
            hint = f"the nearest columns are {', '.join(nearest(name, present))}"
            raise ContractError(place.column(name), "the column is not there", hint)


def nearest(name: str, present: Collection[str]) -> list[str]:
    """Return up to three names that look like ``name``, or the first five of all."""
    by_lower = {found.lower(): found for found in present}
    close = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)
    return [f"'{by_lower[found]}'" for found in close] or [f"'{found}'" for found in list(present)[:5]]


def create_texts(staged: Staged) -> None:
    """Make the empty raw table, every column a text."""
    columns = ", ".join(f"{column.sql} VARCHAR" for column in staged.columns.values())
    staged.connection.execute(f"CREATE OR REPLACE TABLE {staged.table} ({columns})")


def append_texts(staged: Staged, rows: object) -> None:
    """Add the rows of an Arrow batch of texts to the raw table, trimmed, NULL where missing."""
    texts = ", ".join(clean_text(column.sql, staged.options) for column in staged.columns.values())
    staged.connection.register("incoming", rows)
    try:
        staged.connection.execute(f"INSERT INTO {staged.table} SELECT {texts} FROM incoming")
    finally:
        staged.connection.unregister("incoming")


def clean_text(text: str, options: ReadOptions) -> str:
    """Return SQL that trims a text and makes NULL of what stands for a missing value."""
    trimmed = f"trim({text}, {quoted_text(_BLANKS)})"
    missing = quoted_texts(["", *(word.strip() for word in options.missing)])
    return f"(CASE WHEN {trimmed} NOT IN ({missing}) THEN {trimmed} END)"


_BLANKS = " \t\r\n\u00a0"


def stage_name(place: Place) -> str:
    """Return the quoted name of the raw table of ``place``."""
    return quoted_name(f"raw {place.key}")
