"""Take people out of everything that a build keeps: the feature table and the partial results.

Tombstones (:mod:`features.tombstones`) are written before; they keep the next build from bringing anybody
back. Works while nothing else builds or reads there. Every file is written whole or not at all, and nothing
is counted on that an interrupted run has left: running again finishes the job.
"""

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from features.fold.partials import drop_entities, list_entities
from features.frame.content import Frame
from features.frame.facts import FrameFacts, HorizonFacts, TargetFacts
from features.frame.panel import describe_ratings
from features.timeline import Duration

_FACTS = "frame.json"
_PARTIALS = (".cells", ".told")
_NAMELESS = "(erased)"
Ids = frozenset[str]


@dataclass(frozen=True)
class Erased:
    """Count what was removed.

    Attributes
    ----------
    rows, latest, answers
        Rows of the feature table, of the newest snapshot, and survey answers.
    partials
        Cells, and rows that were told, in partial results of large logs.
    """

    rows: int
    latest: int
    answers: int
    partials: int


def list_known(frame: Path, partials: Path, ids: Iterable[str]) -> Ids:
    """Return which of some ids the kept results of a use case hold; parameters as of :func:`erase`."""
    wanted = frozenset(ids)
    found: set[str] = set()
    if (frame / _FACTS).exists():
        kept = Frame.read(frame)
        for table in (kept.table, kept.latest, kept.answers, kept.protected, kept.waves, kept.verbatims):
            found |= wanted & set(pc.unique(table.column("entity_id")).to_pylist())
        for match in kept.facts.matches.values():
            found |= wanted & set(match.get("unmatched_keys", ()))
    for path in _list_partials(partials):
        found |= wanted & set(list_entities(path))
    return frozenset(found)


def erase(frame: Path, partials: Path, ids: Iterable[str]) -> Erased:
    """Remove people from the feature table and the partial results of a use case.

    Parameters
    ----------
    frame
        Folder of the feature table; may be absent.
    partials
        Folder of the partial results; may be absent.
    ids
        Entities, as ``entity_id`` names them.

    Raises
    ------
    SourceError, ContractError
        If the feature table cannot be read; then nothing has been changed.
    """
    wanted = frozenset(ids)
    rows, latest, answers = _erase_from_frame(frame, wanted) if (frame / _FACTS).exists() else (0, 0, 0)
    cells = 0
    for path in _list_partials(partials):
        cells += drop_entities(path, lambda found: [one in wanted for one in found])
    _remove_drafts(frame, partials)
    return Erased(rows, latest, answers, cells)


def _list_partials(folder: Path) -> Iterator[Path]:
    """Yield all files with partial results."""
    if folder.is_dir():
        yield from (path for path in sorted(folder.rglob("[!.]*")) if path.suffix in _PARTIALS)


def _remove_drafts(frame: Path, partials: Path) -> None:
    """Remove what runs that were killed while they wrote have left: hidden beside what they wrote."""
    drafts = list(frame.parent.glob(f".{frame.name}.*"))
    drafts += [path for suffix in _PARTIALS for path in partials.rglob(f".*{suffix}.*")]
    for path in drafts:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _erase_from_frame(folder: Path, ids: Ids) -> tuple[int, int, int]:
    """Write the feature table again without some ids, if it holds any; return how many rows went where."""
    frame = Frame.read(folder)
    kept = (frame.table, frame.latest, frame.answers, frame.protected, frame.waves, frame.verbatims)
    table, latest, answers, protected, waves, verbatims = (_drop(rows, ids) for rows in kept)
    facts = replace(
        _count_again(frame.facts, table, latest),
        matches=_scrub(frame.facts.matches, ids),
        findings=tuple(_scrub(finding, ids) for finding in frame.facts.findings),
        dropped_features=_scrub(frame.facts.dropped_features, ids),
        texts=_count_texts(frame.facts.texts, frame.verbatims, verbatims),
    )
    left = Frame(table, latest, answers, facts, protected, waves, verbatims, frame.texts)
    removed = tuple(
        before.num_rows - after.num_rows
        for before, after in zip(kept, (table, latest, answers, protected, waves, verbatims), strict=True)
    )
    if any(removed) or facts.to_json() != frame.facts.to_json():
        left.write(folder)
    return removed[:3]


def _drop(table: pa.Table, ids: Ids) -> pa.Table:
    """Return the rows of all others; anonymous answers have no id and stay."""
    is_erased = pc.is_in(table.column("entity_id"), pa.array(sorted(ids), pa.string()))
    return table.filter(pc.invert(is_erased)).combine_chunks()


def _count_again(facts: FrameFacts, table: pa.Table, latest: pa.Table) -> FrameFacts:
    """Return the facts with what can be counted in the rows; of the sources they say what was read."""
    events = _count_events(facts.target, table)
    return replace(
        facts,
        row_count=table.num_rows,
        entity_count=len(pc.unique(table.column("entity_id"))),
        latest_count=latest.num_rows,
        event_count=events,
        horizons=tuple(_count_horizon(horizon, facts.target, table, events) for horizon in facts.horizons),
        target=_describe_target(facts.target, table),
    )


def _count_events(target: TargetFacts, table: pa.Table) -> int:
    """Return the rows with an event, with silence, with the predicted label, or with any label."""
    if target.kind == "event":
        return _count(pc.equal(table.column("target_event"), 1))
    labels = table.column("target")
    if target.kind in {"silence", "binary"}:
        return int(pc.sum(labels).as_py() or 0)
    return len(labels) - int(labels.null_count)


def _count_horizon(horizon: HorizonFacts, target: TargetFacts, table: pa.Table, events: int) -> HorizonFacts:
    """Return how many rows have an event within a horizon, and how many have a known label."""
    if target.kind != "event":
        labels = table.column("target")
        return replace(horizon, events=events, labelled=len(labels) - int(labels.null_count))
    days, event = table.column("target_days"), table.column("target_event")
    passed = pc.greater_equal(days, Duration.parse(horizon.horizon).days)
    came = pc.and_(pc.equal(event, 1), pc.invert(passed))
    is_known = pc.or_(pc.greater(event, 0), passed)
    return replace(horizon, events=_count(came), labelled=_count(is_known))


def _count(is_counted: pa.ChunkedArray) -> int:
    """Return how many values are true."""
    return int(pc.sum(is_counted).as_py() or 0)


def _count_texts(
    told: Mapping[str, Mapping[str, Any]], before: pa.Table, after: pa.Table
) -> dict[str, dict[str, Any]]:
    """Return what is told of texts, without those of the erased in the counts by language.

    What was taken out of them and what is new is told of all that was read: in sums that name nobody.
    """
    gone = _count_by_language(before)
    gone.subtract(_count_by_language(after))
    counted = {}
    for name, facts in told.items():
        by_language = {code: n - gone[name, code] for code, n in facts.get("languages", {}).items()}
        readable = set(facts.get("tone", {}))
        counts = {
            "languages": {code: n for code, n in by_language.items() if n},
            "read": sum(n for code, n in by_language.items() if code in readable),
            "passed_through": sum(n for code, n in by_language.items() if code and code not in readable),
        }
        counted[name] = dict(facts) | (counts if "languages" in facts else {})
    return counted


def _count_by_language(verbatims: pa.Table) -> Counter[tuple[str, str]]:
    """Return how many verbatims there are by source and language; an empty one is too short to tell."""
    pairs = zip(*(verbatims.column(name).to_pylist() for name in ("source", "language")), strict=True)
    return Counter((source, language or "") for source, language in pairs)


def _describe_target(target: TargetFacts, table: pa.Table) -> TargetFacts:
    """Return what was found of ratings and amounts; of events and silence it tells of the sources."""
    if target.kind in {"event", "silence", "binary"}:
        return target
    values = table.column("target").cast(pa.float64()).to_numpy()
    return describe_ratings(target.kind, values, target.scale)


def _scrub(told: Any, ids: Ids) -> Any:
    """Return what was told of sources and features without ids: keys that led to nobody, quoted values."""
    if isinstance(told, dict):
        return {key: _scrub(value, ids) for key, value in told.items()}
    if isinstance(told, list):
        return [_scrub(value, ids) for value in told if not (isinstance(value, str) and value in ids)]
    if not isinstance(told, str):
        return told
    for one in ids:
        told = told.replace(f"'{one}'", f"'{_NAMELESS}'")
    return told
