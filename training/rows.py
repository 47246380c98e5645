"""The rows of a frame as arrays: features, what happened to each row, and who it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.frame import Frame
from features.timeline import Horizon
from features.usecase import EventTarget, NextTarget, SilenceTarget, UseCase
from training.encoding import Column
from training.models import RatingKind

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
OUTCOME = "outcome"
_NPS_ANSWERS = np.array([0.0, 7.0, 9.0])


@dataclass(frozen=True)
class FollowUp:
    """Hold what became of rows after their snapshot; see :class:`features.labels.Labels`.

    ``event`` is a code: 1 the predicted event, 2 an event of a competing cause, 0 censored.
    """

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
class Timing:
    """Hold when the labels of snapshots were known.

    Attributes
    ----------
    snapshot_date
        Snapshot of each row.
    known_days
        Days from the start of the horizon to the day that knew the label; NaN where there is none.
    span
        The horizon.
    observed_until
        First day that is not observed.
    """

    snapshot_date: NDArray[np.datetime64]
    known_days: Floats
    span: Horizon
    observed_until: date

    def take(self, chosen: NDArray[Any]) -> "Timing":
        """Return some of the rows."""
        return replace(self, snapshot_date=self.snapshot_date[chosen], known_days=self.known_days[chosen])


@dataclass(frozen=True)
class LabelOutcome:
    """Hold one label per row: of a flat table, silence through a window, or the next answer inside it.

    Attributes
    ----------
    target
        0 or 1, or the answer; NaN where it is not known or nobody answered.
    kind
        ``binary``, or how an answer is to be read.
    scale
        Lowest and best answer, where the use case declares them.
    question
        ``source.column`` of the answer.
    metric
        What the use case declares the question to be, e.g. ``nps``; None where it does not.
    timing
        None for a flat table.
    """

    target: Floats
    kind: Literal["binary"] | RatingKind = "binary"
    scale: tuple[float, float] | None = None
    question: str | None = None
    timing: Timing | None = None
    metric: str | None = None

    @property
    def is_known(self) -> Bools:
        """Tell which rows have a label."""
        return np.isfinite(self.target)

    def take(self, chosen: NDArray[Any]) -> "LabelOutcome":
        """Return some of the rows."""
        timing = None if self.timing is None else self.timing.take(chosen)
        return replace(self, target=self.target[chosen], timing=timing)


@dataclass(frozen=True)
class TrainingRows:
    """Hold the rows that models are fitted to and judged on.

    Attributes
    ----------
    columns
        Feature values by name, in the order of the catalogue.
    outcome
        What became of each row: time to an event, or a label.
    group
        Rows of one group never stand on both sides of a split: the declared group, else the entity.
    directions
        The declared direction of each feature, in the order of the catalogue; see
        :meth:`features.catalogue.Catalogue.directions`. Empty where none is declared.
    """

    catalogue: Catalogue
    columns: Mapping[str, Column]
    entity: NDArray[np.object_]
    group: NDArray[np.object_]
    outcome: FollowUp | LabelOutcome
    weight: Floats | None
    value: Floats | None
    directions: tuple[int, ...] = ()

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.entity)

    @property
    def horizon_names(self) -> tuple[str, ...]:
        """Return the names of the horizons, shortest first; ``outcome`` for a flat table."""
        if isinstance(self.outcome, FollowUp):
            return tuple(str(span.length) for span in self.outcome.spans)
        timing = self.outcome.timing
        return (OUTCOME,) if timing is None else (str(timing.span.length),)

    @property
    def primary_index(self) -> int:
        """Return the position of the horizon that reports lead with."""
        if not isinstance(self.outcome, FollowUp):
            return 0
        return self.horizon_names.index(str(self.outcome.primary.length))

    @property
    def snapshot_date(self) -> NDArray[np.datetime64] | None:
        """Return the snapshot of each row; None for a flat table."""
        if isinstance(self.outcome, FollowUp):
            return self.outcome.snapshot_date
        return None if self.outcome.timing is None else self.outcome.timing.snapshot_date

    @property
    def gap_days(self) -> int | None:
        """Return the days between snapshot and horizon; None for a flat table."""
        if isinstance(self.outcome, FollowUp):
            return self.outcome.primary.gap_days
        return None if self.outcome.timing is None else self.outcome.timing.span.gap_days

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
            outcome=self.outcome.take(chosen),
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
        outcome=_outcome(table, usecase, facts.observed_until),
        weight=numbers(table, "weight"),
        value=numbers(table, "value_revenue"),
        directions=facts.catalogue.directions(usecase.monotone),
    )


def feature_columns(table: pa.Table, catalogue: Catalogue) -> dict[str, Column]:
    """Return the feature columns of a table: float64 with NaN for missing, or texts with None."""
    return {
        feature.name: _floats(table, feature.name) if feature.kind == "number" else texts(table, feature.name)
        for feature in catalogue
    }


def row_at(columns: Mapping[str, Column], place: int) -> dict[str, float | str | None]:
    """Return one row of :func:`feature_columns` as plain values, None for missing."""
    cells = ((name, column[place]) for name, column in columns.items())
    # Only NaN differs from itself.
    return {name: cell if cell == cell else None for name, cell in cells}  # noqa: PLR0124


def numbers(table: pa.Table, name: str) -> Floats | None:
    """Return a column as float64 with NaN for missing, or None if the table does not have it."""
    return _floats(table, name) if name in table.column_names else None


def texts(table: pa.Table, name: str) -> NDArray[np.object_]:
    """Return a column as texts with None for missing."""
    return np.array(table.column(name).to_pylist(), dtype=object)


def _floats(table: pa.Table, name: str) -> Floats:
    """Return a column as float64 with NaN for missing."""
    return floats_of(table.column(name))


def floats_of(column: pa.ChunkedArray) -> Floats:
    """Return numbers or flags as float64 with NaN for missing."""
    return np.array(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def snapshots_of(table: pa.Table) -> NDArray[np.datetime64]:
    """Return the snapshot of each row."""
    days: NDArray[np.datetime64] = table.column("snapshot_date").to_numpy(zero_copy_only=False)
    return days.astype("datetime64[D]")


def _outcome(table: pa.Table, usecase: UseCase, observed_until: date | None) -> FollowUp | LabelOutcome:
    """Return what became of the rows."""
    target = usecase.target
    if usecase.table is not None:
        return LabelOutcome(_target(table, usecase.table.kind), usecase.table.kind)
    if target is None or observed_until is None:
        message = f"the feature table of '{usecase.name}' does not say until when it was observed"
        raise ValueError(message)
    if isinstance(target, EventTarget):
        return _follow_up(table, target, observed_until)
    return _labels(table, target, usecase, observed_until)


def _labels(
    table: pa.Table, target: NextTarget | SilenceTarget, usecase: UseCase, observed_until: date
) -> LabelOutcome:
    """Return the labels of snapshots, and since when they are known."""
    timing = Timing(snapshots_of(table), _floats(table, "target_known_days"), target.primary, observed_until)
    if isinstance(target, SilenceTarget):
        return LabelOutcome(_target(table, "binary"), timing=timing)
    source = usecase.sources[target.source]
    metric = next((name for name, column in source.metrics.items() if column == target.column), None)
    scale = source.scales.get(target.column)
    return LabelOutcome(_target(table, target.kind), target.kind, scale, target.next, timing, metric)


def _target(table: pa.Table, kind: str) -> Floats:
    """Return the labels; a frame numbers NPS groups 0, 1, 2, models want an answer from 0 to 10 of each."""
    labels = _floats(table, "target")
    if kind != "nps_group":
        return labels
    return np.where(np.isnan(labels), np.nan, _NPS_ANSWERS[np.nan_to_num(labels).astype(np.intp)])


def _follow_up(table: pa.Table, target: EventTarget, observed_until: date) -> FollowUp:
    """Return what became of the rows of snapshots."""
    return FollowUp(
        snapshot_date=snapshots_of(table),
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
