"""The small company with words: remarks in its surveys, and calls whose turns lie in a file of their own."""

import csv
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from features.usecase import UseCase
from features.worlds.verbatims import write_comments
from tests.features.frame.company import SPEC, Row, Tables, load_company, make_tables

FIT_DAY = "2023-12-31"
PERSON, NAME = "k07", "Xaverius Quillebrandt"
CANARY = "zyxwomblefrumious"
REDACTED = f"Herr Quillebrandt rief nie zurück, meine Nummer ist 0171 2345678, schade um das {CANARY}."
FRENCH = "Je ne comprends pas pourquoi ma commande n'est toujours pas arrivée chez moi."

SURVEYS: dict[str, Any] = {
    **SPEC["sources"]["surveys"],
    "known_at": "loaded_at",
    "scales": {"nps": "0..10"},
    "verbatim": "comment",
    "language": ["de", "en"],
    "text": {"learn_from": "nps", "topics": 6},
}
CALLS: dict[str, Any] = {
    "file": "calls.csv",
    "id": "call_id",
    "event_time": "called_at",
    "known_at": "loaded_at",
    "language": ["de", "en"],
    "turns": {"file": "turns.csv", "topics": 0},
}
FEATURES: dict[str, Any] = {
    **SPEC["features"],
    "surveys": {
        "windows": ["90d"],
        "count": {},
        "mean": ["nps", "sentiment", "effort", "is_actionable"],
        "last": ["topic"],
        "share": {"topic": {"waiting": "=waiting", "leadership": "=leadership"}},
    },
    "calls": {"windows": ["90d"], "count": {}, "mean": ["silence_share", "escalation", "sentiment"]},
}
LINES = {
    "customer": (
        "Ich warte seit drei Wochen auf meine Lieferung.",
        "Das ist sehr freundlich, vielen Dank für die Hilfe.",
        "I want to speak to your supervisor, this is terrible.",
        "The invoice was wrong again.",
        "",
    ),
    "agent": ("Guten Tag, was kann ich für Sie tun?", "I am so sorry, this is terrible and awful.", ""),
}


def make_spoken(seed: int = 5, n_customers: int = 120) -> Tables:
    """Return the tables of the company with remarks, names, calls and their turns."""
    tables = make_tables(seed, n_customers)
    for row in tables["customers"]:
        number = str(row["customer"]).removeprefix("k")
        row["contact"] = NAME if row["customer"] == PERSON else f"Ilsebill Vornam{number}"  # type: ignore[index]
    _remark(tables["surveys"], seed)
    _call(tables, random.Random(seed))
    return tables


def _remark(surveys: Sequence[Row], seed: int) -> None:
    """Write a remark beside each answer, in the tone of its rating; one holds the canary, one is French."""
    dice = np.random.default_rng(seed)
    tones = np.digitize([row["nps"] for row in surveys], [6.5, 8.5])
    n_rows = len(surveys)
    written = write_comments(dice.integers(0, 2, n_rows), dice.integers(0, 6, n_rows), tones, dice)
    for row, text in zip(surveys, written, strict=True):
        row["comment"], row["loaded_at"] = text, row["answered_at"] + timedelta(hours=20)  # type: ignore[index]
    surveys[3]["comment"], surveys[4]["comment"] = REDACTED, FRENCH  # type: ignore[index]


def _call(tables: Tables, dice: random.Random) -> None:
    """Let some customers call; one call has no turns, and one turn belongs to a call that nobody lists."""
    tables["calls"], tables["turns"] = [], []
    for number in range(120):
        customer = dice.choice(tables["customers"])
        at = customer["start"] + timedelta(hours=dice.randrange(24 * 200))
        call = f"z{number:03d}"
        row = {"call_id": call, "customer": customer["customer"], "called_at": at}
        tables["calls"].append({**row, "loaded_at": at + timedelta(hours=2)})
        tables["turns"] += make_turns("z999" if number == 7 else call, dice)


def make_turns(call: str, dice: random.Random) -> list[dict[str, Any]]:
    """Return the turns of one call: two sides, pauses, now and then somebody who cuts in."""
    turns, clock = [], 0.0
    for place in range(dice.randrange(2, 8)):
        speaker = ("agent", "customer")[place % 2]
        start = max(0.0, round(clock + dice.uniform(-0.8, 4.0), 2))
        clock = round(start + dice.uniform(0.5, 6.0), 2)
        turn = {"call_id": call, "speaker": speaker, "start_s": start, "end_s": clock}
        turns.append({**turn, "text": dice.choice(LINES[speaker])})
    return turns


def load_spoken(folder: Path, tables: Tables | None = None, **changes: Any) -> UseCase:
    """Write the company and its use case; ``surveys``, ``calls``, ``rules`` replace keys, others sections."""
    surveys = {**SURVEYS, **changes.pop("surveys", {})}
    calls = {**CALLS, **changes.pop("calls", {})}
    features = {**FEATURES, **changes.pop("rules", {})}
    sources = {**SPEC["sources"], "surveys": surveys, "calls": calls, **changes.pop("sources", {})}
    sections = {
        "sources": sources,
        "features": features,
        "privacy": {"names": ["customers.contact"]},
        **changes,
    }
    return load_company(folder, make_spoken() if tables is None else tables, **sections)


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as CSV, times in UTC."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        for row in rows:
            writer.writerow(
                {k: f"{v.isoformat()}Z" if isinstance(v, datetime) else v for k, v in row.items()}
            )
