"""Verb ``object``: who objected to being scored."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from features.objections import Objections, changing
from training.console import Console
from training.runs.audit_lines import write_line
from training.runs.persons import read_ids
from training.runs.workspace import Workspace


def run(console: Console, action: str, name: str, entity: str, out: str) -> None:
    """Add people to the list, take them off it, or show it.

    An id need not be known: whoever objects before the first row of theirs is kept out from that one on.

    Raises
    ------
    InputError
        If nobody is named who is to be added or taken off.
    ContractError
        If the list that is there cannot be read.
    """
    workspace = Workspace(Path(out))
    path = workspace.objections(name)
    if action == "list":
        found = Objections.read(path)
    else:
        ids = read_ids(entity)
        with changing(path) as before:
            today = datetime.now(UTC).date()
            found = before.add(ids, today) if action == "add" else before.remove(ids)
            found.write(path)
        problem = write_line(workspace, f"objection-{action}", usecase=name, count=len(ids))
        if problem is not None:
            console.report(f"the audit log has no line about it: {problem}")
    since = {one: day.isoformat() for one, day in sorted(found.since.items())}
    console.result("\n".join(_describe(name, found)), {"usecase": name, "objected": since})


def _describe(name: str, found: Objections) -> Iterator[str]:
    """Say who is on the list, and what follows."""
    yield f"{len(found)} objected to being scored in {name}"
    yield from (f"  {one} since {day}" for one, day in sorted(found.since.items()))
    yield "they get no score of their own and are on no list from the next run on, over HTTP within seconds;"
    yield "groups still count them, and models learn from their rows: xm-predict erase ends that as well"
