"""Touches of a small shop: which rows become touches, what is known, where journeys begin."""

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from features.errors import ContractError, SpecError
from features.journey import SCHEMA, collect_touches, demand_journey
from features.sources import open_sources
from features.usecase import parse
from tests.features.event_tables import day

FILES = {
    "customers.csv": "customer_id,since\nA,2024-01-01\nB,2024-01-01\n",
    "orders.csv": (
        "customer_id,at,loaded_at\n"
        "A,2024-02-01T10:00:00Z,2024-02-01T10:00:00Z\n"
        "A,2024-09-01T10:00:00Z,2024-09-02T00:00:00Z\n"
        "B,2024-02-05T08:00:00Z,2024-02-05T09:00:00Z\n"
        "B,2024-12-30T08:00:00Z,2025-01-02T09:00:00Z\n"  # known too late
        "B,2025-01-05T08:00:00Z,2025-01-05T08:00:00Z\n"  # not observed any more
    ),
    "charges.csv": (
        "customer_id,at,kind,amount,refunded\n"
        "A,2024-02-03T00:00:00Z,bag,30,false\n"
        "A,2024-02-03T00:00:00Z,seat,10,false\n"
        "B,2024-02-06T00:00:00Z,bag,0,true\n"
    ),
    "surveys.csv": (
        "response_id,customer_id,at,known,csat,said\n"
        "1,A,2024-02-10T00:00:00Z,2024-02-11T00:00:00Z,5,fine\n"
        "2,B,2024-02-10T00:00:00Z,2024-02-11T00:00:00Z,2,bad\n"
        "2,B,2024-02-10T00:00:00Z,2024-02-20T00:00:00Z,4,fine\n"  # a correction
        "3,B,2024-02-12T00:00:00Z,2024-02-13T00:00:00Z,,\n"
    ),
    "exits.csv": "customer_id,at\nB,2024-03-01\n",
}
EVENTS = {"event_time": "at", "known_at": "same"}
SURVEY = {"data": "X", "survey": "order", "answered_by": "entity", "scales": {"csat": "1..5"}}
TOUCHPOINTS = {
    "order": {"from": "orders"},
    "bag": {"from": "charges", "where": {"kind": "= bag"}},
    "rating": {"from": "surveys", "experience": "csat"},
    "exit": {"from": "exits", "bad": True},
}


@pytest.fixture
def folder(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def usecase_of(folder, touchpoints, **journey):
    content = {
        "version": 1,
        "name": "shop",
        "entity": "customer_id",
        "snapshots": {"every": "month", "from": "2024-03-01", "to": "2024-12-01"},
        "sources": {
            "customers": {"file": "customers.csv", "valid_from": "since", "known_at": "same"},
            "orders": {"file": "orders.csv", "event_time": "at", "known_at": "loaded_at"},
            "charges": {"file": "charges.csv", **EVENTS},
            "surveys": {
                "file": "surveys.csv",
                "event_time": "at",
                "known_at": "known",
                "id": "response_id",
                "corrections": True,
                **SURVEY,
            },
            "exits": {"file": "exits.csv", **EVENTS},
        },
        "features": {"orders": {"windows": ["90d"], "count": {}}},
        "cohort": {"from": "customers.since"},
        "target": {"event": "exits", "horizons": ["30d"], "observed_until": "2025-01-01"},
    }
    if touchpoints is not None:
        content["journey"] = {"touchpoints": touchpoints, **journey}
    return parse(content, "shop.yaml").located(folder)


def collect(folder, touchpoints=TOUCHPOINTS, until="2025-01-01", **journey):
    usecase = usecase_of(folder, touchpoints, **journey)
    with open_sources(usecase) as sources:
        table = collect_touches(sources, usecase, (day(until) - day("1970-01-01")).days)
    assert table.schema == SCHEMA
    return table.to_pylist()


def touches_of(rows, entity):
    return [(row["touchpoint"], row["journey"]) for row in rows if row["entity_id"] == entity]


def test_touches_come_in_order_and_a_long_silence_begins_a_new_journey(folder):
    rows = collect(folder)
    assert touches_of(rows, "A") == [("order", 0), ("bag", 0), ("rating", 0), ("order", 1)]
    assert touches_of(rows, "B") == [("order", 0), ("bag", 0), ("rating", 0), ("rating", 0), ("exit", 0)]


def test_the_silence_is_that_of_the_use_case(folder):
    assert touches_of(collect(folder, restart_after="300d"), "A")[-1] == ("order", 0)
    assert touches_of(collect(folder, restart_after="3d"), "A") == [
        ("order", 0),
        ("bag", 0),
        ("rating", 1),
        ("order", 2),
    ]


def test_what_was_not_known_or_had_not_happened_by_the_end_is_no_touch(folder):
    times = [row["event_time"] for row in collect(folder) if row["touchpoint"] == "order"]
    assert str(max(times)) == "2024-09-01 10:00:00"
    early = collect(folder, until="2024-02-11")
    assert {row["touchpoint"] for row in early} == {"order", "bag", "rating"}


def test_the_last_version_known_by_the_end_counts(folder):
    before = [row["value"] for row in collect(folder, until="2024-02-19") if row["touchpoint"] == "rating"]
    after = [row["value"] for row in collect(folder) if row["touchpoint"] == "rating"]
    assert before == [5.0, 2.0, None]
    assert after == [5.0, 4.0, None]


def test_values_stay_on_their_scale_and_good_follows_the_use_case(folder):
    rows = collect(folder)
    told = [(row["value"], row["is_good"]) for row in rows if row["touchpoint"] == "rating"]
    assert told == [(5.0, True), (4.0, True), (None, None)]
    assert [row["is_good"] for row in rows if row["touchpoint"] == "exit"] == [False]
    assert {row["is_good"] for row in rows if row["touchpoint"] == "order"} == {None}
    strict = collect(
        folder, TOUCHPOINTS | {"rating": {"from": "surveys", "experience": "csat", "good": "= 5"}}
    )
    assert [row["is_good"] for row in strict if row["touchpoint"] == "rating"] == [True, False, None]


@pytest.mark.parametrize(
    ("where", "entities"),
    [
        ({"kind": "= bag"}, ["A", "B"]),
        ({"kind": "= bag", "amount": "> 0"}, ["A"]),
        ({"amount": "= 10"}, ["A"]),
        ({"refunded": "= true"}, ["B"]),
        ({"refunded": "= false"}, ["A", "A"]),
        ({"kind": "= none"}, []),
    ],
)
def test_only_events_that_meet_all_conditions_are_touches(folder, where, entities):
    rows = collect(folder, TOUCHPOINTS | {"bag": {"from": "charges", "where": where}})
    assert [row["entity_id"] for row in rows if row["touchpoint"] == "bag"] == entities


@pytest.mark.parametrize(("said", "count"), [("= true", 1), ("= yes", 1), ("= no", 2), ("= 0", 2)])
def test_yes_and_no_are_told_in_words_or_numbers(folder, said, count):
    charges = pyarrow.csv.read_csv(folder / "charges.csv")
    assert charges["refunded"].type == pa.bool_()
    pq.write_table(charges, folder / "charges.parquet")
    usecase = usecase_of(folder, TOUCHPOINTS | {"bag": {"from": "charges", "where": {"refunded": said}}})
    content = usecase.to_json()
    content["sources"]["charges"]["file"] = "charges.parquet"
    with open_sources(parse(content, "shop.yaml").located(folder)) as sources:
        rows = collect_touches(sources, sources.usecase, 20_089).to_pylist()
    assert [row["touchpoint"] for row in rows].count("bag") == count


def test_an_experience_in_words_is_good_or_not_without_a_value(folder):
    told = {"rating": {"from": "surveys", "experience": "said", "good": "= fine"}}
    rows = collect(folder, TOUCHPOINTS | told)
    assert [(row["value"], row["is_good"]) for row in rows if row["touchpoint"] == "rating"] == [
        (None, True),
        (None, True),
        (None, None),
    ]


def test_the_order_of_rows_changes_nothing(folder):
    expected = collect(folder)
    for name, text in FILES.items():
        head, *lines = text.splitlines()
        (folder / name).write_text("\n".join([head, *reversed(lines)]) + "\n")
    assert collect(folder) == expected


def test_a_missing_column_is_named_with_its_place(folder):
    with pytest.raises(ContractError, match=r"charges\.knd: the column is not there"):
        collect(folder, TOUCHPOINTS | {"bag": {"from": "charges", "where": {"knd": "= bag"}}})


def test_numbers_are_not_compared_with_words(folder):
    said = r"journey\.touchpoints\.bag\.where\.amount: '> much' compares the numbers of 'amount' with a text"
    with pytest.raises(ContractError, match=said):
        collect(folder, TOUCHPOINTS | {"bag": {"from": "charges", "where": {"amount": "> much"}}})


def test_without_the_section_there_are_no_touches(folder):
    with pytest.raises(SpecError, match="shop: journey: is missing"):
        demand_journey(usecase_of(folder, None))
