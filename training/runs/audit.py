"""Verb ``audit``: is the log of who asked what unbroken, and what are its last lines."""

import os
from pathlib import Path

from training.console import Console
from training.runs.key_office import ask_service
from training.runs.workspace import Workspace


def run(console: Console, action: str, folder: str, head: str, after: str, last: int, out: str) -> None:
    """Check the audit log, or show its end.

    Raises
    ------
    InputError
        If there is no log.
    XmError
        If it is not one unbroken chain: file and line are named.
    """
    usual = Workspace(Path(out)).service_environment()["XM_AUDIT"]
    place = folder or os.environ.get("XM_AUDIT") or usual
    order = {"action": action, "folder": place, "head": head, "after": after, "last": last}
    outcome = ask_service("serving.audit", "audit", order)
    console.result(outcome["text"], outcome["content"])
