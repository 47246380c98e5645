"""Verb ``build``: the feature table, one honest row per entity and snapshot."""

from pathlib import Path

from features.frame import Frame, build
from training.console import Console
from training.runs.workspace import Workspace, load_usecase


def run(console: Console, usecase: str, data: str, out: str) -> None:
    """Build the frame of a use case and say what is in it."""
    spec = load_usecase(usecase, data)
    folder = Workspace(Path(out)).frame(spec.name)
    frame = build(spec, folder, report=console.report)
    console.result(
        "\n".join([*describe_frame(frame), f"written to {folder}"]),
        {"folder": str(folder)} | frame.facts.to_json(),
    )


def describe_frame(frame: Frame) -> list[str]:
    """Return what a person wants to know of a frame, a line each."""
    facts = frame.facts
    size = f"{facts.row_count:,} rows of {facts.entity_count:,} entities"
    lines = [f"{size}, {len(facts.catalogue.names)} features, {facts.event_count:,} rows with the event"]
    lines += [
        f"{horizon.horizon}: {horizon.events:,} events in {horizon.labelled:,} rows whose outcome is known"
        for horizon in facts.horizons
    ]
    lines += [f"dropped {count:,} rows: {reason}" for reason, count in facts.dropped_rows.items() if count]
    lines += [f"left out {name}: {reason}" for name, reason in facts.dropped_features.items()]
    lines += [
        f"{finding['severity']}: {finding['column']}: {finding['evidence']}" for finding in facts.findings
    ]
    return lines
