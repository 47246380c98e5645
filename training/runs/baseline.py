"""Verb ``baseline``: freeze what is measured today, show it, list what was frozen."""

from datetime import UTC, datetime
from pathlib import Path

from features.usecase import UseCase
from training.bundle import Bundle
from training.console import Console
from training.frozen import choose_baseline, freeze, list_baselines, tell_baseline
from training.registry import connect, fetch_bundle, settle_alias
from training.registry import find_version as find_registered
from training.runs.build import build_in
from training.runs.freezing import measure
from training.runs.workspace import Workspace, load_usecase


def run(console: Console, action: str, usecase: str, data: str, baseline: str, out: str) -> None:
    """Freeze, show or list."""
    spec = load_usecase(usecase, data)
    workspace = Workspace(Path(out))
    if action == "freeze":
        _freeze(console, spec, workspace)
    elif action == "show":
        found = choose_baseline(workspace.baselines(spec.name), spec.name, baseline)
        console.result("\n".join(tell_baseline(found)), found.to_json())
    else:
        _list(console, spec.name, workspace)


def _freeze(console: Console, spec: UseCase, workspace: Workspace) -> None:
    """Build the frame as it is known today and keep what is measured in it."""
    folder = workspace.baselines(spec.name)
    list_baselines(folder)  # one that somebody changed is told before the work, not after
    connect(workspace.folder)
    champion = fetch_standing(spec.name)
    frame = build_in(workspace, spec, report=console.report)
    found, is_new = freeze(folder, measure(spec, frame, champion), frozen_on=datetime.now(UTC).date())
    file = folder / f"{found.id}.json"
    told = f"written to {file}" if is_new else f"the same was frozen before: {file} is as it was"
    content = {**found.to_json(), "is_new": is_new, "file": str(file)}
    console.result("\n".join([*tell_baseline(found), told]), content)


def fetch_standing(usecase: str) -> tuple[int, Bundle] | None:
    """Return version and bundle of the champion; None where there is none."""
    version = settle_alias(usecase).champion
    registered = None if version is None else find_registered(usecase, version)
    return None if registered is None else (registered.version, fetch_bundle(registered))


def _list(console: Console, usecase: str, workspace: Workspace) -> None:
    """List all baselines, the first frozen first."""
    there = list_baselines(workspace.baselines(usecase))
    lines = [
        f"{found.number:>3}  {found.id}  frozen on {found.frozen_on}, {len(found.measured.levels)} levels"
        for found in there
    ]
    empty = f"no baseline of {usecase} in {workspace.baselines(usecase)}"
    content = {"usecase": usecase, "baselines": [found.reference.to_json() for found in there]}
    console.result("\n".join(lines) if lines else empty, content)
