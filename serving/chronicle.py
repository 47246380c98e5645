"""The refresher's part of the history of models: what the registry knows, and the figures in the bundles.

A bundle never changes, so it is fetched once for its figures; a few at a look, so that a look stays short.
"""

import contextlib
import json
import logging
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import structs

from features.errors import XmError
from features.timeline import Duration
from serving.history import NEWEST, Change, Contest, FigureName, History, Range, Version, read_history
from training import registry
from training.registry import Entry, RegisteredBundle, VersionNote

LOG = logging.getLogger("xm_predict.refresh")
_FETCHED_AT_ONCE = 3
_MOST_REASON = 1_000
_FIGURES: tuple[FigureName, ...] = get_args(FigureName)


def gather_history(usecase: str, cache: Path) -> History:
    """Return the history of the models of a use case.

    Parameters
    ----------
    cache
        What stands in the history there is not fetched again.

    Raises
    ------
    RegistryError
        If the registry cannot be reached.
    """
    standing = registry.read_standing(usecase)
    challenger = registry.find_version(usecase, registry.CHALLENGER)
    kept = read_history(cache, usecase)
    known = {} if kept is None else {(one.number, one.model_version): one for one in kept.versions}
    left, versions = _FETCHED_AT_ONCE, []
    for note in registry.list_versions(usecase, NEWEST):
        version = known.get((note.registered.version, note.registered.model_version)) or _begin(note)
        if version.state == "unread" and left:
            version, left = _read(version, note.registered), left - 1
        versions.append(structs.replace(version, contest=_read_contest(note.contest)))
    return History(
        usecase=usecase,
        entry=standing.last_number,
        champion=standing.champion,
        challenger=None if challenger is None else challenger.version,
        previous=standing.previous,
        versions=tuple(versions),
        changes=tuple(map(_to_change, standing.history[: -NEWEST - 1 : -1])),
    )


def _begin(note: VersionNote) -> Version:
    """Return what the registry alone says of a version."""
    one = note.registered
    return Version(one.version, one.model_version, note.made_on.isoformat(), run_id=one.run_id)


def _read(version: Version, registered: RegisteredBundle) -> Version:
    """Add what stands in the run and in the bundle of a version; one that does not verify is told so."""
    run = registry.find_run(registered)
    if run is not None:
        began_on = None if run.began_on is None else run.began_on.isoformat()
        version = structs.replace(version, trained_on=began_on, experiment_id=run.experiment_id)
    try:
        with tempfile.TemporaryDirectory(prefix="xm-predict-") as scratch:
            folder = registry.fetch(registered, Path(scratch) / "bundle")
            facts, evaluation = (
                json.loads((folder / f"{name}.json").read_bytes()) for name in ("facts", "evaluation")
            )
        judged = _judge(evaluation, int(facts["primary_horizon_index"]))
        return structs.replace(version, state="read", data_to=facts.get("observed_until"), **judged)
    except (XmError, OSError, ValueError, TypeError, AttributeError, KeyError):
        return structs.replace(version, state="unreadable")
    except Exception as error:  # noqa: BLE001 - an outage has many shapes; the next look tries again
        LOG.warning(
            "version %d of %s was not fetched (%s)", version.number, registered.usecase, type(error).__name__
        )
        return version


def _judge(evaluation: Mapping[str, Any], primary: int) -> dict[str, Any]:
    """Return horizon, figures and doubts of an evaluation; nothing where none was made.

    Parameters
    ----------
    primary
        Place of the horizon to lead with; where that was not judged, the first one that was leads.
    """
    content = evaluation.get("all_rows") or {}
    judged = content.get("horizons") or {}
    if not judged:
        return {}
    names = sorted({*judged, *content.get("left_out", ())}, key=_length)
    name = names[primary] if primary < len(names) and names[primary] in judged else next(iter(judged))
    figures = {one: _read_range(judged[name].get(one)) for one in _FIGURES}
    return {
        "horizon": name,
        "figures": {one: found for one, found in figures.items() if found is not None},
        "is_usable": judged[name].get("usable"),
        "doubts": tuple(str(doubt["problem"]) for doubt in judged[name].get("doubts", ())),
    }


def _length(horizon: str) -> int:
    """Return the days of a horizon; a flat table has one without."""
    try:
        return Duration.parse(horizon).days
    except ValueError:
        return 0


def _read_range(fields: Any) -> Range | None:
    """Return an estimate with its range; None where it has none."""
    with contextlib.suppress(KeyError, TypeError, ValueError):
        return Range(*(float(fields[name]) for name in ("value", "low", "high")))
    return None


def _read_contest(fields: Mapping[str, Any]) -> Contest | None:
    """Return a comparison with a champion, as it was kept with the version."""
    differences = fields.get("difference")
    by_name = differences if isinstance(differences, Mapping) else {}
    try:
        return msgspec.convert(
            {
                "champion": fields["champion"],
                "n_rows": fields["n_rows"],
                "loss": _read_range(by_name.get("log_loss") or by_name.get("rps")),
                "problem": fields["problem"],
            },
            Contest,
            from_attributes=True,
        )
    except (KeyError, msgspec.ValidationError):
        return None


def _to_change(entry: Entry) -> Change:
    """Return an entry of the ledger as the file holds it."""
    moment = datetime.fromtimestamp(entry.written_ms / 1000, UTC)
    return Change(
        number=entry.number,
        version=entry.version,
        kind=entry.kind,
        at=moment.isoformat(timespec="seconds") if entry.written_ms else "",
        reason=entry.reason[:_MOST_REASON],
    )
