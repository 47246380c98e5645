from dataclasses import replace

import numpy as np
import pytest

from features.errors import ContractError, TooFewEventsError
from features.frame import build
from tests.training.examples import LINEAR, SEED, write_members
from training.bundle import save
from training.drivers import rows_from_json
from training.learning import _grade, _refuse_late_texts, learn
from training.levers import Lever, levers_from_json
from training.rows import feature_columns

NOISE = {
    "newsletter_opens": "newsletter_opens",
    "weekend_visits": "weekend_visits",
    "survey_layout": "survey_layout",
    "session_minutes": "session_length",
    "payment_time": "payment_time",
}


@pytest.fixture(scope="module")
def shares(company):
    return {driver.name: driver.share.value for driver in company.learned.explanation.drivers}


def averages(example):
    """Return the mean forecast of the newest rows per horizon."""
    learned = example.learned
    columns = feature_columns(example.frame.latest, learned.rows.catalogue)
    return learned.fitted.model.probabilities(learned.fitted.encoder.encode(columns).matrix).mean(axis=0)


class TestFacts:
    def test_they_come_from_the_frame(self, company):
        facts, frame = company.bundle.facts, company.frame.facts
        assert (facts["rows"], facts["entities"], facts["events"]) == (
            frame.row_count,
            frame.entity_count,
            frame.event_count,
        )
        assert facts["data_from"] == "2024-07-01"
        assert facts["as_of"] == "2025-12-01"
        assert facts["observed_until"] == "2026-01-01"
        assert facts["gap_days"] == 7
        assert facts["findings"] == [dict(finding) for finding in frame.findings]

    def test_they_say_how_the_fit_came_about(self, company):
        fit = company.bundle.facts["fit"]
        assert [member["name"] for member in fit["members"]] == ["linear", "smooth"]
        assert fit["n_rows"] == company.frame.facts.row_count
        assert fit["log_loss"] < fit["prior_log_loss"]
        assert (fit["seed"], company.bundle.facts["seed"]) == (SEED, SEED)
        assert not fit["is_pooled"]

    def test_the_cut_of_risk_bands_is_the_mean_forecast_of_the_newest_rows(self, company, members):
        assert company.bundle.facts["primary_horizon_index"] == 1
        assert company.bundle.facts["average_risk"] == pytest.approx(averages(company)[1], rel=1e-12)
        assert members.bundle.facts["average_risk"] == pytest.approx(averages(members)[0], rel=1e-12)

    def test_flat_tables_have_no_dates(self, members):
        facts = members.bundle.facts
        dates = {facts[name] for name in ("as_of", "data_from", "observed_until", "gap_days")}
        assert dates == {None}
        assert (facts["rows"], facts["events"]) == (700, members.frame.facts.event_count)


class TestDrivers:
    def test_planted_levers_outrank_every_noise(self, company, shares):
        planted = {driver.name for driver in company.truth.named("noise")} - {"exports"}
        assert planted == set(NOISE)
        weakest = min(shares[lever.name] for lever in company.truth.named("lever"))
        assert weakest > 2 * max(shares[name] for name in NOISE.values())

    def test_the_decoy_is_no_match_for_a_lever(self, company, shares):
        (decoy,) = company.truth.named("decoy")
        assert shares[decoy.name] < min(shares[lever.name] for lever in company.truth.named("lever"))

    def test_every_driver_is_ranked_once_and_shares_are_a_whole(self, company, shares):
        assert set(shares) == set(company.usecase.drivers)
        assert sum(shares.values()) == pytest.approx(1)
        ordered = [driver.share.value for driver in company.learned.explanation.drivers]
        assert ordered == sorted(ordered, reverse=True)

    def test_only_a_lever_can_be_more_than_an_association(self, company):
        for driver in company.learned.explanation.drivers:
            assert driver.role == "lever" or driver.evidence_grade == "C"

    def test_ranges_hold_the_chance_in_what_was_learnt(self, company):
        for driver in company.learned.explanation.drivers:
            assert driver.interval_method == "half-sample refits and entity bootstrap"
            assert driver.share.low <= driver.share.value <= driver.share.high
            assert driver.share.low < driver.share.high

    def test_what_the_bundle_holds_is_what_was_ranked(self, company):
        assert rows_from_json(company.bundle.drivers) == company.learned.explanation.drivers

    def test_flat_truth_is_found_too(self, members):
        found = {driver.name: driver for driver in members.learned.explanation.drivers}
        assert next(iter(found)) == "price"
        assert found["noise"].share.value < min(
            found[name].share.value for name in ("price", "visits", "plan")
        )
        assert (found["price"].direction, found["visits"].direction) == ("higher", "lower")


def test_the_evaluation_of_the_bundle_is_the_assessment(company, members):
    for example in (company, members):
        evaluation = example.learned.parts.evaluation
        assert evaluation.items() >= example.learned.assessment.to_json().items()
    assert set(company.bundle.evaluation) >= {"all_rows", "new_entities", "fairness", "proxies"}
    assert members.bundle.evaluation["new_entities"] is None


def test_levers_are_stored_with_the_evaluation(company, members):
    levers = levers_from_json(company.bundle.evaluation["levers"])
    assert {lever.name for lever in levers} == {"resolution_time", "late_deliveries", "billing_disputes"}
    grades = {lever.name: lever.grade for lever in levers}
    ranked = rows_from_json(company.bundle.drivers)
    assert {row.name: row.evidence_grade for row in ranked if row.role == "lever"} == grades
    assert members.bundle.evaluation["levers"] == []


def test_levers_lend_their_grade_to_the_ranking(company):
    drivers = company.learned.explanation.drivers
    lever = Lever(
        "late_deliveries", {"en": "", "de": ""}, "o_deliveries.is_late.mean_90d", None, "B", "unclear"
    )
    graded = {row.name: row.evidence_grade for row in _grade(drivers, (lever,))}
    assert graded.pop("late_deliveries") == "B"
    assert set(graded.values()) == {"C"}
    assert len(graded) == len(drivers) - 1


def test_equal_seeds_give_equal_bundles_and_another_seed_another_one(members, tmp_path):
    again = learn(members.frame, members.usecase, seed=SEED, recipe=LINEAR)
    assert save(again.parts, tmp_path / "again") == members.bundle.manifest
    other = learn(members.frame, members.usecase, seed=SEED + 1, recipe=LINEAR)
    assert other.parts.canary.rows != members.bundle.canary.rows


def test_progress_is_told_step_by_step(members):
    lines: list[str] = []
    learn(members.frame, members.usecase, seed=SEED, recipe=LINEAR, report=lines.append)
    assert lines == [
        *(f"fitting on all but fold {fold} of 5 to forecast it" for fold in range(1, 6)),
        "fitting on all 700 rows",
        "explaining what goes with the outcome",
        "comparing levers on equal terms",
        "comparing what people said with what happened, and half of the entities with all",
    ]


@pytest.mark.parametrize("n_rows", [20, 60])
def test_too_few_events_end_in_one_line(tmp_path, n_rows):
    usecase = write_members(tmp_path, n_rows=n_rows)
    with pytest.raises(TooFewEventsError) as caught:
        learn(build(usecase), usecase, recipe=LINEAR)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_labels_of_chance_are_found_not_usable(members):
    """Shuffle who left: the figures may not pretend that there is anything to see."""
    column = members.frame.table.column("target").to_numpy()
    shuffled = np.random.default_rng(4).permutation(column)
    place = members.frame.table.schema.get_field_index("target")
    table = members.frame.table.set_column(place, "target", [shuffled])
    learned = learn(replace(members.frame, table=table), members.usecase, seed=SEED, recipe=LINEAR)
    (evaluation,) = learned.assessment.all_rows.by_horizon.values()
    assert not evaluation.is_usable
    assert evaluation.auc.low < 0.55
    assert not evaluation.beats_baselines


def told(frame, until):
    """Return the frame as if a text model had learnt until a day."""
    text = {"version": "0123456789ab", "fitted_until": until, "key": "text"}
    return replace(frame, facts=replace(frame.facts, texts={"surveys": text}))


class TestTextModels:
    def test_one_that_learnt_after_the_first_judged_snapshot_is_refused(self, company):
        frame = told(company.frame, "2025-07-02")
        with pytest.raises(ContractError, match=r"sources\.surveys\.text\.fit_until.*2025-07-02.*2025-07-01"):
            learn(frame, company.bundle.usecase, recipe=LINEAR, seed=SEED)

    def test_one_that_learnt_before_it_passes(self, company):
        frame = told(company.frame, "2025-07-01")
        rows = company.learned.rows
        assert _refuse_late_texts(frame, rows, company.bundle.usecase) is None

    def test_a_flat_table_judges_no_snapshots(self, members):
        frame = told(members.frame, "2099-01-01")
        assert _refuse_late_texts(frame, members.learned.rows, members.bundle.usecase) is None
