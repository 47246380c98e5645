"""The verb actions, and what a read-out changes in levers and priorities."""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from features.errors import ContractError, InputError
from tests.training.examples import believed
from training.__main__ import main
from training.actions import Comparison, Ledger, ReadOut
from training.levers import levers_from_json
from training.runs import report as report_run
from training.runs.acting import Wish, describe, prepare, read, start
from training.runs.taking_part import Cohort, see
from training.runs.tested_levers import list_tests, with_tests
from training.statistics import Estimate

TODAY = date(2025, 12, 1)
WISH = Wish(
    label="Fast lane in support",
    owner="Service team",
    lever="resolution_time",
    who="misses-goal",
    effect=2.0,
    per_person_eur="40",
)


@pytest.fixture(scope="module")
def bundle(company):
    return believed(company.bundle)


@pytest.fixture
def cohort(company, bundle):
    return Cohort.of(bundle, company.frame, "90d")


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "out" / "actions" / "churn")


@pytest.fixture
def entry(cohort, ledger):
    return start(cohort, ledger, WISH, decided_on=TODAY)[0]


def earlier(frame, day):
    """Return a frame whose newest rows are those of an earlier snapshot."""
    table = frame.table
    is_then = np.array([one == day for one in table.column("snapshot_date").to_pylist()])
    dates = tuple(one for one in frame.facts.snapshot_dates if one <= day)
    latest = table.filter(pa.array(is_then)).select(frame.latest.column_names)
    return replace(frame, latest=latest, facts=replace(frame.facts, snapshot_dates=dates))


def test_those_who_miss_the_goal_take_part(company, cohort, ledger):
    people, plan, _ = prepare(cohort, ledger, WISH)
    assert 0 < len(people) < company.frame.latest.num_rows
    assert (people.shortfall > 0).all()
    assert plan.available == len(people)
    assert plan.effect == -0.02
    assert plan.level == pytest.approx(people.forecast.mean())


def test_a_group_or_the_riskiest_take_part(company, cohort, ledger):
    everybody, _, _ = prepare(cohort, ledger, replace(WISH, who="everybody"))
    north, _, _ = prepare(cohort, ledger, replace(WISH, who="everybody", group="customers.region=North"))
    riskiest, _, _ = prepare(cohort, ledger, replace(WISH, who="riskiest", share=0.1))
    assert len(everybody) == company.frame.latest.num_rows
    assert 0 < len(north) < len(everybody)
    assert len(riskiest) == round(0.1 * len(everybody))
    assert riskiest.forecast.min() >= np.sort(everybody.forecast)[-len(riskiest)]


def test_nobody_is_in_two_running_actions(cohort, ledger, entry):
    again, _, _ = prepare(cohort, ledger, replace(WISH, who="everybody"))
    busy = set(ledger.people(entry)[cohort.snapshot_date].column("entity_id").to_pylist())
    assert busy
    assert not busy & set(again.entity_ids)


def test_whoever_objected_to_being_scored_is_in_no_action(cohort, ledger):
    everybody, _, _ = prepare(cohort, ledger, replace(WISH, who="everybody"))
    gone = frozenset(everybody.entity_ids[:3])
    left, _, _ = prepare(replace(cohort, objected=gone), ledger, replace(WISH, who="everybody"))
    assert set(everybody.entity_ids) - set(left.entity_ids) == gone


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"lever": "tone"}, "'tone' is no lever of the use case"),
        ({"lever": "", "who": "misses-goal"}, "who misses a goal needs a lever"),
        ({"group": "region=Moon"}, "nobody is in 'Moon'"),
        ({"group": "mood=good"}, "'mood' is no declared cut"),
        ({"effect": 0.0}, "expect a change"),
        ({"hold_out": "0"}, "with nobody held back nobody will know"),
        ({"hold_out": "many"}, "'many' is no number"),
        ({"hold_out": "1"}, "'1' is out of range"),
        ({"label": " "}, "--label.*is empty"),
        ({"owner": ""}, "--owner.*is empty"),
        ({"starts_on": "soon"}, "'soon' is no day"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(cohort, ledger, changed, words):
    with pytest.raises(InputError, match=words):
        start(cohort, ledger, replace(WISH, **changed), decided_on=TODAY)
    assert ledger.entries() == ()


def test_a_horizon_that_the_model_does_not_know_is_refused(company, bundle):
    with pytest.raises(InputError, match=r"knows no '45d'.*90d"):
        Cohort.of(bundle, company.frame, "45d")


def test_a_flat_table_has_nobody_to_follow(members):
    with pytest.raises(InputError, match="nobody can be followed"):
        Cohort.of(members.bundle, members.frame, "outcome")


def test_people_at_work_are_not_chosen_by_their_forecasts(company, bundle, ledger):
    at_work = replace(
        bundle,
        usecase=bundle.usecase.model_copy(
            update={"privacy": bundle.usecase.privacy.model_copy(update={"subject": "employee"})}
        ),
    )
    cohort = Cohort.of(at_work, company.frame, "90d")
    with pytest.raises(InputError, match="are not chosen by their forecasts"):
        prepare(cohort, ledger, replace(WISH, who="riskiest"))
    people, _, _ = prepare(cohort, ledger, WISH)
    assert (people.forecast, people.revenue) == (None, None)
    assert len(set(people.stratum)) > 1


def test_who_holds_nobody_back_says_why_and_is_told_nothing(cohort, ledger, company):
    wish = replace(WISH, hold_out="0", no_hold_out_because="all were promised it")
    entry = start(cohort, ledger, wish, decided_on=TODAY)[0]
    assert (entry.held_back, entry.action.plan.smallest_effect) == (0, None)
    found = read(entry, ledger, company.frame, company.usecase)
    assert found.newest.verdict == "no hold-out"


def test_an_action_is_read_out_when_its_time_is_over(company, bundle, ledger):
    day = date(2025, 6, 1)
    frame = earlier(company.frame, day)
    wish = replace(WISH, who="everybody", starts_on="2025-06-20")
    entry = start(Cohort.of(bundle, frame, "90d"), ledger, wish, decided_on=day)[0]
    seen = see(entry, company.frame, company.usecase)[day]
    assert seen.over_on == date(2025, 6, 20) + timedelta(days=90)
    rows = company.frame.table.filter(
        pa.array([one == day for one in company.frame.table.column("snapshot_date").to_pylist()])
    ).to_pylist()
    for row in rows:
        happened = row["target_event"] == 1
        days = row["target_days"] - 12  # eight of the 20 days are the gap
        expected = None if happened and days < 0 else float(happened and days < 90)
        assert seen.outcome.get(row["entity_id"]) == expected, row
    found = read(entry, ledger, company.frame, company.usecase)
    assert found.newest.verdict in {"too few", "no effect seen", "better", "worse"}
    assert found.newest.treated + found.newest.held_back + found.newest.lost == len(rows)
    assert "treated" in "\n".join(describe(found))


def test_before_that_it_says_when(company, ledger, entry):
    found = read(entry, ledger, company.frame, company.usecase)
    assert found.newest.verdict == "too early"
    assert found.newest.open_until == date(2025, 12, 1) + timedelta(days=97)
    assert "Nothing can be told before 8 March 2026" in "\n".join(describe(found))


def test_a_table_without_the_day_of_the_lots_is_refused(company, bundle, ledger):
    day = date(2025, 6, 1)
    entry = start(Cohort.of(bundle, earlier(company.frame, day), "90d"), ledger, WISH, decided_on=day)[0]
    without = company.frame.table.filter(
        pa.array([one != day for one in company.frame.table.column("snapshot_date").to_pylist()])
    )
    with pytest.raises(ContractError, match="has no rows of 2025-06-01"):
        see(entry, replace(company.frame, table=without), company.usecase)


def _told(entry, difference, verdict):
    """Return the entry with a read-out of a difference in the tenth of the risk."""
    arm = Estimate(0.1, 0.08, 0.12, 500)
    comparison = Comparison(arm, arm, Estimate.around(difference, difference - 0.01, difference + 0.01, 1000))
    newest = ReadOut(entry.id, date(2026, 5, 1), 500, 500, None, 0, verdict, comparison)
    return replace(entry, read_outs=(newest,))


def test_an_effect_raises_the_grade_of_its_lever_and_changes_priorities(company, bundle, entry):
    made_on = date(2026, 5, 2)
    before = report_run.gather(bundle, company.frame, made_on=made_on)
    tested = with_tests(bundle, company.frame, [_told(entry, -0.05, "better")])
    after = report_run.gather(tested, company.frame, made_on=made_on)
    assert [one.name for one in before.priorities.levers] != ["resolution_time"]
    first = after.priorities.levers[0]
    assert (first.name, first.evidence_grade) == ("resolution_time", "A")
    way = entry.mean_shortfall
    assert first.effect.value == pytest.approx(0.05 / way)
    grades = {driver.name: driver.evidence_grade for driver in after.drivers}
    assert grades["resolution_time"] == "A"
    assert tested.model_version == bundle.model_version


def test_a_null_action_changes_nothing(company, bundle, entry):
    null = with_tests(bundle, company.frame, [_told(entry, 0.001, "no effect seen")])
    assert null.evaluation["levers"] == bundle.evaluation["levers"]
    assert with_tests(bundle, company.frame, [entry]) is bundle


def test_effects_at_other_horizons_say_nothing_of_this_one(entry):
    told = _told(entry, -0.05, "better")
    other = replace(told, action=replace(told.action, horizon="180d"))
    assert list_tests([told], "90d").keys() == {"resolution_time"}
    assert list_tests([other], "90d") == {}


def test_levers_of_the_tested_bundle_can_be_read(company, bundle, entry):
    tested = with_tests(bundle, company.frame, [_told(entry, -0.05, "better")])
    assert {lever.name: lever.grade for lever in levers_from_json(tested.evaluation["levers"])}[
        "resolution_time"
    ] == "A"


def test_the_command_line_lists_shows_notes_and_stops(company, cohort, tmp_path, capsys):
    file = tmp_path / "churn.yaml"
    file.write_text(json.dumps(company.usecase.to_json()), encoding="utf-8")
    out = str(tmp_path / "out")
    ledger = Ledger(tmp_path / "out" / "actions" / "churn")

    def ask(*words):
        code = main(["actions", *words, "--usecase", str(file), "--out", out])
        return code, capsys.readouterr()

    assert "no action of churn yet" in ask("list")[1].out
    entry = start(cohort, ledger, WISH, decided_on=TODAY)[0]
    assert "Fast lane in support (running)" in ask("list")[1].out
    assert "not read out yet" in ask("show", "--id", entry.id[:5])[1].out
    assert ask("note", "--id", entry.id, "--text", "a desk more", "--eur", "300")[0] == 0
    assert ask("note", "--id", entry.id)[0] == 2
    assert "(stopped)" in ask("stop", "--id", entry.id, "--text", "enough")[1].out
    code, written = ask("extend", "--id", entry.id)
    assert code == 2
    assert "was stopped" in written.err
    found = json.loads(ask("list", "--json")[1].out)["actions"][0]
    assert found["cost_eur"] == 40.0 * entry.treated + 300
    assert [note["kind"] for note in found["notes"]] == ["cost", "stopped"]
