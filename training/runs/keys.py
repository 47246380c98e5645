"""Verb ``keys``: who may ask the service."""

import os
from pathlib import Path

from training.console import Console
from training.runs.key_office import ask_keys
from training.runs.workspace import Workspace


def run(
    console: Console,
    action: str,
    role: str,
    label: str,
    units: str,
    usecases: str,
    scopes: str,
    days: float,
    key: str,
    overlap_hours: float,
    out: str,
) -> None:
    """Make, list, replace or end keys; a new one is written to stdout, this once.

    Raises
    ------
    InputError
        If the order cannot be carried out; then nothing has been changed.
    """
    usual = Workspace(Path(out)).service_environment()
    outcome = ask_keys(
        Path(os.environ.get("XM_KEYS") or usual["XM_KEYS"]),
        action,
        audit=os.environ.get("XM_AUDIT") or usual["XM_AUDIT"],
        governance=os.environ.get("XM_GOVERNANCE", ""),
        role=role,
        label=label,
        units=units,
        usecases=usecases,
        scopes=scopes,
        days=days,
        key=key,
        overlap_hours=overlap_hours,
    )
    for note in outcome["notes"]:
        console.report(note)
    console.result(outcome["text"], outcome["content"])
