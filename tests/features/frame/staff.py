"""A small workforce in CSV files, made by hand rules: exits with causes, answers with names and without."""

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from features.usecase import UseCase, load
from tests.features.event_tables import day
from tests.features.frame.company import Tables, later, write_tables

FIRST, LAST = day("2023-01-01"), day("2024-07-01")
TEAMS = ("red", "green", "blue", "tiny")
CAUSES = ("resigned", "resigned", "resigned", "retired", "dismissed")
SOURCES: dict[str, Any] = {
    "employees": {"file": "employees.csv", "valid_from": "since", "known_at": "loaded_at"},
    "exits": {"file": "exits.csv", "event_time": "left_at", "known_at": "loaded_at"},
    "absences": {"file": "absences.csv", "event_time": "at", "known_at": "loaded_at"},
    "checks": {
        "file": "checks.csv",
        "event_time": "at",
        "known_at": "loaded_at",
        "data": "X",
        "survey": "checks",
        "answered_by": "entity",
        "scales": {"rating": "1..5", "enps": "0..10"},
        "metrics": {"csat": "rating"},
    },
    "pulse": {
        "file": "pulse.csv",
        "key": "team",
        "join": "unit",
        "event_time": "at",
        "known_at": "loaded_at",
        "data": "X",
        "survey": "pulse",
        "answered_by": "entity",
        "scales": {"mood": "0..10"},
        "metrics": {"enps": "mood"},
    },
}
SPEC: dict[str, Any] = {
    "version": 1,
    "name": "staff",
    "entity": "employee",
    "snapshots": {"every": "month", "from": "2023-07-01", "to": "2024-03-01"},
    "sources": SOURCES,
    "features": {
        "employees": {"last": ["pay"]},
        "absences": {"windows": ["90d"], "count": {}, "mean": ["days"]},
        "pulse": {
            "windows": ["90d", "180d"],
            "count": {},
            "mean": ["mood"],
            "std": ["mood"],
            "slope": ["count", "mood"],
            "share": {"mood": {"low": "<= 6"}},
            "ratio": ["90d", "180d"],
        },
    },
    "cohort": {"from": "employees.start", "until": "employees.end"},
    "units": "employees.team",
    "cuts": ["employees.site", "employees.grade"],
    "target": {
        "event": "exits",
        "cause": {"column": "cause", "voluntary": ["resigned"], "competing": ["retired", "dismissed"]},
        "horizons": ["60d", "120d"],
        "gap": "10d",
        "observed_until": "2024-07-01",
    },
    "privacy": {"subject": "employee", "protected": ["gender", "employees.born"]},
}
SILENCE = {"silence": "absences", "for": "60d", "gap": "5d", "observed_until": "2024-04-01"}
NEXT = {"next": "checks.rating", "within": "45d", "kind": "ordinal", "observed_until": "2024-04-01"}


def make_staff(seed: int = 11, n_employees: int = 70) -> Tables:
    """Return the rows of all tables: a third leave, for several causes; some change their team."""
    dice = random.Random(seed)
    tables: Tables = {name: [] for name in ("employees", "exits", "absences", "checks", "pulse")}
    for number in range(n_employees):
        _add_employee(tables, f"e{number:02d}", dice)
    for team in TEAMS:
        for _ in range(4 if team == "tiny" else 130):
            at = FIRST + timedelta(minutes=dice.randrange(545 * 24 * 60))
            mood = None if dice.random() < 0.1 else dice.randrange(11)
            tables["pulse"].append({"team": team, "at": at, "loaded_at": later(at, dice), "mood": mood})
    return tables


def _add_employee(tables: Tables, employee: str, dice: random.Random) -> None:
    start = FIRST + timedelta(days=dice.randrange(250))
    first = {
        "employee": employee,
        "since": start,
        "loaded_at": start,
        "start": start,
        "end": None,
        "team": dice.choice([*TEAMS, None]),
        "site": dice.choice(["north", "south"]),
        "grade": dice.randrange(1, 4),
        "pay": dice.randrange(30, 90),
        "gender": dice.choice("fmx"),
        "born": start - timedelta(days=dice.randrange(8_000, 20_000)),
    }
    tables["employees"].append(first)
    if dice.random() < 0.4:
        moved = start + timedelta(days=dice.randrange(60, 300))
        team = dice.choice(TEAMS)
        tables["employees"].append({**first, "since": moved, "loaded_at": later(moved, dice), "team": team})
    end = start + timedelta(days=dice.randrange(100, 500), hours=9) if dice.random() < 0.5 else LAST
    if end < LAST:
        exit_row = {"employee": employee, "left_at": end, "loaded_at": later(end, dice)}
        tables["exits"].append({**exit_row, "cause": dice.choice(CAUSES)})
    for name, column, values in (("absences", "days", range(1, 15)), ("checks", "rating", range(1, 6))):
        for _ in range(dice.randrange(8)):
            at = start + timedelta(minutes=dice.randrange(24 * 60 * 450))
            row = {"employee": employee, "at": at, "loaded_at": later(at, dice), column: dice.choice(values)}
            if at < end:
                tables[name].append(row | ({"enps": dice.randrange(11)} if name == "checks" else {}))


def load_staff(folder: Path, tables: Tables | None = None, **changes: object) -> UseCase:
    """Write the workforce and its use case to a folder and load it; ``changes`` replace sections."""
    write_tables(folder, make_staff() if tables is None else tables)
    path = folder / "staff.yaml"
    content = {key: value for key, value in {**SPEC, **changes}.items() if value is not None}
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return load(path)


def known_versions(tables: Tables, employee: str, midnight: datetime) -> dict[str, Any]:
    """Return the newest version of an employee that had begun and was known."""
    versions = [
        row
        for row in tables["employees"]
        if row["employee"] == employee and row["since"] <= midnight and row["loaded_at"] <= midnight
    ]
    return dict(max(versions, key=lambda row: row["since"]))
