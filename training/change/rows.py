"""Find the rows of a feature table that a change speaks of."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.catalogue import CUT_PREFIX, Catalogue
from features.errors import ContractError, InputError
from features.frame import Frame
from training.change.group import Snapshot
from training.rows import feature_columns, texts

_MOST_DATES = 36


def read_entity(frame: Frame, entity: str, day: date, catalogue: Catalogue) -> dict[str, Any]:
    """Return the feature values of an entity at a snapshot.

    Parameters
    ----------
    frame
        The feature table.
    catalogue
        Which features.

    Raises
    ------
    InputError
        If the entity has no row on that day; the message names the days on which it has one.
    ContractError
        If the table lacks a feature.
    """
    rows = _rows_at(frame, day)
    chosen = rows.filter(pc.equal(rows.column("entity_id"), entity))
    if chosen.num_rows:
        return dict(_features(chosen, catalogue).to_pylist()[0])
    days = _days_of(frame, entity)
    if not days:
        problem = f"'{entity}' is in no row of the feature table of '{frame.facts.usecase}'"
        raise InputError("--entity", problem, "see entity_id in frame.parquet; build again if it is new")
    raise InputError("--entity", f"'{entity}' has no row on {day}", f"it has rows on {_list_days(days)}")


def read_snapshot(frame: Frame, cut: str, day: date, catalogue: Catalogue) -> Snapshot:
    """Return everybody who has a row at a snapshot, with the groups of one cut.

    Parameters
    ----------
    cut
        Name of a cut of the use case, such as ``department``.

    Raises
    ------
    InputError
        If the table has no such cut, or no row on that day.
    ContractError
        If the table lacks a feature.
    """
    rows, column = _rows_at(frame, day), f"{CUT_PREFIX}{cut}"
    if column not in frame.facts.cuts:
        known = ", ".join(name.removeprefix(CUT_PREFIX) for name in frame.facts.cuts)
        hint = (
            f"name one of {known}" if known else "name columns under 'cuts' in the use case and build again"
        )
        raise InputError("--group", f"'{cut}' is not a cut of '{frame.facts.usecase}'", hint)
    if not rows.num_rows:
        raise InputError(
            "snapshots", f"no row is of {day}", f"there are rows of {_list_days(_days_of(frame))}"
        )
    groups = [None if group is None else str(group) for group in rows.column(column).to_pylist()]
    return Snapshot(
        day=day.isoformat(),
        entity=texts(rows, "entity_id"),
        group=np.array(groups, dtype=object),
        columns=feature_columns(_features(rows, catalogue), catalogue),
    )


def _rows_at(frame: Frame, day: date) -> pa.Table:
    """Return the rows of one snapshot: of the newest one those that can be scored."""
    if frame.facts.shape == "table":
        problem = "is made of a flat table, whose rows have no dates"
        raise InputError(frame.facts.usecase, problem, "explain changes between snapshots")
    if _day_of(frame.latest) == day:
        return frame.latest
    return frame.table.filter(pc.equal(frame.table.column("snapshot_date"), pa.scalar(day, pa.date32())))


def _day_of(latest: pa.Table) -> date | None:
    """Return the day of the newest rows."""
    day: date | None = latest.column("snapshot_date")[0].as_py() if latest.num_rows else None
    return day


def _days_of(frame: Frame, entity: str | None = None) -> list[date]:
    """Return the days with a row, of one entity or of any, oldest first."""
    newest = _day_of(frame.latest)
    older = frame.table.filter(
        pc.not_equal(frame.table.column("snapshot_date"), pa.scalar(newest, pa.date32()))
    )
    days: set[date] = set()
    for rows in (frame.table if newest is None else older, frame.latest):
        chosen = rows if entity is None else rows.filter(pc.equal(rows.column("entity_id"), entity))
        days |= set(chosen.column("snapshot_date").unique().to_pylist())
    return sorted(days)


def _list_days(days: Sequence[date]) -> str:
    """Write days one after another; of very many the newest."""
    listed = ", ".join(map(str, days[-_MOST_DATES:]))
    return listed if len(days) <= _MOST_DATES else f"{len(days)} days, the newest of them {listed}"


def _features(rows: pa.Table, catalogue: Catalogue) -> pa.Table:
    """Return the features alone."""
    missing = [name for name in catalogue.names if name not in rows.column_names]
    if missing:
        problem = f"has no column '{missing[0]}', which the model reads"
        raise ContractError("feature table", problem, "build it again from a use case that has the feature")
    return rows.select(list(catalogue.names))
