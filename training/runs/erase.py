"""Verb ``erase``: take people out of all that is kept, keep them from coming back, look for what is left."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from features.addresses import mask
from features.errors import InputError
from features.frame import Tombstones, list_known
from training.console import Console
from training.runs.audit_lines import write_line
from training.runs.persons import PLACES, Hit, Removed, Wanted, read_ids, sweep
from training.runs.persons.lists import Texts
from training.runs.workspace import Workspace

_EVERY = "all"


def run(console: Console, name: str, entity: str, out: str) -> None:
    """Erase people of a use case, or of ``all``; say what was removed and what is left to do by hand.

    Raises
    ------
    InputError
        If an id is nobody's; then nothing has been changed.
    """
    workspace = Workspace(Path(out))
    ids = read_ids(entity)
    names = _list_usecases(workspace) if name == _EVERY else [name]
    known = {one: _find_known(workspace, one, ids) for one in names}
    _demand_known(workspace, name, ids, known)
    everyone = [Wanted.of(workspace, one, found) for one, found in known.items() if found]
    removed: Counter[str] = Counter()
    notes: list[str] = []
    for wanted in everyone:
        console.report(f"erasing {len(wanted.ids)} of '{wanted.usecase}'")
        for done in _erase(wanted):
            removed.update(done.counts)
            notes += done.notes
        notes += _note(workspace, wanted.usecase, len(wanted.ids))
    console.report("looking through every file")
    n_files, hits = sweep(everyone)
    edited = [str(path) for wanted in everyone for path in Texts().list_edited(wanted)]
    lines = [
        *_describe(name, removed),
        *_describe_rest(n_files, hits),
        *_list_work(notes, edited, has_text_models=any(workspace.texts(one).is_dir() for one in names)),
    ]
    console.result("\n".join(lines), _to_json(name, len(ids), removed, notes, hits, edited))


def _list_usecases(workspace: Workspace) -> list[str]:
    """Return the use cases of which something is kept."""
    folder = workspace.folder / "frames"
    return sorted(path.name for path in folder.glob("[!.]*") if path.is_dir())


def _find_known(workspace: Workspace, name: str, ids: list[str]) -> list[str]:
    """Return which ids a use case knows: in what builds keep, in tombstones, or anywhere else."""
    known = list_known(workspace.frame(name), workspace.partials(name), ids)
    covered = Tombstones.read(workspace.tombstones(name)).covers(ids)
    found = []
    for one, was_erased in zip(ids, covered, strict=True):
        wanted = Wanted.of(workspace, name, [one])
        if one in known or was_erased or any(place.tell(wanted) for place in PLACES):
            found.append(one)
    return found


def _demand_known(workspace: Workspace, name: str, ids: list[str], known: dict[str, list[str]]) -> None:
    """Demand that every id is known somewhere."""
    for one in ids:
        if not any(one in found for found in known.values()):
            problem = f"'{one}' is in nothing that builds of '{name}' have kept in '{workspace.folder}'"
            hint = "write the id as entity_id in frame.parquet, and check --name and --out"
            raise InputError("--entity", problem, hint)


def _erase(wanted: Wanted) -> Iterator[Removed]:
    """Take people out of every kind of place."""
    path = wanted.workspace.tombstones(wanted.usecase)
    # From here on a build brings nobody back, wherever this run may be interrupted.
    Tombstones.read(path).add(wanted.ids).write(path)
    for place in PLACES:
        yield place.erase(wanted)


def _note(workspace: Workspace, name: str, count: int) -> list[str]:
    """Write a line of the audit log; a log that cannot be written holds up nobody's right to be erased."""
    problem = write_line(workspace, "erase", usecase=name, count=count)
    return [] if problem is None else [f"write down yourself that people were erased: {problem}"]


def _to_json(
    name: str, n_ids: int, removed: Counter[str], notes: list[str], hits: list[Hit], edited: list[str]
) -> dict[str, Any]:
    """Return the same as plain values."""
    return {
        "usecase": name,
        "entities": n_ids,
        "removed": dict(removed),
        "left_to_do": notes,
        "still_named_in": [str(hit.path) for hit in hits if hit.is_ours],
        "named_in_your_files": [str(hit.path) for hit in hits if not hit.is_ours],
        "files_that_may_quote_them": edited,
    }


def _describe(name: str, removed: Counter[str]) -> Iterator[str]:
    """Say what was removed."""
    rows, latest, answers = (removed[what] for what in ("rows", "latest", "answers"))
    yield f"removed from the feature table of {name}: {rows} rows, {latest} of the newest snapshot,"
    yield f"  {answers} survey answers; from partial results: {removed['partials']}"
    rest = {what: n for what, n in removed.items() if what not in {"rows", "latest", "answers", "partials"}}
    told = ", ".join(f"{what}: {n}" for what, n in rest.items() if n)
    if told:
        yield f"removed elsewhere: {told}"
    if removed["reports"]:
        yield "the driver report named them and was drawn again without them"
    if removed["reviews"]:
        yield "lists of texts to look at, which may quote them, went: xm-predict text review writes new ones"
    yield "a tombstone keeps them out of every later build in this folder"


def _describe_rest(n_files: int, hits: list[Hit]) -> Iterator[str]:
    """Say what a search of every file has found."""
    ours = [hit.path for hit in hits if hit.is_ours]
    yield f"searched {n_files} files for ids and pseudonyms: {len(ours)} of this program still name them"
    for path in ours:
        yield f"  look at {path}"
    for hit in hits:
        if not hit.is_ours:
            yield f"  your own file names them: {hit.path}"


def _list_work(notes: list[str], edited: list[str], *, has_text_models: bool) -> Iterator[str]:
    """Say what this program cannot do."""
    yield "left to do by hand:"
    yield "  delete them from your own sources, anonymous answers included: those name nobody here"
    yield "  train again: models and bundles hold no ids, but were fitted with their rows and may know rare"
    yield "  words of theirs; delete older versions, with their MLflow artifacts, if the law asks for it"
    if has_text_models:
        yield "  fit what reads texts anew before that, with xm-predict text fit"
    yield "  delete files of scores that were written, backups, and copies of reports and frames elsewhere"
    yield "  baselines, read-outs of actions and what went out on groups are sums and stay; the ledger of"
    yield "  releases holds keyed digests of people at work, without which small groups could be worked out"
    uri = os.environ.get("MLFLOW_TRACKING_URI")
    if uri:
        yield f"  runs are kept at {mask(uri)}: delete 'report' and 'kept_back.parquet' of older runs there"
    yield from (f"  {note}" for note in notes)
    for path in edited:
        yield f"  take what they wrote, if it stands there, out of {path}"
