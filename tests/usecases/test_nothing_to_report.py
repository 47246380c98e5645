"""Data without signal, from the command line: train and report say so, and offer nothing to act on."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import mlflow
import numpy as np
import pytest

from tests.training.runs.registering import forgetting
from tests.usecases.test_known_drivers import HERE, LEVERS
from tests.usecases.told import words_of
from training import registry
from training.__main__ import main

# MLflow compares columns with a range when it keeps an example; pandas 4 will read that otherwise. What it
# tries with an example, the model refuses, and it says so.
pytestmark = pytest.mark.filterwarnings("ignore:Operation with range is deprecated")
WITHHELD = {
    "first_steps",
    "associations",
    "places",
    "views",
    "segments",
    "heat",
    "prospects",
    "beliefs",
    "calls",
}
FIGURES = {"calibration", "discrimination", "shap_beeswarm", "shap_dependence"}
# What asks for an action, in words of either language.
OFFERS = (
    "work on first",
    "zuerst zu arbeiten",
    "First lever",
    "Erster Hebel",
    "What would it bring",
    "Was würde es bringen",
    "to call first",
    "zuerst anrufen",
    "expected to leave",
    "gehen voraussichtlich",
    "ontacting the",
    "place to look",
)
SPEC = """
version: 1
name: noise
label: {en: Customers leaving, de: Abwanderung von Kunden}
table: {file: noise.csv, id: customer, label: left, positive: 'yes', experience: [mood]}
privacy: {subject: customer}
drivers:
  waiting:
    label: {en: Hours of waiting, de: Stunden des Wartens}
    features: [hours]
    role: lever
    actor: company
    window: {from: 90d, to: 1d}
    goal: '<= 24'
  price: {label: {en: Price level, de: Preisniveau}, features: [price], role: context}
  mood: {label: {en: Mood in the survey, de: Stimmung in der Umfrage}, features: [mood], role: signal}
"""


def write_noise(folder: Path, seed: int = 11, n_rows: int = 600) -> Path:
    """Write customers who leave by the throw of a coin, whatever happened to them."""
    random = np.random.default_rng(seed)
    columns = {
        "customer": [f"CUST-{number:05}" for number in range(n_rows)],
        "hours": random.gamma(2, 15, n_rows).round(1),
        "price": random.normal(50, 10, n_rows).round(1),
        "mood": random.integers(0, 11, n_rows),
        "left": np.where(random.random(n_rows) < 0.3, "yes", "no"),
    }
    lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    (folder / "noise.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    spec = folder / "noise.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    return spec


@dataclass(frozen=True)
class Written:
    """Hold what train and then report print and write of one use case."""

    spec: Path
    out: Path
    told: dict[str, str]
    files: dict[str, Path]
    run_id: str


def train_and_report(spec: Path, data: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> Written:
    """Do both on the command line."""
    told = {}
    for verb in ("train", "report"):
        assert main([verb, "--usecase", str(spec), "--data", str(data), "--out", str(out)]) == 0
        told[verb] = capsys.readouterr().out
    (folder,) = (out / "reports").iterdir()
    challenger = registry.find_version(folder.name, registry.CHALLENGER)
    assert challenger is not None
    assert registry.find_version(folder.name, registry.CHAMPION) is None
    return Written(spec, out, told, {file.name: file for file in folder.iterdir()}, challenger.run_id)


def check_page(written: Written, labels: list[str]) -> None:
    """Demand that both pages say in plain words that there is no forecast, and nothing to act on."""
    for language, sentences in {
        "en": (
            "Not reliable enough for a forecast yet.",
            "No driver found: ",
            "this report shows no forecast",
        ),
        "de": (
            "Noch nicht verlässlich genug für eine Prognose.",
            "Kein Treiber gefunden: ",
            "keine Prognose",
        ),
    }.items():
        text = words_of(written.files[f"report_{language}.html"].read_text(encoding="utf-8"))
        assert text.count(sentences[0]) == 2  # in the headline and beside the figures
        assert all(sentence in text for sentence in sentences)
        assert written.run_id in text
    for name, file in written.files.items():
        parts = [file] if file.is_file() else sorted(file.iterdir())
        text = "\n".join(part.read_text(encoding="utf-8") for part in parts)
        assert not [offer for offer in OFFERS if offer in words_of(text)], name
        assert not [label for label in labels if label in text], name
        assert "<script" not in text, name


def check_data(written: Written) -> None:
    """Demand the same of JSON and CSV: what is withheld on the page stands nowhere else."""
    content = json.loads(written.files["report.json"].read_text(encoding="utf-8"))
    assert not [name for name in WITHHELD if content[name]]
    headline, trust = content["headline"], content["trust"]
    assert not headline["is_usable"]
    assert (headline["expected_share"], headline["expected_count"], headline["expected_loss"]) == (None,) * 3
    assert headline["answer"] is None or headline["answer"]["expected"] is None
    assert not [kpi for kpi in content["kpis"] if kpi["kind"].startswith("expected")]
    assert (trust["verdict"], trust["run_id"], trust["drift"]) == ("unusable", written.run_id, "not checked")
    assert trust["problems"]
    began_ms = mlflow.MlflowClient().get_run(written.run_id).info.start_time
    assert trust["trained_on"] == datetime.fromtimestamp(began_ms / 1000, UTC).date().isoformat()
    rows = csv.DictReader(io.StringIO(written.files["report.csv"].read_text(encoding="utf-8")))
    assert {row["section"] for row in rows} <= {"kpi", "change", "trust"}


def check_console(written: Written) -> None:
    """Demand that the command line refuses as well, and says what the report is of."""
    assert "no driver found" in written.told["train"]
    assert "money: contact" not in written.told["train"]
    assert "challenger while there is no champion" in written.told["report"]


def check_run(written: Written) -> None:
    """Demand that the run which the page names holds the figures for data scientists."""
    found = mlflow.MlflowClient().list_artifacts(written.run_id, "figures")
    names = {Path(entry.path).stem for entry in found}
    assert names >= FIGURES
    is_event = "auc" in json.loads(written.files["report.json"].read_text(encoding="utf-8"))["trust"]
    assert ("lift" in names) is is_event


def check_all(written: Written, labels: list[str]) -> None:
    check_page(written, labels)
    check_data(written)
    check_console(written)
    check_run(written)


@pytest.fixture
def _registry():
    """Keep what MLflow holds in the process out of other tests."""
    with forgetting():
        yield


@pytest.mark.usefixtures("_registry")
def test_a_world_without_signal_has_nothing_to_act_on(tmp_path, capsys):
    written = train_and_report(write_noise(tmp_path), tmp_path, tmp_path / "out", capsys)
    labels = ["Hours of waiting", "Stunden des Wartens", "Mood in the survey", "Stimmung in der Umfrage"]
    check_all(written, labels)
    reports = {name: file for name, file in written.files.items() if name.startswith("report")}
    assert not [name for name, file in reports.items() if "CUST-" in file.read_text(encoding="utf-8")]


LABELS = {
    "ravenstack-saas": ["Hours to solve a ticket", "Stunden bis zur Lösung"],
    "variants/ravenstack-saas": ["Number of seats", "Zahl der Plätze"],
    "hr-multitable-synthetic": ["Days of training", "Fortbildungstage"],
    "call-centre-csat-synthetic": ["Seconds until somebody answers", "Sekunden bis zur Annahme"],
}


@pytest.mark.long
@pytest.mark.usefixtures("_registry")
@pytest.mark.parametrize("name", list(LEVERS))
def test_public_data_without_signal_have_nothing_to_act_on(shared_data, tmp_path, capsys, name):
    spec = tmp_path / f"{Path(name).name}.yaml"
    text = (HERE / f"{name}.yaml").read_text(encoding="utf-8") + LEVERS[name]
    # Of the large set a part is enough.
    spec.write_text(text.replace("every: month, from: 2022-01-01", "every: quarter, from: 2022-10-01"))
    assert set(LABELS) == set(LEVERS)
    check_all(train_and_report(spec, shared_data, tmp_path / "out", capsys), LABELS[name])
