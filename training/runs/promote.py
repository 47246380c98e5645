"""Verb ``promote``: make a registered version the champion."""

import tempfile
from pathlib import Path

from features.errors import RegistryError
from training.bundle import load
from training.console import Console
from training.registry import CHAMPION, connect, fetch, find_version, set_alias
from training.runs.workspace import Workspace
from training.scoring import check_canary


def run(console: Console, name: str, version: int, out: str) -> None:
    """Verify the version once more, then let the alias point to it.

    Raises
    ------
    RegistryError
        If there is no such version.
    """
    connect(Workspace(Path(out)).folder)
    registered = find_version(name, version)
    if registered is None:
        raise RegistryError(f"model {name}", f"has no version {version}", "see the versions in the MLflow UI")
    before = find_version(name, CHAMPION)
    with tempfile.TemporaryDirectory() as scratch:
        check_canary(load(fetch(registered, Path(scratch) / "bundle")))
    set_alias(name, CHAMPION, version)
    previous = f"version {before.version}" if before else "none"
    console.result(
        f"champion of {name}: version {version} ({registered.model_version}); before: {previous}",
        {
            "usecase": name,
            "version": version,
            "model_version": registered.model_version,
            "previous_version": before.version if before else None,
        },
    )
