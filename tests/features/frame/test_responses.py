"""Response rate, streak and lag in the frame: from files through ids, links and clocks."""

from datetime import timedelta
from statistics import fmean

import pytest

from features.frame import build
from features.frame.families import describe_families, list_families
from features.sources import open_sources
from tests.features.event_tables import day
from tests.features.frame.company import load_company, make_tables, section

NAME = "x_surveys.response_rate"
RULE = {"answered": "surveys", "invited": "invites", "windows": ["90d"], "streak": {}, "lag": {}}


def last_row(frame, customer):
    (row,) = [row for row in frame.latest.to_pylist() if row["entity_id"] == customer]
    return row


def with_contacts(tables, invites, answers):
    """Replace what k02 was sent and said; everybody else keeps theirs."""
    for name, column, added in (("invites", "sent_at", invites), ("surveys", "answered_at", answers)):
        others = [row for row in tables[name] if row["customer"] != "k02"]
        tables[name] = others + [{"customer": "k02", "nps": 5, **row} for row in added]
        assert all(column in row for row in tables[name])
    return tables


def test_a_row_shows_what_happened_to_each_invitation(tmp_path):
    tables = make_tables()
    frame = build(load_company(tmp_path, tables))
    seen = set()
    for row in frame.table.to_pylist():
        midnight = day(row["snapshot_date"].isoformat())
        sent = [one["sent_at"] for one in tables["invites"] if one["customer"] == row["entity_id"]]
        answers = [one["answered_at"] for one in tables["surveys"] if one["customer"] == row["entity_id"]]
        known = [at for at in answers if at + timedelta(days=1) <= midnight]
        # Waves lie 25 days apart and every answer comes after 30 hours, so each belongs to its wave.
        flags = [(at, at + timedelta(hours=30) in known) for at in sorted(sent) if at < midnight]
        told = [flag for at, flag in flags if flag or at < midnight - timedelta(days=14)]
        streak = next((place for place, flag in enumerate(reversed(told)) if flag), len(told))
        inside = [flag for at, flag in flags if at >= midnight - timedelta(days=90)]
        assert row[f"{NAME}.streak"] == (streak if told else None)
        assert row[f"{NAME}_90d"] == (pytest.approx(fmean(inside)) if inside else None)
        assert row[f"{NAME}.lag_90d"] == (1.25 if any(inside) else None)
        assert row[f"{NAME}.lag_last"] == (1.25 if any(flag for _, flag in flags) else None)
        seen.add(row[f"{NAME}.streak"])
    assert {0, 1, 2, 3} <= seen


def test_a_reminder_with_the_id_of_its_invitation_is_no_invitation_of_its_own(tmp_path):
    sent, reminded = day("2024-04-01T09:00"), day("2024-04-08T09:00")
    invites = [{"sent_at": sent, "invite": "i1"}, {"sent_at": reminded, "invite": "i1"}]
    tables = with_contacts(make_tables(), invites, [{"answered_at": day("2024-04-09T09:00")}])
    plain = build(load_company(tmp_path / "plain", tables))
    sources = section("sources", invites=section("sources")["invites"] | {"id": "invite"})
    counted = build(load_company(tmp_path / "counted", tables, sources=sources))
    shown = [
        (last_row(frame, "k02")[f"{NAME}_90d"], last_row(frame, "k02")[f"{NAME}.lag_last"])
        for frame in (plain, counted)
    ]
    assert shown == [(0.5, 1), (1, 8)]


def test_an_answer_of_who_changed_the_account_counts_for_the_one_at_that_time(tmp_path):
    tables = make_tables()
    moved = day("2024-04-01")
    invites = [{"sent_at": day("2024-03-20")}]
    tables = with_contacts(tables, invites, [])
    tables["invites"] = [row for row in tables["invites"] if row["customer"] != "k04"]
    tables["invites"].append({"customer": "k04", "sent_at": day("2024-04-10")})
    tables["surveys"] = [
        {**row, "contact": row["customer"]} for row in tables["surveys"] if row["customer"] != "k04"
    ]
    answers = [
        {"answered_at": at, "contact": "zoe", "nps": 9} for at in (day("2024-03-22"), day("2024-04-13"))
    ]
    tables["surveys"] += answers
    people = {row["customer"] for row in tables["customers"]}
    first = day("2023-01-01")
    tables["contacts"] = [
        *({"contact": who, "customer": who, "since": first, "until": None} for who in sorted(people)),
        {"contact": "zoe", "customer": "k02", "since": first, "until": moved},
        {"contact": "zoe", "customer": "k04", "since": moved, "until": None},
    ]
    contacts = {
        "file": "contacts.csv",
        "links": {"contact": "customer"},
        "valid_from": "since",
        "valid_to": "until",
    }
    surveys = section("sources")["surveys"] | {"key": "contact"}
    sources = section("sources", surveys=surveys, contacts=contacts | {"known_at": "same"})
    frame = build(load_company(tmp_path, tables, sources=sources))
    assert last_row(frame, "k02")[f"{NAME}.lag_last"] == 2
    assert last_row(frame, "k04")[f"{NAME}.lag_last"] == 3
    assert last_row(frame, "k02")[f"{NAME}.streak"] == last_row(frame, "k04")[f"{NAME}.streak"] == 0


def test_the_catalogue_has_the_units_and_gives_them_to_the_driver(tmp_path):
    drivers = {"silence": {"features": ["surveys.response_rate*"], "role": "signal", "actor": "person"}}
    usecase = load_company(tmp_path, drivers=drivers)
    with open_sources(usecase) as sources:
        catalogue = describe_families(list_families(sources, usecase), usecase)
    found = {feature.name: (feature.unit, feature.driver) for feature in catalogue}
    assert found[f"{NAME}.streak"] == ("count", "silence")
    assert found[f"{NAME}.lag_90d"] == found[f"{NAME}.lag_last"] == ("days", "silence")
    assert found[f"{NAME}_90d"] == ("share", "silence")


def test_patience_reaches_the_features(tmp_path):
    rules = section("features", response_rate=RULE | {"streak": {"patience": "40d"}})
    usecase = load_company(tmp_path, features=rules)
    with open_sources(usecase) as sources:
        (family,) = [one for one in list_families(sources, usecase) if one.rule == "response_rate"]
    assert [measure.patience_days for measure in family.measures] == [0, 40, 0, 0]
