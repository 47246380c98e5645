"""A flat table -> one row per entity: features, target, what was left out."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.answers import SCHEMA
from features.catalogue import Catalogue, Kind
from features.errors import ContractError
from features.flat import FlatRows, read_flat
from features.frame.content import Frame
from features.frame.facts import FrameFacts
from features.leaks import audit, enforce
from features.progress import Report
from features.usecase import UseCase

RESERVED = (
    "entity_id",
    "snapshot_date",
    "target",
    "target_days",
    "target_event",
    "target_known_days",
    "value_revenue",
    "weight",
    "entity_group",
)


def build_from_table(usecase: UseCase, report: Report) -> Frame:
    """Make the feature table of a use case with a flat table, ordered by id; without ids as in the file.

    Raises
    ------
    SourceError, ContractError, SpecError, LeakError
        As :func:`features.frame.build`.
    """
    rows = read_flat(usecase, report=report)
    catalogue = Catalogue(rows.features).with_drivers(usecase.drivers)
    _refuse_reserved(catalogue)
    report("looking for leaks")
    has_id = usecase.table is not None and usecase.table.id is not None
    found = audit(
        rows.columns,
        rows.kinds,
        rows.target,
        entity_id=rows.entity_id if has_id else None,
        groups=rows.group,
    )
    findings = enforce(found, usecase)
    features = _collect_features(rows, catalogue)
    order = pa.array(
        np.argsort(rows.entity_id.astype(str), kind="stable") if has_id else np.arange(len(rows.target))
    )
    table = pa.table(features | _collect_rest(rows)).take(order).combine_chunks()
    facts = FrameFacts(
        usecase=usecase.name,
        spec_hash=usecase.spec_hash,
        shape="table",
        fingerprints=rows.facts.fingerprints,
        snapshot_dates=(),
        observed_until=None,
        row_count=table.num_rows,
        entity_count=table.num_rows,
        event_count=rows.facts.positives,
        latest_count=table.num_rows,
        horizons=(),
        dropped_rows={"no label": rows.facts.rows - rows.facts.kept},
        dropped_features=rows.facts.dropped,
        catalogue=catalogue,
        matches={"table": rows.facts.to_json()},
        findings=tuple(finding.to_json() for finding in findings),
    )
    return Frame(table, table.select(list(features)), SCHEMA.empty_table(), facts)


def _refuse_reserved(catalogue: Catalogue) -> None:
    """Demand that no feature has the name of a column that means something else in the frame."""
    for name in catalogue.names:
        if name in RESERVED:
            problem = "has a name that the feature table needs for itself"
            raise ContractError(f"table.{name}", problem, "give the column another name, or exclude it")


def _collect_features(rows: FlatRows, catalogue: Catalogue) -> dict[str, pa.Array]:
    """Return ids and features as columns."""
    columns = {"entity_id": pa.array(rows.entity_id, pa.string())}
    return columns | {
        feature.name: _to_column(rows.columns[feature.name], feature.kind) for feature in catalogue
    }


def _collect_rest(rows: FlatRows) -> dict[str, pa.Array]:
    """Return target, weight, revenue and group as columns, where there are any."""
    columns = {"target": pa.array(rows.target, pa.int8())}
    for name, values in (("weight", rows.weight), ("value_revenue", rows.value_revenue)):
        if values is not None:
            columns[name] = _to_column(values, "number")
    if rows.group is not None:
        columns["entity_group"] = _to_column(rows.group, "category")
    return columns


def _to_column(values: npt.NDArray[np.float64] | npt.NDArray[np.object_], kind: Kind) -> pa.Array:
    """Return an array as a column; NaN and None are missing."""
    return pa.array(values, pa.float64() if kind == "number" else pa.string(), from_pandas=True)
