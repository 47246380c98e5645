"""Verb ``serve``: answer over HTTP on this machine.

Serving stands above training, so this verb does not import it: it becomes the process that serves.
"""

import os
import sys
from pathlib import Path

from training.console import Console
from training.runs.workspace import Workspace


def run(console: Console, out: str, port: int) -> None:
    """Replace this process by the service and its refresher."""
    console.report(f"starting the service on port {port}")
    environment = {**os.environ, "XM_PORT": str(port)}
    for name, setting in Workspace(Path(out)).service_environment().items():
        environment.setdefault(name, setting)
    os.execve(sys.executable, [sys.executable, "-m", "serving"], environment)  # noqa: S606  our own interpreter
