"""Make, replace and end keys. The secret leaves here once, with the answer, and is kept nowhere."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import structs

from features.errors import InputError
from serving.access.records import KeyRecord, changing_records
from serving.access.roles import OF_UNITS, ROLES, SCORE_EMPLOYEE, list_scopes
from serving.access.tokens import Token, draw_token, find_key_id

ALL_UNITS = "all"
_LONGEST_DAYS = 3650.0
_LONGEST_OVERLAP_HOURS = 24.0 * 90
# A comma parts units only where another cut begins behind it: names of groups may hold commas.
_NEXT_UNIT = re.compile(r",(?=[^,=]+=)")


@dataclass(frozen=True)
class Issued:
    """Hold a new key: what is kept, and the key itself, to be shown once."""

    record: KeyRecord
    token: Token


def create_key(
    path: Path,
    role: str,
    *,
    now: datetime,
    label: str = "",
    units: str = "",
    usecases: Sequence[str] = (),
    scopes: Sequence[str] = (),
    days: float = 365.0,
    agreed: Collection[str] = (),
) -> Issued:
    """Make a key.

    Parameters
    ----------
    path
        File of keys; it is made if there is none.
    role
        One of the roles.
    label
        Whose it is, for people.
    units
        ``cut=group``, parted by commas; ``all``, or empty for roles that are not tied to units: no limit.
    usecases
        Use cases that it is for; empty: all.
    scopes
        The part of the role's scopes that it gets; empty: all of them.
    days
        How long it is valid; 0: until it is revoked.
    agreed
        Use cases about people at work that a written agreement opens for scores of single persons.

    Raises
    ------
    InputError
        If one of these cannot be used.
    """
    if role not in ROLES:
        raise InputError("--role", f"'{role}' is not a role", f"the roles are: {', '.join(ROLES)}")
    if strangers := [scope for scope in scopes if scope not in list_scopes(role, scopes)]:
        hint = f"it has: {', '.join(sorted(ROLES[role]))}"
        raise InputError("--scopes", f"the role {role} has no scope '{strangers[0]}'", hint)
    if SCORE_EMPLOYEE in scopes:
        _check_agreed(usecases, agreed)
    token = draw_token()
    record = KeyRecord(
        key_id=token.key_id,
        sha256=token.sha256.hex(),
        role=role,
        scopes=tuple(scopes) or None,
        units=_read_units(role, units),
        usecases=tuple(usecases) or None,
        label=_check_label(label),
        created_at=now,
        expires_at=_add_days(now, days),
    )
    with changing_records(path) as records:
        records.append(record)
    return Issued(record, token)


def rotate_key(path: Path, key: str, *, now: datetime, overlap_hours: float = 24.0) -> Issued:
    """Make a key in the place of another, which goes on for some hours.

    Parameters
    ----------
    key
        Id of the old key. The new one may do the same and is valid as long as the old one was to be.
    overlap_hours
        How long the old one goes on; 0: it ends now.

    Raises
    ------
    InputError
        If there is no such key, or it is no longer valid, or was replaced already.
    """
    if not 0 <= overlap_hours <= _LONGEST_OVERLAP_HOURS:
        hint = f"write hours from 0 to {_LONGEST_OVERLAP_HOURS:g}"
        raise InputError("--overlap-hours", f"'{overlap_hours:g}' is out of range", hint)
    token = draw_token()
    with changing_records(path) as records:
        place = _find_place(records, key, path)
        old = records[place]
        _check_replaceable(records, old, now)
        span = None if old.expires_at is None else old.expires_at - old.created_at
        new = structs.replace(
            old,
            key_id=token.key_id,
            sha256=token.sha256.hex(),
            created_at=now,
            expires_at=None if span is None else now + span,
            replaces=old.key_id,
        )
        end = now + timedelta(hours=overlap_hours)
        records[place] = structs.replace(
            old, expires_at=end if old.expires_at is None else min(end, old.expires_at)
        )
        records.append(new)
    return Issued(new, token)


def revoke_key(path: Path, key: str, *, now: datetime) -> KeyRecord:
    """End a key; running services refuse it within seconds. One that has ended already stays as it is.

    Parameters
    ----------
    key
        Its id, or the whole key.

    Raises
    ------
    InputError
        If there is no such key.
    """
    with changing_records(path) as records:
        place = _find_place(records, key, path)
        if records[place].revoked_at is None:
            records[place] = structs.replace(records[place], revoked_at=now)
        return records[place]


def _check_agreed(usecases: Sequence[str], agreed: Collection[str]) -> None:
    """Demand use cases that an agreement names, before a key is made for scores of single people at work."""
    strangers = [name for name in usecases if name not in agreed]
    if strangers or not usecases:
        named = f"does not name '{strangers[0]}'" if strangers else "has to name each of its use cases"
        problem = f"'{SCORE_EMPLOYEE}' needs a written agreement, which {named}"
        hint = "XM_GOVERNANCE names the file; give the use cases with --usecases"
        raise InputError("--scopes", problem, hint)


def _find_place(records: Sequence[KeyRecord], key: str, path: Path) -> int:
    """Return where a key stands; what was written is not repeated, since it may be a secret."""
    key_id = find_key_id(key)
    if key_id is None:
        hint = "write its id as `xm-predict keys list` shows it: 12 digits and letters from a to f"
        raise InputError("--key", "is not the id of a key", hint)
    for place, record in enumerate(records):
        if record.key_id == key_id:
            return place
    raise InputError("--key", f"there is no key '{key_id}' in {path}", "see `xm-predict keys list`")


def _check_replaceable(records: Sequence[KeyRecord], old: KeyRecord, now: datetime) -> None:
    """Demand a valid key without a successor."""
    state = old.state_at(now)
    if state != "valid":
        raise InputError("--key", f"the key '{old.key_id}' is {state}", "make a new one with `keys create`")
    if heirs := [one.key_id for one in records if one.replaces == old.key_id]:
        problem = f"the key '{old.key_id}' was replaced already"
        raise InputError("--key", problem, f"rotate '{heirs[0]}', which took its place")


def _read_units(role: str, text: str) -> tuple[str, ...] | None:
    """Return units as they are kept; None: no limit."""
    units = tuple(part.strip() for part in _NEXT_UNIT.split(text) if part.strip())
    if not units and role == OF_UNITS:
        problem = f"a key for the role {role} has to say for which units"
        raise InputError("--units", problem, f"write cut=group, such as department=Sales, or '{ALL_UNITS}'")
    if units in {(), (ALL_UNITS,)}:
        return None
    for unit in units:
        cut, sign, group = unit.partition("=")
        if not (cut.strip() and sign and group.strip()):
            raise InputError(
                "--units", f"'{unit}' is not a unit", "write cut=group, such as department=Sales"
            )
    return units


def _check_label(label: str) -> str:
    """Return a label that can stand in a list on a terminal."""
    if len(label) > 100 or not label.isprintable():
        raise InputError("--label", "has more than 100 or unprintable characters", "write a short name")
    return label


def _add_days(now: datetime, days: float) -> datetime | None:
    """Return the end of a span of days; None: there is no end."""
    if not 0 <= days <= _LONGEST_DAYS:
        hint = f"write days from 0 to {_LONGEST_DAYS:g}; 0: until it is revoked"
        raise InputError("--days", f"'{days:g}' is out of range", hint)
    return None if days == 0 else now + timedelta(days=days)
