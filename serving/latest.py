"""The newest known features of every entity: what scoring by id looks up."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.catalogue import CUT_PREFIX
from features.errors import ContractError, SourceError
from features.objections import Objections
from features.usecase import Privacy

if TYPE_CHECKING:
    from training.disclosure import ShownCuts

ENTITY = "entity_id"
SNAPSHOT = "snapshot_date"
REVENUE = "value_revenue"


@dataclass(frozen=True)
class FoundRow:
    """Hold one entity with its features and the day on which they were known."""

    entity_id: str
    features: dict[str, Any]
    as_of: str | None


class LatestRows:
    """Find rows by entity; sorted by id and held as Arrow columns, which need little memory.

    Parameters
    ----------
    table
        Columns ``entity_id``, the features, and ``snapshot_date`` where there are snapshots; one row each.
    where
        Name of the file, for messages.
    """

    def __init__(self, table: pa.Table, where: str) -> None:
        self._where = where
        self._table = table.sort_by(ENTITY).combine_chunks()
        self._ids = self._table.column(ENTITY)
        self._shown: tuple[Privacy, ShownCuts] | None = None
        repeated = len(self._ids) - pc.count_distinct(self._ids, mode="only_valid").as_py()
        if repeated:
            problem = f"holds {repeated} rows without an id, or with one that stands there already"
            raise ContractError(where, problem, "build the feature table again")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read ``latest.parquet``.

        Raises
        ------
        SourceError
            If the file cannot be read or lacks the column of ids.
        ContractError
            If an id is missing or stands there twice.
        """
        try:
            table = pq.read_table(path)
        except (OSError, pa.ArrowException) as error:
            raise SourceError(
                str(path), "cannot be read as Parquet", "build the feature table again"
            ) from error
        if ENTITY not in table.column_names:
            raise SourceError(str(path), f"has no column '{ENTITY}'", "build the feature table again")
        return cls(
            table.set_column(table.column_names.index(ENTITY), ENTITY, table[ENTITY].cast(pa.string())),
            str(path),
        )

    def without(self, objections: Objections) -> LatestRows:
        """Return the rows of those who did not object; these rows where nobody here did."""
        left = objections.take_out(self._table)
        return self if left.num_rows == len(self) else LatestRows(left, self._where)

    @cached_property
    def as_of(self) -> str | None:
        """Return the newest snapshot as a date, or None where there are no snapshots."""
        if SNAPSHOT not in self._table.column_names:
            return None
        newest = pc.max(self._table[SNAPSHOT]).as_py()
        return None if newest is None else str(newest.isoformat())

    def __len__(self) -> int:
        """Return the number of entities."""
        return len(self._ids)

    def find(self, entity_ids: Sequence[str], features: Sequence[str]) -> tuple[list[FoundRow], list[str]]:
        """Look entities up.

        Parameters
        ----------
        entity_ids
            In the order of the answer; repeated ids are answered once.
        features
            The columns that are wanted.

        Returns
        -------
        tuple
            The rows that were found, and the ids that were not.

        Raises
        ------
        ContractError
            If the table lacks a feature: it was built for another version of the use case.
        """
        self._demand(features)
        places = {entity_id: self._place(entity_id) for entity_id in dict.fromkeys(entity_ids)}
        known = {entity_id: place for entity_id, place in places.items() if place is not None}
        picked = self._table.take(list(known.values())) if known else self._table.slice(0, 0)
        rows = picked.select(list(features)).to_pylist()
        days = picked[SNAPSHOT].to_pylist() if SNAPSHOT in picked.column_names else [None] * len(rows)
        found = [
            FoundRow(entity_id, row, day.isoformat() if day else None)
            for entity_id, row, day in zip(known, rows, days, strict=True)
        ]
        return found, [entity_id for entity_id, place in places.items() if place is None]

    @property
    def cuts(self) -> tuple[str, ...]:
        """Return the names of the cuts into groups."""
        names = self._table.column_names
        return tuple(name.removeprefix(CUT_PREFIX) for name in names if name.startswith(CUT_PREFIX))

    def show(self, privacy: Privacy) -> ShownCuts:
        """Return which groups of all cuts may be shown; decided once, for the rows never change.

        Raises
        ------
        ReleaseRefusedError
            If safety cannot be shown.
        """
        from training.disclosure import ShownCuts

        if self._shown is None or self._shown[0] != privacy:
            groups = {cut: self._labels(cut).to_pylist() for cut in self.cuts}
            self._shown = (privacy, ShownCuts.of(groups, privacy))
        return self._shown[1]

    def read_features(
        self, features: Sequence[str], start: int = 0, count: int | None = None
    ) -> dict[str, list[Any]]:
        """Return the features of everybody, or of some rows.

        Parameters
        ----------
        features
            The columns that are wanted.
        start, count
            Which rows, in the order of ids; to the end where there is no count.

        Raises
        ------
        ContractError
            If the table lacks a feature: it was built for another version of the use case.
        """
        self._demand(features)
        return {name: self._table.column(name).slice(start, count).to_pylist() for name in features}

    def read_revenue(self) -> NDArray[np.float64] | None:
        """Return everybody's yearly revenue, NaN where it is not known; None where none is declared."""
        if REVENUE not in self._table.column_names:
            return None
        amounts = self._table.column(REVENUE).cast(pa.float64())
        return np.asarray(amounts.to_numpy(zero_copy_only=False), dtype=np.float64)

    def list_groups(self, cut: str) -> tuple[str, ...]:
        """Return all groups of a cut, small ones as well: for those alone who may see single people."""
        found = pc.unique(self._labels(cut)).to_pylist()
        return tuple(sorted(group for group in found if group))

    def is_within(self, cut: str, group: str) -> NDArray[np.bool_]:
        """Tell of everybody whether they are in a group."""
        found = pc.fill_null(pc.equal(self._labels(cut), group), False)
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)

    def name(self, places: NDArray[np.integer[Any]]) -> list[str]:
        """Return the ids of rows, in the order that is given."""
        return [str(found) for found in self._ids.take(pa.array(places)).to_pylist()]

    def _labels(self, cut: str) -> pa.ChunkedArray:
        """Return the group of everybody."""
        return self._table.column(CUT_PREFIX + cut).cast(pa.string())

    def _demand(self, features: Sequence[str]) -> None:
        """Demand that the table has these columns."""
        absent = [name for name in features if name not in self._table.column_names]
        if absent:
            problem = f"lacks {len(absent)} features of the champion, first '{absent[0]}'"
            raise ContractError(
                self._where, problem, "build the feature table again with the champion's use-case file"
            )

    def _place(self, entity_id: str) -> int | None:
        """Return the row of an entity, found by halving."""
        place = bisect.bisect_left(range(len(self._ids)), entity_id, key=lambda index: str(self._ids[index]))
        return place if place < len(self._ids) and str(self._ids[place]) == entity_id else None
