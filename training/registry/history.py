"""The newest versions of a use case: when and in which run they were made, how they did in a comparison."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import mlflow
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from training.registry.patience import is_absent, patiently
from training.registry.versions import RegisteredBundle, to_registered

CONTEST_NOTE = "contest"
_NEWEST_FIRST = ["version_number DESC"]


@dataclass(frozen=True)
class VersionNote:
    """Hold what the registry itself says of a version; nothing is fetched for it.

    Attributes
    ----------
    made_on
        Day (UTC) on which it was registered.
    contest
        The last comparison with a champion, as plain values; empty if there was none.
    """

    registered: RegisteredBundle
    made_on: date
    contest: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RunNote:
    """Hold where a run stands in the tracking server, and when (UTC) it began."""

    experiment_id: str
    began_on: date | None


def list_versions(usecase: str, newest: int) -> tuple[VersionNote, ...]:
    """Return the newest versions, newest first.

    Raises
    ------
    RegistryError
        If the registry cannot be reached.
    """
    client = mlflow.MlflowClient()
    found = patiently(
        f"model {usecase}",
        lambda: client.search_model_versions(f"name='{usecase}'", newest, order_by=_NEWEST_FIRST),
    )
    return tuple(map(_to_note, found))


def find_run(registered: RegisteredBundle) -> RunNote | None:
    """Return where the run of a version stands; None where it is gone.

    Raises
    ------
    RegistryError
        If the registry cannot be reached.
    """

    def ask() -> RunNote | None:
        try:
            info = mlflow.MlflowClient().get_run(registered.run_id).info
        except MlflowException as error:
            if is_absent(error):
                return None
            raise
        return RunNote(info.experiment_id, None if info.start_time is None else _day(info.start_time))

    return patiently(f"model {registered.usecase}", ask) if registered.run_id else None


def _to_note(found: ModelVersion) -> VersionNote:
    """Translate MLflow's record; a note that somebody changed by hand counts as none."""
    try:
        contest = json.loads(found.tags.get(CONTEST_NOTE, "{}"))
    except ValueError:
        contest = {}
    return VersionNote(
        to_registered(found), _day(found.creation_timestamp), contest if isinstance(contest, dict) else {}
    )


def _day(moment_ms: int) -> date:
    """Return the day of a moment."""
    return datetime.fromtimestamp(moment_ms / 1000, UTC).date()
