"""SQL queries on PostgreSQL, in a transaction that can only read."""

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from features.addresses import DatabaseAddress, UnreachableError, driver_errors, read_address
from features.errors import SourceError
from features.reading.staged import Place

_SCHEMES = ("postgresql", "postgres", "postgresql+pg8000")
_READ_ONLY = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"


def is_postgresql(url: str) -> bool:
    """Tell whether an address is one of PostgreSQL.

    Examples
    --------
    >>> is_postgresql("postgresql://me@db/crm"), is_postgresql("sqlite:///crm.db")
    (True, False)
    """
    return url.partition("://")[0] in _SCHEMES


def fetch_postgresql(url: str, query: str, place: Place) -> tuple[pa.Table, str]:
    """Return what a query gives, and a fingerprint of its rows, whatever their order.

    Parameters
    ----------
    url
        ``postgresql://user@host:5432/database``; the password comes from the environment.
    query
        SQL text that gives rows.
    place
        For messages.

    Raises
    ------
    SourceError
        If the server cannot be reached or the query fails.
    """
    address = read_address(url, f"{place.key}.url")
    names, rows = _run(address, query, place)
    columns = zip(*rows, strict=True) if rows else [() for _ in names]
    table = pa.table({name: _to_arrow(values) for name, values in zip(names, columns, strict=True)})
    return table, _fingerprint(names, rows, query)


def _run(address: DatabaseAddress, query: str, place: Place) -> tuple[list[str], Sequence[Sequence[Any]]]:
    """Return names and rows of a query."""
    try:
        connection = address.connect()
    except UnreachableError as error:
        raise SourceError(f"{place.key}.url", f"'{error.where}' {error.problem}", error.hint) from None
    with contextlib.closing(connection):
        try:
            connection.execute_simple(_READ_ONLY)
            # A statement of this kind is a single one: none behind it can end the transaction.
            found = connection.execute_unnamed(query)
        except driver_errors() as error:
            problem = f"fails on '{address.shown}' ({address.reason_of(error)})"
            raise SourceError(f"{place.key}.query", problem, "correct the query") from None
        if not found.columns:
            raise SourceError(f"{place.key}.query", "is not a query that gives rows", "begin it with SELECT")
        return [str(column["name"]) for column in found.columns], list(found.rows)


def _to_arrow(values: Sequence[Any]) -> pa.Array:
    """Give the values of a column the type that they have; what has none of ours becomes text."""
    kinds = {type(value) for value in values} - {type(None)}
    if kinds and kinds <= {int, float, Decimal}:
        if kinds == {int}:
            with contextlib.suppress(pa.ArrowException, OverflowError):
                return pa.array(values, pa.int64())
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    if kinds == {datetime}:
        zones = {value.tzinfo is not None for value in values if value is not None}
        return pa.array(values, pa.timestamp("us", tz="UTC" if zones == {True} else None))
    convert: dict[type, Callable[[], pa.DataType]] = {bool: pa.bool_, date: pa.date32, str: pa.string}
    if len(kinds) == 1 and (kind := kinds.pop()) in convert:
        return pa.array(values, convert[kind]())
    return pa.array([None if value is None else str(value) for value in values], pa.string())


def _fingerprint(names: Sequence[str], rows: Sequence[Sequence[Any]], query: str) -> str:
    """Return a SHA-256 of query, names and rows; a query without ORDER BY may give them in any order."""
    digest = hashlib.sha256(f"{query}\n{names!r}\n".encode())
    for line in sorted(hashlib.sha256(repr(tuple(row)).encode()).digest() for row in rows):
        digest.update(line)
    return digest.hexdigest()
