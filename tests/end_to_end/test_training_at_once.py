"""Trainings at once in one workspace: each gets a version of its own, one becomes champion."""

import mlflow
import pytest

from tests.end_to_end.at_once import train_at_once
from training.bundle import load


def client_of(folder):
    """Return the registry of the workspace, whatever registry an earlier test has chosen for this process."""
    uri = f"sqlite:///{folder / 'out' / 'mlflow.db'}"
    return mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)


def check(together):
    """Demand unique versions, one champion, a reason for everybody else, and a whole bundle."""
    client, answers = client_of(together.folder), together.answers
    assert sorted(answer["version"] for answer in answers) == list(range(1, len(answers) + 1))
    assert len({answer["run_id"] for answer in answers}) == len(answers)
    winners = [answer for answer in answers if answer["is_champion"]]
    assert len(winners) == 1
    assert int(client.get_model_version_by_alias("members", "champion").version) == winners[0]["version"]
    for answer in answers:
        assert answer["is_champion"] is not bool(answer["why_not"])
        assert all("champion changed from none to version" in why for why in answer["why_not"])
        version = client.get_model_version("members", str(answer["version"]))
        assert version.tags["model_version"] == answer["model_version"]
    assert not any("Traceback" in text or "database is locked" in text for text in together.errors)
    assert load(together.folder / "out" / "bundles" / "members").usecase.name == "members"


def test_of_two_trainings_one_makes_the_champion(together):
    assert len(together.answers) == 2
    check(together)
    assert len({answer["model_version"] for answer in together.answers}) == 1


@pytest.mark.long
def test_of_four_trainings_one_makes_the_champion(tmp_path):
    check(train_at_once(tmp_path, [8, 8, 8, 8]))


@pytest.mark.long
def test_every_training_registers_what_it_learned_itself(tmp_path):
    """Give each another seed: in a shared workspace none may register the bundle of another."""
    together = train_at_once(tmp_path, [8, 9, 10, 11])
    assert not any("Traceback" in text for text in together.errors)
    assert len({answer["model_version"] for answer in together.answers}) == 4
    client = client_of(tmp_path)
    for answer in together.answers:
        uri = client.get_model_version_download_uri("members", str(answer["version"]))
        bundle = load(next((tmp_path / uri.removeprefix("file://")).glob("artifacts/*")))
        assert bundle.model_version == answer["model_version"]
