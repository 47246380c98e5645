"""Verb ``promote``: make a registered version the champion."""

from pathlib import Path

from features.errors import RegistryError
from training.console import Console
from training.registry import connect, move_champion
from training.runs.promoting import (
    changes,
    check_against,
    demand_version,
    fetch_verified,
    find_contest,
    name_version,
    settle_standing,
)
from training.runs.workspace import Workspace


def run(console: Console, name: str, version: int, force: str, expects: int, out: str) -> None:
    """Verify the version once more and ask the gate, then let it take the place of the champion.

    Parameters
    ----------
    force
        A reason to pass over a refusal of the gate. It is kept in the ledger, with what was passed over.
    expects
        Number of the last entry of the ledger that somebody saw who decided; below 0 whichever it is.

    Raises
    ------
    RegistryError
        If there is no such version, the gate refuses it, or another became champion meanwhile.
    BundleError
        If it does not verify; no reason passes over that.
    """
    connect(Workspace(Path(out)).folder)
    standing = settle_standing(name, expects)
    registered = demand_version(name, version)
    bundle = fetch_verified(registered)
    if standing.champion == version:
        raise RegistryError(f"model {name}", f"version {version} is champion already")
    checks = check_against(standing, bundle, find_contest(registered))
    refusals = [f"{check.name}: {check.sentence}" for check in checks if not check.is_passed]
    if refusals and not force.strip():
        hint = "compare or train again, or give a reason with --force"
        raise RegistryError(f"model {name}", f"version {version} is refused ({'; '.join(refusals)})", hint)
    reason = f"{force.strip()} (passed over: {'; '.join(refusals)})" if refusals else force.strip()
    now = move_champion(standing, version, reason=reason)
    before = name_version(standing.champion)
    lines = [
        f"champion of {name}: version {version} ({registered.model_version}); before: {before}",
        *(f"  passed over {refusal}" for refusal in refusals),
    ]
    content = {"checks": [check.to_json() for check in checks], "forced": bool(refusals)}
    console.result("\n".join(lines), {**changes(standing, now, registered), **content})
