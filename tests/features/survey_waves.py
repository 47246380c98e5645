"""A handful of customers with answers on known days, for tests of waves."""

from datetime import timedelta
from typing import Any

import pyarrow as pa

from features.cohort import count_days
from features.frame.waves import collect_with_status
from features.sources import open_sources
from tests.features.event_tables import day
from tests.features.frame.company import SPEC, Row, Tables, load_company, section

SURVEYS = SPEC["sources"]["surveys"] | {
    "id": "answer",
    "known_at": "loaded_at",
    "scales": {"nps": "0..10", "csat": "1..5"},
    "metrics": {"nps": "nps", "csat": "csat"},
}


def customer(
    who: str, start: str, end: str | None = None, *, known: str | None = None, **more: Any
) -> list[Row]:
    """Return the versions of a customer: one, and a second one where the end becomes known."""
    base = {"customer": who, "since": day(start), "loaded_at": day(start), "start": day(start), "end": None}
    base |= {"plan": "basic", "seats": 1, "revenue": 1, **more}
    if end is None:
        return [base]
    told = day(known or end)
    return [base, {**base, "since": day(end), "loaded_at": told, "end": day(end)}]


def answer(who: str, at: str, nps: float | None, *, known: str | None = None, **more: Any) -> Row:
    """Return one answer; known at once unless told otherwise."""
    told = {"customer": who, "answered_at": day(at), "nps": nps, "csat": None, "round": None}
    return told | {"loaded_at": day(known or at), "answer": f"{who} {at}", **more}


def make_world(**changed: list[Row]) -> Tables:
    """Return the tables: ann stays, bob leaves in April, cy joins in May, dan never answers."""
    tables: Tables = {
        "customers": [
            *customer("ann", "2023-01-01"),
            *customer("bob", "2023-01-01", "2024-04-10"),
            *customer("cy", "2024-05-01"),
            *customer("dan", "2023-01-01"),
        ],
        "surveys": [
            answer("ann", "2024-02-10", 9),
            answer("ann", "2024-03-01", 7),
            answer("ann", "2024-05-10", 6),
            answer("bob", "2024-02-11", 0),
            answer("cy", "2024-05-20", 10),
        ],
        "invites": [
            {"customer": who, "sent_at": day(at)} for who in ("ann", "bob", "dan") for at in ("2024-02-08",)
        ],
        "tickets": [
            {"customer": "ann", "opened_at": day("2024-01-01"), "loaded_at": day("2024-01-01"), "hours": 1}
        ],
        "cancellations": [
            {"customer": "bob", "cancelled_at": day("2024-04-10"), "loaded_at": day("2024-04-10")}
        ],
    }
    return tables | changed


def waves_of(
    folder, tables=None, *, until: str = "2024-07-01", surveys: dict[str, Any] | None = None, **changes: Any
) -> pa.Table:
    """Return the waves as collected on a day."""
    return waves_on(folder, tables, until, surveys=surveys, **changes)[0]


def waves_on(
    folder, tables=None, *days: str, surveys: dict[str, Any] | None = None, **changes: Any
) -> list[pa.Table]:
    """Return the waves as collected on each of some days."""
    sources = section("sources", surveys=SURVEYS | (surveys or {}))
    changes = {"sources": sources, **changes}
    usecase = load_company(folder, make_world() if tables is None else tables, **changes)
    with open_sources(usecase) as opened:
        return [collect_with_status(opened, usecase, count_days(day(until).date())) for until in days]


def row_of(waves: pa.Table, who: str | None, wave: str, metric: str = "nps") -> dict[str, Any] | None:
    """Return the one row of somebody in a wave; None if there is none."""
    found = [
        row
        for row in waves.to_pylist()
        if (row["entity_id"], row["wave_name"], row["metric"]) == (who, wave, metric)
    ]
    assert len(found) < 2
    return found[0] if found else None


def later(moment, days: int):
    """Return a moment some days on."""
    return moment + timedelta(days=days)
