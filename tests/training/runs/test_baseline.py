"""The verb baseline on the example company, and the results that refer to what it froze."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow.compute as pc
import pytest

from tests.empty_registry import lay_registry
from tests.training.examples import ROOT, believed, write_members
from tests.training.runs.registering import forgetting, register_bundles
from training.__main__ import main
from training.bundle import save
from training.frozen import Window, detectable_change, freeze, read_baseline
from training.runs.freezing import measure
from training.runs.report import Beside, write
from training.runs.waves import list_series
from training.statistics import mean

CHURN = ROOT / "mlproject" / "usecases" / "churn.yaml"


@pytest.fixture(autouse=True)
def no_other_registry():
    """Forget the registry of an earlier test: MLflow writes it into the environment."""
    with forgetting():
        yield


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return lay_registry(tmp_path_factory, tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def members_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("members") / "data"
    write_members(folder)
    return folder / "members.yaml"


@pytest.fixture
def ask(capsys, out):
    """Return what runs a verb and gives its answer, or its refusal."""

    def run(*words, code=0, place=out):
        capsys.readouterr()
        assert main([*map(str, words), "--out", str(place), "--json"]) == code
        shown = capsys.readouterr()
        return json.loads(shown.out) if code == 0 else shown.err.splitlines()[-1]

    return run


@pytest.fixture(scope="module")
def measured(company):
    return measure(company.usecase, company.frame, (3, company.bundle))


@pytest.fixture(scope="module")
def place(company, tmp_path_factory):
    """Return a workspace in which the company has a champion."""
    folder = tmp_path_factory.mktemp("company")
    evaluation = believed(company.bundle).evaluation
    save(replace(company.learned.parts, evaluation=evaluation), folder / "first")
    out = lay_registry(tmp_path_factory, folder / "out")
    register_bundles(out, folder / "first")
    return out


class TestMeasured:
    def test_levels_are_those_of_every_wave_with_a_margin(self, measured, company):
        series = list_series(company.frame.waves, company.usecase, keep=40)
        expected = [(one.metric, point.wave, point.estimate) for one in series for point in one.points]
        assert [(level.metric, level.wave, level.estimate) for level in measured.levels] == expected
        assert {level.metric for level in measured.levels} == {"nps", "ces", "csat"}
        assert all(level.detectable == detectable_change(level.estimate) for level in measured.levels)
        assert len([level for level in measured.levels if level.metric == "nps"]) > 3

    def test_units_and_scales_are_kept(self, measured):
        by_metric = {level.metric: level for level in measured.levels}
        assert (by_metric["nps"].unit, by_metric["nps"].good_from) == ("points", None)
        assert (by_metric["csat"].unit, by_metric["csat"].good_from) == ("share", 4.0)

    def test_the_response_rate_is_the_mean_over_people(self, measured, company):
        column = company.frame.latest.column("x_surveys.response_rate_180d").drop_null().to_numpy()
        (rate,) = measured.response_rates
        assert rate.name == "surveys.response_rate_180d"
        assert rate.estimate.value == pytest.approx(mean(column).value)
        assert 0 <= rate.estimate.low < rate.estimate.high <= 1

    def test_sources_tell_what_people_said_and_what_happened(self, measured, company):
        found = {source.name: source for source in measured.sources}
        assert set(found) == set(company.usecase.sources)
        assert found["surveys"].data == "X"
        assert set(found["surveys"].metrics) == {"nps", "csat", "ces"}
        assert (found["tickets"].data, found["tickets"].survey) == ("O", None)
        assert found["tickets"].rows == company.frame.facts.matches["tickets"]["kept"]

    def test_window_and_hashes_are_those_of_the_frame(self, measured, company):
        facts = company.frame.facts
        dates = facts.snapshot_dates
        assert measured.window == Window(min(dates), max(dates), facts.observed_until)
        assert (measured.spec_hash, measured.data_digest) == (company.usecase.spec_hash, facts.digest)

    def test_figures_of_the_champion_are_those_of_its_bundle(self, measured, company):
        auc = company.learned.assessment.all_rows.by_horizon["90d"].auc
        found = {(figure.horizon, figure.name): figure.estimate for figure in measured.model.figures}
        assert found["90d", "auc"] == auc
        assert (measured.model.version, measured.model.is_usable) == (3, False)

    def test_a_flat_table_without_a_champion_has_no_waves_and_no_model(self, members):
        found = measure(members.usecase, members.frame, None)
        assert (found.levels, found.response_rates, found.model) == ((), (), None)
        assert found.window == Window(None, None, None)
        assert [(source.name, source.rows) for source in found.sources] == [("table", 700)]


class TestVerb:
    def test_freeze_show_and_list(self, ask, members_file, out):
        first = ask("baseline", "freeze", "--usecase", members_file)
        assert first["is_new"]
        path = Path(first["file"])
        assert path == out / "baselines" / "members" / f"{first['id']}.json"
        assert read_baseline(path).id == first["id"]
        again = ask("baseline", "freeze", "--usecase", members_file)
        assert (again["id"], again["is_new"]) == (first["id"], False)
        shown = ask("baseline", "show", "--usecase", members_file)
        assert shown == {name: value for name, value in first.items() if name not in {"is_new", "file"}}
        listed = ask("baseline", "list", "--usecase", members_file)
        assert [one["id"] for one in listed["baselines"]] == [first["id"]]

    def test_a_change_of_the_data_is_another_baseline(self, ask, members_file, out):
        first = ask("baseline", "freeze", "--usecase", members_file)
        table = members_file.parent / "members.csv"
        lines = table.read_text().splitlines()
        table.write_text("\n".join(lines[:-1]) + "\n")
        second = ask("baseline", "freeze", "--usecase", members_file)
        table.write_text("\n".join(lines) + "\n")
        assert second["is_new"]
        assert (second["number"], second["entities"]) == (first["number"] + 1, 699)
        assert ask("baseline", "show", "--usecase", members_file)["id"] == second["id"]
        asked = ("baseline", "show", "--usecase", members_file, "--baseline", first["id"])
        assert ask(*asked)["id"] == first["id"]

    def test_a_baseline_that_was_edited_is_refused_by_every_verb(self, ask, members_file, tmp_path):
        frozen = ask("baseline", "freeze", "--usecase", members_file, place=tmp_path)
        path = Path(frozen["file"])
        path.chmod(0o644)
        path.write_text(path.read_text().replace('"entities": 700', '"entities": 701'))
        for words in (
            ("baseline", "show", "--usecase", members_file),
            ("baseline", "list", "--usecase", members_file),
            ("baseline", "freeze", "--usecase", members_file),
            ("report", "--usecase", members_file),
            ("train", "--usecase", members_file),
            ("drivers", "--name", "members"),
        ):
            line = ask(*words, code=2, place=tmp_path)
            assert str(path) in line
            assert "was changed after it was frozen" in line

    def test_what_is_not_there_is_said_with_the_way_to_it(self, ask, members_file, tmp_path):
        line = ask("baseline", "show", "--usecase", members_file, code=2, place=tmp_path)
        assert "there is none" in line
        assert "xm-predict baseline freeze" in line
        assert ask("baseline", "list", "--usecase", members_file, place=tmp_path)["baselines"] == []
        asked = ("report", "--usecase", members_file, "--baseline", "abc")
        assert "'abc' is none of the baselines" in ask(*asked, code=2, place=tmp_path)


class TestResults:
    def test_drivers_and_report_carry_the_baseline(self, ask, company, place):
        assert ask("drivers", "--name", "churn", place=place)["baseline"] is None
        asked = ("--usecase", CHURN, "--data", company.usecase.folder)
        frozen = ask("baseline", "freeze", *asked, place=place)
        assert frozen["model"]["version"] == 1
        reference = {"id": frozen["id"], "frozen_on": frozen["frozen_on"]}
        assert ask("drivers", "--name", "churn", place=place)["baseline"] == reference
        files = ask("report", *asked, "--baseline", frozen["id"][:8], place=place)
        report = json.loads(Path(files["report.json"]).read_text(encoding="utf-8"))
        assert {name: report["baseline"][name] for name in reference} == reference
        assert {one["verdict"] for one in report["baseline"]["changes"]} == {"no newer wave"}
        card = json.loads(Path(files["model-card.json"]).read_text(encoding="utf-8"))
        assert card["baseline"] == reference

    def test_files_of_a_report_hold_what_changed_since(self, company, tmp_path):
        early = replace(company.frame, waves=company.frame.waves.filter(_before(company, "2025-07-02")))
        measured = measure(company.usecase, early, None)
        frozen, _ = freeze(tmp_path / "b", measured, frozen_on=date(2025, 7, 1))
        day = date(2026, 1, 15)
        files = write(
            company.bundle, company.frame, tmp_path / "r", made_on=day, beside=Beside(baseline=frozen)
        )
        report = json.loads(files["report.json"].read_text(encoding="utf-8"))["baseline"]
        assert {change["wave_before"] for change in report["changes"]} == {"2025 Q2"}
        assert {change["metric"] for change in report["changes"]} == {"nps", "ces", "csat"}
        assert all(change["change"] is not None for change in report["changes"])
        for change in report["changes"]:
            assert (change["doubt"], change["is_paired"]) == (None, True)
            assert change["composition"]["state"] in {"shown", "too few"}
        shown = [one for one in report["changes"] if one["composition"]["state"] == "shown"]
        assert shown
        for change in shown:
            start, *parts, end = change["composition"]["steps"]
            total = sum(part["value"]["value"] for part in parts)
            assert start["value"]["value"] == pytest.approx(change["before"]["value"])
            assert total == pytest.approx(end["value"]["value"] - start["value"]["value"])

    def test_without_the_answers_of_that_wave_the_report_says_so(self, company, tmp_path):
        measured = measure(company.usecase, company.frame, None)
        levels = tuple(replace(level, wave="2019 Q1") for level in measured.levels if level.metric == "nps")
        frozen, _ = freeze(tmp_path / "b", replace(measured, levels=levels[-1:]), frozen_on=date(2019, 4, 1))
        (nps, *_) = list_series(company.frame.waves, company.usecase, baseline=frozen)
        assert (nps.metric, nps.since, nps.doubt) == ("nps", None, "missing")


def _before(company, day):
    """Return which waves closed before a day."""
    return pc.less(company.frame.waves.column("closes_on"), date.fromisoformat(day))
