"""Features that cannot help, and features that know too much."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.catalogue import Catalogue, Kind
from features.leaks import audit, enforce
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


def check_for_leaks(table: pa.Table, catalogue: Catalogue, usecase: UseCase) -> tuple[dict[str, Any], ...]:
    """Audit the features against the label of the primary horizon, on the rows where that is known.

    Raises
    ------
    LeakError
        If a feature knows the outcome and the use case does not accept that.
    """
    length = usecase.settled()[3].primary.length.days
    came = pc.and_(pc.equal(table["target_event"], 1), pc.less(table["target_days"], length))
    is_known = pc.or_(came, pc.greater_equal(table["target_days"], length))
    rows = table.filter(is_known)
    target = came.filter(is_known).to_numpy(zero_copy_only=False).astype(np.int8)
    entities = rows["entity_id"].to_numpy(zero_copy_only=False)
    found = audit(
        {feature.name: _to_values(rows[feature.name], feature.kind) for feature in catalogue},
        {feature.name: feature.kind for feature in catalogue},
        target,
        entity_id=entities,
        groups=entities,
        check_order=False,
    )
    return tuple(finding.to_json() for finding in enforce(found, usecase))


def _to_values(column: pa.ChunkedArray, kind: Kind) -> npt.NDArray[Any]:
    """Return a column as the audit reads it: numbers with NaN, or texts with None."""
    values: npt.NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return values.astype(np.float64) if kind == "number" else values.astype(object)
