"""Verb ``export``: everything that is kept about one person, for that person."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from features.errors import InputError
from features.files import write_atomically
from training.console import Console
from training.pages import LANGUAGES, render_page, to_shown
from training.runs.audit_lines import write_line
from training.runs.persons import PLACES, Wanted
from training.runs.persons.copy import write_copy
from training.runs.persons.own_score import fetch_bundle, score_person
from training.runs.workspace import Workspace

_PRIVATE = 0o600


def run(console: Console, name: str, entity: str, to: str, out: str) -> None:
    """Write the copy: one JSON file, or a folder with it and a page per language; for its owner alone.

    Raises
    ------
    InputError
        If nothing is kept about the person.
    """
    workspace = Workspace(Path(out))
    wanted = Wanted.of(workspace, name, [entity.strip()])
    console.report("looking through every kind of place")
    told = [one for place in PLACES for one in place.tell(wanted)]
    if not told:
        problem = f"'{entity}' is in nothing that is kept of '{name}' in '{workspace.folder}'"
        raise InputError("--entity", problem, "write the id as entity_id, and check --name and --out")
    bundle = fetch_bundle(wanted)
    score = score_person(wanted, bundle)
    content = write_copy(wanted, told, score, bundle, datetime.now(UTC).date())
    files = list(_write(content, Path(to)))
    problem_of_log = write_line(workspace, "export", usecase=name, count=1)
    if problem_of_log is not None:
        console.report(f"the audit log has no line about it: {problem_of_log}")
    counts = {one.place + ": " + one.what["en"]: len(one.rows) for one in told}
    lines = [f"what is kept about one person in {name}:"]
    lines += [f"  {what}: {count}" for what, count in counts.items()]
    lines += [f"  score: {score.state.replace('_', ' ')}", *(f"written: {path}" for path in files)]
    result = {"usecase": name, "held": counts, "score": score.state, "files": [str(path) for path in files]}
    console.result("\n".join(lines), result)


def _write(content: dict[str, Any], to: Path) -> Iterator[Path]:
    """Write the files that only their owner may read; yield their paths."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    if to.suffix == ".json":
        write_atomically(to, text, mode=_PRIVATE)
        yield to
        return
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    pages = {
        f"person_{one}.html": render_page("person.html.jinja", one, copy=to_shown(content))
        for one in LANGUAGES
    }
    for name, page in {"person.json": text, **pages}.items():
        write_atomically(to / name, page, mode=_PRIVATE)
        yield to / name
