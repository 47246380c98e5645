"""The same engine on answers of customers and on people at work: training, report, groups."""

import json
from dataclasses import replace
from datetime import date

import pytest
import yaml

from features.usecase import load
from features.worlds import build_company
from tests.training.examples import LINEAR, N_CUSTOMERS, ROOT, SEED, Example, _train, write_members
from training.batch import score_cuts
from training.disclosure import ReleaseRefusedError
from training.evaluation import CohortValue, RatingEvaluation
from training.models import RatingModel
from training.reports import build_report
from training.runs.releases import Releases, show_cuts
from training.runs.report import Beside, gather, write
from training.runs.train import _write_report
from training.runs.workspace import Workspace
from training.scoring import Scorer, check_canary

MADE_ON = date(2026, 11, 23)


@pytest.fixture(scope="module")
def satisfaction(tmp_path_factory) -> Example:
    folder = tmp_path_factory.mktemp("satisfaction")
    build_company(folder / "company", seed=SEED, n_customers=N_CUSTOMERS)
    usecase = load(ROOT / "mlproject" / "usecases" / "satisfaction.yaml", folder / "company")
    return _train(usecase, folder / "bundle", LINEAR)


@pytest.fixture(scope="module")
def workers(tmp_path_factory) -> Example:
    folder = tmp_path_factory.mktemp("workers")
    write_members(folder)
    spec = yaml.safe_load((folder / "members.yaml").read_text())
    spec |= {"name": "workers", "privacy": {"subject": "employee"}, "cuts": ["region"]}
    (folder / "workers.yaml").write_text(yaml.safe_dump(spec))
    return _train(load(folder / "workers.yaml"), folder / "bundle", LINEAR)


class TestSatisfaction:
    def test_the_bundle_forecasts_answers_inside_the_window(self, satisfaction):
        bundle = satisfaction.bundle
        assert isinstance(bundle.model, RatingModel)
        assert bundle.horizons == ("90d",)
        assert bundle.model.levels.names[-1] == "5"
        assert 1 < bundle.facts["average_value"] < 5
        assert "average_risk" not in bundle.facts
        check_canary(bundle)

    def test_the_forecast_is_better_than_everybody_alike(self, satisfaction):
        found = satisfaction.learned.assessment.all_rows.by_horizon["90d"]
        assert isinstance(found, RatingEvaluation)
        assert found.rank_correlation.low > 0.15
        assert found.baselines["prior"].is_better
        assert found.coverage.value == pytest.approx(0.9, abs=0.05)
        assert found.n_silent > 100

    def test_the_company_value_is_corrected_for_who_stays_silent(self, satisfaction):
        content = satisfaction.bundle.evaluation["population"]
        found = CohortValue.from_json(content)
        assert found.to_json() == content
        assert list(found.values) == ["satisfied", "mean"]
        assert found.answered >= 30
        assert found.answered + found.silent == found.response_rate.n
        for value in found.values.values():
            assert value.worst <= value.low.value <= value.corrected.value <= value.high.value <= value.best

    def test_long_waits_go_with_less_satisfaction(self, satisfaction):
        drivers = {driver.name: driver for driver in satisfaction.learned.explanation.drivers}
        assert drivers["resolution_time"].direction == "lower"

    def test_customers_who_never_answered_are_scored_by_the_same_model(self, satisfaction):
        scorer, latest = Scorer(satisfaction.bundle), satisfaction.frame.latest
        heard = set(satisfaction.frame.answers.column("entity_id").to_pylist())
        names = satisfaction.bundle.catalogue.names
        silent = [row for row in latest.to_pylist() if row["entity_id"] not in heard]
        assert len(silent) > 20
        scores = scorer.score([{name: row[name] for name in names} for row in silent], reasons=2)
        assert len({score.value for score in scores}) > len(scores) / 2
        for score in scores:
            assert score.low <= score.value <= score.high or score.low <= round(score.value) <= score.high
            assert len(score.reasons) == 2

    def test_the_report_counts_everybody_beside_the_answers(self, satisfaction, tmp_path):
        inputs = gather(satisfaction.bundle, satisfaction.frame, made_on=MADE_ON)
        answers = inputs.scored.answers
        assert answers.measure == "satisfied"
        assert answers.values.size == satisfaction.frame.latest.num_rows
        assert answers.given.n >= 30
        assert 0 < answers.silent < answers.values.size
        report = build_report(inputs)
        assert report.header.kind == "satisfaction"
        files = write(satisfaction.bundle, satisfaction.frame, tmp_path, made_on=MADE_ON)
        content = json.loads(files["report.json"].read_text())
        assert content["headline"]["answer"]["silent"] == answers.silent
        assert "satisfied" in files["report_en.html"].read_text()


class TestPeopleAtWork:
    def test_the_report_is_written_and_names_nobody(self, workers, tmp_path):
        files = write(workers.bundle, workers.frame, tmp_path, made_on=MADE_ON)
        content = json.loads(files["report.json"].read_text())
        assert content["header"]["kind"] == "attrition"
        assert content["calls"] is None
        ids = set(workers.frame.latest.column("entity_id").to_pylist())
        for name in ("report_en.html", "report_de.html", "report.csv"):
            text = files[name].read_text()
            assert not [entity for entity in ids if f">{entity}<" in text or f",{entity}," in text]

    def test_what_went_out_stays_the_measure_of_what_goes_out(self, workers, tmp_path):
        releases = Releases.of(workers.bundle.usecase, tmp_path / "releases")
        for folder in ("one", "two"):
            write(
                workers.bundle,
                workers.frame,
                tmp_path / folder,
                made_on=MADE_ON,
                beside=Beside(releases=releases),
            )
        contents = [(tmp_path / folder / "report.json").read_text() for folder in ("one", "two")]
        assert contents[0] == contents[1]
        fewer = replace(workers.frame, latest=workers.frame.latest.slice(1))
        with pytest.raises(ReleaseRefusedError, match="released before with other people"):
            write(
                workers.bundle, fewer, tmp_path / "three", made_on=MADE_ON, beside=Beside(releases=releases)
            )
        assert not (tmp_path / "three").exists()

    def test_a_training_whose_report_may_not_go_out_still_has_its_card(self, workers, tmp_path):
        workspace, lines = Workspace(tmp_path), []
        usecase = workers.bundle.usecase
        releases = Releases.of(usecase, workspace.releases(usecase.name))
        told = (MADE_ON, Beside(releases=releases), lines.append)
        files = _write_report(workspace, workers.bundle, workers.frame, *told)
        assert "report.json" in files
        assert workspace.releases(workers.bundle.usecase.name).is_dir()
        fewer = replace(workers.frame, latest=workers.frame.latest.slice(1))
        files = _write_report(workspace, workers.bundle, fewer, *told)
        assert "report.json" not in files
        assert any(name.startswith("model-card") for name in files)
        assert "the report is withheld, the model is not" in lines[-1]

    def test_groups_add_up_to_the_whole(self, workers):
        latest = workers.frame.latest
        cuts = show_cuts(latest, workers.bundle.usecase, Releases())
        scores = score_cuts(Scorer(workers.bundle), latest, cuts, as_of=None).to_pylist()
        assert [score["group"] for score in scores] == ["north", "south", "west"]
        assert sum(score["people"] for score in scores) == workers.frame.latest.num_rows
        mean = sum(score["people"] * score["probability_outcome"] for score in scores)
        assert mean / workers.frame.latest.num_rows == pytest.approx(workers.bundle.facts["average_risk"])
