"""Driver reports, which list customers to call: in ``reports/``, and as files logged with runs of MLflow."""

import json
from pathlib import Path
from typing import Any, ClassVar

from features.files import write_atomically
from training.pages import UNFIT, Label, render_report
from training.promotion.kept_back import FILE_NAME, KeptBack
from training.runs.persons.wanted import Removed, Told, Wanted

_REPORT, _CARD, _WAVES, _ARTIFACTS = "report.json", "model-card.json", "waves", "mlartifacts"
_NOT_DRAWN: tuple[type[Exception], ...] = (OSError, *UNFIT)
_WHAT: Label = {
    "en": "line in the list of customers to call",
    "de": "Zeile in der Liste der Kunden, die anzurufen sind",
}


class Reports:
    """Find people in the newest report and in those of earlier dates, which hold no list and no names."""

    homes: ClassVar[tuple[str, ...]] = ("reports",)

    def tell(self, wanted: Wanted) -> list[Told]:
        """Return their lines in the list of whom to call."""
        return _tell(wanted, wanted.workspace.reports(wanted.usecase))

    def erase(self, wanted: Wanted) -> Removed:
        """Draw the report again without their lines; whatever still names them goes."""
        folder = wanted.workspace.reports(wanted.usecase)
        n_reports = clean_report(folder, wanted)
        n_waves = 0
        for path in sorted(folder.glob(f"{_WAVES}/*.json")):
            if _is_quoted_in(path, wanted):
                path.unlink()
                n_waves += 1
        return Removed({"reports": n_reports, "reports of earlier dates": n_waves})


class Artifacts:
    """Find people in the files that runs of MLflow hold, where these lie in the workspace."""

    homes: ClassVar[tuple[str, ...]] = (_ARTIFACTS,)

    def tell(self, wanted: Wanted) -> list[Told]:
        """Return their lines in reports of all runs."""
        return [told for folder in _list_reports(wanted) for told in _tell(wanted, folder)]

    def erase(self, wanted: Wanted) -> Removed:
        """Draw reports again without them, and drop their rows from the forecasts kept back."""
        n_reports = sum(clean_report(folder, wanted) for folder in _list_reports(wanted))
        n_rows = 0
        for path in _list_kept_back(wanted):
            kept = KeptBack.read(path)
            left = kept.without(wanted.ids)
            if dropped := len(kept.digests) - len(left.digests):
                left.write(path)
                n_rows += dropped
        return Removed({"reports of runs": n_reports, "forecasts kept back": n_rows})


def clean_report(folder: Path, wanted: Wanted) -> int:
    """Take people out of the files of a report; return 1 if they stood there.

    The pages are made of its JSON. A report that cannot be drawn any more is removed: without it nobody is
    listed, and the next one is a command away.
    """
    path = folder / _REPORT
    pages = [page for page in folder.glob("report*") if page.is_file()]
    if path.exists() and not _is_quoted_in(path, wanted):
        return 0
    if not path.exists() and not any(wanted.stands_in(page.read_bytes()) for page in pages):
        return 0
    try:
        _redraw(path, wanted)
    except _NOT_DRAWN:
        for page in pages:
            page.unlink()
    return 1


def _redraw(path: Path, wanted: Wanted) -> None:
    """Write a report again without the lines of some people."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    calls = document["calls"]
    rows = [row for row in calls["rows"] if row["entity_id"] not in wanted.ids]
    left = {**document, "calls": {**calls, "rows": rows} if rows else None}
    pages = {
        f"report_{language}.html": render_report(left, language)
        for language in document["header"]["languages"]
    }
    for name, page in pages.items():
        write_atomically(path.parent / name, page)
    # Last, so that a run that was killed begins anew.
    write_atomically(path, json.dumps(left, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def _tell(wanted: Wanted, folder: Path) -> list[Told]:
    """Return the lines of some people in the list of one report."""
    try:
        calls = json.loads((folder / _REPORT).read_text(encoding="utf-8"))["calls"]
        rows = tuple(row for row in calls["rows"] if row["entity_id"] in wanted.ids)
    except (OSError, ValueError, LookupError, TypeError):
        return []
    return [Told(str(folder.relative_to(wanted.workspace.folder)), _WHAT, rows)] if rows else []


def _root(wanted: Wanted) -> Path:
    """Return where the files of runs lie."""
    return wanted.workspace.folder / _ARTIFACTS


def _list_reports(wanted: Wanted) -> list[Path]:
    """Return the folders that hold a report of this use case, of all runs."""
    folders = {path.parent for path in _root(wanted).rglob("report*") if path.is_file()}
    return sorted(folder for folder in folders if _find_usecase(folder) in (None, wanted.usecase))


def _list_kept_back(wanted: Wanted) -> list[Path]:
    """Return the files with forecasts kept back of this use case, of all runs."""
    paths = sorted(_root(wanted).rglob(FILE_NAME))
    return [path for path in paths if _find_usecase(path.parents[1] / "report") in (None, wanted.usecase)]


def _find_usecase(folder: Path) -> str | None:
    """Return what the model card, or else the report, in a folder is about; None where nobody can tell."""
    for name, part in ((_CARD, "purpose"), (_REPORT, "header")):
        try:
            return str(json.loads((folder / name).read_text(encoding="utf-8"))[part]["usecase"])
        except (OSError, ValueError, LookupError, TypeError):
            continue
    return None


def _is_quoted_in(path: Path, wanted: Wanted) -> bool:
    """Tell whether one of the ids is a text in a JSON file."""
    content = path.read_text(encoding="utf-8")
    return any(json.dumps(one, ensure_ascii=False) in content for one in wanted.ids)
