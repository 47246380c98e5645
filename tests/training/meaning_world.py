"""Three flat tables of one world: whether people are satisfied, complain or leave, and what brings it about.

Help that comes late makes people dissatisfied, complaining and leaving; a call of thanks does the opposite.
Age and gender go with nothing. Both are levers with a goal; the shop says of which region somebody is.
"""

import csv
from pathlib import Path
from typing import Any, Literal

import numpy as np

from features.usecase import UseCase, parse

N_ROWS = 1200
BEFORE, DURING = {"from": "365d", "to": "90d"}, {"from": "90d", "to": "1d"}
DRIVERS: dict[str, dict[str, Any]] = {
    "age": {"label": {"en": "Age", "de": "Alter"}, "features": ["age"], "role": "context", "window": BEFORE},
    "wait": {
        "label": {"en": "Hours to the answer", "de": "Stunden bis zur Antwort"},
        "features": ["wait"],
        "role": "lever",
        "actor": "company",
        "window": DURING,
        "goal": "<= 24",
    },
    "thanks": {
        "label": {"en": "Calls of thanks", "de": "Dankesanrufe"},
        "features": ["thanks"],
        "role": "lever",
        "actor": "company",
        "window": DURING,
        "goal": ">= 2",
    },
}
Meaning = Literal["good", "bad", "leaving"]
TABLES: dict[Meaning, dict[str, Any]] = {
    "good": {
        "label": "mood",
        "positive": "up",
        "means": "good",
        "event": {"en": "are satisfied", "de": "sind zufrieden"},
    },
    "bad": {
        "label": "complaint",
        "positive": "yes",
        "means": "bad",
        "event": {"en": "complain", "de": "beschweren sich"},
    },
    "leaving": {"label": "gone", "positive": "yes", "means": "leaving"},
}
LABELS: dict[Meaning, dict[str, str]] = {
    "good": {"en": "Satisfied customers", "de": "Zufriedene Kundschaft"},
    "bad": {"en": "Complaints", "de": "Beschwerden"},
    "leaving": {"en": "Customers who go", "de": "Weggang der Kundschaft"},
}


def write_world(folder: Path, meaning: Meaning, **table: Any) -> UseCase:
    """Write the table of a meaning and return its use case; ``table`` changes keys, None takes one away."""
    random = np.random.default_rng(17)
    wait, thanks = random.gamma(4.0, 10.0, N_ROWS).round(1), random.poisson(1.5, N_ROWS)
    trouble = 0.05 * (wait - 40) - 0.6 * (thanks - 1.5)
    odds = -trouble if meaning == "good" else trouble - 0.5
    keys = {**TABLES[meaning], **table}
    spec = {key: value for key, value in keys.items() if value is not None}
    other = "down" if meaning == "good" else "no"
    columns = {
        "who": [f"{number:05d}" for number in range(N_ROWS)],
        "age": random.integers(18, 80, N_ROWS),
        "wait": wait,
        "thanks": thanks,
        "gender": random.choice(["women", "men"], N_ROWS),
        "region": np.where(wait > 40, "slow north", "quick south"),
        spec["label"]: np.where(random.random(N_ROWS) < 1 / (1 + np.exp(-odds)), spec["positive"], other),
    }
    with (folder / "people.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    made = parse(
        {
            "version": 1,
            "name": "people",
            "label": LABELS[meaning],
            "table": {"file": "people.csv", "id": "who", "exclude": ["region"], **spec},
            "drivers": DRIVERS,
            "cuts": ["region"],
            "privacy": {"protected": ["gender"]},
        },
        "people.yaml",
    )
    return made.located(folder)
