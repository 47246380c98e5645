"""Where runs go, and that a place for them appears whole."""

from datetime import UTC, date, datetime

import mlflow
import pytest

from features.errors import RegistryError
from tests.empty_registry import lay_registry
from tests.training.runs.registering import forgetting
from training import registry


@pytest.fixture(autouse=True)
def _elsewhere_afterwards():
    with forgetting():
        yield


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


def test_a_trial_is_a_run_below_the_open_one(tmp_path, tmp_path_factory):
    registry.connect(lay_registry(tmp_path_factory, tmp_path / "out"))
    with registry.tracked_run("train") as parent:
        registry.record_below("trial 3", {"penalty": 0.5, "has_sharp": True}, {"log_loss": 0.41})
        assert mlflow.active_run().info.run_id == parent
    (trial,) = mlflow.search_runs(
        experiment_names=["xm-predict"],
        filter_string=f"tags.mlflow.parentRunId = '{parent}'",
        output_format="list",
    )
    assert (trial.info.run_name, trial.info.status) == ("trial 3", "FINISHED")
    assert trial.data.params == {"penalty": "0.5", "has_sharp": "True"}
    assert trial.data.metrics == {"log_loss": 0.41}


class TestTrainingDay:
    @pytest.mark.usefixtures("connected")
    def test_it_is_the_day_on_which_the_run_began_not_today(self, usecase):
        experiment = mlflow.get_experiment_by_name("xm-predict").experiment_id
        late = datetime(2025, 3, 31, 23, 59, tzinfo=UTC)
        run = mlflow.MlflowClient().create_run(experiment, start_time=int(late.timestamp() * 1000))
        version = registry.RegisteredBundle(usecase, 1, "x", run.info.run_id)
        assert registry.find_training_day(version) == date(2025, 3, 31)

    @pytest.mark.usefixtures("connected")
    def test_it_is_not_known_where_the_run_is_gone(self, usecase):
        gone = registry.RegisteredBundle(usecase, 1, "x", "0" * 32)
        assert registry.find_training_day(gone) is None
