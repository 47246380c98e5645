import statistics
from datetime import timedelta

import pytest

from features.frame import build
from tests.features.event_tables import day
from tests.features.frame.staff import SPEC, known_versions, load_staff, make_staff

SMALLEST = 5
UNTIL = day("2024-07-01")


@pytest.fixture(scope="module")
def staff(tmp_path_factory):
    return build(load_staff(tmp_path_factory.mktemp("staff"))), make_staff()


def answers_of(tables, team, midnight, days):
    return [
        row
        for row in tables["pulse"]
        if row["team"] == team
        and row["at"] < midnight
        and row["loaded_at"] <= midnight
        and (midnight - row["at"].replace(hour=0, minute=0)).days <= days
    ]


def enough(values, found):
    return found if len(values) >= SMALLEST else None


def expected_of(tables, row, days):
    midnight = day(row["snapshot_date"].isoformat())
    team = known_versions(tables, row["entity_id"], midnight)["team"]
    answers = answers_of(tables, team, midnight, days) if team is not None else []
    moods = [answer["mood"] for answer in answers if answer["mood"] is not None]
    return {
        f"x_pulse.count_{days}d": enough(answers, len(answers)),
        f"x_pulse.mood.mean_{days}d": enough(moods, statistics.fmean(moods or [0])),
        f"x_pulse.mood.std_{days}d": enough(
            moods, statistics.stdev([*moods, 0, 0]) if len(moods) < 2 else statistics.stdev(moods)
        ),
        f"x_pulse.mood.share_low_{days}d": enough(
            moods, sum(mood <= 6 for mood in moods) / max(len(moods), 1)
        ),
    }


@pytest.mark.parametrize("days", [90, 180])
def test_anonymous_answers_are_those_of_the_unit_as_a_naive_loop_finds_them(staff, days):
    frame, tables = staff
    seen = set()
    for row in frame.table.to_pylist():
        for name, expected in expected_of(tables, row, days).items():
            seen.add((name, expected is None))
            assert row[name] == (None if expected is None else pytest.approx(expected, abs=1e-12)), name
    assert {is_missing for _, is_missing in seen} == {True, False}


def test_all_members_of_a_unit_have_the_same_values(staff):
    frame, tables = staff
    values = {}
    for row in frame.table.to_pylist():
        midnight = day(row["snapshot_date"].isoformat())
        team = known_versions(tables, row["entity_id"], midnight)["team"]
        found = tuple(value for name, value in row.items() if name.startswith("x_pulse"))
        assert values.setdefault((team, midnight), found) == found
    assert len({team for team, _ in values}) == 5


def test_people_without_a_unit_and_units_of_few_answers_have_nothing(staff):
    frame, tables = staff
    lonely = 0
    for row in frame.table.to_pylist():
        midnight = day(row["snapshot_date"].isoformat())
        team = known_versions(tables, row["entity_id"], midnight)["team"]
        if team in {None, "tiny"}:
            lonely += 1
            assert row["x_pulse.mood.mean_90d"] is None
            assert row["x_pulse.count.ratio_90d_180d"] is None
    assert lonely > 50


@pytest.mark.parametrize("smallest", [5, 9, 26, 60])
def test_no_value_is_made_of_fewer_answers_than_the_smallest_group(tmp_path, smallest):
    privacy = SPEC["privacy"] | {"minimum_group": smallest}
    frame = build(load_staff(tmp_path, privacy=privacy))
    counts = frame.table.column("x_pulse.count_180d").drop_null() if smallest < 60 else []
    assert all(count.as_py() >= smallest for count in counts)
    assert ("x_pulse.count_90d" in frame.table.column_names) == (smallest < 60)


def test_answers_of_later_change_nothing(staff, tmp_path):
    frame, tables = staff
    added = {name: list(rows) for name, rows in tables.items()}
    last = day("2024-03-01")
    for row in tables["pulse"][:60]:
        added["pulse"].append({**row, "mood": 0, "loaded_at": last + timedelta(hours=1)})
    found = build(load_staff(tmp_path, added))
    assert found.table.equals(frame.table)


def test_single_answers_are_stored_without_person_or_unit(staff):
    frame, tables = staff
    answers = frame.answers.to_pylist()
    anonymous = [row for row in answers if row["metric"] == "enps"]
    assert {row["entity_id"] for row in anonymous} == {None}
    assert len(anonymous) == sum(
        row["mood"] is not None and row["loaded_at"] <= UNTIL for row in tables["pulse"]
    )
    assert all(row["entity_id"] for row in answers if row["metric"] == "csat")
    order = [(row["answered_on"], row["value"]) for row in anonymous]
    assert order == sorted(order)


def test_unknown_units_are_counted_as_unmatched(tmp_path):
    tables = make_staff()
    tables["pulse"] = [*tables["pulse"], {**tables["pulse"][0], "team": "moon"}]
    facts = build(load_staff(tmp_path, tables)).facts.matches["pulse"]
    assert (facts["unmatched"], facts["unmatched_keys"]) == (1, ["moon"])
    assert facts["first_time"] is not None
