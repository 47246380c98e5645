"""Verb ``build``: the feature table, one honest row per entity and snapshot."""

from pathlib import Path

from features.frame import Tombstones, build
from training.console import Console
from training.runs.description import describe_frame
from training.runs.workspace import Workspace, load_usecase


def run(console: Console, usecase: str, data: str, out: str) -> None:
    """Build the frame of a use case and say what is in it."""
    spec = load_usecase(usecase, data)
    workspace = Workspace(Path(out))
    folder = workspace.frame(spec.name)
    frame = build(
        spec,
        folder,
        partials=workspace.partials(spec.name),
        tombstones=Tombstones.read(workspace.tombstones(spec.name)),
        report=console.report,
    )
    console.result(
        "\n".join([*describe_frame(frame), f"written to {folder}"]),
        {"folder": str(folder)} | frame.facts.to_json(),
    )
