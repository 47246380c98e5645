import json
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.serving.health_samples import make_health
from tests.training.examples import believed
from training.drivers import rows_from_json
from training.reports import build_report, render_html
from training.runs.report import (
    Beside,
    find_drift,
    gather,
    missing_events,
    primary_evaluation,
    write,
    write_card_alone,
)

TODAY = date(2026, 1, 15)
TRAINED_ON = date(2026, 1, 3)


@pytest.fixture(scope="module")
def inputs(company):
    return gather(
        believed(company.bundle), company.frame, made_on=TODAY, beside=Beside(trained_on=TRAINED_ON)
    )


def led_by(bundle, place):
    """Return a bundle with another primary horizon."""
    return replace(bundle, facts={**bundle.facts, "primary_horizon_index": place})


class TestNumbers:
    def test_forecasts_are_those_of_the_newest_rows(self, inputs, company, company_scorer):
        latest = company.frame.latest
        assert list(inputs.scored.entity_ids) == latest.column("entity_id").to_pylist()
        names = list(company.bundle.catalogue.names)
        scores = company_scorer.score(latest.select(names).slice(0, 20).to_pylist())
        assert inputs.scored.probabilities[:20].tolist() == [score.probabilities["90d"] for score in scores]
        assert inputs.scored.revenue.tolist() == latest.column("value_revenue").to_pylist()

    def test_dates_and_horizon_are_those_of_the_frame(self, inputs, company):
        facts = company.frame.facts
        assert inputs.snapshot_date == max(facts.snapshot_dates)
        assert (inputs.model.data_from, inputs.model.data_to) == (
            min(facts.snapshot_dates),
            max(facts.snapshot_dates),
        )
        assert (inputs.made_on, inputs.model.trained_on, inputs.horizon_days) == (TODAY, TRAINED_ON, 90)

    def test_the_day_of_training_is_said_where_it_is_known_and_drift_was_not_checked(self, inputs, company):
        report = build_report(inputs)
        assert report.to_json()["trust"]["trained_on"] == "2026-01-03"
        assert report.to_json()["trust"]["drift"] == "not checked"
        assert "trained on 3 January 2026" in render_html(report, "en")
        assert "trainiert am 3. Januar 2026" in render_html(report, "de")
        for language, words in (("en", "those it learned from was not checked."), ("de", "nicht geprüft.")):
            assert words in render_html(report, language)
        unknown = build_report(gather(company.bundle, company.frame, made_on=TODAY))
        assert unknown.to_json()["trust"]["trained_on"] is None
        assert "trained on" not in render_html(unknown, "en")

    def test_drivers_and_figures_are_those_of_the_bundle(self, inputs, company):
        assert inputs.drivers == rows_from_json(company.bundle.drivers)
        assert inputs.evaluation == company.learned.assessment.all_rows.by_horizon["90d"]
        assert (inputs.model.name, inputs.model.version) == ("churn", company.bundle.model_version)

    def test_answering_is_counted_among_those_who_are_scored(self, inputs, company):
        newest = set(company.frame.latest.column("entity_id").to_pylist())
        answered = set(company.frame.answers.column("entity_id").to_pylist())
        assert inputs.model.asked == company.frame.facts.latest_count
        assert inputs.model.answered == len(newest & answered) < len(newest)

    def test_without_a_survey_nothing_is_said_of_answering(self, company):
        nothing = company.frame.waves.slice(0, 0)
        silent = replace(company.frame, answers=company.frame.answers.slice(0, 0), waves=nothing)
        found = gather(company.bundle, silent, made_on=TODAY)
        assert (found.model.asked, found.model.answered, found.experience) == (None, None, ())

    def test_nobody_knows_who_answered_where_answers_are_anonymous(self, company):
        answers = company.frame.answers
        nameless = pa.nulls(len(answers), pa.string())
        place = answers.schema.get_field_index("entity_id")
        anonymous = replace(company.frame, answers=answers.set_column(place, "entity_id", nameless))
        found = gather(company.bundle, anonymous, made_on=TODAY)
        assert (found.model.asked, found.model.answered) == (None, None)
        assert found.experience


class TestCalls:
    def test_nobody_is_to_be_called_by_a_model_that_is_not_usable(self, company):
        scored = gather(company.bundle, company.frame, made_on=TODAY).scored
        assert (scored.reasons, scored.described) == ({}, {})

    def test_those_with_most_to_lose_come_with_reasons_in_both_languages(self, inputs, company):
        loss = inputs.scored.probabilities * np.nan_to_num(inputs.scored.revenue)
        first = [inputs.scored.entity_ids[row] for row in np.argsort(-loss, kind="stable")[:8]]
        assert list(inputs.scored.reasons) == list(inputs.scored.described) == first
        for reasons in inputs.scored.reasons.values():
            assert len(reasons) == 2
            assert all(set(reason) == {"en", "de"} for reason in reasons)
        told = [reason for reasons in inputs.scored.reasons.values() for reason in reasons]
        assert any(reason["en"] != reason["de"] for reason in told)

    def test_reasons_are_those_of_a_single_score(self, inputs, company, company_scorer):
        names = list(company.bundle.catalogue.names)
        for entity, reasons in list(inputs.scored.reasons.items())[:3]:
            row = company.frame.latest.filter(pc.equal(company.frame.latest.column("entity_id"), entity))
            (score,) = company_scorer.score(row.select(names).to_pylist(), reasons=2)
            assert [reason["en"] for reason in reasons] == [reason.words for reason in score.reasons]

    def test_people_are_described_by_context_alone(self, inputs, company):
        context = [
            feature.name
            for feature in company.bundle.catalogue
            if feature.role == "context" and feature.kind == "category"
        ][:2]
        ids = company.frame.latest.column("entity_id").to_pylist()
        for entity, described in inputs.scored.described.items():
            cells = [company.frame.latest.column(name)[ids.index(entity)].as_py() for name in context]
            assert described["en"] == described["de"] == ", ".join(filter(None, cells))

    def test_flat_tables_call_nobody(self, members):
        cohort = gather(members.bundle, members.frame, made_on=TODAY).scored
        assert (cohort.reasons, cohort.described, cohort.revenue) == ({}, {}, None)
        assert len(cohort.probabilities) == 700


class TestEvaluation:
    def test_the_primary_horizon_is_taken(self, company):
        judged = company.learned.assessment.all_rows.by_horizon
        assert primary_evaluation(led_by(company.bundle, 0)) == judged["30d"]

    def test_the_first_judged_one_stands_in(self, company):
        judged = company.learned.assessment.all_rows.by_horizon
        assert primary_evaluation(led_by(company.bundle, 3)) == judged["30d"]


class TestFiles:
    def test_equal_input_writes_equal_files(self, company, tmp_path):
        one = write(company.bundle, company.frame, tmp_path / "a", made_on=TODAY)
        other = write(company.bundle, company.frame, tmp_path / "b", made_on=TODAY)
        assert set(one) == set(other)
        assert {file.suffix for file in one.values()} == {".html", ".json", ".csv"}
        for name, file in one.items():
            assert file == tmp_path / "a" / name
            assert file.read_bytes() == other[name].read_bytes()

    def test_customers_are_named_only_where_the_forecast_may_be_used(self, company, inputs, tmp_path):
        files = write(company.bundle, company.frame, tmp_path / "a", made_on=TODAY)
        content = next(file for name, file in files.items() if name.endswith(".json")).read_text("utf-8")
        assert company.bundle.model_version in content
        for entity in inputs.scored.reasons:
            assert (entity in content) is inputs.evaluation.is_usable


class TestWaves:
    @pytest.fixture
    def written(self, company, tmp_path):
        """Return the folder of a report, beside an older one."""
        folder = tmp_path / "report"
        (folder / "waves").mkdir(parents=True)
        (folder / "waves" / "2020-01-31.json").write_text("older")
        return folder

    def test_a_report_is_kept_under_the_day_of_its_data_and_older_ones_stay(self, company, written):
        files = write(believed(company.bundle), company.frame, written, made_on=TODAY)
        day = max(company.frame.facts.snapshot_dates)
        assert sorted(path.name for path in (written / "waves").iterdir()) == [
            "2020-01-31.json",
            f"{day}.json",
        ]
        assert (written / "waves" / "2020-01-31.json").read_text() == "older"
        newest, wave = (
            json.loads(path.read_text()) for path in (files["report.json"], written / "waves" / f"{day}.json")
        )
        assert wave == newest | {"calls": None}

    def test_waves_are_no_files_of_the_report_that_a_run_logs(self, company, written):
        files = write(company.bundle, company.frame, written, made_on=TODAY)
        assert all(path.is_file() and path.parent == written for path in files.values())
        assert "report.json" in files

    def test_where_the_report_is_withheld_nothing_new_is_kept_and_nothing_is_lost(self, company, written):
        files = write_card_alone(company.bundle, written, made_on=TODAY)
        assert "report.json" not in files
        assert [path.name for path in (written / "waves").iterdir()] == ["2020-01-31.json"]


def test_missing_events_are_those_up_to_more_than_a_simple_model():
    assert missing_events({"fit": {"is_pooled": True, "n_events": 288}}) == 212
    assert missing_events({"fit": {"is_pooled": False, "n_events": 900}}) is None
    assert missing_events({}) is None


def test_drift_is_that_of_this_model_on_this_day(company):
    newest = max(company.frame.facts.snapshot_dates)
    health = make_health(model_version=company.bundle.model_version, as_of=newest)
    assert find_drift(health, company.bundle, company.frame) == "alerts"
    assert find_drift(replace(health, checks=()), company.bundle, company.frame) == "no alert"
    others = (None, replace(health, as_of=date(2020, 1, 1)), replace(health, model_version="another"))
    assert {find_drift(other, company.bundle, company.frame) for other in others} == {"not checked"}
