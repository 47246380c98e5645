"""Verb ``explain-change``: why a score, or the mean score of a group, is another one than before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from features.catalogue import Catalogue
from features.errors import InputError
from features.frame import Frame
from training.bundle import Bundle
from training.change import (
    describe_group_change,
    describe_single_change,
    explain_change,
    explain_group_change,
    read_entity,
    read_snapshot,
)
from training.console import Console
from training.registry import CHAMPION, connect, fetch_bundle
from training.runs.promoting import demand_version
from training.runs.workspace import Workspace
from training.scoring import IndividualScoreRefusedError


@dataclass(frozen=True)
class Side:
    """Hold one side of a change: the day of the row, and the model that scored it."""

    day: date
    version: int
    bundle: Bundle

    @property
    def model(self) -> str:
        """Return the model in words."""
        return f"version {self.version}, {self.bundle.model_version}"

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "snapshot_date": self.day.isoformat(),
            "version": self.version,
            "model_version": self.bundle.model_version,
        }


def run(
    console: Console,
    name: str,
    entity: str,
    group: str,
    from_: str,
    to: str,
    from_version: int,
    to_version: int,
    horizon: str,
    out: str,
) -> None:
    """Explain the change of one score, or of a group where a group is named.

    Raises
    ------
    InputError
        If neither or both are named, or a row is not there.
    IndividualScoreRefusedError
        If people at work are asked for one by one, or a group is too small.
    """
    if bool(entity) == bool(group):
        found = "both --entity and --group are there" if entity else "neither --entity nor --group is there"
        raise InputError("explain-change", found, "name one of them")
    days = [_read_day("--from", from_), _read_day("--to", to)]
    workspace = Workspace(Path(out))
    connect(workspace.folder)
    before, after = (
        Side(day, *_fetch(name, version))
        for day, version in zip(days, (from_version, to_version), strict=True)
    )
    explain = _explain_group if group else _explain_entity
    _refuse_single(entity, before, after)
    frame = Frame.read(workspace.frame(name))
    lines, content = explain(frame, group or entity, before, after, horizon or None)
    sides = {"usecase": name, "from": before.to_json(), "to": after.to_json()}
    console.result("\n".join(lines), {**sides, **content})


def _refuse_single(entity: str, *sides: Side) -> None:
    """Refuse to speak of one person at work before anything is looked up."""
    if entity and any(side.bundle.usecase.privacy.is_about_employees for side in sides):
        problem = "people at work are spoken of in groups"
        raise IndividualScoreRefusedError(
            "--entity", problem, "name a group, such as --group department=Sales"
        )


def _explain_entity(
    frame: Frame, entity: str, before: Side, after: Side, horizon: str | None
) -> tuple[list[str], Mapping[str, Any]]:
    """Explain one score."""
    catalogue = _both(before, after)
    rows = [read_entity(frame, entity, side.day, catalogue) for side in (before, after)]
    change = explain_change(before.bundle, after.bundle, *rows, horizon=horizon)
    lines = describe_single_change(change, entity, *_name_sides(before, after))
    return lines, {"entity": entity, **change.to_json()}


def _explain_group(
    frame: Frame, words: str, before: Side, after: Side, horizon: str | None
) -> tuple[list[str], Mapping[str, Any]]:
    """Explain the mean of a group."""
    cut, sign, group = words.partition("=")
    if not (cut and sign and group):
        raise InputError("--group", f"'{words}' is not a group of a cut", "write department=Sales")
    catalogue = _both(before, after)
    sides = [read_snapshot(frame, cut, side.day, catalogue) for side in (before, after)]
    change = explain_group_change(before.bundle, after.bundle, sides[0], sides[1], group, horizon=horizon)
    return describe_group_change(change, *_name_sides(before, after)), {"cut": cut, **change.to_json()}


def _name_sides(before: Side, after: Side) -> tuple[list[str], list[str]]:
    """Return the days and the models in words."""
    return [str(before.day), str(after.day)], [before.model, after.model]


def _both(before: Side, after: Side) -> Catalogue:
    """Return the features that one of the models reads."""
    features = {**after.bundle.catalogue.by_name, **before.bundle.catalogue.by_name}
    return Catalogue(tuple(features.values()))


def _fetch(name: str, version: int) -> tuple[int, Bundle]:
    """Return number and bundle of a registered version, or of the champion for 0."""
    registered = demand_version(name, version or CHAMPION)
    return registered.version, fetch_bundle(registered)


def _read_day(parameter: str, words: str) -> date:
    """Return a day."""
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise InputError(parameter, f"'{words}' is not a day", "write it like 2025-09-01") from error
