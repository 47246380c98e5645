from datetime import date, timedelta

import numpy as np
import pytest

from features.errors import ContractError, SpecError, TooFewEventsError
from features.frame import Frame, build, erase
from features.labels import group_nps
from tests.features.event_tables import day
from tests.features.frame.staff import NEXT, SILENCE, SPEC, load_staff, make_staff

UNTIL = day("2024-07-01")
OVER = day("2024-04-01")


@pytest.fixture(scope="module")
def causes(tmp_path_factory):
    return build(load_staff(tmp_path_factory.mktemp("causes"))), make_staff()


@pytest.fixture(scope="module")
def silence(tmp_path_factory):
    folder = tmp_path_factory.mktemp("silence")
    return build(load_staff(folder, target=SILENCE)), make_staff()


@pytest.fixture(scope="module")
def ratings(tmp_path_factory):
    return build(load_staff(tmp_path_factory.mktemp("next"), target=NEXT)), make_staff()


def start_of(row, gap):
    return day(row["snapshot_date"].isoformat()) + timedelta(days=gap)


def first_midnight(moment):
    midnight = moment.replace(hour=0, minute=0, second=0)
    return midnight if midnight == moment else midnight + timedelta(days=1)


def inside(rows, employee, start, days, until):
    end = start + timedelta(days=days)
    return [
        row
        for row in rows
        if row["employee"] == employee and start <= row["at"] < min(end, until) and row["loaded_at"] <= until
    ]


def test_a_row_keeps_which_cause_ended_it(causes):
    frame, tables = causes
    exits = {row["employee"]: row for row in tables["exits"] if row["loaded_at"] <= UNTIL}
    seen = set()
    for row in frame.table.to_pylist():
        start, found = start_of(row, 10), exits.get(row["entity_id"])
        end = UNTIL if found is None else found["left_at"].replace(hour=0)
        seen.add(found["cause"] if found else None)
        assert row["target_event"] == (0 if found is None else 1 if found["cause"] == "resigned" else 2)
        assert row["target_days"] == (end - start).days
        known = None if found is None else (first_midnight(found["loaded_at"]) - start).days
        assert row["target_known_days"] == known
    assert seen == {None, "resigned", "retired", "dismissed"}


def test_who_left_for_any_cause_is_neither_taught_nor_scored_afterwards(causes):
    frame, tables = causes
    left = {row["employee"]: row["left_at"] for row in tables["exits"] if row["loaded_at"] <= UNTIL}
    for row in frame.table.to_pylist():
        assert left.get(row["entity_id"], UNTIL) >= day(row["snapshot_date"].isoformat())
    newest = day("2024-03-01")
    gone = {
        row["employee"] for row in tables["exits"] if row["left_at"] < newest and row["loaded_at"] <= newest
    }
    assert gone
    assert not gone & set(frame.latest.column("entity_id").to_pylist())


def test_facts_count_the_causes(causes):
    frame, tables = causes
    rows = frame.table.to_pylist()
    assert frame.facts.event_count == sum(row["target_event"] == 1 for row in rows)
    for horizon, days in zip(frame.facts.horizons, (60, 120), strict=True):
        inside = [row["target_event"] for row in rows if row["target_event"] and row["target_days"] < days]
        over = sum(row["target_days"] >= days for row in rows)
        assert (horizon.events, horizon.labelled) == (inside.count(1), len(inside) + over)
        assert 2 in inside
    counts = dict(frame.facts.target.causes)
    assert frame.facts.target.kind == "event"
    assert counts == {
        cause: sum(row["cause"] == cause for row in tables["exits"])
        for cause in ("resigned", "retired", "dismissed")
    }
    assert list(counts.values()) == sorted(counts.values(), reverse=True)


def test_erasing_who_left_for_another_cause_keeps_the_counts_right(causes, tmp_path):
    frame, _ = causes
    frame.write(tmp_path / "frame")
    rows = frame.table.to_pylist()
    gone = next(row["entity_id"] for row in rows if row["target_event"] == 2 and row["target_days"] < 60)
    erase(tmp_path / "frame", tmp_path / "none", [gone])
    facts, left = Frame.read(tmp_path / "frame").facts, [row for row in rows if row["entity_id"] != gone]
    assert facts.event_count == frame.facts.event_count == sum(row["target_event"] == 1 for row in left)
    known = sum(row["target_event"] > 0 or row["target_days"] >= 60 for row in left)
    assert (facts.horizons[0].labelled, facts.horizons[0].events) == (known, frame.facts.horizons[0].events)


@pytest.mark.parametrize(("cause", "shown"), [("moved", "'moved' (2 events)"), (None, "no cause (2 events)")])
def test_cause_of_neither_list_is_named_with_its_count(tmp_path, cause, shown):
    tables = make_staff()
    tables["exits"] = [{**row, "cause": cause} for row in tables["exits"][:2]] + tables["exits"][2:]
    with pytest.raises(ContractError) as caught:
        build(load_staff(tmp_path, tables))
    assert str(caught.value) == (
        f"exits.cause: {shown}: neither voluntary nor competing; "
        "add each cause to one of the lists of target.cause"
    )


def test_silence_is_the_label_of_spans_that_are_over(silence):
    frame, tables = silence
    labels = set()
    for row in frame.table.to_pylist():
        start = start_of(row, 5)
        assert start + timedelta(days=60) <= OVER
        events = inside(tables["absences"], row["entity_id"], start, 60, OVER)
        assert row["target"] == (not events)
        labels.add(row["target"])
        known = min((first_midnight(event["loaded_at"]) - start for event in events), default=timedelta(60))
        assert row["target_known_days"] == max(60, known.days)
    assert labels == {0, 1}
    assert str(frame.table.schema.field("target").type) == "int8"


def test_silence_is_scored_for_everyone_of_the_newest_snapshot(silence):
    frame, _ = silence
    facts = frame.facts
    assert set(frame.latest.column("snapshot_date").to_pylist()) == {date(2024, 3, 1)}
    assert facts.latest_count > 20
    assert facts.target.kind == "silence"
    assert facts.dropped_rows["horizon not over at the end of observation"] > 0
    horizon = facts.horizons[0]
    assert (horizon.horizon, horizon.labelled) == ("60d", facts.row_count)
    assert horizon.events == facts.event_count == sum(frame.table.column("target").to_pylist())


def test_end_of_observation_is_by_itself_the_newest_known_time(tmp_path):
    frame = build(load_staff(tmp_path, target={"silence": "absences", "for": "60d"}))
    newest = max(row["loaded_at"] for rows in make_staff().values() for row in rows)
    assert frame.facts.observed_until == first_midnight(newest).date()


def test_next_answer_is_the_first_inside_the_span_and_the_silent_stay(ratings):
    frame, tables = ratings
    silent = 0
    for row in frame.table.to_pylist():
        start = start_of(row, 0)
        answers = inside(tables["checks"], row["entity_id"], start, 45, OVER)
        if not answers:
            silent += 1
            assert (row["target"], row["target_known_days"]) == (None, 45)
            continue
        first = min(answers, key=lambda answer: (answer["at"], answer["loaded_at"]))
        assert row["target"] == first["rating"]
        assert row["target_known_days"] == (first_midnight(first["loaded_at"]) - start).days
    facts = frame.facts
    assert (facts.target.silent, facts.target.answered) == (silent, facts.row_count - silent)
    assert silent > 0 < facts.target.answered == facts.event_count
    assert (facts.target.kind, facts.target.scale) == ("ordinal", (1, 5))
    assert facts.target.levels == tuple(sorted(set(frame.table.column("target").drop_null().to_pylist())))


def test_silent_people_are_scored_too(ratings):
    frame, tables = ratings
    answered = {row["employee"] for row in tables["checks"]}
    never = set(frame.latest.column("entity_id").to_pylist()) - answered
    assert never


@pytest.mark.parametrize(
    ("column", "kind", "levels"),
    [("enps", "nps_group", (0.0, 1.0, 2.0)), ("enps", "numeric", ()), ("rating", "numeric", ())],
)
def test_answers_are_amounts_or_groups_as_asked(tmp_path, column, kind, levels):
    frame = build(load_staff(tmp_path, target={**NEXT, "next": f"checks.{column}", "kind": kind}))
    answers, seen = make_staff()["checks"], set()
    for row in frame.table.to_pylist():
        given = inside(answers, row["entity_id"], start_of(row, 0), 45, OVER)
        value = min(given, key=lambda answer: (answer["at"], answer["loaded_at"]))[column] if given else None
        grouped = value is not None and kind == "nps_group"
        assert row["target"] == (float(group_nps(np.array([value]))[0]) if grouped else value)
        seen.add(row["target"])
    assert seen >= {None, *levels}
    assert frame.facts.target.levels == levels
    assert frame.facts.target.kind == kind


@pytest.mark.parametrize("target", ["causes", "silence", "ratings"])
def test_frame_of_any_target_is_read_as_written(tmp_path, target, request):
    frame, _ = request.getfixturevalue(target)
    frame.write(tmp_path / "frame")
    found = Frame.read(tmp_path / "frame")
    assert found.facts == frame.facts
    assert found.table.equals(frame.table)
    assert found.protected.equals(frame.protected)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            {"target": {**NEXT, "observed_until": "2023-07-15"}},
            "staff: target.next: none of the 197 answers in 'checks' lies in the 45d after a snapshot",
        ),
        (
            {"target": {**SILENCE, "observed_until": "2023-07-15"}},
            "staff: target.silence: no row has 60d without an event in 'absences'",
        ),
        (
            {"target": {**SILENCE, "for": "1d", "gap": "900d", "observed_until": "2030-01-01"}},
            "staff: target.silence: every row has 1d without an event in 'absences'",
        ),
        (
            {"target": {**SPEC["target"], "gap": "600d"}},
            "staff: target.event: none of the 31 events in 'exits' follows a snapshot of the cohort",
        ),
    ],
    ids=["next", "silence-nothing-over", "silence-always", "event"],
)
def test_nothing_to_learn_is_said_in_the_words_of_the_target(tmp_path, change, line):
    with pytest.raises(TooFewEventsError) as caught:
        build(load_staff(tmp_path, **change))
    assert str(caught.value).startswith(line)
    assert "needs at least 30" in str(caught.value)


def test_active_cohort_needs_no_contract(tmp_path):
    changes = {
        "cohort": {"active": "absences", "within": "120d"},
        "sources": {name: SPEC["sources"][name] for name in ("absences", "checks")},
        "features": {"absences": SPEC["features"]["absences"]},
        "units": None,
        "cuts": None,
        "privacy": {},
    }
    frame, tables = build(load_staff(tmp_path, target=SILENCE, **changes)), make_staff()
    expected = set()
    for snapshot in frame.facts.snapshot_dates:
        midnight = day(snapshot.isoformat())
        if midnight + timedelta(days=65) > OVER:
            continue
        for row in tables["absences"]:
            is_recent = midnight - timedelta(days=120) <= row["at"] < midnight
            if is_recent and row["loaded_at"] <= midnight:
                expected.add((snapshot, row["employee"]))
    found = {(row["snapshot_date"], row["entity_id"]) for row in frame.table.to_pylist()}
    assert found == expected
    assert frame.table.column("o_absences.count_90d").null_count == 0


def test_cohort_of_nobody_names_the_source(tmp_path):
    grid = {"every": "month", "from": "2020-01-01", "to": "2020-03-01"}
    changes = {"cohort": {"active": "absences", "within": "30d"}, "snapshots": grid}
    with pytest.raises(ContractError, match="nobody had an event in 'absences' in the 30 days before any"):
        build(load_staff(tmp_path, target=SILENCE, **changes))


def test_cuts_and_protected_attributes_stand_beside_the_features(causes):
    frame, tables = causes
    people = {row["employee"]: row for row in tables["employees"]}
    assert frame.facts.cuts == ("cut_site", "cut_grade")
    assert frame.facts.protected == ("gender", "born")
    names = frame.facts.catalogue.names
    assert not {"o_employees.site", "o_employees.gender", "o_employees.born"} & set(names)
    for table in (frame.table, frame.latest):
        assert not {"gender", "born", "cut_gender"} & set(table.column_names)
        for row in table.to_pylist():
            person = people[row["entity_id"]]
            assert (row["cut_site"], row["cut_grade"]) == (person["site"], str(person["grade"]))
    rows = list(zip(frame.table.to_pylist(), frame.protected.to_pylist(), strict=True))
    for row, protected in rows:
        assert protected["entity_id"] == row["entity_id"]
        assert protected["snapshot_date"] == row["snapshot_date"]
        assert protected["gender"] == people[row["entity_id"]]["gender"]
        born = people[row["entity_id"]]["born"]
        assert protected["born"] == (day(row["snapshot_date"].isoformat()) - born).days


def test_protected_attribute_may_not_become_a_feature(tmp_path):
    features = {**SPEC["features"], "employees": {"last": ["gender"]}}
    with pytest.raises(SpecError, match=r"'gender' stands under privacy\.protected"):
        build(load_staff(tmp_path, features=features))


def test_protected_attribute_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ContractError, match=r"employees\.gendre: the column is not there; .*'gender'"):
        build(load_staff(tmp_path, privacy={"subject": "employee", "protected": ["gendre"]}))
