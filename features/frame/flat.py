"""A flat table -> one row per entity: features, target, what was left out."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features import answers, waves
from features.catalogue import Catalogue, Kind
from features.errors import ContractError
from features.flat import FlatFacts, FlatRows, read_flat
from features.frame.apart import name_cut
from features.frame.content import Frame
from features.frame.facts import FrameFacts, TargetFacts
from features.frame.panel import describe_ratings
from features.leaks import (
    Finding,
    audit,
    enforce,
    find_same_survey,
    find_training_only,
    split_at_median,
)
from features.progress import Report
from features.tombstones import Tombstones
from features.usecase import UseCase

_ANSWERS = ("ordinal", "nps_group")
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


def build_from_table(usecase: UseCase, report: Report, tombstones: Tombstones | None = None) -> Frame:
    """Make the feature table of a use case with a flat table, ordered by id; without ids as in the file.

    Raises
    ------
    SourceError, ContractError, SpecError, LeakError
        As :func:`features.frame.build`.
    """
    rows = read_flat(usecase, report=report, tombstones=tombstones)
    catalogue = Catalogue(rows.features).with_drivers(usecase.drivers)
    catalogue.directions(usecase.monotone)  # refused before anything is trained
    _refuse_reserved(catalogue, usecase)
    _demand_features(catalogue, rows.facts.dropped)
    report("looking for leaks")
    has_id = usecase.table is not None and usecase.table.id is not None
    binary = (
        rows.target.astype(np.int8)
        if usecase.outcome == "binary"
        else split_at_median(rows.target.astype(np.float64))
    )
    found = audit(
        rows.columns,
        rows.kinds,
        binary,
        entity_id=rows.entity_id if has_id else None,
        groups=rows.group,
        likeness=rows.likeness,
        outcome=rows.target.astype(np.float64),
    )
    found += find_training_only(rows.columns, rows.waiting.columns)
    findings = enforce([*found, *_warn_of_same_survey(catalogue, usecase)], usecase)
    features = _collect_features(rows, catalogue)
    order = pa.array(
        np.argsort(rows.entity_id.astype(str), kind="stable") if has_id else np.arange(len(rows.target))
    )
    cuts = {name_cut(name): _to_column(values, "category") for name, values in rows.cuts.items()}
    table = pa.table(features | _collect_rest(rows) | cuts).take(order).combine_chunks()
    weight = [] if rows.weight is None else ["weight"]
    latest = _collect_latest(table.select([*features, *weight, *cuts]), rows, catalogue, has_id=has_id)
    protected = pa.table({"entity_id": features["entity_id"]} | _collect_protected(rows)).take(order)
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
        latest_count=latest.num_rows,
        horizons=(),
        dropped_rows=_count_dropped(rows.facts),
        dropped_features=rows.facts.dropped,
        catalogue=catalogue,
        matches={"table": rows.facts.to_json()},
        findings=tuple(finding.to_json() for finding in findings),
        target=_describe_target(rows, usecase),
        cuts=tuple(cuts),
        protected=tuple(rows.protected),
    )
    nobody = answers.SCHEMA.empty_table(), waves.SCHEMA.empty_table()
    return Frame(table, latest, nobody[0], facts, protected.combine_chunks(), nobody[1])


def _collect_latest(labelled: pa.Table, rows: FlatRows, catalogue: Catalogue, *, has_id: bool) -> pa.Table:
    """Return all rows that can be scored: those with a label and those that still wait for one."""
    waiting = rows.waiting
    columns = {"entity_id": pa.array(waiting.entity_id, pa.string())}
    columns |= {
        feature.name: _to_column(waiting.columns[feature.name], feature.kind) for feature in catalogue
    }
    if waiting.weight is not None:
        columns["weight"] = _to_column(waiting.weight, "number")
    columns |= {name_cut(name): _to_column(values, "category") for name, values in waiting.cuts.items()}
    latest = pa.concat_tables([labelled, pa.table(columns)])
    return (latest.sort_by("entity_id") if has_id else latest).combine_chunks()


def _warn_of_same_survey(catalogue: Catalogue, usecase: UseCase) -> list[Finding]:
    """Return a warning when the label and some features are answers of people."""
    table = usecase.table
    if table is None or (table.kind not in _ANSWERS and table.label not in table.experience):
        return []
    return find_same_survey(table.label, [name for name in table.experience if name in catalogue.names])


def _count_dropped(facts: FlatFacts) -> dict[str, int]:
    """Return reason and number of the rows that were left out."""
    dropped = {"no label": facts.rows - facts.kept - facts.copies}
    return dropped | ({"copy of an earlier row": facts.copies} if facts.copies else {})


def _describe_target(rows: FlatRows, usecase: UseCase) -> TargetFacts:
    """Return what the label is and which levels it has."""
    if usecase.outcome == "binary":
        return TargetFacts("binary")
    return describe_ratings(usecase.outcome, rows.target.astype(np.float64), None)


def _collect_protected(rows: FlatRows) -> dict[str, pa.Array]:
    """Return the protected columns: numbers or texts."""
    return {
        name: _to_column(values, "number" if values.dtype == np.float64 else "category")
        for name, values in rows.protected.items()
    }


def _demand_features(catalogue: Catalogue, dropped: Mapping[str, str]) -> None:
    """Demand at least one column to learn from."""
    if not catalogue.names:
        left_out = "; ".join(f"left out {name}: {reason}" for name, reason in dropped.items())
        problem = "no column is left to learn from" + (f" ({left_out})" if left_out else "")
        raise ContractError("table", problem, "take columns out of table.exclude, or join a file with some")


def _refuse_reserved(catalogue: Catalogue, usecase: UseCase) -> None:
    """Demand that no feature has the name of a column that means something else in the frame."""
    for name in catalogue.names:
        if name in RESERVED or name in map(name_cut, usecase.cuts):
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
    columns = {"target": pa.array(rows.target)}
    for name, values in (("weight", rows.weight), ("value_revenue", rows.value_revenue)):
        if values is not None:
            columns[name] = _to_column(values, "number")
    if rows.group is not None:
        columns["entity_group"] = _to_column(rows.group, "category")
    return columns


def _to_column(values: npt.NDArray[np.float64] | npt.NDArray[np.object_], kind: Kind) -> pa.Array:
    """Return an array as a column; NaN and None are missing."""
    return pa.array(values, pa.float64() if kind == "number" else pa.string(), from_pandas=True)
