"""The form of the tables that scores go to: one line per person or group, one column per figure.

A tool for dashboards joins such a table to its own by ``entity_id`` and needs no pivot. ``horizon`` and
``probability`` hold the horizon that the risk band and the reasons speak of, under names that are the same
for all use cases; every horizon has a column of its own besides.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Boolean, Column, Date, DateTime, Double, Float, Integer, MetaData, String, Table, Text
from sqlalchemy.types import TypeEngine

from features.errors import ContractError, InputError
from training.batch import PROBABILITY

SCORES, GROUPS, BATCHES = "xm_scores", "xm_group_scores", "xm_score_batches"
_NAME = re.compile(r"(?:(?P<schema>[A-Za-z_][A-Za-z0-9_]{0,62})\.)?(?P<table>[A-Za-z_][A-Za-z0-9_]{0,62})")
# Further horizons, levels and reasons of other use cases: such columns are added where they are not there.
_ADDED = re.compile(r"(?:probability|reason|value)_\w+")
_BATCH_KEY = ("usecase", "as_of", "model_version")
_STAMPS = {"batch_id": Text, "scored_at": DateTime}
_PERSON = {
    "entity_id": Text,
    "horizon": Text,
    "probability": Double,
    "risk_band": Text,
    "value": Double,
    "low_90": Double,
    "high_90": Double,
    "warnings": Text,
}
_GROUP = {
    "cut": Text,
    "group_name": Text,
    "people": Integer,
    "horizon": Text,
    "probability": Double,
    "risk_band": Text,
    "value": Double,
}
_BATCH = {
    "batch_id": Text,
    "table_name": Text,
    "usecase": Text,
    "as_of": Date,
    "model_version": Text,
    "scores": Integer,
    "parts": Integer,
    "parts_written": Integer,
    "is_complete": Boolean,
    "superseded_by": Text,
    "scored_at": DateTime,
    "completed_at": DateTime,
}
_FAMILIES: dict[type[TypeEngine[Any]], type[TypeEngine[Any]]] = {Double: Float, Text: String}


@dataclass(frozen=True)
class Stamp:
    """Hold what all lines of a batch share.

    Attributes
    ----------
    as_of
        Day of the features; of rows without one the day on which they were first scored.
    horizon
        The one that the risk band speaks of; None where an answer is forecast.
    """

    usecase: str
    as_of: date
    model_version: str
    batch_id: str
    scored_at: datetime
    horizon: str | None


def parse_name(text: str, *, is_individual: bool) -> tuple[str | None, str]:
    """Return schema and name of a table.

    Parameters
    ----------
    text
        ``table`` or ``schema.table``; empty for the usual one.
    is_individual
        Whether persons are scored, and not groups.

    Raises
    ------
    InputError
        If it is no plain name.

    Examples
    --------
    >>> parse_name("", is_individual=False), parse_name("bi.churn", is_individual=True)
    ((None, 'xm_group_scores'), ('bi', 'churn'))
    """
    if not text:
        return None, SCORES if is_individual else GROUPS
    found = _NAME.fullmatch(text)
    if found is None:
        hint = "write table or schema.table with letters, digits and _"
        raise InputError("--table", f"'{text}' is no plain name of a table", hint)
    if found["table"] == BATCHES:
        raise InputError("--table", f"'{BATCHES}' tells of batches", "choose another name")
    return found["schema"], found["table"]


def table_of_scores(name: tuple[str | None, str], example: pa.Table, *, is_individual: bool) -> Table:
    """Return the table that scores like those of ``example`` go to."""
    schema, table = name
    fixed = _PERSON if is_individual else _GROUP
    keys = (*_BATCH_KEY, "entity_id") if is_individual else (*_BATCH_KEY, "cut", "group_name")
    kinds: dict[str, type[TypeEngine[Any]]] = {"usecase": Text, "as_of": Date, "model_version": Text, **fixed}
    for field in example.schema:
        if _ADDED.fullmatch(field.name):
            kinds[field.name] = Double if pa.types.is_floating(field.type) else Text
    return _make(table, schema, kinds | _STAMPS, keys)


def table_of_batches(schema: str | None) -> Table:
    """Return the table that says which batches are complete."""
    return _make(BATCHES, schema, _BATCH, ("batch_id", "table_name"))


def lines_of(scores: pa.Table, stamp: Stamp) -> Iterator[dict[str, Any]]:
    """Yield the lines of a table from the scores of a part."""
    shared = {name: getattr(stamp, name) for name in (*_BATCH_KEY, *_STAMPS, "horizon")}
    figure = f"{PROBABILITY}{stamp.horizon}"
    for row in scores.to_pylist():
        if "group" in row:
            row["group_name"] = row.pop("group")
        yield {**row, **shared, "probability": row.get(figure)}


def demand_form(wanted: Table, found: dict[str, TypeEngine[Any]], keys: list[str], where: str) -> list[str]:
    """Return the columns to add to a table that is there.

    Parameters
    ----------
    wanted
        What the table has to be like.
    found
        Columns and types of the table that is there.
    keys
        Columns of its primary key.
    where
        For messages.

    Raises
    ------
    ContractError
        If a column is missing, of another type, or none of ours, or the primary key is another one.
    """
    hint = "name another table with --table"
    added = []
    for column in wanted.columns:
        kind = found.get(column.name)
        if kind is None and not _ADDED.fullmatch(column.name):
            raise ContractError(f"{where}.{column.name}", "the table is there without this column", hint)
        if kind is None:
            added.append(column.name)
        elif not isinstance(kind, _FAMILIES.get(type(column.type), type(column.type))):
            problem = f"the column is {kind}, not {column.type}"
            raise ContractError(f"{where}.{column.name}", problem, hint)
    for name in found:
        if name not in wanted.columns and not _ADDED.fullmatch(name):
            raise ContractError(f"{where}.{name}", "the column is none of a table of scores", hint)
    own = [column.name for column in wanted.primary_key.columns]
    if sorted(keys) != sorted(own):
        problem = f"the primary key is ({', '.join(keys)}), not ({', '.join(own)})"
        raise ContractError(where, problem, hint)
    return added


def _make(
    name: str, schema: str | None, kinds: dict[str, type[TypeEngine[Any]]], keys: tuple[str, ...]
) -> Table:
    """Return a table of typed columns."""
    columns = [
        Column(
            column,
            DateTime(timezone=True) if kind is DateTime else kind(),
            primary_key=column in keys,
            nullable=column not in {*keys, *_STAMPS},
            autoincrement=False,
        )
        for column, kind in kinds.items()
    ]
    return Table(name, MetaData(), *columns, schema=schema)
