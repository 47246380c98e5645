from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from features.cohort import count_days
from features.errors import ContractError, LeakError, TooFewEventsError
from features.frame import Frame, build
from features.measures import Measure
from tests.features.event_tables import day
from tests.features.frame.company import SPEC, Tables, load_company, make_tables, pick, section
from tests.features.naive import read, view_rows

GRID = [
    date(2023, 12, 31),
    date(2024, 1, 31),
    date(2024, 2, 29),
    *(date(2024, month, 31) for month in (3, 5)),
]
GRID.insert(4, date(2024, 4, 30))
UNTIL = day("2024-07-01")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Frame, Tables]:
    folder = tmp_path_factory.mktemp("company")
    return build(load_company(folder)), make_tables()


def list_rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    yield from table.to_pylist()


def find_event(tables: Tables, customer: str) -> tuple[datetime, datetime] | None:
    found = [(row["cancelled_at"], row["loaded_at"]) for row in pick(tables["cancellations"], customer)]
    return min((event for event in found if event[1] <= UNTIL), default=None)


def test_the_columns_stand_in_the_order_of_the_rules_with_what_is_no_feature_last(company):
    frame, _ = company
    assert frame.table.column_names == [
        "entity_id",
        "snapshot_date",
        "o_customers.plan",
        "o_customers.seats",
        "o_tickets.count_30d",
        "o_tickets.count_90d",
        "o_tickets.hours.mean_30d",
        "o_tickets.hours.mean_90d",
        "o_tickets.count.slope_30d",
        "o_tickets.count.slope_90d",
        "o_tickets.days_since_last",
        "x_surveys.nps.mean_90d",
        "x_surveys.nps.share_promoter_90d",
        "x_surveys.nps.last",
        "x_surveys.response_rate_90d",
        "x_surveys.response_rate.streak",
        "x_surveys.response_rate.lag_90d",
        "x_surveys.response_rate.lag_last",
        "target_days",
        "target_event",
        "target_known_days",
        "value_revenue",
    ]
    types = {
        name: str(kind) for name, kind in zip(frame.table.column_names, frame.table.schema.types, strict=True)
    }
    assert types["o_customers.plan"] == "string"
    assert types["snapshot_date"] == "date32[day]"
    assert types["target_event"] == "int8"
    numbers = [name for name in frame.facts.catalogue.numbers if types[name] != "double"]
    assert numbers == []


def test_rows_are_ordered_by_snapshot_and_entity_and_unique(company):
    frame, _ = company
    keys = [(row["snapshot_date"], row["entity_id"]) for row in list_rows(frame.table)]
    assert keys == sorted(set(keys))
    assert {snapshot for snapshot, _ in keys} == set(GRID)


def test_every_ticket_feature_is_that_of_the_naive_loop(company):
    frame, tables = company
    events = [
        {**row, "entity_id": row["customer"], "event_time": row["opened_at"], "known_at": row["loaded_at"]}
        for row in tables["tickets"]
    ]
    measures = [
        Measure("o_tickets.count_90d", "count", window_days=90),
        Measure("o_tickets.hours.mean_90d", "mean", "hours", 90),
        Measure("o_tickets.count.slope_30d", "count_slope", window_days=30),
        Measure("o_tickets.days_since_last", "days_since_last"),
    ]
    rows = list(list_rows(frame.table))
    asked = [(row["entity_id"], row["snapshot_date"]) for row in rows]
    for row, view in zip(rows, view_rows(events, asked), strict=True):
        for measure in measures:
            expected = read(view, measure)
            assert row[measure.name] == (None if expected is None else pytest.approx(expected, abs=1e-12))


def test_every_label_is_that_of_the_rules(company):
    frame, tables = company
    for row in list_rows(frame.table):
        start = day(row["snapshot_date"].isoformat()) + timedelta(days=7)
        event = find_event(tables, row["entity_id"])
        if event is None:
            assert (row["target_days"], row["target_event"]) == ((UNTIL - start).days, 0)
            assert row["target_known_days"] is None
        else:
            assert (row["target_days"], row["target_event"]) == ((event[0] - start).days, 1)
            assert row["target_known_days"] == -((start - event[1]).days)


def test_the_rows_are_those_of_the_cohort_with_something_to_learn(company):
    frame, tables = company
    expected = set()
    for customer in {str(row["customer"]) for row in tables["customers"]}:
        for snapshot in GRID:
            midnight = day(snapshot.isoformat())
            known = [row for row in pick(tables["customers"], customer) if row["loaded_at"] <= midnight]
            event = find_event(tables, customer)
            is_in = any(row["start"] <= midnight for row in known)
            ended = any(row["end"] is not None and row["end"] <= midnight for row in known)
            if is_in and not ended and not (event and event[0] < midnight + timedelta(days=7)):
                expected.add((snapshot, customer))
    assert {(row["snapshot_date"], row["entity_id"]) for row in list_rows(frame.table)} == expected


def test_the_facts_count_what_is_in_the_table(company):
    frame, tables = company
    rows, facts = list(list_rows(frame.table)), frame.facts
    assert facts.row_count == len(rows)
    assert facts.entity_count == len({row["entity_id"] for row in rows})
    assert facts.event_count == sum(row["target_event"] for row in rows)
    for horizon in facts.horizons:
        days = int(horizon.horizon.removesuffix("d"))
        came = [row for row in rows if row["target_event"] and row["target_days"] < days]
        passed = [row for row in rows if row["target_days"] >= days]
        assert (horizon.events, horizon.labelled) == (len(came), len(came) + len(passed))
    assert facts.snapshot_dates == tuple(GRID)
    assert facts.observed_until == date(2024, 7, 1)
    assert facts.matches["tickets"]["rows"] == len(tables["tickets"])
    assert facts.dropped_rows["target event in the gap"] > 0
    assert {feature.driver for feature in facts.catalogue} == {None, "support"}
    assert facts.catalogue.by_name["o_tickets.hours.mean_30d"].unit == "h"
    assert facts.catalogue.by_name["x_surveys.nps.last"].data == "X"


def test_revenue_is_the_one_known_at_the_snapshot(company):
    frame, tables = company
    for row in list_rows(frame.table):
        midnight = day(row["snapshot_date"].isoformat())
        known = [
            (version["since"], version["revenue"])
            for version in pick(tables["customers"], row["entity_id"])
            if version["loaded_at"] <= midnight and version["since"] <= midnight
        ]
        assert row["value_revenue"] == max(known)[1]


def test_the_latest_rows_are_all_who_can_be_scored_as_known_at_the_newest_snapshot(company):
    frame, tables = company
    midnight = day(GRID[-1].isoformat())
    gone = {
        row["customer"]
        for row in tables["cancellations"]
        if row["cancelled_at"] < midnight and row["loaded_at"] <= midnight
    }
    everyone = {row["customer"] for row in tables["customers"]}
    assert set(frame.latest.column("entity_id").to_pylist()) == everyone - gone
    assert set(frame.latest.column("snapshot_date").to_pylist()) == {GRID[-1]}
    reserved = ["target_days", "target_event", "target_known_days"]
    assert frame.latest.column_names == [name for name in frame.table.column_names if name not in reserved]
    shown = {row["entity_id"]: row for row in list_rows(frame.latest)}
    taught = [row for row in list_rows(frame.table) if row["snapshot_date"] == GRID[-1]]
    assert taught
    for row in taught:
        assert shown[row["entity_id"]] == {name: row[name] for name in frame.latest.column_names}


def test_shuffled_files_give_the_equal_frame(company, tmp_path):
    frame, _ = company
    shuffled = build(load_company(tmp_path, shuffle=3))
    assert shuffled.table.equals(frame.table)
    assert shuffled.latest.equals(frame.latest)


def test_files_with_every_row_twice_give_the_equal_frame_once_copies_are_removed(company, tmp_path):
    frame, tables = company
    twice = {name: [*rows, *rows] for name, rows in tables.items()}
    sources = {name: {**source, "duplicates": "remove"} for name, source in SPEC["sources"].items()}
    doubled = build(load_company(tmp_path, twice, shuffle=4, sources=sources))
    assert doubled.table.equals(frame.table)
    assert doubled.latest.equals(frame.latest)


def test_news_after_the_last_snapshot_change_no_feature(company, tmp_path):
    frame, tables = company
    added = {name: list(rows) for name, rows in tables.items()}
    for row in tables["tickets"][:40]:
        at = day("2024-06-05")
        added["tickets"].append({**row, "opened_at": at, "loaded_at": at})
        added["tickets"].append({**row, "loaded_at": at})
    later = build(load_company(tmp_path, added))
    assert later.table.equals(frame.table)
    assert later.latest.equals(frame.latest)


def test_without_a_declared_end_observation_ends_with_the_newest_known_time(tmp_path):
    tables = make_tables()
    target = {key: value for key, value in SPEC["target"].items() if key != "observed_until"}
    frame = build(load_company(tmp_path, tables, target=target))
    newest = max(
        row[column] + timedelta(days=delay)
        for name, column, delay in [
            ("customers", "loaded_at", 0),
            ("tickets", "loaded_at", 0),
            ("invites", "sent_at", 0),
            ("surveys", "answered_at", 1),
            ("cancellations", "loaded_at", 0),
        ]
        for row in tables[name]
    )
    assert frame.facts.observed_until is not None
    assert count_days(frame.facts.observed_until) == count_days(newest.date()) + 1


def test_too_few_events_are_told_with_what_was_found_and_what_is_needed(tmp_path):
    message = r"churn: target.event: none of the \d+ events in 'cancellations' follows .* at least 30"
    usecase = load_company(tmp_path, target=section("target", observed_until="2023-12-01"))
    with pytest.raises(TooFewEventsError, match=message):
        build(usecase)


def test_useless_features_are_left_out_with_the_reason(tmp_path):
    tables = make_tables()
    tables["tickets"] = [{**row, "kind": "call", "cost": None} for row in tables["tickets"]]
    tables["customers"] = [{**row, "currency": "EUR"} for row in tables["customers"]]
    rules = section("features", customers={"last": ["plan", "currency"]})
    rules["tickets"] = {"windows": ["90d"], "mean": ["hours", "cost"]}
    lines: list[str] = []
    frame = build(load_company(tmp_path, tables, features=rules), report=lines.append)
    assert frame.facts.dropped_features == {
        "o_customers.currency": "all values are 'EUR'",
        "o_tickets.cost.mean_90d": "all values are missing",
    }
    assert "left out o_customers.currency: all values are 'EUR'" in lines
    assert "o_tickets.cost.mean_90d" not in frame.latest.column_names


def plant_a_leak() -> Tables:
    tables = make_tables()
    tables["tickets"] = [{**row, "exit_code": 0} for row in tables["tickets"]]
    for row in tables["cancellations"]:
        at = row["cancelled_at"] - timedelta(days=36)
        ticket = {"customer": row["customer"], "opened_at": at, "loaded_at": at, "hours": 1, "exit_code": 1}
        tables["tickets"].append(ticket)
    return tables


def test_a_feature_that_knows_the_outcome_stops_the_build_unless_it_is_accepted(tmp_path):
    rules = section("features", tickets={"windows": ["30d"], "sum": ["exit_code"], "mean": ["hours"]})
    with pytest.raises(LeakError, match=r"'o_tickets.exit_code.sum_30d' knows the outcome"):
        build(load_company(tmp_path, plant_a_leak(), features=rules))
    accepted = {"o_tickets.exit_code.sum_30d": "for this test"}
    frame = build(load_company(tmp_path, plant_a_leak(), features=rules, accept_leak=accepted))
    told = {found["column"]: found["accepted"] for found in frame.facts.findings}
    assert told["o_tickets.exit_code.sum_30d"] == "for this test"


def test_a_driver_that_means_no_feature_is_refused_before_anything_is_computed(tmp_path):
    drivers = {"price": {"features": ["tickets.price*"], "role": "lever", "actor": "company"}}
    lines: list[str] = []
    with pytest.raises(ContractError, match=r"drivers.price.features: 'tickets.price\*' matches no feature"):
        build(load_company(tmp_path, drivers=drivers), report=lines.append)
    assert not any(line.startswith("computing") for line in lines)


def test_an_id_orders_what_happened_at_the_same_time(tmp_path):
    tables = make_tables()
    at = day("2024-05-01")
    both = [{"customer": "k00", "opened_at": at, "loaded_at": at, "hours": hours} for hours in (10.0, 20.0)]
    tables["tickets"] = [*both, *tables["tickets"]]
    rules = section("features", tickets={"last": ["hours"]})
    drivers = {"support": {"features": ["tickets.hours.last"], "role": "lever", "actor": "company"}}
    frame = build(load_company(tmp_path, tables, features=rules, drivers=drivers))
    again = build(load_company(tmp_path / "again", tables, shuffle=9, features=rules, drivers=drivers))
    assert frame.table.equals(again.table)


def test_progress_is_told_in_lines(tmp_path):
    lines: list[str] = []
    build(load_company(tmp_path), report=lines.append)
    assert "reading tickets" in lines
    assert any(line.startswith("computing 7 features of tickets for ") for line in lines)
    assert all("\n" not in line for line in lines)


def test_paths_of_the_machine_stay_out_of_the_facts(company, tmp_path):
    frame, _ = company
    frame.write(tmp_path / "out")
    text = (tmp_path / "out" / "frame.json").read_text(encoding="utf-8")
    assert str(Path.home()) not in text
    assert str(tmp_path.parent) not in text
