"""Anonymous answers: folded per unit and snapshot, given to every member of the unit, small groups left out.

The unit takes the place of the entity; no row of a single answer leaves this module. A value made of fewer
answers than ``privacy.minimum_group`` is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.attributes import look_up_values
from features.cohort import Rows, Tables
from features.columns import text_of
from features.fold import fold_events
from features.measures import Measure
from features.usecase import UseCase

_ROWS = "xm_unit_rows"


def fold_units(
    tables: Tables, usecase: UseCase, source_name: str, measures: Sequence[Measure], rows: str
) -> pa.Table:
    """Return measures of an anonymous source for every row, as known of its unit at the snapshot.

    Parameters
    ----------
    tables, usecase
        The open tables and what they belong to.
    source_name
        The anonymous source; its ``entity_id`` is a unit.
    measures
        What to compute, with the shapes of their columns.
    rows
        Table with ``row_id``, ``entity_id``, ``snapshot_day``.
    """
    members = _find_units(tables, usecase, rows)
    stored = members.pairs.store(tables.connection, _ROWS)
    backing = [_count_answers(measure) for measure in measures]
    asked = {measure.name: measure for measure in (*measures, *backing)}
    events = tables.table(source_name)
    found = fold_events(tables.connection, events=events, rows=stored, measures=list(asked.values()))
    columns = {}
    for measure, answers in zip(measures, backing, strict=True):
        is_enough = pc.greater_equal(found.column(answers.name), usecase.privacy.minimum_group)
        shown = pc.if_else(is_enough, found.column(measure.name), None)
        columns[measure.name] = shown.take(members.places)
    return pa.table(columns)


@dataclass(frozen=True)
class _Members:
    """The different pairs of unit and snapshot; for each row the place of its pair, null without a unit."""

    pairs: Rows
    places: pa.Array


def _find_units(tables: Tables, usecase: UseCase, rows: str) -> _Members:
    """Return the unit of each row, as known at its snapshot."""
    source, _, column = (usecase.units or "").partition(".")
    found = look_up_values(
        tables.connection,
        history=tables.table(source),
        rows=rows,
        values=[text_of(column)],
        shown=["v0 AS unit", "snapshot_day"],
    )
    units = np.array(found.column("unit").to_pylist(), dtype=object)
    days: npt.NDArray[np.int32] = found.column("snapshot_day").to_numpy().astype(np.int32)
    keys = [None if unit is None else (unit, day) for unit, day in zip(units, days.tolist(), strict=True)]
    pairs = sorted({key for key in keys if key is not None}, key=lambda key: (key[1], key[0]))
    places = {key: place for place, key in enumerate(pairs)}
    names = pa.chunked_array([pa.array([unit for unit, _ in pairs], pa.string())])
    return _Members(
        Rows(names, np.array([day for _, day in pairs], np.int32)),
        pa.array([None if key is None else places[key] for key in keys], pa.int64()),
    )


def _count_answers(measure: Measure) -> Measure:
    """Return the measure that counts the answers behind another one: in its window, with a value."""
    name = f"{measure.column or ''}.answers_{measure.window_days}"
    return replace(measure, name=name, function="count", long_days=None, condition=None)
