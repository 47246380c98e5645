"""Tables about drivers beside the ranking: importance against performance, views side by side, by segment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from features.usecase import Role
from training.drivers import STRONG_FROM
from training.pages import Label
from training.reports.inputs import ReportInputs
from training.statistics import Estimate, read_estimate

MOST_IN_SEGMENT = 3


@dataclass(frozen=True)
class Place:
    """Hold one driver in the matrix.

    Attributes
    ----------
    number
        Its mark.
    field
        The field with a probability of at least .8; ``open`` where none has.
    probability
        That of the most likely field.
    """

    number: int
    label: Label
    role: Role | None
    importance: Estimate
    performance: Estimate
    field: str
    probability: float


@dataclass(frozen=True)
class Places:
    """Hold the matrix of importance and performance: section 4.

    Attributes
    ----------
    middle
        Where the cross stands: the performance from which on a goal counts as met, and the mean importance.
    """

    rows: tuple[Place, ...]
    middle: tuple[float, float]


@dataclass(frozen=True)
class ViewLine:
    """Hold one driver in all views; None where a view does not tell of it."""

    label: Label
    explanation: Estimate
    relative_weight: Estimate | None
    shapley_r2: Estimate | None


@dataclass(frozen=True)
class Views:
    """Hold the views side by side, comparable with older reports.

    Attributes
    ----------
    r2
        Share of the outcome's variance that a linear model of these drivers explains.
    agreement
        Mean rank correlation of the views; None with fewer than four drivers.
    verdict
        ``agree``, ``partly`` or ``disagree``; None without a figure.
    apart
        The driver that two views place furthest from each other.
    """

    lines: tuple[ViewLine, ...]
    r2: Estimate
    agreement: float | None
    verdict: str | None
    apart: Label | None


@dataclass(frozen=True)
class SegmentLine:
    """Hold what explains most in one segment, and what explains clearly more or less than elsewhere."""

    name: str
    n_entities: int
    first: tuple[tuple[Label, Estimate], ...]
    more: tuple[Label, ...]
    less: tuple[Label, ...]


@dataclass(frozen=True)
class SegmentTable:
    """Hold the segments of one cut; of those in ``suppressed`` nothing but the name is told."""

    cut: str
    minimum: int
    lines: tuple[SegmentLine, ...]
    suppressed: tuple[str, ...]


def build_places(inputs: ReportInputs) -> Places | None:
    """Build the matrix; None where fewer than two drivers have a goal."""
    drivers = {driver.name: driver for driver in inputs.drivers}
    found = [row for row in inputs.tables.get("quadrants", ()) if row["driver"] in drivers]
    if not found:
        return None
    rows = tuple(
        Place(
            number=number,
            label=drivers[row["driver"]].label,
            role=drivers[row["driver"]].role,
            importance=Estimate.from_json(row["importance"]),
            performance=Estimate.from_json(row["performance"]),
            field=row["answer"],
            probability=max(row["probability"].values()),
        )
        for number, row in enumerate(found, start=1)
    )
    return Places(rows, (STRONG_FROM, sum(row.importance.value for row in rows) / len(rows)))


def build_views(inputs: ReportInputs) -> Views | None:
    """Build the views; None in bundles made before they were compared, and where nothing can be split."""
    found = inputs.tables.get("views")
    if not found or not found["variance"]["relative_weight"]:
        return None
    drivers = {driver.name: driver for driver in inputs.drivers}
    variance, agreement = found["variance"], found["agreement"]
    shapley = variance["shapley_r2"] or {}
    apart = agreement["largest"]
    return Views(
        lines=tuple(
            ViewLine(
                label=driver.label,
                explanation=driver.share,
                relative_weight=read_estimate(variance["relative_weight"].get(name)),
                shapley_r2=read_estimate(shapley.get(name)),
            )
            for name, driver in drivers.items()
            if name in variance["relative_weight"]
        ),
        r2=Estimate.from_json(variance["r2"]),
        agreement=agreement["correlation"],
        verdict=agreement["verdict"],
        apart=None if apart is None or apart["driver"] not in drivers else drivers[apart["driver"]].label,
    )


def build_segment_tables(inputs: ReportInputs) -> tuple[SegmentTable, ...]:
    """Build a table for each declared cut with a segment that may be shown."""
    labels = {driver.name: driver.label for driver in inputs.drivers if driver.role != "context"}
    cuts = inputs.tables.get("driver_segments", {})
    return tuple(
        SegmentTable(
            cut=cut,
            minimum=found["minimum"],
            lines=tuple(_segment(segment, labels) for segment in found["segments"]),
            suppressed=tuple(found["suppressed"]),
        )
        for cut, found in cuts.items()
        if found["segments"]
    )


def _segment(segment: Mapping[str, Any], labels: Mapping[str, Label]) -> SegmentLine:
    """Return one segment."""
    known = [driver for driver in segment["drivers"] if driver["driver"] in labels]
    return SegmentLine(
        name=segment["name"],
        n_entities=segment["n_entities"],
        first=tuple(
            (labels[driver["driver"]], Estimate.from_json(driver["share"]))
            for driver in known[:MOST_IN_SEGMENT]
        ),
        more=tuple(labels[driver["driver"]] for driver in known if driver["contrast"] == "larger"),
        less=tuple(labels[driver["driver"]] for driver in known if driver["contrast"] == "smaller"),
    )
