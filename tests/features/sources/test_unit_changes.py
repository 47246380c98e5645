"""Changes of unit in the match report: of events, of anonymous answers, of what is still valid."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.sources import open_sources
from features.sources.unit_changes import find_unit_changes
from features.sql import open_database
from features.usecase import parse

FIRST = date(2024, 1, 1)
SPEC: dict[str, Any] = {
    "version": 1,
    "name": "churn",
    "entity": "who",
    "snapshots": {"every": "month", "from": "2024-03-01", "to": "2024-12-01"},
    "sources": {
        "people": {"file": "people.csv", "valid_from": "since", "known_at": "same"},
        "tickets": {"file": "tickets.csv", "event_time": "at", "known_at": "same", "id": "id"},
        "pulse": {
            "file": "pulse.csv",
            "key": "team",
            "join": "unit",
            "event_time": "at",
            "known_at": "same",
            "data": "X",
            "survey": "pulse",
            "answered_by": "entity",
        },
    },
    "features": {
        "tickets": {"windows": ["30d"], "mean": ["hours", "cost"], "last": ["kind"]},
        "pulse": {"windows": ["90d"], "mean": ["mood"]},
    },
    "units": "people.team",
    "cohort": {"from": "people.since"},
    "target": {"event": "tickets", "horizons": ["30d"]},
}


def write_company(folder: Path, factor: float = 60.0) -> None:
    """Write tickets whose hours grow by ``factor`` in July, and answers to 10, then to 100."""
    dice = np.random.default_rng(11)
    days = np.sort(dice.integers(0, 365, 1_500))
    hours = np.exp(dice.normal(2, 0.7, len(days))) * np.where(days >= 182, factor, 1)
    costs = np.exp(dice.normal(4, 1, len(days)))
    rows = [
        f"{number},p{number % 7},{FIRST + timedelta(days=int(day))},{hour:.6f},{cost:.2f},{'ab'[number % 2]}"
        for number, (day, hour, cost) in enumerate(zip(days, hours, costs, strict=True))
    ]
    (folder / "tickets.csv").write_text("\n".join(["id,who,at,hours,cost,kind", *rows, ""]))
    moods = dice.integers(0, 11, 800) * np.where(np.arange(800) >= 400, 10, 1)
    rows = [f"t{n % 2},{FIRST + timedelta(days=90 * (n // 200))},{mood}" for n, mood in enumerate(moods)]
    (folder / "pulse.csv").write_text("\n".join(["team,at,mood", *rows, ""]))
    rows = [f"p{number},2024-01-01,t{number % 2}" for number in range(7)]
    (folder / "people.csv").write_text("\n".join(["who,since,team", *rows, ""]))


def facts_of(folder: Path, name: str, **tickets: object):
    sources = {**SPEC["sources"], "tickets": {**SPEC["sources"]["tickets"], **tickets}}
    with open_sources(parse({**SPEC, "sources": sources}, "churn.yaml").located(folder)) as opened:
        return opened.facts(name)


def test_the_match_report_names_column_day_and_factor(tmp_path):
    write_company(tmp_path)
    (change,) = facts_of(tmp_path, "tickets").unit_changes
    assert (change.column, change.first_day, change.factor, change.share) == (
        "hours",
        "2024-07-01",
        60.0,
        1.0,
    )
    assert change.sentence.startswith("from 2024-07-01 on values are about 60 times as large (median 7")
    assert change.sentence.endswith("as if minutes stood where hours stood")
    plain = facts_of(tmp_path, "tickets").to_json()["unit_changes"]
    assert plain == [
        {
            "column": "hours",
            "first_day": "2024-07-01",
            "factor": 60.0,
            "share": 1.0,
            "sentence": change.sentence,
        }
    ]


def test_anonymous_answers_are_looked_at_too(tmp_path):
    write_company(tmp_path)
    (change,) = facts_of(tmp_path, "pulse").unit_changes
    assert (change.column, change.first_day, change.factor) == ("mood", "2024-06-29", 10.0)
    assert change.sentence.endswith("as if a scale of 0 to 100 stood where one of 0 to 10 stood")


def test_smaller_values_are_told_as_smaller(tmp_path):
    write_company(tmp_path, factor=1 / 1000)
    (change,) = facts_of(tmp_path, "tickets").unit_changes
    assert change.factor == pytest.approx(1 / 1000)
    assert "about 1000 times smaller" in change.sentence
    assert change.sentence.endswith("as if thousands stood where single ones stood")


def test_a_calm_company_and_a_source_of_attributes_have_none(tmp_path):
    write_company(tmp_path, factor=1)
    assert facts_of(tmp_path, "tickets").unit_changes == ()
    assert facts_of(tmp_path, "people").unit_changes == ()


def test_a_change_that_was_corrected_is_none(tmp_path):
    write_company(tmp_path)
    lines = (tmp_path / "tickets.csv").read_text().splitlines()
    fixed = []
    for line in lines[1:]:
        number, who, at, hours, cost, kind = line.split(",")
        if at >= "2024-07-01":
            fixed.append(f"{number},{who},{at},{float(hours) / 60:.3f},{cost},{kind},2025-01-01")
    body = [f"{line},{line.split(',')[2]}" for line in lines[1:]]
    (tmp_path / "tickets.csv").write_text("\n".join([f"{lines[0]},seen", *body, *fixed, ""]))
    changes = {"known_at": "seen", "corrections": True}
    assert facts_of(tmp_path, "tickets", **changes).unit_changes == ()
    assert facts_of(tmp_path, "tickets", known_at="seen").unit_changes != ()


def test_a_mix_is_told_with_its_share():
    with open_database() as connection:
        connection.execute(
            "CREATE TABLE events AS SELECT DATE '2024-01-01' + CAST(range // 8 AS INTEGER) AS event_time, "
            "exp(2 + 0.8 * sin(range * 12.9898)) "
            "* CASE WHEN range >= 1200 AND range % 3 = 0 THEN 100 ELSE 1 END AS amount FROM range(2400)"
        )
        (change,) = find_unit_changes(connection, "events", ["amount"])
    assert (change.first_day, change.factor) == ("2024-05-30", 100.0)
    assert change.share == pytest.approx(1 / 3, abs=0.01)
    assert change.sentence.startswith("from 2024-05-30 on 34% of the values are about 100 times as large")


def test_missing_values_and_days_without_any_do_no_harm():
    with open_database() as connection:
        connection.execute(
            "CREATE TABLE events AS SELECT DATE '2024-01-01' + CAST(range // 8 AS INTEGER) AS event_time, "
            "CASE WHEN range % 40 >= 8 THEN exp(2 + sin(range * 12.9898)) END AS amount, "
            "CAST(NULL AS DOUBLE) AS nothing FROM range(2400)"
        )
        assert find_unit_changes(connection, "events", ["amount", "nothing"]) == ()
        assert find_unit_changes(connection, "events", []) == ()
        assert find_unit_changes(connection, "events", ["amount"], "false") == ()
