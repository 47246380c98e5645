import functools
import statistics
from datetime import timedelta

import pytest

from features.frame import build
from tests.features.event_tables import day
from tests.features.frame.naive_release import release_naively
from tests.features.frame.staff import SPEC, known_versions, load_staff, make_staff

SMALLEST = 5
UNTIL = day("2024-07-01")


GRID = [day(f"2023-{month:02d}-01") for month in range(7, 13)]
GRID += [day(f"2024-{month:02d}-01") for month in range(1, 4)]


@pytest.fixture(scope="module", params=[1, 4], ids=["many", "few"])
def staff(tmp_path_factory, request):
    tables = make_staff()
    tables["pulse"] = tables["pulse"][:: request.param]
    return build(load_staff(tmp_path_factory.mktemp("staff"), tables)), tables


def answers_of(tables, team, midnight, days):
    return [
        row
        for row in tables["pulse"]
        if row["team"] == team
        and row["at"] < midnight
        and row["loaded_at"] <= midnight
        and (midnight - row["at"].replace(hour=0, minute=0)).days <= days
    ]


@functools.cache
def plan_of(read, team, *, with_mood):
    """Return which snapshot's value each snapshot and window of a team shows."""

    def choose(midnight, days):
        answers = read(team, midnight, days)
        return frozenset(id(row) for row in answers if row["mood"] is not None or not with_mood)

    return release_naively(GRID, [90, 180], choose, SMALLEST)


def expected_of(read, team, midnight, days):
    """Return what a naive loop makes of the answers of a team."""
    found = {}
    for with_mood in (False, True):
        at = plan_of(read, team, with_mood=with_mood)[midnight, days] if team is not None else None
        answers = [] if at is None else read(team, at, days)
        moods = [row["mood"] for row in answers if row["mood"] is not None]
        if with_mood:
            found[f"x_pulse.mood.mean_{days}d"] = statistics.fmean(moods) if moods else None
            found[f"x_pulse.mood.std_{days}d"] = statistics.stdev(moods) if moods else None
            share = sum(mood <= 6 for mood in moods) / len(moods) if moods else None
            found[f"x_pulse.mood.share_low_{days}d"] = share
        else:
            found[f"x_pulse.count_{days}d"] = len(answers) or None
    return found


@pytest.mark.parametrize("days", [90, 180])
def test_anonymous_answers_are_those_of_the_unit_as_a_naive_loop_finds_them(staff, days):
    frame, tables = staff
    read = functools.cache(functools.partial(answers_of, tables))
    seen = set()
    for row in frame.table.to_pylist():
        midnight = day(row["snapshot_date"].isoformat())
        team = known_versions(tables, row["entity_id"], midnight)["team"]
        for name, expected in expected_of(read, team, midnight, days).items():
            seen.add((name, expected is None))
            assert row[name] == (None if expected is None else pytest.approx(expected, abs=1e-12)), name
    assert {is_missing for _, is_missing in seen} == {True, False}


def test_a_ratio_is_shown_where_both_of_its_windows_show_the_same_snapshot(staff):
    frame, tables = staff
    read = functools.cache(functools.partial(answers_of, tables))
    for row in frame.table.to_pylist():
        midnight = day(row["snapshot_date"].isoformat())
        team = known_versions(tables, row["entity_id"], midnight)["team"]
        plan = plan_of(read, team, with_mood=False) if team is not None else {}
        short, long = plan.get((midnight, 90)), plan.get((midnight, 180))
        expected = None
        if short is not None and short == long:
            expected = pytest.approx(len(read(team, short, 90)) / 90 / (len(read(team, long, 180)) / 180))
        assert row["x_pulse.count.ratio_90d_180d"] == expected


def test_the_workforce_with_few_answers_has_values_that_stay():
    tables = make_staff()
    tables["pulse"] = tables["pulse"][::4]
    read = functools.cache(functools.partial(answers_of, tables))
    plans = [plan_of(read, team, with_mood=True) for team in ("red", "green", "blue")]
    assert any(at is not None and at != midnight for plan in plans for (midnight, _), at in plan.items())


def one_team_of(moods):
    """Return the workforce with answers of team red alone, as pairs of day and mood, known on the day."""
    tables = make_staff()
    others = [row for row in tables["pulse"] if row["team"] != "red"]
    added = [{"team": "red", "at": at, "loaded_at": at, "mood": mood} for at, mood in moods]
    return tables | {"pulse": [*others, *added]}


def shown_to_red(frame, tables, name):
    found = {}
    for row in frame.table.to_pylist():
        midnight = day(row["snapshot_date"].isoformat())
        if known_versions(tables, row["entity_id"], midnight)["team"] == "red":
            found[row["snapshot_date"].isoformat()] = row[name]
    return found


def test_the_answer_of_the_one_who_left_cannot_be_had_by_subtraction(tmp_path):
    stayed = [(day("2023-09-10T10:00"), 10)] * 5
    tables = one_team_of([(day("2023-07-15T10:00"), 0), *stayed])
    frame = build(load_staff(tmp_path, tables))
    for days in (90, 180):
        means = shown_to_red(frame, tables, f"x_pulse.mood.mean_{days}d").values()
        counts = shown_to_red(frame, tables, f"x_pulse.count_{days}d").values()
        assert {mean and round(mean, 9) for mean in means} == {None, round(50 / 6, 9)}
        assert set(counts) == {None, 6}


def test_a_fresh_wave_is_shown_as_it_is(tmp_path):
    tables = one_team_of(
        [(day("2023-07-15T10:00"), mood) for mood in (0, 4, 4, 4, 4, 4)]
        + [(day("2023-11-15T10:00"), 4) for _ in range(5)]
    )
    means = shown_to_red(build(load_staff(tmp_path, tables)), tables, "x_pulse.mood.mean_90d")
    assert means["2023-08-01"] == means["2023-10-01"] == pytest.approx(20 / 6)
    assert (means["2023-11-01"], means["2023-12-01"]) == (None, 4)


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


@pytest.mark.parametrize("smallest", [9, 26, 60])
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
