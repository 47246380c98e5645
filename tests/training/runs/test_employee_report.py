"""A whole report on people at work, trained and written as the verb does it: no person is in any file."""

import csv
import io
import json
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow.compute as pc
import pytest

from features.frame import Frame
from features.usecase import UseCase
from tests.training.beliefs.attrition_world import write_workforce
from tests.training.examples import LINEAR, _train
from tests.usecases.told import words_of
from training.bundle import Bundle
from training.disclosure import ReleaseRefusedError
from training.frozen import freeze
from training.rows import feature_columns
from training.runs.freezing import measure
from training.runs.releases import Releases
from training.runs.report import Beside, write, write_card_alone

MADE_ON = date(2026, 1, 15)
N_EMPLOYEES, SEED = 900, 3


@dataclass(frozen=True)
class Reported:
    """Hold the files of a report, and what it was made from."""

    usecase: UseCase
    bundle: Bundle
    frame: Frame
    texts: dict[str, str]

    @property
    def content(self):
        return json.loads(self.texts["report.json"])


@pytest.fixture(scope="module")
def reported(tmp_path_factory) -> Reported:
    folder: Path = tmp_path_factory.mktemp("attrition")
    usecase = write_workforce(folder / "tables", SEED, N_EMPLOYEES)
    trained = _train(usecase, folder / "bundle", LINEAR)
    files = write(
        trained.bundle, trained.frame, folder / "report", made_on=MADE_ON, beside=Beside(run_id="4f1d")
    )
    waves = {f"waves/{file.name}": file for file in (folder / "report" / "waves").iterdir()}
    texts = {name: file.read_text(encoding="utf-8") for name, file in (*files.items(), *waves.items())}
    return Reported(usecase, trained.bundle, trained.frame, texts)


def test_the_report_is_a_whole_one(reported):
    """Or else a scan of it would say little."""
    content = reported.content
    assert content["header"]["kind"] == "attrition"
    assert content["headline"]["is_usable"]
    assert content["associations"]["levers"]
    assert content["first_steps"] is not None
    assert content["heat"]["tables"]
    assert content["changes"]
    assert set(reported.texts) >= {"report.json", "report.csv", "report_en.html", "report_de.html"}


def test_it_is_kept_under_the_day_of_its_data(reported):
    newest = reported.content
    wave = json.loads(reported.texts[f"waves/{newest['header']['snapshot_date']}.json"])
    assert wave == newest
    assert newest["calls"] is None


def test_what_is_withheld_is_not_kept_and_what_went_out_stays(reported, tmp_path):
    releases = Releases.of(reported.usecase, tmp_path / "releases")
    told = {"made_on": MADE_ON, "beside": Beside(releases=releases)}
    write(reported.bundle, reported.frame, tmp_path / "report", **told)
    before = {path: path.read_bytes() for path in (tmp_path / "report").rglob("*.*")}
    fewer = replace(reported.frame, latest=reported.frame.latest.slice(1))
    with pytest.raises(ReleaseRefusedError):
        write(reported.bundle, fewer, tmp_path / "report", **told)
    assert {path: path.read_bytes() for path in (tmp_path / "report").rglob("*.*")} == before
    write_card_alone(reported.bundle, tmp_path / "report", made_on=MADE_ON)
    (wave,) = (tmp_path / "report" / "waves").iterdir()
    assert wave.read_bytes() == before[wave]
    assert not (tmp_path / "report" / "report.json").exists()


def test_parts_since_a_baseline_stand_the_attack_and_are_written_down(reported, tmp_path):
    """A second report may tell the same again; nothing of it can be subtracted from the first."""
    waves = reported.frame.waves
    newest = max(waves.column("wave").to_pylist())
    early = replace(reported.frame, waves=waves.filter(pc.less(waves.column("wave"), newest - 1)))
    frozen, _ = freeze(tmp_path / "b", measure(reported.usecase, early, None), frozen_on=date(2025, 1, 1))
    releases = Releases.of(reported.usecase, tmp_path / "releases")
    told = {"made_on": MADE_ON, "beside": Beside(releases=releases, baseline=frozen)}
    contents = []
    for _ in range(2):
        files = write(reported.bundle, reported.frame, tmp_path / "report", **told)
        contents.append(json.loads(files["report.json"].read_text(encoding="utf-8"))["baseline"])
    assert contents[0] == contents[1]
    assert contents[0]["changes"]
    for change in contents[0]["changes"]:
        assert change["doubt"] is None
        composition = change["composition"]
        assert composition["state"] in {"shown", "too few", "nameless"}
        behind = [step["people"] for step in composition["steps"] if step["people"]]
        assert all(count >= reported.usecase.privacy.minimum_group for count in behind)


def test_no_id_of_anybody_is_in_any_file(reported):
    frame = reported.frame
    tables = (frame.table, frame.latest, frame.answers, frame.waves, frame.protected)
    people = {name for table in tables for name in table.column("entity_id").to_pylist() if name}
    assert len(people) > 700
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, sorted(people))) + r")\b")
    assert pattern.search(f"x {min(people)} y")
    found = {name: pattern.findall(text) for name, text in reported.texts.items()}
    assert not [name for name, ids in found.items() if ids]


def test_no_forecast_of_anybody_is_in_any_file(reported):
    bundle, latest = reported.bundle, reported.frame.latest
    matrix = bundle.encoder.encode(feature_columns(latest, bundle.catalogue)).matrix
    forecasts = {f"{value:.10g}" for value in bundle.model.probabilities(matrix).ravel().tolist()}
    assert len(forecasts) > 700
    for name in ("report.json", "model-card.json"):
        shown = {f"{float(number):.10g}" for number in re.findall(r"\b0\.\d+", reported.texts[name])}
        assert len(shown) > 50
        assert not shown & forecasts, name


def test_there_is_no_list_of_people_and_no_reason_of_one(reported):
    content = reported.content
    assert content["calls"] is None
    assert "calls" not in reported.texts["report.csv"]
    assert [kpi["waves"] for kpi in content["kpis"] if kpi["kind"] == "expected_share"] == [[]]
    for language in ("en", "de"):
        text = words_of(reported.texts[f"report_{language}.html"])
        assert "Customer" not in text
        assert "Kund" not in text
        assert "trend from the next wave" not in text.split("What to work on first")[0]


def test_every_figure_about_people_speaks_of_the_minimum_group_at_least(reported):
    minimum = reported.usecase.privacy.minimum_group
    rows = list(csv.DictReader(io.StringIO(reported.texts["report.csv"])))
    groups = [row for row in rows if row["section"].startswith("group")]
    assert groups
    assert min(int(row["n"]) for row in groups) >= minimum
    dots = [row for row in rows if row["item"].startswith("bin ")]
    assert dots
    assert min(int(row["n"]) for row in dots) >= 5 * minimum
    card = json.loads(reported.texts["model-card.json"])
    shown = [one["observed"]["n"] for part in card["performance"]["horizons"] for one in part["bins"]]
    assert min(shown) >= 5 * minimum


def test_managers_read_no_name_of_a_column(reported):
    for language, last in (("en", "Method and limits"), ("de", "Methode und Grenzen")):
        text = words_of(reported.texts[f"report_{language}.html"])
        managers = text[: text.rindex(last)]
        assert not [name for name in reported.bundle.catalogue.names if name in managers]
        assert not re.search(r"SHAP|\bcaus(e|es|ed|ing)\b|verursach|bewirk", managers, re.IGNORECASE)


def test_the_parts_of_each_change_add_up_exactly(reported):
    changes = [change for change in reported.content["changes"] if change["steps"]]
    for change in changes:
        tenths = 1000 if change["unit"] == "share" else 10
        *parts, last = (round(tenths * step["shown"]) for step in change["steps"])
        assert sum(parts) == last


def test_the_report_is_dated_and_says_that_drift_was_not_checked(reported):
    trust = reported.content["trust"]
    assert (trust["trained_on"], trust["run_id"], trust["drift"]) == (None, "4f1d", "not checked")
    assert date.fromisoformat(reported.content["header"]["made_on"]) - MADE_ON == timedelta(0)
