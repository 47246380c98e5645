"""A small company in CSV files, made by hand rules, and the use case that fits it."""

import csv
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from features.usecase import UseCase, load
from tests.features.event_tables import day

Row = Mapping[str, Any]
Tables = dict[str, list[Row]]
FIRST, LAST = day("2023-06-01"), day("2024-07-01")
SPEC: dict[str, Any] = {
    "version": 1,
    "name": "churn",
    "entity": "customer",
    "snapshots": {"every": "month", "from": "2023-12-31", "to": "2024-05-31"},
    "sources": {
        "customers": {
            "file": "customers.csv",
            "valid_from": "since",
            "known_at": "loaded_at",
            "units": {"revenue": "EUR"},
        },
        "tickets": {
            "file": "tickets.csv",
            "event_time": "opened_at",
            "known_at": "loaded_at",
            "units": {"hours": "h"},
        },
        "invites": {"file": "invites.csv", "event_time": "sent_at", "known_at": "same"},
        "surveys": {
            "file": "surveys.csv",
            "event_time": "answered_at",
            "known_at": {"delay": "1d"},
            "data": "X",
            "survey": "relationship",
            "answered_by": "entity",
        },
        "cancellations": {"file": "cancellations.csv", "event_time": "cancelled_at", "known_at": "loaded_at"},
    },
    "features": {
        "customers": {"last": ["plan", "seats"]},
        "tickets": {
            "windows": ["30d", "90d"],
            "count": {},
            "mean": ["hours"],
            "slope": ["count"],
            "days_since_last": {},
        },
        "surveys": {
            "windows": ["90d"],
            "mean": ["nps"],
            "share": {"nps": {"promoter": ">= 9"}},
            "last": ["nps"],
        },
        "response_rate": {"answered": "surveys", "invited": "invites", "windows": ["90d"]}
        | {"streak": {}, "lag": {}},
    },
    "cohort": {"from": "customers.start", "until": "customers.end"},
    "target": {
        "event": "cancellations",
        "horizons": ["30d", "60d"],
        "gap": "7d",
        "observed_until": "2024-07-01",
    },
    "drivers": {"support": {"features": ["tickets.hours*"], "role": "lever", "actor": "company"}},
    "value": {"revenue": "customers.revenue"},
}


def make_tables(seed: int = 5, n_customers: int = 60) -> Tables:
    """Return the rows of all tables: a third of the customers cancel, news arrive up to nine days late."""
    dice = random.Random(seed)
    tables: Tables = {name: [] for name in ("customers", "tickets", "invites", "surveys", "cancellations")}
    for number in range(n_customers):
        _add_customer(tables, f"k{number:02d}", dice)
    return tables


def _add_customer(tables: Tables, customer: str, dice: random.Random) -> None:
    start = FIRST + timedelta(days=dice.randrange(150), hours=dice.randrange(24))
    end = LAST - timedelta(hours=dice.randrange(24 * 230)) if dice.random() < 0.4 else None
    base = {"customer": customer, "start": start, "plan": dice.choice(["basic", "pro"]), "end": None}
    versions = [{**base, "since": start, "loaded_at": start + timedelta(hours=5), "seats": 3, "revenue": 900}]
    if dice.random() < 0.5:
        change = start + timedelta(days=dice.randrange(60, 200))
        versions.append(
            {**versions[0], "since": change, "seats": 8, "revenue": 2400, "loaded_at": later(change, dice)}
        )
    if end is not None:
        known = later(end, dice)
        tables["cancellations"].append({"customer": customer, "cancelled_at": end, "loaded_at": known})
        versions.append({**versions[-1], "since": end, "end": end + timedelta(days=1), "loaded_at": known})
    tables["customers"] += versions
    for _ in range(dice.randrange(25)):
        at = start + timedelta(hours=dice.randrange(24 * 300))
        if at < (end or LAST):
            hours = dice.choice([None, round(dice.uniform(1, 90), 1)])
            ticket = {"customer": customer, "opened_at": at, "loaded_at": later(at, dice), "hours": hours}
            tables["tickets"].append(ticket)
    for month in range(9):
        at = FIRST + timedelta(days=150 + 25 * month, hours=9)
        tables["invites"].append({"customer": customer, "sent_at": at})
        if dice.random() < 0.5:
            answer = {
                "customer": customer,
                "answered_at": at + timedelta(hours=30),
                "nps": dice.randrange(11),
            }
            tables["surveys"].append(answer)


def later(moment: datetime, dice: random.Random) -> datetime:
    """Return when something was known: mostly within a day, at times nine days late."""
    return moment + timedelta(hours=dice.choice([1, 5, 20, 9 * 24]))


def write_tables(folder: Path, tables: Tables, shuffle: int | None = None) -> None:
    """Write each table as CSV, in the order given or in another."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        ordered = rows if shuffle is None else random.Random(shuffle).sample(rows, len(rows))
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
            writer.writeheader()
            writer.writerows([{key: _write(value) for key, value in row.items()} for row in ordered])


def _write(value: object) -> object:
    return f"{value.isoformat()}Z" if isinstance(value, datetime) else value


def load_company(
    folder: Path, tables: Tables | None = None, *, shuffle: int | None = None, **changes: object
) -> UseCase:
    """Write the company and its use case to a folder and load it; ``changes`` replace sections."""
    write_tables(folder, make_tables() if tables is None else tables, shuffle)
    path = folder / "churn.yaml"
    path.write_text(yaml.safe_dump({**SPEC, **changes}, sort_keys=False), encoding="utf-8")
    return load(path)


def section(name: str, **changes: object) -> dict[str, Any]:
    """Return a section of the use case with some keys replaced."""
    return {**SPEC[name], **changes}


def pick(rows: Sequence[Row], customer: str) -> list[Row]:
    """Return the rows of one customer."""
    return [row for row in rows if row["customer"] == customer]
