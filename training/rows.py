"""The rows of a frame as arrays: features, what happened to each row, and who it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.frame import Frame
from features.timeline import Horizon
from features.usecase import EventTarget, UseCase
from training.encoding import Column

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
OUTCOME = "outcome"


@dataclass(frozen=True)
class FollowUp:
    """Hold what became of rows after their snapshot; see :class:`features.labels.Labels`."""

    snapshot_date: NDArray[np.datetime64]
    days: Floats
    event: Floats
    known_days: Floats
    spans: tuple[Horizon, ...]
    primary: Horizon
    observed_until: date

    def take(self, chosen: NDArray[Any]) -> "FollowUp":
        """Return some of the rows."""
        columns = ("snapshot_date", "days", "event", "known_days")
        return replace(self, **{name: getattr(self, name)[chosen] for name in columns})


@dataclass(frozen=True)
class TrainingRows:
    """Hold the rows that models are fitted to and judged on.

    Attributes
    ----------
    columns
        Feature values by name, in the order of the catalogue.
    outcome
        Of a flat table 1 for the predicted label, else 0; of snapshots what became of each row.
    group
        Rows of one group never stand on both sides of a split: the declared group, else the entity.
    """

    catalogue: Catalogue
    columns: Mapping[str, Column]
    entity: NDArray[np.object_]
    group: NDArray[np.object_]
    outcome: Floats | FollowUp
    weight: Floats | None
    value: Floats | None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.entity)

    @property
    def horizon_names(self) -> tuple[str, ...]:
        """Return the names of the horizons, shortest first; ``outcome`` for a flat table."""
        if not isinstance(self.outcome, FollowUp):
            return (OUTCOME,)
        return tuple(str(span.length) for span in self.outcome.spans)

    @property
    def primary_index(self) -> int:
        """Return the position of the horizon that reports lead with."""
        if not isinstance(self.outcome, FollowUp):
            return 0
        return self.horizon_names.index(str(self.outcome.primary.length))

    def take(self, chosen: NDArray[Any]) -> "TrainingRows":
        """Return some of the rows.

        Parameters
        ----------
        chosen
            Positions, or one truth value per row.
        """
        return replace(
            self,
            columns={name: np.asarray(column)[chosen] for name, column in self.columns.items()},
            entity=self.entity[chosen],
            group=self.group[chosen],
            outcome=self.outcome.take(chosen) if isinstance(self.outcome, FollowUp) else self.outcome[chosen],
            weight=_take(self.weight, chosen),
            value=_take(self.value, chosen),
        )


def rows_of(frame: Frame, usecase: UseCase) -> TrainingRows:
    """Return the labelled rows of a frame."""
    table, facts = frame.table, frame.facts
    entity = texts(table, "entity_id")
    return TrainingRows(
        catalogue=facts.catalogue,
        columns=feature_columns(table, facts.catalogue),
        entity=entity,
        group=texts(table, "entity_group") if "entity_group" in table.column_names else entity,
        outcome=_follow_up(table, usecase.target, facts.observed_until)
        if usecase.target is not None and facts.observed_until is not None
        else _floats(table, "target"),
        weight=numbers(table, "weight"),
        value=numbers(table, "value_revenue"),
    )


def feature_columns(table: pa.Table, catalogue: Catalogue) -> dict[str, Column]:
    """Return the feature columns of a table: float64 with NaN for missing, or texts with None."""
    return {
        feature.name: _floats(table, feature.name) if feature.kind == "number" else texts(table, feature.name)
        for feature in catalogue
    }


def numbers(table: pa.Table, name: str) -> Floats | None:
    """Return a column as float64 with NaN for missing, or None if the table does not have it."""
    return _floats(table, name) if name in table.column_names else None


def texts(table: pa.Table, name: str) -> NDArray[np.object_]:
    """Return a column as texts with None for missing."""
    return np.array(table.column(name).to_pylist(), dtype=object)


def _floats(table: pa.Table, name: str) -> Floats:
    """Return a column as float64 with NaN for missing."""
    column: Floats = table.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.array(column, dtype=np.float64)


def _follow_up(table: pa.Table, target: EventTarget, observed_until: date) -> FollowUp:
    """Return what became of the rows of snapshots."""
    return FollowUp(
        snapshot_date=table.column("snapshot_date").to_numpy(zero_copy_only=False).astype("datetime64[D]"),
        days=_floats(table, "target_days"),
        event=_floats(table, "target_event"),
        known_days=_floats(table, "target_known_days"),
        spans=target.spans,
        primary=target.primary,
        observed_until=observed_until,
    )


def _take(column: Floats | None, chosen: NDArray[Any]) -> Floats | None:
    """Return some values of a column that may be absent."""
    return None if column is None else column[chosen]
