"""Waves as a build keeps them: beside the frame, erased with it."""

import pytest

from features.frame import Frame, build, erase
from tests.features.event_tables import day
from tests.features.frame.company import SPEC, load_company, make_tables, section
from tests.features.frame.staff import load_staff
from tests.features.frame.test_flat import load_flat, make_rows

METRICS = {"scales": {"nps": "0..10"}, "metrics": {"nps": "nps"}}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("company")
    sources = section("sources", surveys=SPEC["sources"]["surveys"] | METRICS)
    usecase = load_company(folder / "data", sources=sources, cuts=["customers.plan"])
    return build(usecase, folder / "frame"), folder / "frame"


def test_every_answer_stands_in_one_wave(built):
    frame, _ = built
    rows = [row for row in frame.waves.to_pylist() if row["answers"]]
    assert sum(row["answers"] for row in rows) == frame.answers.num_rows
    months = {(answer["entity_id"], answer["answered_on"]) for answer in frame.answers.to_pylist()}
    for row in rows:
        year, quarter = row["wave_name"].split(" Q")
        assert (row["entity_id"], row["answered_on"]) in months
        assert (row["answered_on"].year, (row["answered_on"].month + 2) // 3) == (int(year), int(quarter))


def test_members_are_those_whose_contract_ran(built):
    frame, _ = built
    tables = make_tables()
    seen = set()
    for row in frame.waves.to_pylist():
        closing = day(row["closes_on"].isoformat())
        versions = [one for one in tables["customers"] if one["customer"] == row["entity_id"]]
        known = [one for one in versions if one["loaded_at"] <= closing and one["since"] <= closing]
        newest = max(known, key=lambda one: one["since"], default=None)
        has_begun = newest is not None and newest["start"] <= closing
        is_member = has_begun and (newest["end"] is None or newest["end"] > closing)
        seen.add((row["was_member"], is_member))
    assert seen == {(True, True), (False, False)}


def test_cuts_stand_beside_whoever_has_a_row(built):
    frame, _ = built
    assert set(frame.waves.column("cut_plan").to_pylist()) == {"basic", "pro"}


def test_whoever_is_erased_leaves_the_waves(built):
    frame, folder = built
    erase(folder, folder.parent / "partials", ["k03"])
    left = Frame.read(folder).waves
    assert "k03" in frame.waves.column("entity_id").to_pylist()
    assert left.to_pylist() == [row for row in frame.waves.to_pylist() if row["entity_id"] != "k03"]
    assert left.schema == frame.waves.schema


def test_a_flat_table_has_no_waves(tmp_path):
    assert build(load_flat(tmp_path, make_rows())).waves.num_rows == 0


def test_named_and_anonymous_surveys_stand_side_by_side(tmp_path):
    waves = build(load_staff(tmp_path)).waves
    nameless = [row for row in waves.to_pylist() if row["source"] == "pulse"]
    named = [row for row in waves.to_pylist() if row["source"] == "checks"]
    assert {row["metric"] for row in nameless} == {"enps"}
    assert {row["metric"] for row in named} == {"csat"}
    assert {(row["entity_id"], row["was_member"]) for row in nameless} == {(None, None)}
    assert None not in {row["entity_id"] for row in named}
