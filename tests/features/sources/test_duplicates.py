"""Rows that come twice, dates in several forms, and units without people."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from features.errors import ContractError, SourceError, SpecError
from features.sources import open_sources
from features.usecase import parse

ORDERS = """who,at,amount,note
a,2024-01-01,5,x
a,2024-01-01,5,x
a,2024-01-01,5,y
b,2024-01-02,7,
b,2024-01-02,7,
"""
SPEC: dict[str, Any] = {
    "version": 1,
    "name": "silence",
    "entity": "who",
    "snapshots": {"every": "month", "from": "2024-02-01", "to": "2024-03-01"},
    "sources": {"orders": {"file": "orders.csv", "event_time": "at", "known_at": "same"}},
    "features": {"orders": {"windows": ["90d"], "sum": ["amount"]}},
    "cohort": {"active": "orders", "within": "90d"},
    "target": {"silence": "orders", "for": "30d"},
}


def open_orders(folder: Path, text: str = ORDERS, **source: object):
    (folder / "orders.csv").write_text(text, encoding="utf-8")
    content = {**SPEC, "sources": {"orders": {**SPEC["sources"]["orders"], **source}}}
    return open_sources(parse(content, "silence.yaml").located(folder))


def amounts(folder: Path, text: str = ORDERS, **source: object) -> list[float]:
    with open_orders(folder, text, **source) as sources:
        query = f"SELECT amount FROM {sources.table('orders')} ORDER BY entity_id, amount"
        return [amount for (amount,) in sources.connection.execute(query).fetchall()]


def test_rows_that_come_twice_stay_unless_asked_away(tmp_path):
    assert amounts(tmp_path) == [5, 5, 5, 7, 7]


def test_copies_are_equal_in_every_column_of_the_file_not_only_in_those_read(tmp_path):
    assert amounts(tmp_path, duplicates="remove") == [5, 5, 7]
    with open_orders(tmp_path, duplicates="remove") as sources:
        facts = sources.facts("orders")
    assert (facts.rows, facts.kept, facts.duplicates) == (5, 3, 2)


def test_copies_and_repeated_ids_are_counted_together(tmp_path):
    with open_orders(tmp_path, duplicates="remove", id="note") as sources:
        facts = sources.facts("orders")
    assert (facts.kept, facts.duplicates) == (3, 2)


def test_missing_column_is_named_although_all_are_loaded(tmp_path):
    with (
        pytest.raises(ContractError, match=r"orders\.amount: the column is not there"),
        open_orders(tmp_path, ORDERS.replace("amount", "sum"), duplicates="remove"),
    ):
        pass


@pytest.mark.parametrize(
    ("forms", "texts"),
    [
        (["%d/%m/%Y", "%d-%b-%y"], ["31/01/2024", "01-Feb-24"]),
        (["%d-%b-%y", "%d/%m/%Y"], ["31/01/2024", "01-Feb-24"]),
        (["%Y-%m-%d", "%d.%m.%Y"], ["31.01.2024", "2024-02-01"]),
        ("%d/%m/%Y", ["31/01/2024", "01/02/2024"]),
        (["%d/%m/%Y"], ["31/01/2024", "01/02/2024"]),
    ],
)
def test_forms_of_dates_are_tried_in_order(tmp_path, forms, texts):
    rows = [f"a,{text},1" for text in texts]
    with open_orders(tmp_path, "\n".join(["who,at,amount", *rows]), read={"dates": forms}) as sources:
        query = f"SELECT CAST(event_time AS DATE) FROM {sources.table('orders')} ORDER BY 1"
        days = [str(found) for (found,) in sources.connection.execute(query).fetchall()]
    assert days == ["2024-01-31", "2024-02-01"]


def test_first_form_that_fits_counts(tmp_path):
    text = "who,at,amount\na,03/04/2024,1\n"
    with open_orders(tmp_path, text, read={"dates": ["%m/%d/%Y", "%d/%m/%Y"]}) as sources:
        query = f"SELECT CAST(event_time AS VARCHAR) FROM {sources.table('orders')}"
        found = sources.connection.execute(query).fetchone()
    assert found == ("2024-03-04 00:00:00",)


def test_date_of_no_declared_form_is_shown_with_all_of_them(tmp_path):
    rows = [f"a,{number:02d}/01/2024,1" for number in range(10, 28)]
    text = "\n".join(["who,at,amount", *rows, "a,2024-02-01,1"])
    with (
        pytest.raises(SourceError) as caught,
        open_orders(tmp_path, text, read={"dates": ["%d/%m/%Y", "%d.%m.%Y"]}),
    ):
        pass
    assert str(caught.value) == (
        "orders.at: row 20: '2024-02-01' is not of the form '%d/%m/%Y' or '%d.%m.%Y'; "
        "write read: {dates: ['%d/%m/%Y', '%Y-%m-%d']} (dates such as 31/12/2025 or 2025-12-31)"
    )


def test_form_that_is_none_is_named_among_several(tmp_path):
    with (
        pytest.raises(SpecError, match="'%d/%m/%Y' or '%Q' is not a form of dates"),
        open_orders(tmp_path, read={"dates": ["%d/%m/%Y", "%Q"]}),
    ):
        pass


def test_first_event_is_the_start_where_no_contract_says_it(tmp_path):
    with open_orders(tmp_path) as sources:
        facts = sources.facts("orders")
        rows = sources.connection.execute('SELECT * FROM "known entities" ORDER BY 1').fetchall()
    assert [(who, str(start), end) for who, start, end in rows] == [
        ("a", "2024-01-01 00:00:00", None),
        ("b", "2024-01-02 00:00:00", None),
    ]
    assert (facts.before_start, facts.after_end) == (0, 0)


PULSE = """
version: 1
name: exits
entity: who
snapshots: {every: month, from: 2024-02-01, to: 2024-03-01}
sources:
  people: {file: people.csv, valid_from: since, known_at: same}
  pulse:
    file: pulse.csv
    key: team
    join: unit
    event_time: at
    known_at: same
    data: X
    survey: pulse
    answered_by: entity
  exits: {file: exits.csv, event_time: at, known_at: same}
features:
  pulse: {windows: [90d], mean: [mood]}
cohort: {from: people.since}
units: people.team
target: {event: exits, horizons: [30d]}
"""


def open_pulse(folder: Path, teams: list[str]):
    (folder / "people.csv").write_text("who,since,team\na,2024-01-01,007\nb,2024-01-01,008\n")
    (folder / "exits.csv").write_text("who,at\na,2024-03-01\n")
    rows = [f"{team},2024-01-05,{number}" for number, team in enumerate(teams)]
    (folder / "pulse.csv").write_text("\n".join(["team,at,mood", *rows, ""]))
    return open_sources(parse(yaml.safe_load(PULSE), "exits.yaml").located(folder))


def test_rows_of_an_anonymous_source_belong_to_units(tmp_path):
    with open_pulse(tmp_path, ["007", "008", "7", "007"]) as sources:
        query = f"SELECT entity_id, mood FROM {sources.table('pulse')} ORDER BY mood"
        assert sources.connection.execute(query).fetchall() == [("007", 0), ("008", 1), ("007", 3)]
        facts = sources.facts("pulse")
    assert (facts.unmatched, facts.unmatched_keys, facts.before_start) == (1, ("7",), 0)


def test_units_of_another_kind_are_shown_side_by_side(tmp_path):
    with pytest.raises(ContractError) as caught, open_pulse(tmp_path, ["Sales", "Legal"]):
        pass
    assert str(caught.value) == (
        "pulse.team: no row belongs to a unit of 'people.team': 'Legal' is not like '007'; "
        "name the right key, or add a links table"
    )
