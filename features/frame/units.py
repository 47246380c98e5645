"""Anonymous answers: folded per unit and snapshot, given to every member of the unit, small groups left out.

The unit takes the place of the entity; no row of a single answer leaves this module. What is shown, and what
is held back so that nobody's answer can be computed from two values, :mod:`features.frame.release` decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.attributes import look_up_values
from features.cohort import Rows, Tables, count_days
from features.columns import list_days, text_of, value_of
from features.fold import fold_events
from features.frame.release import HIDDEN, AnswerDays, plan_release
from features.measures import Measure, Shape
from features.usecase import UseCase

_ROWS = "xm_unit_rows"
_WHOLE_HISTORY = 10**6
Integers = npt.NDArray[np.int64]


def fold_units(
    tables: Tables, usecase: UseCase, source_name: str, measures: Sequence[Measure], rows: str
) -> pa.Table:
    """Return measures of an anonymous source for every row, as known of its unit at the snapshot.

    A value is missing where it would be made of fewer answers than ``privacy.minimum_group``; it stays that
    of an earlier snapshot where fewer answers than that have come and gone since.

    Parameters
    ----------
    tables, usecase
        The open tables and what they belong to.
    source_name
        The anonymous source; its ``entity_id`` is a unit.
    measures
        What to compute, with the shapes of their columns.
    rows
        Table with ``row_id``, ``entity_id``, ``snapshot_day``; its snapshots are among those of the use case.
    """
    grid = _list_cells(tables, usecase, source_name)
    cells = grid.rows.store(tables.connection, _ROWS)
    events = tables.table(source_name)
    found = fold_events(tables.connection, events=events, rows=cells, measures=measures)
    day_places, unit_places = _find_units(tables, usecase, rows, grid)
    plans = _plan(tables, events, measures, grid, usecase.privacy.minimum_group)
    columns = {}
    for measure, plan in zip(measures, plans, strict=True):
        shown = plan[day_places, unit_places]
        is_hidden = (unit_places == HIDDEN) | (shown == HIDDEN)
        places = pa.array(shown * len(grid.units) + unit_places, pa.int64(), mask=is_hidden)
        columns[measure.name] = found.column(measure.name).take(places)
    return pa.table(columns)


@dataclass(frozen=True)
class _Grid:
    """All units with answers at all snapshots of the use case: by snapshot, then unit.

    Not those that have rows alone: which entities have a row depends on what became of them.
    """

    units: tuple[str, ...]
    days: tuple[int, ...]

    @property
    def rows(self) -> Rows:
        """Return one row per snapshot and unit."""
        names = pa.chunked_array([pa.array(self.units * len(self.days), pa.string())])
        return Rows(names, np.repeat(np.array(self.days, np.int32), len(self.units)))


def _list_cells(tables: Tables, usecase: UseCase, source_name: str) -> _Grid:
    """Return the units of a source and the snapshots of the use case."""
    query = f"SELECT DISTINCT entity_id FROM {tables.table(source_name)} ORDER BY entity_id"
    units = tuple(str(unit) for (unit,) in tables.connection.execute(query).fetchall())
    return _Grid(units, tuple(map(count_days, usecase.settled()[1].grid.dates())))


def _find_units(tables: Tables, usecase: UseCase, rows: str, grid: _Grid) -> tuple[Integers, Integers]:
    """Return the place of snapshot and unit of each row, the unit as known then; HIDDEN without answers."""
    source, _, column = (usecase.units or "").partition(".")
    found = look_up_values(
        tables.connection,
        history=tables.table(source),
        rows=rows,
        values=[text_of(column)],
        shown=["v0 AS unit", "snapshot_day"],
    )
    unit_places = {unit: place for place, unit in enumerate(grid.units)}
    units = [unit_places.get(unit, HIDDEN) for unit in found.column("unit").to_pylist()]
    days = np.searchsorted(np.array(grid.days), found.column("snapshot_day").to_numpy())
    return days.astype(np.int64), np.array(units, dtype=np.int64)


def _plan(
    tables: Tables, events: str, measures: Sequence[Measure], grid: _Grid, minimum: int
) -> list[Integers]:
    """Return for each measure which snapshot's value each snapshot (line) and unit (column) shows."""
    windows: dict[tuple[str | None, Shape], list[int]] = {}
    for measure in measures:
        windows.setdefault(_column_of(measure), []).extend(_windows_of(measure))
    plans: dict[tuple[str | None, Shape, int], Integers] = {}
    for column, asked in windows.items():
        ordered = sorted(set(asked))
        answers = _list_answers(tables, events, column, grid)
        per_unit = np.stack([plan_release(days, grid.days, ordered, minimum) for days in answers], axis=1)
        plans |= {(*column, window): per_unit[..., place] for place, window in enumerate(ordered)}
    return [_combine([plans[*_column_of(one), window] for window in _windows_of(one)]) for one in measures]


def _column_of(measure: Measure) -> tuple[str | None, Shape]:
    """Return the column whose values a measure is made of; none for functions of the answers alone."""
    return measure.column, measure.shape


def _windows_of(measure: Measure) -> list[int]:
    """Return the windows that a measure looks at; a delta looks at two that make up a longer one."""
    windows = [days for days in (measure.window_days, measure.long_days) if days is not None]
    if measure.function in {"delta", "count_delta"}:
        windows.append(2 * windows[0])
    return windows or [_WHOLE_HISTORY]


def _combine(plans: Sequence[Integers]) -> Integers:
    """Return the plan of a value made of several windows: shown where all of them show the same snapshot."""
    first, *others = plans
    is_same = np.logical_and.reduce([first == other for other in others], axis=0)
    return np.where(is_same, first, HIDDEN)


def _list_answers(
    tables: Tables, events: str, column: tuple[str | None, Shape], grid: _Grid
) -> list[AnswerDays]:
    """Return the days of the answers that have a value, unit by unit."""
    name, shape = column
    has_value = "true" if name is None else f"{value_of(name, shape)} IS NOT NULL"
    query = f"""
        SELECT entity_id, {list_days(tables.connection, events)} FROM {events}
        WHERE {has_value} ORDER BY entity_id
    """
    found = tables.connection.sql(query).to_arrow_table()
    event, visible, gone = (
        found.column(name).to_numpy().astype(np.int64) for name in ("event_day", "visible_day", "gone_day")
    )
    owners = pc.index_in(found.column("entity_id"), pa.array(grid.units, pa.string())).to_numpy()
    edges = np.searchsorted(owners, np.arange(len(grid.units) + 1)).tolist()
    return [AnswerDays(event[low:high], visible[low:high], gone[low:high]) for low, high in pairwise(edges)]
