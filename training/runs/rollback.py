"""Verb ``rollback``: go back to the champion before this one."""

from pathlib import Path

from features.errors import RegistryError
from training.console import Console
from training.registry import connect, move_champion
from training.runs.promoting import changes, demand_version, fetch_verified, name_version, settle_standing
from training.runs.workspace import Workspace


def run(console: Console, name: str, reason: str, expects: int, out: str) -> None:
    """Verify the champion before this one and let it answer again; the gate is not asked.

    Once more goes one step further back: what was taken back is not returned to.

    Parameters
    ----------
    expects
        Number of the last entry of the ledger that somebody saw who decided; below 0 whichever it is.

    Raises
    ------
    RegistryError
        If there was none, it was deleted, or another became champion meanwhile.
    BundleError
        If it does not verify.
    """
    connect(Workspace(Path(out)).folder)
    standing = settle_standing(name, expects)
    if standing.previous is None:
        hint = f"promote a version by hand: xm-predict promote --name {name} --version N"
        problem = f"has no champion before {name_version(standing.champion)}"
        raise RegistryError(f"model {name}", problem, hint)
    registered = demand_version(name, standing.previous)
    fetch_verified(registered)
    now = move_champion(standing, registered.version, kind="rolled_back", reason=reason)
    console.result(
        f"champion of {name}: version {registered.version} ({registered.model_version}) again; "
        f"taken back: {name_version(standing.champion)}",
        changes(standing, now, registered),
    )
