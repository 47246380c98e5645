"""Small lists: who objected, what people decided against a score, texts to look at, running calls."""

import hashlib
import json
from pathlib import Path
from typing import Any, ClassVar

from features.objections import changing
from training.pages import Label
from training.runs.hindsight import FILE_NAME as HINDSIGHT
from training.runs.overrides import list_overrides
from training.runs.persons.journals import drop_lines
from training.runs.persons.wanted import Removed, Told, Wanted, find_folder

_REVIEWS = ("*/review.csv", "*/.review.csv.*")
_EDITED = ("*/corrections.csv", "quotes.yaml")
_OBJECTION: Label = {"en": "objection to being scored", "de": "Widerspruch dagegen, bewertet zu werden"}
_LOSS: Label = {
    "en": "forecasts before they left, as seen in hindsight",
    "de": "Vorhersagen vor dem Weggang, im Rückblick",
}
_OVERRIDE: Label = {
    "en": "decisions of people against a score",
    "de": "Entscheidungen von Menschen gegen einen Score",
}


class Objecting:
    """Find people in ``objections/``."""

    homes: ClassVar[tuple[str, ...]] = ("objections",)

    def tell(self, wanted: Wanted) -> list[Told]:
        """Return since when they object."""
        path = wanted.workspace.objections(wanted.usecase)
        if not path.exists():
            return []
        with changing(path) as found:
            rows = tuple({"since": found.since[one].isoformat()} for one in wanted.ids if one in found)
        return [Told("objections", _OBJECTION, rows)] if rows else []

    def erase(self, wanted: Wanted) -> Removed:
        """Take them off the list: whoever is erased is in no later build, so there is nobody to score."""
        path = wanted.workspace.objections(wanted.usecase)
        if not path.exists():
            return Removed({})
        with changing(path) as found:
            left = found.remove(wanted.ids)
            if len(left) < len(found):
                left.write(path)
        return Removed({"objections": len(found) - len(left)})


class Overriding:
    """Find people in ``overrides/``."""

    homes: ClassVar[tuple[str, ...]] = ("overrides",)

    def tell(self, wanted: Wanted) -> list[Told]:
        """Return what was decided about them."""
        path = wanted.workspace.overrides(wanted.usecase)
        rows = tuple(
            {"time": one.time, "reason": one.reason}
            for one in list_overrides(path)
            if one.person in wanted.pseudonyms
        )
        return [Told("overrides", _OVERRIDE, rows)] if rows else []

    def erase(self, wanted: Wanted) -> Removed:
        """Drop the lines about them."""
        path = wanted.workspace.overrides(wanted.usecase)
        n_lines = drop_lines(path, wanted.is_recorded_in) if path.exists() else 0
        return Removed({"overrides": n_lines})


class Losses:
    """Find people in what forecasts said of those who were lost; monitoring writes that file anew."""

    homes: ClassVar[tuple[str, ...]] = ("monitoring",)

    def tell(self, wanted: Wanted) -> list[Told]:
        """Return what was forecast of them before they left."""
        rows = tuple(one for one in _read_losses(wanted) if one["entity_id"] in wanted.ids)
        return [Told(f"monitoring/{wanted.usecase}", _LOSS, rows)] if rows else []

    def erase(self, wanted: Wanted) -> Removed:
        """Remove the file if it names them: its figures would no longer fit its list."""
        if not self.tell(wanted):
            return Removed({"hindsight": 0})
        _hindsight_of(wanted).unlink()
        return Removed({"hindsight": 1}, ("xm-predict monitor writes what was seen in hindsight again",))


class Texts:
    """Remove what may quote anybody: lists of texts to look at. What people edited is for them to look at."""

    homes: ClassVar[tuple[str, ...]] = ("texts",)

    def tell(self, wanted: Wanted) -> list[Told]:  # noqa: ARG002 - nobody can tell whose words they are
        """Return nothing: these texts have no ids."""
        return []

    def erase(self, wanted: Wanted) -> Removed:
        """Remove the lists; they are written again by a command."""
        folder = wanted.workspace.texts(wanted.usecase)
        found = [path for pattern in _REVIEWS for path in folder.glob(pattern)]
        for path in found:
            path.unlink()
        return Removed({"reviews": len(found)})

    def list_edited(self, wanted: Wanted) -> list[Path]:
        """Return the files in which somebody may have kept their words."""
        folder = wanted.workspace.texts(wanted.usecase)
        return [path for pattern in _EDITED for path in sorted(folder.glob(pattern))]


class Calls:
    """Forget running calls whose id is the id of the person; all others are forgotten by themselves."""

    homes: ClassVar[tuple[str, ...]] = ("calls",)

    def tell(self, wanted: Wanted) -> list[Told]:  # noqa: ARG002 - a call is known by the id of the call alone
        """Return nothing: numbers of a running call, for at most an hour after its last turn."""
        return []

    def erase(self, wanted: Wanted) -> Removed:
        """Remove them."""
        folder, name = find_folder(wanted.workspace, "XM_CALLS"), wanted.usecase
        digests = {hashlib.sha256(f"{len(name)}:{name}{one}".encode()).hexdigest() for one in wanted.ids}
        found = [path for digest in sorted(digests) for path in folder.glob(f"*/{digest}")]
        for path in found:
            path.unlink(missing_ok=True)
        return Removed({"calls": len(found)})


def _hindsight_of(wanted: Wanted) -> Path:
    """Return the file with what was seen in hindsight."""
    return wanted.workspace.health(wanted.usecase) / HINDSIGHT


def _read_losses(wanted: Wanted) -> list[dict[str, Any]]:
    """Return those who were lost; nobody where there is no such file."""
    path = _hindsight_of(wanted)
    return list(json.loads(path.read_text(encoding="utf-8"))["losses"]) if path.exists() else []
