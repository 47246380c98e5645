"""``python -m serving.access``: what ``xm-predict keys`` asks of the keys, one JSON object in, one out.

The command line belongs to training, which knows nothing of serving; so it asks this process.
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from features.errors import XmError
from serving.access.issuing import Issued, create_key, revoke_key, rotate_key
from serving.access.records import KeyRecord, now_utc, read_records
from serving.access.roles import ROLES, SCORE_EMPLOYEE
from serving.audit.lines import Entry
from serving.audit.trail import Trail

_ACTIONS = ("create", "list", "rotate", "revoke")


class Order(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Hold one order; the fields are the parameters of the verb ``keys``; ``roles`` says what each may."""

    action: Literal["create", "list", "rotate", "revoke", "roles"]
    path: str
    audit: str = ""
    governance: str = ""
    role: str = ""
    label: str = ""
    units: str = ""
    usecases: str = ""
    scopes: str = ""
    days: float = 365.0
    key: str = ""
    overlap_hours: float = 24.0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Hold what the command line writes: notes on stderr, text or content on stdout."""

    notes: list[str]
    text: str
    content: dict[str, Any]


def carry_out(order: Order, now: datetime) -> Outcome:
    """Carry an order out.

    Raises
    ------
    InputError
        If it cannot be: what is asked for is not accepted, or the file of keys cannot be read.
    AuditError
        If it was carried out, but the audit log cannot be written. A new key is shown to nobody then.
    """
    if order.action == "roles":
        roles = {role: sorted(scopes) for role, scopes in ROLES.items()}
        return Outcome(notes=[], text="", content={"roles": roles})
    path = Path(order.path)
    agreed = _list_agreed(order, now)
    if order.action == "create":
        issued = create_key(
            path,
            order.role,
            now=now,
            label=order.label,
            units=order.units,
            usecases=_split(order.usecases),
            scopes=_split(order.scopes),
            days=order.days,
            agreed=agreed,
        )
        _write_down(order, issued.record, now)
        return _hand_over(issued, [])
    if order.action == "rotate":
        issued = rotate_key(path, order.key, now=now, overlap_hours=order.overlap_hours)
        _write_down(order, issued.record, now)
        note = f"the old key {issued.record.replaces} goes on for {order.overlap_hours:g} hours"
        return _hand_over(issued, [note])
    if order.action == "revoke":
        record = revoke_key(path, order.key, now=now)
        _write_down(order, record, now)
        text = f"key {record.key_id} is revoked; running services refuse it within 5 seconds"
        return Outcome(notes=[], text=text, content=_describe(record, now))
    records = read_records(path)
    lines = [_line_of(record, now) for record in records] or [f"there are no keys in {path}"]
    content = {"path": str(path), "keys": [_describe(record, now) for record in records]}
    return Outcome(notes=[], text="\n".join(lines), content=content)


def _list_agreed(order: Order, now: datetime) -> list[str]:
    """Return the use cases that an agreement opens for scores of single people at work."""
    if not (order.governance and SCORE_EMPLOYEE in order.scopes):
        return []
    # It brings in all that scoring needs, which takes a second.
    from serving.governance import read_governance

    return read_governance(Path(order.governance), now.date()).usecases


def _write_down(order: Order, record: KeyRecord, now: datetime) -> None:
    """Put a change of keys into the audit log."""
    if order.audit:
        unit = ",".join(record.units or ())
        entry = Entry(action=f"key-{order.action}", key=record.key_id, role=record.role, unit=unit[:200])
        Trail(Path(order.audit)).append([entry], now)


def main() -> int:
    """Read an order, write its outcome or the error; return the exit code of the command line."""
    code, answer = 0, {}
    try:
        order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
        answer = msgspec.to_builtins(carry_out(order, now_utc()))
    except XmError as error:
        code = error.exit_code
        answer = {"error": {"where": error.where, "problem": error.problem, "hint": error.hint}}
    sys.stdout.write(msgspec.json.encode(answer).decode())
    return code


def _hand_over(issued: Issued, notes: list[str]) -> Outcome:
    """Return a new key: on stdout stands the key and nothing else, so that a shell can take it up."""
    record = issued.record
    until = (
        "until it is revoked"
        if record.expires_at is None
        else f"until {record.expires_at:%Y-%m-%d %H:%M} UTC"
    )
    told = f"key {record.key_id} for the role {record.role}, valid {until}; it is shown this once"
    content = {"key": issued.token.text, **_describe(record, record.created_at)}
    return Outcome(notes=[told, *notes], text=issued.token.text, content=content)


def _describe(record: KeyRecord, now: datetime) -> dict[str, Any]:
    """Return what may be told of a key."""
    shown: dict[str, Any] = msgspec.to_builtins(record)
    del shown["sha256"]
    return {**shown, "scopes": sorted(record.to_actor().scopes), "state": record.state_at(now)}


def _line_of(record: KeyRecord, now: datetime) -> str:
    """Return a key as one line of a list."""
    end = "no end" if record.expires_at is None else f"{record.expires_at:%Y-%m-%d %H:%M}"
    limits = [*(record.units or ()), *(record.usecases or ())]
    parts = [record.key_id, record.state_at(now), f"{record.role:<14}", end, *limits, record.label]
    return "  ".join(part for part in parts if part)


def _split(text: str) -> list[str]:
    """Return the parts of a list with commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


if __name__ == "__main__":
    sys.exit(main())
