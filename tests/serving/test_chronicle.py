"""The history of models from a real registry: figures out of bundles, fetched once, nothing made up."""

import shutil
from pathlib import Path

import mlflow
import pytest

from features.errors import RegistryError
from serving import chronicle
from serving.chronicle import gather_history
from serving.history import Contest, Range, write_history
from tests.training.runs.registering import forgetting
from training import registry
from training.bundle import load

ESTIMATE = {"value": 0.7, "low": 0.6, "high": 0.8, "n": 100}


@pytest.fixture
def known(registry, tmp_path, monkeypatch):
    """Connect to a registry of one's own in which churn has a champion, 1."""
    from training import registry as models

    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
    with forgetting():
        models.connect(Path(shutil.copytree(registry, tmp_path / "registry")))
        yield tmp_path / "cache"


def test_what_is_known_of_a_version_comes_from_run_bundle_and_ledger(known, bundles):
    registry.set_alias("churn", registry.CHALLENGER, 1)
    history = gather_history("churn", known)
    (version,) = history.versions
    assert (history.champion, history.challenger, history.previous, history.entry) == (1, 1, None, 0)
    assert (version.number, version.model_version) == (1, load(bundles.churn).model_version)
    assert (version.state, version.figures, version.is_usable) == ("read", {}, None)
    assert version.trained_on == version.made_on
    assert version.experiment_id.isdigit()
    assert [(one.kind, one.version, one.at) for one in history.changes] == [("adopted", 1, "")]


def test_changes_of_champion_are_told_newest_first(known):
    mlflow.MlflowClient().create_model_version("churn", source="file:///nowhere/model")
    standing = registry.move_champion(registry.read_standing("churn"), 2, reason="x" * 2_000)
    registry.move_champion(standing, 1, kind="rolled_back")
    history = gather_history("churn", known)
    assert [(one.number, one.kind, one.version) for one in history.changes] == [
        (2, "rolled_back", 1),
        (1, "promoted", 2),
        (0, "adopted", 1),
    ]
    assert (history.entry, history.previous) == (2, None)
    assert len(history.changes[1].reason) == 1_000
    assert history.changes[0].at.endswith("+00:00")


def test_a_version_that_cannot_be_fetched_is_told_so_and_the_others_are_read(known):
    mlflow.MlflowClient().create_model_version("churn", source="file:///nowhere/model")
    states = {one.number: one.state for one in gather_history("churn", known).versions}
    assert states == {2: "unreadable", 1: "read"}


def test_a_bundle_is_fetched_once_and_few_of_them_at_a_look(known, monkeypatch):
    for _ in range(4):
        mlflow.MlflowClient().create_model_version("churn", source="file:///nowhere/model")
    states = []
    for _ in range(2):
        history = gather_history("churn", known)
        write_history(known, history)
        states.append([one.state for one in history.versions])
    assert states[0] == ["unreadable"] * 3 + ["unread"] * 2
    assert states[1] == ["unreadable"] * 4 + ["read"]
    monkeypatch.setattr(chronicle, "_FETCHED_AT_ONCE", 0)
    assert gather_history("churn", known) == history


def test_a_comparison_is_taken_over_and_follows_the_registry(known):
    found = registry.find_version("churn", 1)
    write_history(known, gather_history("churn", known))
    registry.note(
        found,
        registry.CONTEST_NOTE,
        '{"champion": 7, "n_rows": 5, "problem": "", '
        '"difference": {"log_loss": {"value": -0.1, "low": -0.2, "high": 0.1, "n": 5}}}',
    )
    (version,) = gather_history("churn", known).versions
    assert version.contest == Contest(7, 5, Range(-0.1, -0.2, 0.1))
    registry.note(found, registry.CONTEST_NOTE, '{"champion": "seven"}')
    (version,) = gather_history("churn", known).versions
    assert version.contest is None


def test_what_cannot_be_fetched_now_is_tried_again_at_the_next_look(known):
    """As without the library of a store, or with a store that does not answer."""
    mlflow.MlflowClient().create_model_version("churn", source="strange://nowhere/model")
    for _ in range(2):
        history = gather_history("churn", known)
        write_history(known, history)
        assert {one.number: one.state for one in history.versions} == {2: "unread", 1: "read"}


def test_a_registry_that_fails_is_told(known, free_port, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    mlflow.set_registry_uri(f"http://127.0.0.1:{free_port}")
    with pytest.raises(RegistryError):
        gather_history("churn", known)


class TestFigures:
    def test_those_of_the_primary_horizon_lead(self):
        doubts = [{"problem": "ranking"}]
        bad = {"auc": {**ESTIMATE, "value": None}, "usable": False, "doubts": doubts}
        good = {"auc": ESTIMATE, "usable": True, "doubts": []}
        evaluation = {"all_rows": {"horizons": {"90d": good, "30d": bad}, "left_out": {"180d": "too long"}}}
        found = chronicle._judge(evaluation, 1)
        assert (found["horizon"], found["is_usable"], found["doubts"]) == ("90d", True, ())
        assert found["figures"] == {"auc": Range(0.7, 0.6, 0.8)}
        found = chronicle._judge(evaluation, 0)
        assert (found["horizon"], found["figures"], found["doubts"]) == ("30d", {}, ("ranking",))
        assert chronicle._judge(evaluation, 2)["horizon"] == "90d"

    @pytest.mark.parametrize("evaluation", [{}, {"all_rows": None}, {"all_rows": {"horizons": {}}}])
    def test_without_an_evaluation_there_are_none(self, evaluation):
        assert chronicle._judge(evaluation, 0) == {}

    def test_a_flat_table_has_one_outcome_without_days(self):
        evaluation = {"all_rows": {"horizons": {"outcome": {"rank_correlation": ESTIMATE, "mae": ESTIMATE}}}}
        found = chronicle._judge(evaluation, 0)
        assert set(found["figures"]) == {"rank_correlation", "mae"}
