"""The rows of a flat table as plain columns."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from features.catalogue import Feature, Kind

Values = NDArray[np.float64] | NDArray[np.object_]


@dataclass(frozen=True)
class FlatFacts:
    """Say what was found in a flat table.

    Attributes
    ----------
    rows, kept
        Rows in the file; rows with a label that are no copies.
    copies
        Rows that were left out because they equal an earlier one in all but the id.
    positives
        Rows whose label is the predicted one; all rows for ratings and amounts.
    dropped
        Columns that became no feature, each with the reason in words.
    not_applicable
        Cells per column that mean "does not apply"; missing now, told apart by an indicator column.
    impossible
        Rows per duration whose second moment comes before the first; missing now.
    not_known_yet
        Moments per column that come after the moment of the forecast; missing now.
    unmatched
        Rows per joined file that found no partner there.
    fingerprints
        SHA-256 of each file.
    """

    rows: int
    kept: int
    copies: int
    positives: int
    dropped: Mapping[str, str]
    not_applicable: Mapping[str, int]
    impossible: Mapping[str, int]
    not_known_yet: Mapping[str, int]
    unmatched: Mapping[str, int]
    fingerprints: Mapping[str, str]

    def to_json(self) -> dict[str, object]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True)
class WaitingRows:
    """Hold the rows without a label: nothing to learn from, and the ones to be scored.

    Attributes
    ----------
    columns, entity_id, cuts, weight
        As in :class:`FlatRows`.
    """

    columns: Mapping[str, Values]
    entity_id: NDArray[np.object_]
    cuts: Mapping[str, NDArray[np.object_]]
    weight: NDArray[np.float64] | None


@dataclass(frozen=True)
class FlatRows:
    """Hold one row per entity with a label; all arrays have one value per row, in the order of the file.

    Attributes
    ----------
    columns
        Features: float64 with NaN, or texts with ``None``, where a value is missing.
    features
        What each column is, without driver and role.
    entity_id
        The id as text; the row number where the table has none.
    target
        1 where the label is the predicted one, else 0; or the rating or amount as float64.
    weight, value_revenue, group
        As declared; ``None`` where they are not. Groups are texts.
    cuts
        Columns with groups that may be shown, as texts.
    protected
        Protected columns: kept for checks of fairness, never features.
    likeness
        Shape (2, rows): equal numbers for rows that are equal in all columns of the file but id and label,
        and in all but the id.
    waiting
        The rows without a label.
    """

    columns: Mapping[str, Values]
    features: tuple[Feature, ...]
    entity_id: NDArray[np.object_]
    target: NDArray[np.int8] | NDArray[np.float64]
    weight: NDArray[np.float64] | None
    value_revenue: NDArray[np.float64] | None
    group: NDArray[np.object_] | None
    cuts: Mapping[str, NDArray[np.object_]]
    protected: Mapping[str, Values]
    likeness: NDArray[np.int64]
    waiting: WaitingRows
    facts: FlatFacts

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """Return the kind of each column."""
        return {feature.name: feature.kind for feature in self.features}
