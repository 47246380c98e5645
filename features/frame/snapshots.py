"""Sources with both clocks -> one row per entity and snapshot: features, labels, what was left out."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pyarrow as pa

from features.answers import collect_answers
from features.catalogue import Catalogue
from features.cohort import EPOCH, Rows
from features.fold import FoldLog
from features.frame.apart import look_up_columns, look_up_cuts, name_cut
from features.frame.checking import check_for_leaks, find_useless
from features.frame.content import Frame
from features.frame.facts import FrameFacts
from features.frame.families import Family, compute_measures, describe_families, list_families
from features.frame.panel import Panel, find_observed_day, label_panel
from features.frame.verbatims import read_verbatims
from features.frame.waves import collect_with_status
from features.frame.weights import check_weights
from features.leaks import audit_sources
from features.measures import Measure
from features.progress import Report
from features.sources import Sources, open_sources
from features.stated import count_stated
from features.tombstones import Tombstones
from features.usecase import UseCase


def build_from_sources(
    usecase: UseCase,
    report: Report,
    partials: Path | None = None,
    tombstones: Tombstones | None = None,
    fold_log: FoldLog | None = None,
    texts: Path | None = None,
) -> Frame:
    """Make the feature table of a use case with sources and snapshots.

    Parameters
    ----------
    usecase, report, partials, tombstones, fold_log, texts
        As :func:`features.frame.build`.

    Raises
    ------
    SourceError, ContractError, SpecError, LeakError, TooFewEventsError
        As :func:`features.frame.build`.
    """
    streams_all = fold_log is not None
    with open_sources(usecase, report=report, tombstones=tombstones, streams_all=streams_all) as sources:
        if fold_log is not None:
            _say_where(sources, partials, report)
        # One thread adds up in one order: the same sources give the same frame, to the last bit.
        sources.connection.execute("SET threads = 1")
        read = read_verbatims(sources, usecase, find_observed_day(sources, usecase), texts, report)
        families = list_families(sources, usecase)
        catalogue = describe_families(families, usecase)
        panel = label_panel(sources, usecase, report)
        columns = _compute(sources, usecase, families, panel.rows, report, partials, fold_log)
        _demand_weights(columns, usecase, panel)
        protected = _look_up_protected(sources, usecase, panel)
        answers = collect_answers(sources, usecase, panel.observed_day)
        waves = collect_with_status(sources, usecase, panel.observed_day)
        stated = count_stated(sources, usecase, panel.observed_day)
        matches = {name: sources.facts(name) for name in usecase.sources}
        entities = panel.rows.where(panel.is_kept).entity_ids
        told = audit_sources(sources, usecase, entities, panel.snapshots, panel.observed_day, report)
    useless = find_useless(columns.select(list(catalogue.names)), panel.is_labelled)
    kept = Catalogue(tuple(feature for feature in catalogue if feature.name not in useless))
    for name, reason in useless.items():
        report(f"left out {name}: {reason}")
    table = _join_columns(panel, columns, kept, usecase, is_latest=False)
    latest = _join_columns(panel, columns, kept, usecase, is_latest=True)
    report("looking for leaks")
    findings = check_for_leaks(table, latest, kept, usecase, told)
    facts = FrameFacts(
        usecase=usecase.name,
        spec_hash=usecase.spec_hash,
        shape="snapshots",
        fingerprints={name: match.fingerprint for name, match in matches.items()} | read.fingerprints,
        snapshot_dates=panel.snapshots,
        observed_until=EPOCH + timedelta(days=panel.observed_day),
        row_count=table.num_rows,
        entity_count=len(table.column("entity_id").unique()),
        event_count=panel.event_count,
        latest_count=int(panel.is_latest.sum()),
        horizons=panel.horizons,
        dropped_rows=panel.dropped,
        dropped_features=useless,
        catalogue=kept,
        matches={name: match.to_json() for name, match in matches.items()},
        findings=findings,
        target=panel.facts,
        cuts=tuple(map(name_cut, usecase.cuts)),
        protected=tuple(usecase.protected_columns),
        stated=stated,
        texts=read.facts,
    )
    return Frame(table, latest, answers, facts, protected, waves, read.verbatims, read.files)


def _compute(
    sources: Sources,
    usecase: UseCase,
    families: Sequence[Family],
    rows: Rows,
    report: Report,
    partials: Path | None,
    fold_log: FoldLog | None,
) -> pa.Table:
    """Return all features, the revenue and the weight of all rows."""
    stored = rows.store(sources.connection)
    columns: dict[str, pa.ChunkedArray] = {}
    for family in families:
        report(f"computing {len(family.measures)} features of {family.rule} for {len(rows)} rows")
        found = family.compute(sources, usecase, stored, partials=partials, fold_log=fold_log, report=report)
        columns |= dict(zip(found.column_names, found.columns, strict=True))
    for name, path in _list_beside(usecase).items():
        source, _, column = path.partition(".")
        measure = Measure(name, "last", column)
        found = compute_measures(
            sources, source, usecase.sources[source], [measure], stored, fold_log=fold_log
        )
        columns[name] = found.column(0)
    return pa.table(columns | look_up_cuts(sources, usecase, stored))


def _demand_weights(columns: pa.Table, usecase: UseCase, panel: Panel) -> None:
    """Demand the weight, where one is declared, of every row that teaches or can be scored."""
    if usecase.weight is not None:
        needed = panel.is_kept | panel.is_latest
        check_weights(usecase.weight, columns.column("weight"), panel.rows, needed)


def _list_beside(usecase: UseCase) -> dict[str, str]:
    """Return the numbers that stand beside the features: name in the frame and ``source.column``."""
    revenue = None if usecase.value is None else usecase.value.revenue
    paths = {"value_revenue": revenue, "weight": usecase.weight}
    return {name: path for name, path in paths.items() if path is not None}


def _say_where(sources: Sources, partials: Path | None, report: Report) -> None:
    """Say which logs are folded elsewhere."""
    if partials is not None:
        report("no partial results are kept: they belong to folding here")
    if not sources.all_files:
        report("no log is in typed Parquet files that need no repair: everything is done here")


def _look_up_protected(sources: Sources, usecase: UseCase, panel: Panel) -> pa.Table:
    """Return the protected attributes of the rows of the table, as known at their snapshots."""
    rows = panel.rows.where(panel.is_kept)
    stored = rows.store(sources.connection, "xm_protected_rows")
    found = look_up_columns(sources, usecase, usecase.protected_columns, stored)
    return pa.table({**_name_rows(rows), **found}).combine_chunks()


def _name_rows(rows: Rows) -> dict[str, pa.ChunkedArray | pa.Array]:
    """Return entity and snapshot of each row as columns."""
    return {
        "entity_id": rows.entity_ids,
        "snapshot_date": pa.array(rows.snapshot_days, pa.int32()).cast(pa.date32()),
    }


def _join_columns(
    panel: Panel, columns: pa.Table, kept: Catalogue, usecase: UseCase, *, is_latest: bool
) -> pa.Table:
    """Return entity, snapshot, features, and what is no feature, of the rows that teach or can be scored."""
    chosen = panel.is_latest if is_latest else panel.is_kept
    joined: dict[str, pa.ChunkedArray | pa.Array] = {
        **_name_rows(panel.rows),
        **{name: columns.column(name) for name in kept.names},
    }
    if not is_latest:
        joined |= dict(zip(panel.target.column_names, panel.target.columns, strict=True))
    beside = [*_list_beside(usecase), *map(name_cut, usecase.cuts)]
    joined |= {name: columns.column(name) for name in beside}
    return pa.table(joined).filter(pa.array(chosen)).combine_chunks()
