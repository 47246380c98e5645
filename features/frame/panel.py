"""Who is looked at when, and what became of them: rows and labels, whatever the target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.cohort import Rows, count_days, find_ends, find_members
from features.columns import first_midnight_from
from features.errors import TooFewEventsError
from features.frame.facts import HorizonFacts, TargetFacts
from features.labels import (
    Labels,
    SpanLabels,
    count_causes,
    find_gone,
    find_outcomes,
    group_nps,
    label_answers,
    label_rows,
    label_silence,
)
from features.progress import Report
from features.sources import Sources
from features.sql import fetch_row
from features.timeline import Horizon
from features.usecase import EventTarget, NextTarget, OutcomeKind, SilenceTarget, UseCase

Booleans = npt.NDArray[np.bool_]
_NEEDED_EVENTS = 30


@dataclass(frozen=True)
class Panel:
    """Hold the rows to be computed: those that are kept, and those of the newest snapshot that can be scored.

    Attributes
    ----------
    rows
        Entity and snapshot of each row.
    target
        The columns of the target, one line per row.
    is_kept, is_labelled, is_latest
        Whether a row belongs to the table, has a label to learn from, belongs to the newest rows.
    snapshots, observed_day
        The grid, and the first day that is not observed.
    dropped
        Reason and number of the rows that were left out.
    event_count
        Kept rows with an event, with silence, or with an answer.
    horizons, facts
        What is known of each horizon and of the target.
    """

    rows: Rows
    target: pa.Table
    is_kept: Booleans
    is_labelled: Booleans
    is_latest: Booleans
    snapshots: tuple[date, ...]
    observed_day: int
    dropped: Mapping[str, int]
    event_count: int
    horizons: tuple[HorizonFacts, ...]
    facts: TargetFacts


@dataclass(frozen=True)
class _Labelled:
    """Labels of all members of the cohort, in the form that every target shares."""

    target: pa.Table
    is_kept: Booleans
    is_labelled: Booleans
    is_gone: Booleans
    dropped: Mapping[str, int]
    event_count: int
    horizons: tuple[HorizonFacts, ...]
    facts: TargetFacts


def label_panel(sources: Sources, usecase: UseCase, report: Report) -> Panel:
    """Find out who belongs to the cohort when, and what became of them.

    Raises
    ------
    ContractError
        If nobody belongs, or an event has a cause that the target does not name.
    TooFewEventsError
        If no row has anything to learn from.
    """
    _, snapshots, cohort, target = usecase.settled()
    dates = snapshots.grid.dates()
    report(f"finding the cohort at {len(dates)} snapshots")
    members = find_members(sources, cohort, usecase.sources, dates)
    stored = members.store(sources.connection)
    observed_day = find_observed_day(sources, usecase)
    if isinstance(target, EventTarget):
        labelled = _label_events(sources, usecase, target, members, stored, observed_day)
    else:
        labelled = _label_span(sources, usecase, target, stored, observed_day)
    is_latest = (members.snapshot_days == count_days(dates[-1])) & ~labelled.is_gone
    needed = labelled.is_kept | is_latest
    return Panel(
        rows=members.where(needed),
        target=labelled.target.filter(pa.array(needed)),
        is_kept=labelled.is_kept[needed],
        is_labelled=labelled.is_labelled[needed],
        is_latest=is_latest[needed],
        snapshots=dates,
        observed_day=observed_day,
        dropped=labelled.dropped,
        event_count=labelled.event_count,
        horizons=labelled.horizons,
        facts=labelled.facts,
    )


def find_observed_day(sources: Sources, usecase: UseCase) -> int:
    """Return the first day that is not observed: as declared, or the newest known time, rounded up to a day.

    The news that an event was withdrawn counts too. Attributes whose known time is only derived from the day
    on which they begin tell nothing: that day may lie in the future.
    """
    target = usecase.settled()[3]
    if target.observed_until is not None:
        return count_days(target.observed_until)
    told = [
        name
        for name, source in usecase.sources.items()
        if not source.is_link and (source.is_events or source.known_at_column is not None)
    ]
    news = [("known_at", name) for name in told]
    news += [("known_until", name) for name in told if usecase.sources[name].has_versions]
    newest = " UNION ALL ".join(
        f"SELECT max({clock}) AS known_at FROM {sources.table(name)}" for clock, name in news
    )
    query = f"SELECT {first_midnight_from('max(known_at)')} FROM ({newest})"
    return int(str(fetch_row(sources.connection, query)[0]))


def _label_events(
    sources: Sources, usecase: UseCase, target: EventTarget, members: Rows, stored: str, observed_day: int
) -> _Labelled:
    """Return days until the event, or until nothing more was seen."""
    events, cohort = sources.table(target.event), usecase.settled()[2]
    causes = (
        {}
        if target.cause is None
        else count_causes(sources.connection, events=events, source=target.event, cause=target.cause)
    )
    ends = find_ends(sources, cohort, usecase.sources, observed_day)
    outcomes = find_outcomes(
        sources.connection,
        events=events,
        rows=stored,
        ends=ends,
        observed_day=observed_day,
        cause=target.cause,
    )
    labels = label_rows(members.snapshot_days, outcomes, gap_days=target.gap_days, observed_day=observed_day)
    if not (labels.event[labels.is_kept] == 1).any():
        raise _too_few(sources, usecase, labels.dropped, "follows a snapshot of the cohort")
    columns = {
        "target_days": pa.array(labels.days),
        "target_event": pa.array(labels.event),
        "target_known_days": pa.array(labels.known_days, from_pandas=True),
    }
    return _Labelled(
        target=pa.table(columns),
        is_kept=labels.is_kept,
        is_labelled=labels.is_kept,
        is_gone=find_gone(sources.connection, events=events, rows=stored),
        dropped=labels.dropped,
        event_count=int((labels.event[labels.is_kept] == 1).sum()),
        horizons=tuple(_count_horizon(labels, span) for span in target.spans),
        facts=TargetFacts("event", causes=causes),
    )


def _label_span(
    sources: Sources, usecase: UseCase, target: SilenceTarget | NextTarget, stored: str, observed_day: int
) -> _Labelled:
    """Return whether a source stayed silent inside the one horizon, or the first answer in it."""
    events, connection, span = sources.table(target.source), sources.connection, target.primary
    if isinstance(target, SilenceTarget):
        labels = label_silence(connection, events=events, rows=stored, span=span, observed_day=observed_day)
        _require_both(usecase, labels)
        column, facts = pa.array(labels.value.astype(np.int8)), TargetFacts("silence")
    else:
        labels = label_answers(
            connection,
            events=events,
            rows=stored,
            span=span,
            observed_day=observed_day,
            column=target.column,
        )
        if np.isnan(labels.value[labels.is_kept]).all():
            raise _too_few(sources, usecase, labels.dropped, f"lies in the {span.length} after a snapshot")
        values = group_nps(labels.value) if target.kind == "nps_group" else labels.value
        column = pa.array(values, from_pandas=True)
        scale = usecase.sources[target.source].scales.get(target.column)
        facts = describe_ratings(target.kind, values[labels.is_kept], scale)
    has_label = labels.is_kept & ~np.isnan(labels.value)
    happened = int(np.nansum(labels.value[has_label])) if facts.kind == "silence" else int(has_label.sum())
    return _Labelled(
        target=pa.table({"target": column, "target_known_days": pa.array(labels.known_days)}),
        is_kept=labels.is_kept,
        is_labelled=has_label,
        is_gone=np.zeros(len(has_label), np.bool_),
        dropped=labels.dropped,
        event_count=happened,
        horizons=(HorizonFacts(str(span.length), happened, int(has_label.sum())),),
        facts=facts,
    )


def describe_ratings(
    kind: OutcomeKind, values: npt.NDArray[np.float64], scale: tuple[float, float] | None
) -> TargetFacts:
    """Return the facts of a target of ratings or amounts: who answered, on which scale, at which levels."""
    answers = values[~np.isnan(values)]
    levels: Sequence[float] = ()
    if kind == "nps_group":
        levels = (0.0, 1.0, 2.0)
    elif kind == "ordinal":
        levels = np.unique(answers).tolist()
    return TargetFacts(
        kind,
        answered=len(answers),
        silent=len(values) - len(answers),
        scale=scale,
        levels=tuple(levels),
    )


def _count_horizon(labels: Labels, span: Horizon) -> HorizonFacts:
    """Return how many rows have an event within a horizon, and how many have a known label."""
    days, event = labels.days[labels.is_kept], labels.event[labels.is_kept]
    passed = days >= span.length.days
    came = (event == 1) & ~passed
    return HorizonFacts(str(span.length), int(came.sum()), int(((event > 0) | passed).sum()))


def _require_both(usecase: UseCase, labels: SpanLabels) -> None:
    """Demand rows with silence and rows without."""
    seen = labels.value[labels.is_kept]
    if 0 < seen.sum() < len(seen):
        return
    target = usecase.settled()[3]
    found = "no row" if not len(seen) else "every row" if seen.all() else "not one row"
    reasons = _tell(labels.dropped)
    problem = f"{found} has {target.primary.length} without an event in '{target.source}'{reasons}"
    hint = f"a model needs at least {_NEEDED_EVENTS} rows of either kind; compare snapshots and "
    hint += "observed_until with the events"
    raise TooFewEventsError(f"{usecase.name}: target.silence", problem, hint)


def _too_few(sources: Sources, usecase: UseCase, dropped: Mapping[str, int], what: str) -> TooFewEventsError:
    """Say that nothing of what is watched says anything of any row."""
    target = usecase.settled()[3]
    found = fetch_row(sources.connection, f"SELECT count(*) FROM {sources.table(target.source)}")[0]
    things, key = ("events", "event") if isinstance(target, EventTarget) else ("answers", "next")
    problem = f"none of the {found} {things} in '{target.source}' {what}{_tell(dropped)}"
    hint = f"a model needs at least {_NEEDED_EVENTS}; compare cohort, snapshots and observed_until with them"
    return TooFewEventsError(f"{usecase.name}: target.{key}", problem, hint)


def _tell(dropped: Mapping[str, int]) -> str:
    """Write why rows were left out."""
    reasons = ", ".join(f"{count} rows: {reason}" for reason, count in dropped.items() if count)
    return f" ({reasons})" if reasons else ""
