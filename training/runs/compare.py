"""Verb ``compare``: a version and the champion on the same rows, and what the gate would say."""

from pathlib import Path

from features.errors import RegistryError
from training.console import Console
from training.registry import CHALLENGER, connect, settle_alias
from training.rows import rows_of
from training.runs.build import build_in
from training.runs.promoting import check_against, demand_version, fetch_candidate, hold_contest, list_checks
from training.runs.workspace import Workspace, load_usecase


def run(console: Console, usecase: str, data: str, version: int, out: str) -> None:
    """Build the frame as it is known today, judge both on it, and keep the result with the version.

    Raises
    ------
    RegistryError
        If there is no champion, no such version, or both are the same.
    """
    spec = load_usecase(usecase, data)
    workspace = Workspace(Path(out))
    connect(workspace.folder)
    standing = settle_alias(spec.name)
    registered = demand_version(spec.name, version or CHALLENGER)
    if standing.champion == registered.version:
        problem = f"version {registered.version} is the champion itself"
        raise RegistryError(f"model {spec.name}", problem, "name another with --version")
    challenger = fetch_candidate(registered)
    rows = rows_of(build_in(workspace, spec, report=console.report), spec)
    contest = hold_contest(standing, challenger, rows)
    if contest is None:
        hint = f"promote it: xm-predict promote --name {spec.name} --version {registered.version}"
        raise RegistryError(f"model {spec.name}", "has no champion to compare with", hint)
    checks = check_against(standing, challenger.bundle, contest)
    console.result(
        "\n".join([contest.summary, "the gate:", *list_checks(checks)]),
        {**contest.to_json(), "checks": [check.to_json() for check in checks]},
    )
