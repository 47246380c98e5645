"""Customers with usage, tickets and surveys, honest or with one planted leak, as files and a use case."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from features.usecase import UseCase, load

FIRST_DAY = np.datetime64("2023-01-01", "s").astype(np.int64) / 86_400
LENGTH = 540.0
SPEC: dict[str, Any] = {
    "version": 1,
    "name": "leaving",
    "entity": "customer",
    "snapshots": {"every": "month", "from": "2023-08-01", "to": "2024-05-01"},
    "sources": {
        "customers": {"file": "customers.parquet", "valid_from": "since", "known_at": "same"},
        "usage": {"file": "usage.parquet", "event_time": "day", "known_at": {"delay": "1d"}},
        "tickets": {
            "file": "tickets.parquet",
            "event_time": "opened",
            "known_at": "closed",
            "id": "ticket",
        },
        "complaints": {
            "file": "complaints.parquet",
            "event_time": "made",
            "known_at": "loaded",
            "id": "complaint",
        },
        "surveys": {
            "file": "surveys.parquet",
            "event_time": "answered",
            "known_at": {"delay": "1d"},
            "data": "X",
            "survey": "relationship",
            "answered_by": "entity",
            "scales": {"grade": "0..10"},
        },
        "exits": {"file": "exits.parquet", "event_time": "left", "known_at": "same"},
    },
    "features": {
        "customers": {"last": ["plan", "region", "seats"]},
        "usage": {"windows": ["30d", "90d"], "count": {}, "mean": ["logins"], "days_since_last": {}},
        "tickets": {"windows": ["90d"], "count": {}, "mean": ["hours"]},
        "complaints": {"windows": ["90d"], "count": {}},
        "surveys": {"windows": ["180d"], "mean": ["grade"], "last": ["grade"]},
    },
    "cohort": {"from": "customers.since"},
    "target": {"event": "exits", "horizons": ["90d"], "observed_until": "2024-06-24"},
}


class EventWorld:
    """Draw a company; ``plant`` is told before anything is written and changes tables and use case.

    Customers sign up over four years and get their numbers in that order. Who waits long for help and uses
    little leaves sooner; before they leave some fall silent, at their own pace. Late news are declared.
    """

    def __init__(self, seed: int, customers: int = 400) -> None:
        self.rng = rng = np.random.default_rng(seed)
        self.count = customers
        self.spec: dict[str, Any] = yaml.safe_load(yaml.safe_dump(SPEC))
        self.since = np.sort(rng.uniform(-900, 300, customers))
        self.patience = rng.normal(size=customers)
        self.slow = rng.normal(size=customers)
        hazard = np.exp(0.8 * self.slow - 0.6 * self.patience + 0.3 * (self.since > 0)) / rng.uniform(
            300, 900
        )
        waits = rng.exponential(1 / hazard)
        begun = np.maximum(self.since, 0.0)
        self.exit = np.where(begun + waits < LENGTH - 1, begun + waits, np.nan)
        self.left = ~np.isnan(self.exit)
        self.until = np.where(self.left, self.exit, LENGTH)
        self.customer = np.array([f"K{number:05d}" for number in range(customers)], object)
        self.tables: dict[str, dict[str, Any]] = {
            "customers": self._customers(),
            "usage": self._usage(),
            "tickets": self._tickets(),
            "complaints": self._complaints(),
            "surveys": self._surveys(),
            "exits": {"who": np.flatnonzero(self.left), "left": self.exit[self.left]},
        }

    def write(self, folder: Path) -> UseCase:
        """Write tables and use case, and load it; numbers of customers become ids, floats of days times."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, columns in self.tables.items():
            clocks = _times_of(name)
            table = {
                key if key != "who" else "customer": _to_time(values) if key in clocks else values
                for key, values in columns.items()
            }
            table["customer"] = pa.array(self.customer[columns["who"]], pa.string())
            pq.write_table(pa.table(table), folder / f"{name}.parquet")
        path = folder / "leaving.yaml"
        path.write_text(yaml.safe_dump(self.spec, sort_keys=False), encoding="utf-8")
        return load(path)

    def add(self, name: str, **columns: Any) -> None:
        """Add attributes that are read as they are."""
        self.tables["customers"] |= columns
        self.spec["features"]["customers"]["last"] += list(columns)

    def _spread(self, per_year: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return who and when: moments between sign-up and exit at a yearly rate."""
        begun = np.maximum(self.since, 0.0)
        counts = self.rng.poisson(np.maximum(self.until - begun, 0) * per_year / 365)
        who = np.repeat(np.arange(self.count), counts)
        return who, begun[who] + self.rng.random(who.size) * (self.until - begun)[who]

    def _customers(self) -> dict[str, Any]:
        seats = self.rng.integers(1, 40, self.count).astype(float)
        seats[self.rng.random(self.count) < np.where(self.left, 0.35, 0.15)] = np.nan
        return {
            "who": np.arange(self.count),
            "since": self.since,
            "plan": self.rng.choice(["basic", "plus", "pro"], self.count),
            "region": np.array([f"r{number}" for number in self.rng.integers(0, 25, self.count)], object),
            "seats": pa.array(seats, from_pandas=True),
        }

    def _usage(self) -> dict[str, Any]:
        days = np.arange(0, LENGTH, 7.0)
        who, day = np.repeat(np.arange(self.count), len(days)), np.tile(days, self.count)
        # Half of those who leave lose interest, each at an own time before.
        fades = np.where(self.rng.random(self.count) < 0.5, self.rng.exponential(40, self.count), 0.0)
        ends = np.where(self.left, self.until - fades, LENGTH)
        kept = (day >= self.since[who]) & (day < ends[who]) & (self.rng.random(who.size) < 0.9)
        who, day = who[kept], day[kept]
        fading = np.clip((self.until[who] - day) / 90, 0.2, 1) ** np.where(self.left[who], 1, 0)
        season = 1 + 0.3 * np.sin(2 * np.pi * day / 365)
        logins = self.rng.poisson(np.exp(2 + 0.4 * self.patience[who]) * fading * season).astype(float)
        order = np.argsort(day, kind="stable")
        return {"who": who[order], "day": day[order], "logins": logins[order]}

    def _tickets(self) -> dict[str, Any]:
        who, opened = self._spread(8.0)
        order = np.argsort(opened)
        who, opened = who[order], opened[order]
        hours = self.rng.gamma(2.0, 30 * np.exp(0.5 * self.slow[who]))
        closed = opened + hours / 24
        due = np.floor(opened) + self.rng.choice([7.0, 14.0], who.size)
        ticket = np.array([f"T{number:06d}" for number in range(who.size)], object)
        kept = closed < LENGTH
        columns = {
            "opened": opened,
            "closed": closed,
            "due": due,
            "hours": hours,
            "ticket": ticket,
            "who": who,
        }
        return {name: values[kept] for name, values in columns.items()}

    def _complaints(self) -> dict[str, Any]:
        who, made = self._spread(np.exp(0.5 + 0.5 * self.slow))
        waits = np.where(self.rng.random(who.size) < 0.15, 45 * self.rng.random(who.size), 0.1)
        order = np.argsort(made + waits)
        loaded = (made + waits)[order]
        complaint = np.array([f"C{number:06d}" for number in range(who.size)], object)
        kept = loaded < LENGTH
        columns = {"who": who[order], "made": made[order], "loaded": loaded, "complaint": complaint}
        return {name: values[kept] for name, values in columns.items()}

    def _surveys(self) -> dict[str, Any]:
        who, answered = self._spread(1.5)
        grade = np.clip(np.round(6 - 1.5 * self.slow[who] + self.rng.normal(0, 1.5, who.size)), 0, 10)
        return {"who": who, "answered": answered, "grade": grade}


def _times_of(name: str) -> set[str]:
    """Return the columns of a table that hold days as floats."""
    clocks = {
        "customers": {"since"},
        "usage": {"day"},
        "tickets": {"opened", "closed", "due"},
        "complaints": {"made", "loaded"},
        "surveys": {"answered", "asked"},
        "exits": {"left"},
    }
    return clocks[name]


def _to_time(days: Any) -> pa.Array:
    """Return days since the beginning as moments in UTC."""
    seconds = (np.asarray(days, np.float64) + FIRST_DAY) * 86_400
    return pa.array(seconds.astype("datetime64[s]")).cast(pa.timestamp("us", "UTC"))
