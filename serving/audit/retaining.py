"""Whole files of the log that are older than they have to be kept go, oldest first, and a line says so."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from features.errors import InputError
from features.files import alone, flush
from features.governance import AUDIT_FLOOR_DAYS
from serving.audit.checking import verify
from serving.audit.lines import Entry, read_line
from serving.audit.trail import FILES, Trail

_MOST_LETTERS = 200


@dataclass(frozen=True)
class Retained:
    """Say what went.

    Attributes
    ----------
    files, lines
        How many.
    last_hash
        Of the last line that went: later checks begin behind it. Empty if nothing went.
    """

    files: int
    lines: int
    last_hash: str = ""


def retain(folder: Path, days: int, *, now: datetime, override: str = "", is_dry: bool = False) -> Retained:
    """Remove the files of which every line is older than some days; the newest file always stays.

    Parameters
    ----------
    override
        Why the log may go before the six months that the law asks for in many cases; it is written down.
    is_dry
        Whether to say only what would go.

    Raises
    ------
    InputError
        If the days are fewer than those six months and no reason is given.
    AuditError
        If the line about it cannot be written; then nothing has been removed.
    """
    if days < AUDIT_FLOOR_DAYS and not override.strip():
        problem = f"the audit log is kept for {AUDIT_FLOOR_DAYS} days at least, and not for {days}"
        hint = "name more days, or a reason with --override-floor; it is recorded"
        raise InputError("--days", problem, hint)
    old = _list_old(folder, now.astimezone(UTC) - timedelta(days=days))
    if not old:
        return Retained(0, 0)
    lines = [line for path in old for line in path.read_bytes().splitlines(keepends=True)]
    found = Retained(len(old), len(lines), read_line(lines[-1]).hash if lines else "")
    if is_dry:
        return found
    reason = override.strip()[:_MOST_LETTERS] if days < AUDIT_FLOOR_DAYS else ""
    # Written first: whoever finds files missing finds the reason as well.
    entry = Entry(
        action="retention", unit=f"audit before {found.last_hash}", purpose=reason, count=len(lines)
    )
    Trail(folder).append([entry], now)
    with alone(folder / ".lock"):
        for path in old:
            path.unlink(missing_ok=True)
        flush(folder)
    return found


def _list_old(folder: Path, oldest: datetime) -> list[Path]:
    """Return the files of days before a moment, without the newest; a broken log is evidence and stays."""
    files = sorted(folder.glob(FILES))
    old = [path for path in files[:-1] if path.stem.split("-")[1] < f"{oldest:%Y%m%d}"]
    if old and (problem := verify(folder, after=_previous_of(files[0])).problem) is not None:
        raise InputError(str(folder), f"is not one unbroken chain: {problem}", "keep the files as evidence")
    return old


def _previous_of(path: Path) -> str:
    """Return the hash to which the first line of a file is bound."""
    with path.open("rb") as file:
        return read_line(file.readline()).previous
