"""``mlflow run mlproject`` really runs, and what a training leaves in MLflow is complete and harmless."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import mlflow
import numpy as np
import pytest
from mlflow.entities import Run

from features.frame import Frame
from tests.end_to_end.conftest import SEED, USECASE, Trained
from tests.end_to_end.processes import PATIENCE_SECONDS, ROOT, SCRIPTS, environment_of
from training.__main__ import main
from training.bundle import load, verify

HORIZONS = ("30d", "90d", "180d", "365d")
FIGURES = ("calibration", "lift", "shap_beeswarm", "shap_dependence")
# How a pickle begins (protocols 2 to 5) and what it may be called; a zip may hold one.
PICKLE_STARTS = tuple(bytes([0x80, protocol]) for protocol in (2, 3, 4, 5))
PICKLE_SUFFIXES = {".pkl", ".pickle", ".joblib", ".dill", ".pt", ".skops", ".npy", ".zip"}


@dataclass(frozen=True)
class Project:
    """Hold what the entry points wrote and the registry that they used."""

    folder: Path
    results: dict[str, subprocess.CompletedProcess[str]]
    client: mlflow.MlflowClient
    trained: Trained

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def last_run(self) -> Run:
        """Return the run of the second training."""
        version = self.client.get_model_version("churn", "2")
        return self.client.get_run(version.run_id or "")

    def artifacts(self) -> Path:
        """Return the folder with the files of that run."""
        return Path((self.last_run().info.artifact_uri or "").removeprefix("file://"))

    def model(self) -> Path:
        """Return the folder of the model that it registered."""
        uri = self.client.get_model_version_download_uri("churn", "2")
        return Path(uri.removeprefix("file://"))


def start(entry_point: str, folder: Path, trained: Trained, **parameters: object) -> subprocess.Popen[str]:
    """Start an entry point as the README says, into the registry of the first training."""
    words = [f"{name}={value}" for name, value in parameters.items()]
    command = [SCRIPTS / "mlflow", "run", ROOT / "mlproject", "-e", entry_point, "--env-manager", "local"]
    command += ["--experiment-name", "xm-predict", *(part for word in words for part in ("-P", word))]
    env = environment_of(folder / entry_point, MLFLOW_TRACKING_URI=trained.tracking_uri)
    return subprocess.Popen(
        list(map(str, command)),
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    """Wait for an entry point to end."""
    try:
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    finally:
        process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@pytest.fixture(scope="module")
def project(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Run check and build side by side, then train: same data, same seed as the first training."""
    folder = tmp_path_factory.mktemp("project")
    shared = {"usecase": USECASE, "data": trained.data}
    begun = {
        "check": start("check", folder, trained, **shared),
        "build": start("build", folder, trained, **shared, out=folder / "built"),
    }
    results = {name: finish(process) for name, process in begun.items()}
    results["train"] = finish(start("train", folder, trained, **shared, out=folder / "out", seed=SEED))
    client = mlflow.MlflowClient(trained.tracking_uri, trained.tracking_uri)
    return Project(folder, results, client, trained)


@pytest.mark.parametrize("entry_point", ["check", "build", "train"])
def test_entry_point_runs(project, entry_point):
    finished = project.results[entry_point]
    assert finished.returncode == 0, finished.stderr


def test_check_says_that_the_input_is_fit_and_writes_nothing(project):
    assert "fit to build" in project.results["check"].stdout
    written = {path.name for path in project.folder.iterdir()}
    assert written == {"built", "out", *project.results}


def test_build_makes_the_frame_that_the_first_training_made(project):
    built = Frame.read(project.folder / "built" / "frames" / "churn")
    first = Frame.read(project.trained.out / "frames" / "churn")
    assert built.table.equals(first.table)
    assert built.facts.digest == first.facts.digest


def test_training_uses_the_run_that_mlflow_opened(project):
    run = project.last_run()
    assert run.info.status == "FINISHED"
    assert run.data.tags["mlflow.project.entryPoint"] == "train"
    experiment = project.client.get_experiment(run.info.experiment_id)
    assert experiment.name == "xm-predict"


def test_same_data_and_seed_give_the_same_bundle_and_a_new_version(project):
    first, second = (project.client.get_model_version("churn", number) for number in ("1", "2"))
    assert first.tags["model_version"] == second.tags["model_version"]
    assert first.run_id != second.run_id
    again = verify(project.out / "bundles" / "churn")
    assert again.bundle_hash == verify(project.trained.bundle).bundle_hash
    assert again.model_version == project.trained.answer["model_version"]


def test_run_has_its_parameters(project):
    parameters = project.last_run().data.params
    facts = Frame.read(project.out / "frames" / "churn").facts
    assert parameters["usecase"] == str(USECASE)
    assert parameters["usecase_name"] == "churn"
    assert parameters["seed"] == str(SEED)
    assert parameters["rows"] == str(facts.row_count)
    assert parameters["spec_hash"] == facts.spec_hash
    assert parameters["members"].startswith("linear")


@pytest.mark.parametrize("figure", ["log_loss", "auc", "brier", "pr_auc", "ece"])
def test_run_has_metrics_with_intervals(project, figure):
    """Look at the horizons that were over for the judged rows: the primary one is among them."""
    metrics = project.last_run().data.metrics
    judged = [horizon for horizon in HORIZONS if f"{figure}.{horizon}" in metrics]
    assert {"30d", "90d"} <= set(judged)
    for name in (f"{figure}.{horizon}" for horizon in judged):
        assert metrics[f"{name}.low"] <= metrics[name] <= metrics[f"{name}.high"]
        assert metrics[f"{name}.low"] < metrics[f"{name}.high"]


def test_run_names_its_data_set_without_its_values(project):
    (note,) = project.last_run().inputs.dataset_inputs
    facts = Frame.read(project.out / "frames" / "churn").facts
    assert note.dataset.name == "churn"
    assert note.dataset.digest == facts.digest
    assert {tag.value for tag in note.tags} == {"training"}
    columns = json.loads(note.dataset.schema)
    assert facts.catalogue.names[0] in json.dumps(columns)
    assert note.dataset.profile in {None, "", "null"}


def test_run_has_figures(project):
    folder = project.artifacts() / "figures"
    for name in FIGURES:
        content = (folder / f"{name}.png").read_bytes()
        assert content.startswith(b"\x89PNG")
        assert len(content) > 5_000


def test_run_has_drivers_and_levers_as_tables(project):
    folder, bundle = project.artifacts() / "drivers", load(project.trained.bundle)
    ranked = [line.partition(",")[0] for line in (folder / "drivers.csv").read_text("utf-8").splitlines()]
    assert ranked == ["driver", *(row["name"] for row in bundle.drivers)]
    assert json.loads((folder / "levers.json").read_text("utf-8")) == bundle.evaluation["levers"]
    assert (folder / "levers.csv").is_file()


def test_run_has_the_report_in_two_languages(project):
    folder = project.artifacts() / "report"
    assert {path.suffix for path in folder.iterdir()} == {".html", ".json", ".csv"}
    pages = sorted(folder.glob("*.html"))
    assert len(pages) == 4  # report and model card in two languages
    for language, page in zip(("de", "en") * 2, pages, strict=True):
        assert f'<html lang="{language}"' in page.read_text("utf-8")
    for path in folder.glob("*.json"):
        assert json.loads(path.read_text("utf-8"))


def test_registered_model_has_a_signature_and_an_example(project):
    model = mlflow.models.Model.load(str(project.model()))
    bundle = load(project.trained.bundle)
    assert model.signature is not None
    assert tuple(model.signature.inputs.input_names()) == bundle.catalogue.names
    assert model.signature.inputs.required_input_names() == []
    assert tuple(model.signature.outputs.input_names()) == bundle.horizons == HORIZONS
    assert model.saved_input_example_info is not None


def test_example_of_the_model_is_made_up(project, trained):
    """Look for the example among the real rows: none of them is there."""
    example = [tuple(row.values()) for row in load(trained.bundle).canary.rows[:3]]
    frame = Frame.read(trained.out / "frames" / "churn")
    names = list(frame.facts.catalogue.names)
    real = {tuple(row.values()) for row in frame.table.select(names).to_pylist()}
    assert not real & set(example)


def test_registry_holds_no_pickle(project):
    files = [path for path in (project.trained.out / "mlartifacts").rglob("*") if path.is_file()]
    assert len(files) > 40
    assert [path for path in files if path.suffix.lower() in PICKLE_SUFFIXES] == []
    assert [path for path in files if path.read_bytes().startswith(PICKLE_STARTS)] == []


def test_model_loads_where_pickles_are_forbidden_and_scores_its_example(project, monkeypatch):
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "false")
    path = str(project.model())
    model = mlflow.pyfunc.load_model(path)
    bundle = load(project.trained.bundle)
    answers = model.predict(mlflow.models.Model.load(path).load_input_example(path))
    assert list(answers.columns) == list(HORIZONS)
    assert np.abs(answers.to_numpy() - np.array(bundle.canary.probabilities[:3])).max() <= 1e-9


def promote(project: Project, version: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the verb in this process, which has MLflow in memory already."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", project.trained.tracking_uri)
    words = ["promote", "--json", "--name", "churn", "--version", str(version), "--force", "a test"]
    return main([*words, "--out", str(project.trained.out)])


def test_aliases_after_training_and_promotion_by_hand(project, monkeypatch, capsys):
    """Every new version is challenger; the second is no worse and so champion, until the first is again."""
    client = project.client
    assert client.get_model_version_by_alias("churn", "challenger").version == 2
    before, after = (1, 2) if project.trained.answer["why_not"] else (2, 1)
    assert client.get_model_version_by_alias("churn", "champion").version == before
    assert promote(project, after, monkeypatch) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["version"], answer["previous_version"]) == (after, before)
    assert client.get_model_version_by_alias("churn", "champion").version == after


def test_unknown_version_is_named_in_one_line(project, monkeypatch, capsys):
    before = project.client.get_model_version_by_alias("churn", "champion").version
    assert promote(project, 99, monkeypatch) == 1
    shown = capsys.readouterr()
    (line,) = shown.err.splitlines()
    assert shown.out == ""
    assert "model churn: has no version 99" in line
    assert project.client.get_model_version_by_alias("churn", "champion").version == before
