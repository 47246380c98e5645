"""What a feature table holds, and what was odd in its sources, in words."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from features.frame import Frame
from features.usecase import UseCase

_MOST_LEVELS = 20
_COUNTED = {
    "event": "rows with the event",
    "silence": "rows with silence",
    "binary": "rows with the predicted label",
    "ordinal": "rows with a rating",
    "nps_group": "rows with a rating",
    "numeric": "rows with a value",
}
# What SourceFacts counts, in the order in which it is told.
_ODD_ROWS = {
    "missing_time": "have no time (left out)",
    "duplicates": "repeat an earlier one (left out)",
    "corrected": "were corrected later (count until then)",
    "withdrawn": "were withdrawn later (count until then)",
    "unmatched": "lead to nobody (left out)",
    "known_before_event": "were known before they happened (kept, count from the event on)",
    "in_future": "lie in the future (kept, no snapshot sees them)",
    "ends_before_start": "end before they begin (kept, never hold)",
    "before_start": "lie before the entity's start (kept)",
    "after_end": "lie after the entity's end (kept)",
}
# What FlatFacts counts per column or file.
_ODD_CELLS = {
    "not_applicable": "do not apply (missing now, with a column that says so)",
    "impossible": "end before they begin (missing now)",
    "not_known_yet": "are later than the moment of the forecast (missing now)",
    "unmatched": "find no partner in it",
}


def describe_frame(frame: Frame) -> list[str]:
    """Return what a person wants to know of a frame, a line each."""
    facts = frame.facts
    size = f"{facts.row_count:,} rows"
    if facts.shape == "snapshots":
        size += f" of {facts.entity_count:,} entities"
    counted = f"{facts.event_count:,} {_COUNTED[facts.target.kind]}"
    lines = [f"{size}, {len(facts.catalogue.names)} features, {counted}"]
    if facts.shape == "table":
        lines += _describe_columns(frame)
    lines += [
        f"{horizon.horizon}: {horizon.events:,} events in {horizon.labelled:,} rows whose outcome is known"
        for horizon in facts.horizons
    ]
    lines += [f"dropped {count:,} rows: {reason}" for reason, count in facts.dropped_rows.items() if count]
    if facts.shape == "table" and facts.latest_count > facts.row_count:
        lines.append(f"{facts.latest_count - facts.row_count:,} rows without a label can be scored")
    lines += [f"left out {name}: {reason}" for name, reason in facts.dropped_features.items()]
    if facts.shape == "snapshots":
        lines += [line for name, match in facts.matches.items() for line in _describe_source(name, match)]
    else:
        lines += [line for match in facts.matches.values() for line in _describe_table(match)]
    return lines + describe_findings(facts.findings)


def describe_findings(findings: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what the audit found of the columns, a line each."""
    return [_describe_finding(finding) for finding in findings]


def describe_meaning(usecase: UseCase) -> list[str]:
    """Return what the label of a flat table was taken for where nobody says what it means; else nothing.

    Names that speak of leaving need no note: the pages say it in their first sentence.
    """
    table = usecase.table
    if table is None or table.kind != "binary" or table.means is not None or usecase.means == "leaving":
        return []
    found = (
        f"note: {table.label}: '{table.positive}' is told of as something bad, since table.means is missing"
    )
    return [f"{found}; write means: good if it is wanted, means: bad if not, means: leaving if people leave"]


def describe_pages(files: Mapping[str, Path]) -> list[str]:
    """Return the written pages, a line each: the report for everybody, then the card for those who check."""
    pages = [file for name, file in files.items() if name.endswith(".html")]
    told = [("model card" if file.name.startswith("model-card") else "report", file) for file in pages]
    return [f"{kind}: {file}" for kind, file in sorted(told, key=lambda page: page[0], reverse=True)]


def tell_next(usecase: str, *, is_champion: bool) -> list[str]:
    """Return what can be done with a new champion; nothing where there is none."""
    if not is_champion:
        return []
    return [f"next: xm-predict drivers --name {usecase}; xm-predict score --name {usecase}; xm-predict serve"]


def _describe_columns(frame: Frame) -> Iterator[str]:
    """Yield which columns of a flat table became features, and which of them look like free text."""
    catalogue = frame.facts.catalogue
    levels = {name: pc.count_distinct(frame.table[name]).as_py() for name in catalogue.categories}
    present = {name: frame.table.num_rows - frame.table[name].null_count for name in levels}
    if catalogue.numbers:
        yield f"numbers: {', '.join(catalogue.numbers)}"
    if levels:
        yield f"categories: {', '.join(f'{name} ({count:,})' for name, count in levels.items())}"
    for name, count in levels.items():
        if count > max(_MOST_LEVELS, present[name] / 2):
            found = f"{count:,} different texts in {present[name]:,} rows: names, codes or free text"
            yield (
                f"note: {name}: {found}, of which new rows will have others; "
                "exclude it, or name it under experience if people said it"
            )


def _describe_source(name: str, match: Mapping[str, Any]) -> Iterator[str]:
    """Yield one line on a source in which rows are odd, and then the warnings."""
    odd = [f"{match[key]:,} {words}" for key, words in _ODD_ROWS.items() if match[key]]
    if odd:
        yield f"{name}: of {match['rows']:,} rows {', '.join(odd)}{_tell_keys(match)}"
    yield from _warn_of_source(name, match)


def _tell_keys(match: Mapping[str, Any]) -> str:
    """Return which keys lead to nobody, and whether a link holds at another time alone; nothing if all do."""
    if not match["unmatched"]:
        return ""
    keys = f"; keys that lead to nobody: {', '.join(match['unmatched_keys'])}"
    if not match.get("unlinked"):
        return keys
    found = f"{match['unlinked']:,} of these rows happened when no link of their key held"
    return f"{keys}; {found}: write valid_from: always in the source with the links if a link holds for good"


def _warn_of_source(name: str, match: Mapping[str, Any]) -> Iterator[str]:
    """Yield one warning with a remedy on all that a person should look at before anything is learned."""
    if match["is_mostly_known_before"]:
        before = f"{match['known_before_event']:,} of {match['kept']:,} events"
        yield (
            f"warning: {name}: {before} were known before they happened; if they were not announced, "
            "event_time and known_at are swapped: name them the other way"
        )
    for column, found in match["scale_doubts"].items():
        remedy = "declare the scale that was asked, or bring the values to it"
        yield f"warning: {name}.{column}: {found}; {remedy}"
    for change in match["unit_changes"]:
        yield (
            f"warning: {name}.{change['column']}: {change['sentence']}; "
            "bring the column to one unit or scale in the export, or take it out of the use case"
        )


def _describe_table(match: Mapping[str, Any]) -> Iterator[str]:
    """Yield one line on each column or file of a flat table in which values are odd."""
    for key, words in _ODD_CELLS.items():
        yield from (f"{name}: {count:,} rows {words}" for name, count in match[key].items() if count)


def _describe_finding(finding: Mapping[str, Any]) -> str:
    """Return what the audit found of a column, and what can be done or why it is accepted."""
    told = f"{finding['column']}: {finding['evidence']}"
    if finding["accepted"] is not None:
        return f"accepted: {told}; the use case says: {finding['accepted']}"
    return f"{finding['severity']}: {told}; {finding['remedy']}"
