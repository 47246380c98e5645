"""Verb ``override``: a person decided against a score, and says why."""

from datetime import UTC, datetime
from pathlib import Path

from features.errors import InputError
from features.pseudonyms import Pseudonyms
from training.console import Console
from training.runs.audit_lines import write_line
from training.runs.overrides import Override, add_override, list_overrides
from training.runs.persons.wanted import find_folder, open_pseudonyms
from training.runs.workspace import Workspace

_MOST_LETTERS = 500


def run(console: Console, action: str, name: str, entity: str, by: str, reason: str, out: str) -> None:
    """Write a decision down, or list those that were.

    Raises
    ------
    InputError
        If it is not said about whom, by whom or why.
    """
    workspace = Workspace(Path(out))
    path = workspace.overrides(name)
    if action == "add":
        _add(console, workspace, name, entity, by, reason)
    pseudonyms = open_pseudonyms(workspace)
    person = pseudonyms.of(name, entity) if entity and pseudonyms else None
    found = [one for one in list_overrides(path) if person in (None, one.person)]
    lines = [f"{len(found)} decisions against a score of {name}"]
    lines += [f"  {one.time}  {one.person}  {one.by}: {one.reason}" for one in found]
    content = [{"time": one.time, "person": one.person, "by": one.by, "reason": one.reason} for one in found]
    console.result("\n".join(lines), {"usecase": name, "overrides": content})


def _add(console: Console, workspace: Workspace, name: str, entity: str, by: str, reason: str) -> None:
    """Write one decision down."""
    for word, given in (("--entity", entity), ("--by", by), ("--reason", reason)):
        if not given.strip():
            raise InputError(word, "is empty", "say about whom, by whom and why")
    if len(reason) > _MOST_LETTERS or entity in reason:
        problem = "names the person" if entity in reason else f"has more than {_MOST_LETTERS} letters"
        raise InputError("--reason", problem, "write one or two sentences without id and score")
    pseudonyms = Pseudonyms.open(find_folder(workspace, "XM_PSEUDONYM_KEY_FILE"))
    moment = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    override = Override(moment, pseudonyms.of(name, entity), by.strip(), " ".join(reason.split()))
    add_override(workspace.overrides(name), override)
    silence = write_line(workspace, "override", usecase=name, count=1)
    if silence is not None:
        console.report(f"the audit log has no line about it: {silence}")
