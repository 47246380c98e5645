"""The whole life with real commands: train, new data, alerts, a rule, a challenger, a new champion."""

import json

import pytest

from tests.training.monitoring.drift_world import NOW, TRAINED_UNTIL, Drift, write_world
from tests.training.runs.registering import forgetting
from training import registry
from training.__main__ import main
from training.monitoring import Health

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore:Operation with range is deprecated")]
RULES = {"retrain": {"after_days": 400, "new_labels": 50_000, "alerts": ["realised"]}}


@pytest.fixture
def verb(tmp_path, capsys):
    def run(*words):
        capsys.readouterr()
        code = main([*map(str, words), "--out", str(tmp_path / "out"), "--json"])
        shown = capsys.readouterr()
        assert code == 0, shown.err
        return json.loads(shown.out)

    with forgetting():
        yield run


def test_from_the_first_champion_to_the_next(verb, tmp_path):
    """The others leave from October on, when the data of the first champion ended."""
    first = write_world(tmp_path / "data", until=TRAINED_UNTIL, more=RULES)
    file = first.folder / "shop.yaml"
    found = verb("train", "--usecase", file, "--when", "due")
    assert (found["trained"], found["is_due"], found["is_champion"]) == (True, True, True)
    assert found["reasons"] == ["there is no champion yet"]

    again = verb("train", "--usecase", file, "--when", "due")
    assert (again["trained"], again["is_due"]) == (False, False)
    assert again["reasons"] == ["version 1 has learned from this very data"]

    write_world(tmp_path / "data", until=NOW, more=RULES, drift=Drift(TRAINED_UNTIL, turned=True))
    quiet = verb("train", "--usecase", file, "--when", "due")
    assert (quiet["trained"], quiet["is_due"]) == (False, False)
    assert any("no newer findings of monitoring" in reason for reason in quiet["reasons"])

    health = Health.from_json(verb("monitor", "--usecase", file))
    assert {check.about for check in health.alerts if check.kind == "realised"} == {"30d", "60d"}
    assert health.advice.is_due
    (reason,) = health.advice.reasons
    assert "Ranking quality, outcomes known, 30 days" in reason["en"]

    due = verb("train", "--usecase", file, "--when", "due", "--promote", "never")
    assert (due["trained"], due["is_due"], due["version"], due["is_champion"]) == (True, True, 2, False)
    assert due["reasons"] == [reason["en"]]
    waits = verb("train", "--usecase", file, "--when", "due")
    assert waits["reasons"] == ["version 2 has learned from this very data"]

    compared = verb("compare", "--usecase", file)
    assert (compared["champion"], compared["challenger"]) == (1, 2)
    assert compared["n_rows"] > 1_000
    assert compared["difference"]["log_loss"]["high"] < 0
    assert "clearly better" in compared["summary"]
    promoted = verb("promote", "--name", "shop", "--version", 2, "--force", "the world has turned")
    assert (promoted["version"], promoted["previous_version"]) == (2, 1)
    registry.connect(tmp_path / "out")
    assert registry.find_version("shop", registry.CHAMPION).version == 2
