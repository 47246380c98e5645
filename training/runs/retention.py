"""Verb ``retention``: what is older than it has to be goes, and the audit log says so."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from features.errors import InputError, XmError
from features.governance import AUDIT_FLOOR_DAYS, Terms
from training.console import Console
from training.runs.aging import KINDS, list_aged
from training.runs.agreed import find_terms
from training.runs.audit_lines import write_line
from training.runs.key_office import ask_service
from training.runs.persons.wanted import find_folder
from training.runs.workspace import Workspace

_AUDIT = "audit"


def run(console: Console, days: int, dry_run: str, override_floor: str, governance: str, out: str) -> None:
    """Remove what is older, kind by kind, or say what would go.

    Raises
    ------
    InputError
        If no number of days is named, here or in what was agreed on.
    XmError
        If the audit log cannot be written: then nothing of that kind has been removed.
    """
    if days < 0:
        raise InputError("--days", f"'{days}' is less than nothing", "name how many days things are kept")
    workspace, is_dry = Workspace(Path(out)), dry_run == "yes"
    terms, file = find_terms(governance)
    kept = _choose_days(terms, days)
    if not any(kept.values()):
        hint = "name --days, or write retention_days into governance.yaml"
        raise InputError("--days", "no kind of file has a number of days", hint)
    now = datetime.now(UTC)
    removed = {kind: _remove(workspace, kind, kept[kind], now, is_dry=is_dry) for kind in KINDS if kept[kind]}
    reason = override_floor or terms.retention_days.audit_override or ""
    log = _shorten_log(workspace, kept[_AUDIT], reason, is_dry=is_dry)
    content = {
        "days": kept,
        "dry_run": is_dry,
        "removed": removed,
        "audit": log,
        "governance": None if file is None else str(file),
    }
    console.result("\n".join(_describe(kept, removed, log, is_dry=is_dry)), content)


def _choose_days(terms: Terms, days: int) -> dict[str, int]:
    """Return how long each kind is kept: one number for all, or what was agreed on; 0: it was not settled."""
    if days:
        return dict.fromkeys((*KINDS, _AUDIT), days)
    agreed = terms.retention_days
    return {kind: getattr(agreed, kind) or 0 for kind in (*KINDS, _AUDIT)}


def _remove(workspace: Workspace, kind: str, days: int, now: datetime, *, is_dry: bool) -> int:
    """Remove what is older of one kind, after a line of the audit log about it; return how many files."""
    oldest = now - timedelta(days=days)
    old = [aged for aged in list_aged(workspace, kind) if aged.since < oldest]
    if old and not is_dry:
        problem = write_line(workspace, "retention", count=len(old), unit=f"{kind}, {days} days")
        if problem is not None:
            raise XmError(f"retention of {kind}", f"nothing was removed ({problem})", "mend the audit log")
        for aged in old:
            aged.remove()
    return len(old)


def _shorten_log(workspace: Workspace, days: int, reason: str, *, is_dry: bool) -> dict[str, Any]:
    """Let whole days of the audit log go; without a reason none of the last six months."""
    folder = find_folder(workspace, "XM_AUDIT")
    if not days or not folder.is_dir():
        return {"days": 0, "files": 0, "lines": 0, "last_hash": ""}
    kept = days if reason.strip() else max(days, AUDIT_FLOOR_DAYS)
    order = {"action": "retain", "folder": str(folder), "days": kept, "override": reason, "is_dry": is_dry}
    found: dict[str, Any] = ask_service("serving.audit", "audit", order)["content"]
    return {"days": kept, **found}


def _describe(
    kept: Mapping[str, int], removed: Mapping[str, int], log: Mapping[str, Any], *, is_dry: bool
) -> Iterator[str]:
    """Say what went, what stays and why."""
    done = "would go" if is_dry else "removed"
    for kind, count in removed.items():
        yield f"{kind}, older than {kept[kind]} days: {count} {done}"
    for kind in KINDS:
        if not kept[kind]:
            yield f"{kind}: kept, for nothing was settled"
    if log["days"]:
        yield f"audit log, older than {log['days']} days: {log['files']} files, {log['lines']} lines {done}"
        if log["days"] > kept[_AUDIT]:
            yield f"  not {kept[_AUDIT]}: it stays for {AUDIT_FLOOR_DAYS} days at least; see --override-floor"
    if log["last_hash"] and not is_dry:
        yield f"  check the rest with: xm-predict audit verify --after {log['last_hash']}"
