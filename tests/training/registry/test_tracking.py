"""Where runs go, and that a place for them appears whole."""

import mlflow
import pytest

from features.errors import RegistryError
from training import registry


@pytest.fixture(autouse=True)
def _elsewhere_afterwards(monkeypatch):
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
    yield
    mlflow.set_tracking_uri("")
    mlflow.set_registry_uri("")


def test_a_new_folder_gets_a_whole_database_and_no_drafts(tmp_path):
    uri = registry.connect(tmp_path / "out")
    assert uri == f"sqlite:///{tmp_path / 'out' / 'mlflow.db'}"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"mlflow.db", ".mlflow.lock"}
    experiment = mlflow.get_experiment_by_name("xm-predict")
    assert experiment is not None
    assert experiment.artifact_location.startswith((tmp_path / "out" / "mlartifacts").as_uri())


def test_a_place_that_is_none_is_told_in_one_line(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'file' / 'mlflow.db'}")
    with pytest.raises(RegistryError, match="MLflow at sqlite:"):
        registry.connect(tmp_path)


@pytest.mark.usefixtures("connected")
def test_a_run_that_fails_is_marked_and_one_that_ends_is_finished():
    with registry.tracked_run("good") as good:
        pass
    with pytest.raises(ZeroDivisionError), registry.tracked_run("bad") as bad:
        raise ZeroDivisionError
    client = mlflow.MlflowClient()
    assert client.get_run(good).info.status == "FINISHED"
    assert client.get_run(bad).info.status == "FAILED"
    assert mlflow.active_run() is None
