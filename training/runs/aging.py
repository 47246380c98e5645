"""How old what is kept is, kind by kind: for removing what is older than it has to be."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from training.runs.persons.wanted import find_folder
from training.runs.workspace import Workspace

KINDS = ("journal", "calls", "sessions", "health", "scores")
_OF_SERVICE = {"journal": "XM_JOURNAL", "calls": "XM_CALLS", "sessions": "XM_SESSIONS"}
_OF_WORKSPACE = {"health": "monitoring", "scores": "scores"}
_HOUR = re.compile(r"predictions-(\d{8}T\d{2})")
_RECORDS = ("batch.json", "progress.json")


@dataclass(frozen=True)
class Aged:
    """Name a file or a folder that goes as a whole, and the moment (UTC) from which its age counts."""

    path: Path
    since: datetime

    def remove(self) -> None:
        """Remove it; what has gone meanwhile is no fault."""
        if self.path.is_dir():
            shutil.rmtree(self.path, ignore_errors=True)
        else:
            self.path.unlink(missing_ok=True)


def list_aged(workspace: Workspace, kind: str) -> Iterator[Aged]:
    """Yield what is kept of one of :data:`KINDS`.

    A record of predictions is as old as its hour, a batch of scores as its beginning, all else as its last
    change. A file that a service is writing has no age yet.
    """
    folder = (
        find_folder(workspace, _OF_SERVICE[kind])
        if kind in _OF_SERVICE
        else workspace.folder / _OF_WORKSPACE[kind]
    )
    if kind == "scores":
        found = (path for path in folder.glob("*/[!.]*") if path.is_dir())
        return (Aged(path, _find_beginning(path)) for path in sorted(found))
    files = (path for path in folder.rglob("[!.]*") if path.is_file() and path.parent.name != "locks")
    return (Aged(path, _find_moment(path)) for path in sorted(files) if path.suffix != ".open")


def _find_moment(path: Path) -> datetime:
    """Return the hour in the name of a file, or else its last change."""
    hour = _HOUR.match(path.name)
    if hour is None:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return datetime.strptime(hour[1], "%Y%m%dT%H").replace(tzinfo=UTC)


def _find_beginning(folder: Path) -> datetime:
    """Return when a batch was begun, as its record says, or else its last change."""
    for name in _RECORDS:
        try:
            began = datetime.fromisoformat(json.loads((folder / name).read_text(encoding="utf-8"))["started"])
        except (OSError, ValueError, LookupError, TypeError):
            continue
        return began if began.tzinfo else began.replace(tzinfo=UTC)
    return datetime.fromtimestamp(folder.stat().st_mtime, UTC)
