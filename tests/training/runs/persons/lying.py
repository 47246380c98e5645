"""A workspace in which something of a person lies in every kind of place, written as it is written there."""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.objections import Objections
from features.pseudonyms import Pseudonyms
from training.runs.overrides import Override, add_override
from training.runs.persons import Wanted
from training.runs.workspace import Workspace

PERSON, OTHER = "k20-4711", "k01"
NAME = "churn"


def pseudonyms_of(folder: Path) -> Pseudonyms:
    return Pseudonyms.open(folder / "keys" / "pseudonyms.key")


def look_for(folder: Path, *ids: str) -> Wanted:
    return Wanted.of(Workspace(folder), NAME, list(ids or (PERSON,)))


def write_journal(folder: Path, *ids: str, name: str = "predictions-20260328T12-1-ab.jsonl") -> Path:
    """Write records of predictions, one per id; None is somebody whose id was not sent."""
    of = pseudonyms_of(folder).of
    path = folder / "journal" / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    lines = [
        {
            "time": "2026-03-28T12:59:30Z",
            "usecase": NAME,
            "entity": of(NAME, one),
            "probability": {"90d": 0.3},
        }
        for one in ids
    ]
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    path.chmod(0o600)
    return path


def write_batch(folder: Path, *parts: tuple[str, ...], targets: dict[str, object] | None = None) -> Path:
    """Write a batch of scores with its record, one part for each group of ids."""
    place = folder / "scores" / NAME / "2026-03-01-0123456789ab"
    place.mkdir(parents=True)
    known = {}
    for number, ids in enumerate(parts):
        file = place / f"part-{number:05}.parquet"
        pq.write_table(pa.table({"entity_id": list(ids), "probability_90d": [0.25] * len(ids)}), file)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        known[str(number)] = {"file": file.name, "rows": len(ids), "sha256": digest}
    record = {
        "format_version": 1,
        "started": "2026-03-01T05:15:00+00:00",
        "parts": known,
        "targets": targets or {},
    }
    (place / "batch.json").write_text(json.dumps(record))
    return place


def write_action(folder: Path, *ids: str) -> Path:
    """Write who was assigned to an action, as Parquet and as the list of those who act."""
    place = folder / "actions" / NAME / "abcdef123456"
    place.mkdir(parents=True)
    arms = ["action" if one == PERSON else "control" for one in ids]
    pq.write_table(pa.table({"entity_id": list(ids), "arm": arms}), place / "people-2026-03-01.parquet")
    lines = ["entity_id,arm", *(f"{one},{arm}" for one, arm in zip(ids, arms, strict=True))]
    (place / "assignment.csv").write_text("\n".join(lines) + "\n")
    (place / "assignment.csv").chmod(0o600)
    return place


def write_lists(folder: Path, *ids: str) -> None:
    """Write an objection and a decision for each id."""
    workspace = Workspace(folder)
    Objections().add(ids, date(2026, 3, 28)).write(workspace.objections(NAME))
    moment = f"{datetime(2026, 3, 28, tzinfo=UTC):%Y-%m-%dT%H:%M:%SZ}"
    for one in ids:
        person = pseudonyms_of(folder).of(NAME, one)
        add_override(workspace.overrides(NAME), Override(moment, person, "A. Kaya", "moves abroad anyway"))
