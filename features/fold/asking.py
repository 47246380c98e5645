"""Which rows are asked for, and the table of what is told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.fold.folding import Rows
from features.measures import Measure
from features.panes import Roster, Texts

if TYPE_CHECKING:
    import duckdb

Days = NDArray[np.int32]


@dataclass(frozen=True)
class Asked:
    """Hold the rows of a feature table in the order in which they are folded: by entity, then snapshot.

    Attributes
    ----------
    roster
        The entities, numbered in the order of their ids.
    days
        All snapshot days, ascending.
    order
        Place of each row in the table; shape (rows,).
    rows
        The rows.
    """

    roster: Roster
    days: Days
    order: NDArray[np.int64]
    rows: Rows

    @property
    def owners(self) -> Days:
        """Return the entity of each row."""
        return np.repeat(self.rows.entities, np.diff(self.rows.starts))


def read_rows(connection: "duckdb.DuckDBPyConnection", rows: str) -> Asked:
    """Return the rows of a table with ``row_id`` (0, 1, 2, ...), ``entity_id`` and ``snapshot_day``."""
    found = connection.sql(f"SELECT entity_id, snapshot_day FROM {rows} ORDER BY row_id").to_arrow_table()
    snapshot_days: Days = found.column("snapshot_day").to_numpy().astype(np.int32)
    return order_rows(found.column("entity_id").combine_chunks(), snapshot_days, np.unique(snapshot_days))


def order_rows(ids: pa.Array, snapshot_days: Days, days: Days) -> Asked:
    """Return rows in the order in which they are folded.

    Parameters
    ----------
    ids, snapshot_days
        Entity and snapshot of each row.
    days
        All snapshot days of the table that the rows are from, ascending.
    """
    roster = Roster(pc.unique(ids).sort())
    entities = roster.number(ids)
    order = np.lexsort((snapshot_days, entities))
    places = np.searchsorted(days, snapshot_days[order]).astype(np.int32)
    return Asked(roster, days, order, arrange(entities[order], places))


def arrange(owners: Days, places: Days) -> Rows:
    """Return rows that stand in the order of their entities, and of their snapshots within each."""
    entities, starts = np.unique(owners, return_index=True)
    return Rows(entities, np.append(starts, len(owners)).astype(np.int64), places)


def to_table(measures: Sequence[Measure], told: NDArray[np.float64], texts: Texts) -> pa.Table:
    """Return what is told of rows as columns: missing where nothing was found.

    Parameters
    ----------
    measures
        The names and kinds of the columns.
    told
        One line per measure, one value per row; a text is the bits of its hash.
    texts
        The texts of the hashes.
    """
    columns = {
        measure.name: texts.read(values.view(np.int64))
        if measure.kind == "category"
        else pa.array(values, from_pandas=True)
        for measure, values in zip(measures, told, strict=True)
    }
    return pa.table(columns)
