"""``mlflow run mlproject`` really runs, and what a training leaves in MLflow is complete and harmless."""

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import mlflow
import numpy as np
import pytest
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion

from features.frame import Frame
from features.worlds import build_company
from tests.empty_registry import lay_registry
from tests.end_to_end.conftest import N_CUSTOMERS, N_EMPLOYEES, SEED, USECASE, Trained
from tests.end_to_end.processes import PATIENCE_SECONDS, ROOT, environment_of
from tests.training.examples import N_MEMBERS, write_members
from training.__main__ import main
from training.bundle import load, verify
from training.runs.demo_loop import FIRST, MONTHS

HORIZONS = ("30d", "90d", "180d", "365d")
FIGURES = ("calibration", "lift", "shap_beeswarm", "shap_dependence")
# How a pickle begins (protocols 2 to 5) and what it may be called; a zip may hold one.
PICKLE_STARTS = tuple(bytes([0x80, protocol]) for protocol in (2, 3, 4, 5))
PICKLE_SUFFIXES = {".pkl", ".pickle", ".joblib", ".dill", ".pt", ".skops", ".npy", ".zip"}


@dataclass(frozen=True)
class Logged:
    """Hold a training that is in the registry, and where it is."""

    trained: Trained
    client: mlflow.MlflowClient
    version: str

    def run(self) -> Run:
        """Return the run of the training."""
        version = self.client.get_model_version("churn", self.version)
        return self.client.get_run(version.run_id or "")

    def artifacts(self) -> Path:
        """Return the folder with the files of that run."""
        return Path((self.run().info.artifact_uri or "").removeprefix("file://"))

    def model(self) -> Path:
        """Return the folder of the model that it registered."""
        uri = self.client.get_model_version_download_uri("churn", self.version)
        return Path(uri.removeprefix("file://"))


@dataclass(frozen=True)
class Project:
    """Hold what entry points exited with, what they said and wrote, and the registry that they used."""

    folder: Path
    codes: dict[str, int]
    shown: str
    errors: str
    client: mlflow.MlflowClient

    @property
    def out(self) -> Path:
        return self.folder / "out"


def run_project(folder: Path, tracking_uri: str, asked: dict[str, dict[str, object]]) -> Project:
    """Run entry points as the README says, into a registry that is there."""
    plain = {name: {key: str(value) for key, value in given.items()} for name, given in asked.items()}
    command = [sys.executable, "-m", "tests.end_to_end.entry_points", ROOT / "mlproject", json.dumps(plain)]
    (folder / "work").mkdir()
    finished = subprocess.run(
        list(map(str, command)),
        cwd=folder / "work",
        env=environment_of(folder / "env", MLFLOW_TRACKING_URI=tracking_uri),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert finished.returncode == 0, finished.stderr
    *shown, codes = finished.stdout.splitlines()
    client = mlflow.MlflowClient(tracking_uri, tracking_uri)
    return Project(folder, json.loads(codes), "\n".join(shown), finished.stderr, client)


@pytest.fixture(scope="module")
def logged(trained: Trained) -> Logged:
    """Return what the training of the demo left in MLflow, as any training does."""
    return Logged(trained, mlflow.MlflowClient(trained.tracking_uri, trained.tracking_uri), "1")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Check, build and train with few members: what they start does not depend on what it learns from."""
    folder = tmp_path_factory.mktemp("project")
    write_members(folder / "rules")
    (folder / "data").mkdir()
    (folder / "rules" / "members.csv").rename(folder / "data" / "members.csv")
    uri = f"sqlite:///{lay_registry(tmp_path_factory, folder / 'out') / 'mlflow.db'}"
    place = (folder / "out" / "mlartifacts").as_uri()
    mlflow.MlflowClient(uri, uri).create_experiment("xm-predict", artifact_location=place)
    shared: dict[str, object] = {"usecase": folder / "rules" / "members.yaml", "data": folder / "data"}
    asked: dict[str, dict[str, object]] = {
        "check": shared,
        "build": {**shared, "out": folder / "built"},
        "train": {**shared, "out": folder / "out", "seed": SEED + 1},
    }
    return run_project(folder, uri, asked)


@pytest.mark.parametrize("entry_point", ["check", "build", "train"])
def test_entry_point_runs(project, entry_point):
    assert project.codes[entry_point] == 0, project.errors


def test_check_says_that_the_input_is_fit_and_writes_nothing(project):
    assert "fit to build" in project.shown
    written = {path.name for path in project.folder.iterdir()}
    assert written == {"rules", "data", "env", "work", "built", "out"}
    assert not any((project.folder / "work").iterdir())


def test_build_makes_the_frame_that_is_trained_on(project):
    built, trained_on = (
        Frame.read(project.folder / part / "frames" / "members") for part in ("built", "out")
    )
    assert built.table.num_rows == N_MEMBERS
    assert built.table.equals(trained_on.table)
    assert built.facts.digest == trained_on.facts.digest


def test_training_uses_the_run_that_mlflow_opened(project):
    version = project.client.get_model_version("members", "1")
    run = project.client.get_run(version.run_id or "")
    assert run.info.status == "FINISHED"
    assert run.data.tags["mlflow.project.entryPoint"] == "train"
    assert project.client.get_experiment(run.info.experiment_id).name == "xm-predict"
    assert run.data.params["seed"] == str(SEED + 1)
    assert run.data.params["usecase"] == str(project.folder / "rules" / "members.yaml")
    assert verify(project.out / "bundles" / "members").model_version == version.tags["model_version"]


def test_first_training_gets_the_aliases(project):
    for alias in ("challenger", "champion"):
        assert project.client.get_model_version_by_alias("members", alias).version == 1


@pytest.fixture(scope="module")
def logged_again(logged: Logged) -> Logged:
    """Return what the second training of the demo left, from the feature table that lies there now."""
    return replace(logged, version="2")


def test_run_has_its_parameters(logged_again):
    parameters = logged_again.run().data.params
    facts = Frame.read(logged_again.trained.out / "frames" / "churn").facts
    assert parameters["usecase_name"] == "churn"
    assert parameters["seed"] == str(SEED)
    assert parameters["rows"] == str(facts.row_count)
    assert parameters["spec_hash"] == facts.spec_hash
    assert parameters["members"].startswith("linear")


@pytest.mark.parametrize("figure", ["log_loss", "auc", "brier", "pr_auc", "ece"])
def test_run_has_metrics_with_intervals(logged, figure):
    """Look at the horizons that were over for the judged rows: the primary one is among them."""
    metrics = logged.run().data.metrics
    judged = [horizon for horizon in HORIZONS if f"{figure}.{horizon}" in metrics]
    assert {"30d", "90d"} <= set(judged)
    for name in (f"{figure}.{horizon}" for horizon in judged):
        assert metrics[f"{name}.low"] <= metrics[name] <= metrics[f"{name}.high"]
        assert metrics[f"{name}.low"] < metrics[f"{name}.high"]


def test_run_names_its_data_set_without_its_values(logged_again):
    (note,) = logged_again.run().inputs.dataset_inputs
    facts = Frame.read(logged_again.trained.out / "frames" / "churn").facts
    assert note.dataset.name == "churn"
    assert note.dataset.digest == facts.digest
    assert {tag.value for tag in note.tags} == {"training"}
    columns = json.loads(note.dataset.schema)
    assert facts.catalogue.names[0] in json.dumps(columns)
    assert note.dataset.profile in {None, "", "null"}


def test_run_has_figures(logged):
    folder = logged.artifacts() / "figures"
    for name in FIGURES:
        content = (folder / f"{name}.png").read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) > 5_000


def test_run_has_drivers_and_levers_as_tables(logged):
    folder, bundle = logged.artifacts() / "drivers", load(logged.trained.bundle)
    ranked = [line.partition(",")[0] for line in (folder / "drivers.csv").read_text("utf-8").splitlines()]
    assert ranked == ["driver", *(row["name"] for row in bundle.drivers)]
    assert json.loads((folder / "levers.json").read_text("utf-8")) == bundle.evaluation["levers"]
    assert (folder / "levers.csv").is_file()


def test_run_has_the_report_in_two_languages(logged):
    folder = logged.artifacts() / "report"
    assert {path.suffix for path in folder.iterdir()} == {".html", ".json", ".csv"}
    pages = sorted(folder.glob("*.html"))
    assert len(pages) == 4  # report and model card in two languages
    for language, page in zip(("de", "en") * 2, pages, strict=True):
        assert f'<html lang="{language}"' in page.read_text("utf-8")
    for path in folder.glob("*.json"):
        assert json.loads(path.read_text("utf-8"))


def test_registered_model_has_a_signature_and_an_example(logged):
    model = mlflow.models.Model.load(str(logged.model()))
    bundle = load(logged.trained.bundle)
    assert model.signature is not None
    assert tuple(model.signature.inputs.input_names()) == bundle.catalogue.names
    assert model.signature.inputs.required_input_names() == []
    assert tuple(model.signature.outputs.input_names()) == bundle.horizons == HORIZONS
    assert model.saved_input_example_info is not None


def test_example_of_the_model_is_made_up(logged, trained):
    """Look for the example among the real rows: none of them is there."""
    example = [tuple(row.values()) for row in load(trained.bundle).canary.rows[:3]]
    frame = Frame.read(trained.out / "frames" / "churn")
    names = list(frame.facts.catalogue.names)
    real = {tuple(row.values()) for row in frame.table.select(names).to_pylist()}
    assert not real & set(example)


def test_registry_holds_no_pickle(logged):
    files = [path for path in (logged.trained.out / "mlartifacts").rglob("*") if path.is_file()]
    assert len(files) > 40
    assert [path for path in files if path.suffix.lower() in PICKLE_SUFFIXES] == []
    assert [path for path in files if path.read_bytes().startswith(PICKLE_STARTS)] == []


def test_model_loads_where_pickles_are_forbidden_and_scores_its_example(logged, monkeypatch):
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    path = str(logged.model())
    model = mlflow.pyfunc.load_model(path)
    bundle = load(logged.trained.bundle)
    answers = model.predict(mlflow.models.Model.load(path).load_input_example(path))
    assert list(answers.columns) == list(HORIZONS)
    assert np.abs(answers.to_numpy() - np.array(bundle.canary.probabilities[:3])).max() <= 1e-9


def promote(logged: Logged, version: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the verb in this process, which has MLflow in memory already."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", logged.trained.tracking_uri)
    words = ["promote", "--json", "--name", "churn", "--version", str(version), "--force", "a test"]
    return main([*words, "--out", str(logged.trained.out)])


def test_unknown_version_is_named_in_one_line(logged, monkeypatch, capsys):
    before = logged.client.get_model_version_by_alias("churn", "champion").version
    assert promote(logged, 99, monkeypatch) == 1
    shown = capsys.readouterr()
    (line,) = shown.err.splitlines()
    assert shown.out == ""
    assert "model churn: has no version 99" in line
    assert logged.client.get_model_version_by_alias("churn", "champion").version == before


@pytest.fixture(scope="module")
def again(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Let an entry point train on the same company as the demo at first, into the registry of the demo."""
    folder = tmp_path_factory.mktemp("again")
    build_company(
        folder / "company",
        seed=SEED,
        n_customers=N_CUSTOMERS,
        n_employees=N_EMPLOYEES,
        months=MONTHS,
        known_by=FIRST,
    )
    given = {"usecase": USECASE, "data": folder / "company", "out": folder / "out", "seed": SEED}
    return run_project(folder, trained.tracking_uri, {"train": given})


@pytest.fixture(scope="module")
def newest(again: Project) -> ModelVersion:
    """Return what that training registered: the last one of all."""
    versions = again.client.search_model_versions("name = 'churn'")
    return max(versions, key=lambda version: int(version.version))


@pytest.mark.long
def test_same_data_and_seed_give_the_same_bundle_and_a_new_version(again, newest, logged, trained):
    assert again.codes == {"train": 0}, again.errors
    first = logged.run()
    assert newest.tags["model_version"] == trained.answer["model_version"]
    assert newest.run_id != first.info.run_id
    bundle = verify(again.out / "bundles" / "churn")
    assert bundle.bundle_hash == verify(trained.bundle).bundle_hash
    assert bundle.model_version == trained.answer["model_version"]
    (note,) = first.inputs.dataset_inputs
    assert Frame.read(again.out / "frames" / "churn").facts.digest == note.dataset.digest


@pytest.mark.long
def test_aliases_after_training_and_promotion_by_hand(newest, logged, monkeypatch, capsys):
    """Every new version is challenger; who is champion is for the gate to say, or for a person."""

    def version_of(alias: str) -> int:
        return int(logged.client.get_model_version_by_alias("churn", alias).version)

    last = int(newest.version)
    assert version_of("challenger") == last
    before = version_of("champion")
    after = 1 if before == last else last
    assert promote(logged, after, monkeypatch) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["version"], answer["previous_version"]) == (after, before)
    assert version_of("champion") == after
