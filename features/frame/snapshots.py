"""Sources with both clocks -> one row per entity and snapshot: features, labels, what was left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.answers import collect_answers
from features.catalogue import Catalogue
from features.cohort import EPOCH, Rows, count_days, find_ends, find_members
from features.columns import first_midnight_from
from features.errors import TooFewEventsError
from features.frame.checking import check_for_leaks, find_useless
from features.frame.content import Frame
from features.frame.facts import FrameFacts, HorizonFacts
from features.frame.families import Family, compute_measures, describe_families, list_families
from features.labels import Labels, find_gone, find_outcomes, label_rows
from features.measures import Measure
from features.progress import Report
from features.sources import Sources, open_sources
from features.sql import fetch_row
from features.timeline import Horizon
from features.usecase import UseCase

_NEEDED_EVENTS = 30


def build_from_sources(usecase: UseCase, report: Report) -> Frame:
    """Make the feature table of a use case with sources and snapshots.

    Raises
    ------
    SourceError, ContractError, SpecError, LeakError, TooFewEventsError
        As :func:`features.frame.build`.
    """
    with open_sources(usecase, report=report) as sources:
        # One thread adds up in one order: the same sources give the same frame, to the last bit.
        sources.connection.execute("SET threads = 1")
        families = list_families(sources, usecase)
        catalogue = describe_families(families, usecase)
        panel = _label(sources, usecase, report)
        columns = _compute(sources, usecase, families, panel.rows, report)
        answers = collect_answers(sources, usecase, panel.observed_day)
        matches = {name: sources.facts(name) for name in usecase.sources}
    useless = find_useless(columns.select(list(catalogue.names)), panel.is_kept)
    kept = Catalogue(tuple(feature for feature in catalogue if feature.name not in useless))
    for name, reason in useless.items():
        report(f"left out {name}: {reason}")
    table = _join_columns(panel, columns, kept, usecase, is_latest=False)
    report("looking for leaks")
    findings = check_for_leaks(table, kept, usecase)
    facts = FrameFacts(
        usecase=usecase.name,
        spec_hash=usecase.spec_hash,
        shape="snapshots",
        fingerprints={name: match.fingerprint for name, match in matches.items()},
        snapshot_dates=panel.snapshots,
        observed_until=EPOCH + timedelta(days=panel.observed_day),
        row_count=table.num_rows,
        entity_count=len(table.column("entity_id").unique()),
        event_count=int(panel.labels.event[panel.is_kept].sum()),
        latest_count=int(panel.is_latest.sum()),
        horizons=tuple(_count_horizon(panel, span) for span in panel.spans),
        dropped_rows=panel.labels.dropped,
        dropped_features=useless,
        catalogue=kept,
        matches={name: match.to_json() for name, match in matches.items()},
        findings=findings,
    )
    return Frame(table, _join_columns(panel, columns, kept, usecase, is_latest=True), answers, facts)


@dataclass(frozen=True)
class _Panel:
    """Rows to be computed: those that can teach, and those of the newest snapshot that can be scored."""

    rows: Rows
    labels: Labels
    is_kept: npt.NDArray[np.bool_]
    is_latest: npt.NDArray[np.bool_]
    snapshots: tuple[date, ...]
    spans: tuple[Horizon, ...]
    observed_day: int


def _label(sources: Sources, usecase: UseCase, report: Report) -> _Panel:
    """Find out who belongs to the cohort when, and what became of them."""
    _, snapshots, cohort, target = usecase.settled()
    dates = snapshots.grid.dates()
    report(f"finding the cohort at {len(dates)} snapshots")
    members = find_members(sources, cohort, usecase.sources, dates)
    stored = members.store(sources.connection)
    observed_day = _find_observed_day(sources, usecase)
    ends = find_ends(sources, cohort, usecase.sources, observed_day)
    events = sources.table(target.event)
    outcomes = find_outcomes(
        sources.connection, events=events, rows=stored, ends=ends, observed_day=observed_day
    )
    labels = label_rows(members.snapshot_days, outcomes, gap_days=target.gap_days, observed_day=observed_day)
    _require_events(sources, usecase, labels)
    is_newest = members.snapshot_days == count_days(dates[-1])
    is_latest = is_newest & ~find_gone(sources.connection, events=events, rows=stored)
    needed = labels.is_kept | is_latest
    return _Panel(
        rows=members.where(needed),
        labels=labels.where(needed),
        is_kept=labels.is_kept[needed],
        is_latest=is_latest[needed],
        snapshots=dates,
        spans=target.spans,
        observed_day=observed_day,
    )


def _find_observed_day(sources: Sources, usecase: UseCase) -> int:
    """Return the first day that is not observed: as declared, or the newest known time, rounded up to a day.

    Attributes whose known time is only derived from the day on which they begin tell nothing: that day may
    lie in the future.
    """
    target = usecase.settled()[3]
    if target.observed_until is not None:
        return count_days(target.observed_until)
    told = [
        name
        for name, source in usecase.sources.items()
        if not source.is_link and (source.is_events or source.known_at_column is not None)
    ]
    newest = " UNION ALL ".join(
        f"SELECT max(known_at) AS known_at FROM {sources.table(name)}" for name in told
    )
    query = f"SELECT {first_midnight_from('max(known_at)')} FROM ({newest})"
    return int(str(fetch_row(sources.connection, query)[0]))


def _require_events(sources: Sources, usecase: UseCase, labels: Labels) -> None:
    """Demand that some row ends with the target event."""
    if labels.event[labels.is_kept].any():
        return
    target = usecase.settled()[3]
    found = fetch_row(sources.connection, f"SELECT count(*) FROM {sources.table(target.event)}")[0]
    reasons = ", ".join(f"{count} rows: {reason}" for reason, count in labels.dropped.items() if count)
    problem = f"none of the {found} events in '{target.event}' follows a snapshot of the cohort"
    problem += f" ({reasons})" if reasons else ""
    hint = f"a model needs at least {_NEEDED_EVENTS}; compare cohort, snapshots and observed_until with them"
    raise TooFewEventsError(f"{usecase.name}: target.event", problem, hint)


def _compute(
    sources: Sources, usecase: UseCase, families: Sequence[Family], rows: Rows, report: Report
) -> pa.Table:
    """Return all features, and the revenue, of all rows."""
    stored = rows.store(sources.connection)
    columns: dict[str, pa.ChunkedArray] = {}
    for family in families:
        report(f"computing {len(family.measures)} features of {family.rule} for {len(rows)} rows")
        found = family.compute(sources, stored)
        columns |= dict(zip(found.column_names, found.columns, strict=True))
    if usecase.value is not None:
        source, _, column = usecase.value.revenue.partition(".")
        measure = Measure("value_revenue", "last", column)
        revenue = compute_measures(sources, source, usecase.sources[source], [measure], stored)
        columns["value_revenue"] = revenue.column(0)
    return pa.table(columns)


def _join_columns(
    panel: _Panel, columns: pa.Table, kept: Catalogue, usecase: UseCase, *, is_latest: bool
) -> pa.Table:
    """Return entity, snapshot, features, and what is no feature, of the rows that teach or can be scored."""
    chosen = panel.is_latest if is_latest else panel.is_kept
    joined: dict[str, pa.ChunkedArray | pa.Array] = {
        "entity_id": panel.rows.entity_ids,
        "snapshot_date": pa.array(panel.rows.snapshot_days, pa.int32()).cast(pa.date32()),
        **{name: columns.column(name) for name in kept.names},
    }
    if not is_latest:
        joined["target_days"] = pa.array(panel.labels.days)
        joined["target_event"] = pa.array(panel.labels.event)
        joined["target_known_days"] = pa.array(panel.labels.known_days, from_pandas=True)
    if usecase.value is not None:
        joined["value_revenue"] = columns.column("value_revenue")
    return pa.table(joined).filter(pa.array(chosen)).combine_chunks()


def _count_horizon(panel: _Panel, span: Horizon) -> HorizonFacts:
    """Return how many rows have an event within a horizon, and how many have a known label."""
    days, event = panel.labels.days[panel.is_kept], panel.labels.event[panel.is_kept]
    came = (event == 1) & (days < span.length.days)
    passed = days >= span.length.days
    return HorizonFacts(str(span.length), int(came.sum()), int((came | passed).sum()))
