"""Features that cannot help, and features that know too much."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.catalogue import Catalogue, Kind
from features.leaks import Finding, audit, audit_lives, enforce, find_training_only, split_at_median
from features.usecase import UseCase


def find_useless(columns: pa.Table, is_kept: npt.NDArray[np.bool_]) -> dict[str, str]:
    """Return the columns that are missing or equal on all rows that teach, each with the reason."""
    teaching = columns.filter(pa.array(is_kept))
    reasons = {name: _find_reason(teaching.column(name)) for name in columns.column_names}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def _find_reason(values: pa.ChunkedArray) -> str | None:
    """Say why a column cannot help, if it cannot; a value here and nothing there is a difference."""
    if values.null_count == len(values):
        return "all values are missing"
    if values.null_count == 0 and pc.count_distinct(values).as_py() == 1:
        return f"all values are '{values[0].as_py()}'"
    return None


def check_for_leaks(
    table: pa.Table,
    latest: pa.Table,
    catalogue: Catalogue,
    usecase: UseCase,
    told_by_sources: Iterable[Finding] = (),
) -> tuple[dict[str, Any], ...]:
    """Audit the features against the label, on the rows where that is known.

    The label is that of the primary horizon; ratings and amounts are split at their median.

    Parameters
    ----------
    table, latest
        Rows that teach, and rows to be scored.
    catalogue
        The features.
    usecase
        What is predicted, and which leaks are accepted.
    told_by_sources
        What the events themselves showed.

    Raises
    ------
    LeakError
        If a feature knows the outcome and the use case does not accept that.
    """
    is_known, came, outcome = _read_label(table, usecase)
    rows = table.filter(pa.array(is_known))
    entities = rows["entity_id"].to_numpy(zero_copy_only=False)
    kinds = {feature.name: feature.kind for feature in catalogue}
    columns = _collect(rows, catalogue)
    found = audit(
        columns,
        kinds,
        came[is_known],
        entity_id=entities,
        groups=entities,
        is_file=False,
        outcome=outcome[is_known],
    )
    refused = {finding.column for finding in found if finding.severity == "error"}
    lives = [
        finding for finding in _look_at_lives(table, catalogue, usecase) if finding.column not in refused
    ]
    refused |= {finding.column for finding in lives}
    found = [finding for finding in found if finding.severity == "error" or finding.column not in refused]
    found = [*found, *lives, *told_by_sources, *find_training_only(columns, _collect(latest, catalogue))]
    found.sort(key=lambda finding: finding.severity != "error")
    return tuple(finding.to_json() for finding in enforce(found, usecase))


def _look_at_lives(table: pa.Table, catalogue: Catalogue, usecase: UseCase) -> list[Finding]:
    """Audit the attributes once per entity, where an event is predicted."""
    attributes = [feature for feature in catalogue if not usecase.sources[feature.source].is_events]
    if usecase.outcome != "event" or not attributes:
        return []
    return audit_lives(
        {feature.name: _to_values(table[feature.name], feature.kind) for feature in attributes},
        {feature.name: feature.kind for feature in attributes},
        table["entity_id"].to_numpy(zero_copy_only=False),
        table["snapshot_date"].cast(pa.int32()).to_numpy().astype(np.float64),
        (table["target_event"].to_numpy() == 1).astype(np.int8),
    )


def _collect(rows: pa.Table, catalogue: Catalogue) -> dict[str, npt.NDArray[Any]]:
    """Return all features as the audit reads them."""
    return {feature.name: _to_values(rows[feature.name], feature.kind) for feature in catalogue}


def _read_label(
    table: pa.Table, usecase: UseCase
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int8], npt.NDArray[np.float64]]:
    """Return which rows have a known label, the label as 0 or 1 (0 where it is not known), and as it is."""
    if usecase.outcome == "event":
        length = usecase.settled()[3].primary.length.days
        days = table["target_days"].to_numpy()
        # Who left for another cause is no counterexample: what betrays any exit betrays this one too.
        came = (table["target_event"].to_numpy() == 1) & (days < length)
        return came | (days >= length), came.astype(np.int8), came.astype(np.float64)
    values = table["target"].cast(pa.float64()).to_numpy(zero_copy_only=False)
    is_known = ~np.isnan(values)
    label = np.zeros(len(values), np.int8)
    label[is_known] = split_at_median(values[is_known]) if usecase.outcome != "silence" else values[is_known]
    return is_known, label, values


def _to_values(column: pa.ChunkedArray, kind: Kind) -> npt.NDArray[Any]:
    """Return a column as the audit reads it: numbers with NaN, or texts with None."""
    values: npt.NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return values.astype(np.float64) if kind == "number" else values.astype(object)
