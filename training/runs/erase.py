"""Verb ``erase``: take people out of what builds keep, and keep them from coming back."""

import json
import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from features.errors import InputError
from features.frame import Erased, Tombstones, erase, list_known
from training.console import Console
from training.delivery.erasing import remove_batches
from training.runs.hindsight import FILE_NAME as HINDSIGHT
from training.runs.workspace import Workspace

_REPORT = "report.json"
_WAVES = "waves"
_REVIEWS = ("*/review.csv", "*/.review.csv.*")
_EDITED = ("*/corrections.csv", "quotes.yaml")


def run(console: Console, name: str, entity: str, out: str) -> None:
    """Erase people of a use case; say what was removed and what is left to do by hand.

    Raises
    ------
    InputError
        If an id is nobody's; then nothing has been changed.
    """
    workspace = Workspace(Path(out))
    ids = read_ids(entity)
    path = workspace.tombstones(name)
    tombstones = Tombstones.read(path)
    _demand_known(workspace, name, ids, tombstones)
    console.report(f"erasing {len(ids)} of '{name}'")
    # From here on a build brings nobody back, wherever this run may be interrupted.
    tombstones.add(ids).write(path)
    erased = erase(workspace.frame(name), workspace.partials(name), ids)
    # It lists who was lost; monitoring writes it again, without those who are not there any more.
    (workspace.health(name) / HINDSIGHT).unlink(missing_ok=True)
    texts = workspace.texts(name)
    n_reviews = _remove_reviews(texts)
    batches = remove_batches(workspace.scores(name), ids)
    is_report_gone = _remove_report(workspace.reports(name), ids)
    elsewhere = [str(found) for found in _find_reports(workspace.folder, ids)]
    edited = [str(path) for pattern in _EDITED for path in sorted(texts.glob(pattern))]
    lines = [
        *_describe(name, erased, n_reviews, batches.count, is_report_gone=is_report_gone),
        *_list_work(elsewhere, edited, batches.delivered_to, has_text_models=texts.is_dir()),
    ]
    console.result(
        "\n".join(lines),
        {
            "usecase": name,
            "entities": len(ids),
            "removed": asdict(erased)
            | {"report": is_report_gone, "reviews": n_reviews, "batches": batches.count},
            "reports_that_name_them": elsewhere,
            "files_that_may_quote_them": edited,
            "batches_were_delivered_to": list(batches.delivered_to),
        },
    )


def read_ids(entity: str) -> list[str]:
    """Return the ids of ``a,b`` or, one per line, of the file of ``@file``; each once.

    Raises
    ------
    InputError
        If there is none, or the file cannot be read.

    Examples
    --------
    >>> read_ids("C1, C2,C1")
    ['C1', 'C2']
    """
    parts = entity.split(",")
    if entity.startswith("@"):
        try:
            parts = Path(entity[1:]).read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                "--entity", f"'{entity[1:]}' cannot be read ({error})", "check the path"
            ) from error
    ids = list(dict.fromkeys(part.strip() for part in parts if part.strip()))
    if not ids:
        raise InputError("--entity", f"'{entity}' names nobody", "write an id, a,b,c or @file")
    return ids


def _demand_known(workspace: Workspace, name: str, ids: list[str], tombstones: Tombstones) -> None:
    """Demand that every id is in what was kept, or was erased before."""
    known = list_known(workspace.frame(name), workspace.partials(name), ids)
    for one, was_erased in zip(ids, tombstones.covers(ids), strict=True):
        if one not in known and not was_erased:
            problem = f"'{one}' is in nothing that builds of '{name}' have kept in '{workspace.folder}'"
            hint = "write the id as entity_id in frame.parquet, and check --name and --out"
            raise InputError("--entity", problem, hint)


def _remove_report(folder: Path, ids: Collection[str]) -> bool:
    """Remove the driver report if it names one of them: it lists customers to call.

    Reports of earlier dates are kept without that list, and stay unless one of them holds such a name.
    """
    named = list(_find_reports(folder, ids))
    if folder / _REPORT in named:
        for path in (path for path in folder.iterdir() if path.name != _WAVES):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in named:
        path.unlink(missing_ok=True)
    for path in (folder / _WAVES, folder):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    return bool(named)


def _remove_reviews(folder: Path) -> int:
    """Remove the lists of texts to look at, whose words may be of anybody; return how many there were.

    What an interrupted run has left beside them goes as well.
    """
    found = [path for pattern in _REVIEWS for path in folder.glob(pattern)]
    for path in found:
        path.unlink()
    return len(found)


def _find_reports(folder: Path, ids: Collection[str]) -> Iterator[Path]:
    """Yield the driver reports that name one of them; the pages beside them do as well."""
    quoted = [json.dumps(one, ensure_ascii=False) for one in ids]
    for path in sorted((*folder.rglob(_REPORT), *folder.rglob(f"{_WAVES}/*.json"))):
        text = path.read_text(encoding="utf-8")
        if any(one in text for one in quoted):
            yield path


def _describe(
    name: str, erased: Erased, n_reviews: int, n_batches: int, *, is_report_gone: bool
) -> Iterator[str]:
    """Say what was removed."""
    yield f"removed from the feature table of {name}: {erased.rows} rows, {erased.latest} of the newest "
    yield f"  snapshot, {erased.answers} survey answers; from partial results: {erased.partials}"
    if is_report_gone:
        yield "removed the driver report, which named them: write it again with xm-predict report"
    if n_batches:
        yield f"removed batches of scores, which named them: {n_batches}; xm-predict score --latest makes "
        yield "  one anew"
    if n_reviews:
        yield f"removed lists of texts to look at, which may quote them: {n_reviews}; xm-predict text review "
        yield "  writes them again"
    yield "a tombstone keeps them out of every later build in this folder"


def _list_work(
    elsewhere: list[str], edited: list[str], delivered_to: Sequence[str], *, has_text_models: bool
) -> Iterator[str]:
    """Say what this program cannot do."""
    yield "left to do by hand:"
    yield "  delete them from your own sources, anonymous answers included: those name nobody here"
    yield "  train again: models and bundles hold no ids, but were fitted with their rows and may know rare"
    yield "  words of theirs; delete older versions, with their MLflow artifacts, if the law asks for it"
    if has_text_models:
        yield "  fit what reads texts anew before that, with xm-predict text fit"
    yield "  delete files of scores that were written, and copies of reports and frames made elsewhere"
    for target in delivered_to:
        yield f"  delete their scores from what got them: {target}"
    for path in elsewhere:
        yield f"  delete this report, which names them, and the pages beside it: {path}"
    for path in edited:
        yield f"  take what they wrote, if it stands there, out of {path}"
