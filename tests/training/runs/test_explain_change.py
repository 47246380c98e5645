"""The verb explain-change, with a registry of two versions in a workspace."""

import json
from dataclasses import replace

import pytest

from tests.empty_registry import lay_registry
from tests.training.examples import believed
from tests.training.runs.registering import register_bundles
from training.__main__ import main
from training.bundle import load, save
from training.canary import make_canary
from training.rows import feature_columns

FROM, TO = "2025-09-01", "2025-12-01"


@pytest.fixture(autouse=True)
def no_other_registry(monkeypatch):
    """Forget the registry of an earlier test: MLflow writes it into the environment."""
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_RUN_ID"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def workspace(company, tmp_path_factory):
    """Return a workspace with the feature table and two versions: the second is less worried by a third."""
    folder = tmp_path_factory.mktemp("workspace")
    company.frame.write(folder / "frames" / "churn")
    model = company.bundle.model
    calmer = replace(model, intercepts=tuple(value - 0.3 for value in model.intercepts))
    rows = feature_columns(company.frame.latest, company.bundle.catalogue)
    canary = make_canary(company.bundle.catalogue, rows, company.bundle.encoder, calmer)
    first, second = folder / "first", folder / "second"
    parts = replace(company.learned.parts, evaluation=believed(company.bundle).evaluation)
    save(parts, first)
    save(replace(parts, model=calmer, canary=canary), second)
    register_bundles(lay_registry(tmp_path_factory, folder), first, second)
    return folder


@pytest.fixture(scope="module")
def entity(company):
    """Return somebody who was there on both days."""
    older = {row["entity_id"] for row in company.frame.table.to_pylist() if str(row["snapshot_date"]) == FROM}
    return next(name for name in company.frame.latest["entity_id"].to_pylist() if name in older)


def ask(capsys, workspace, *words, code=0):
    """Return what stands on stdout, or the refusal."""
    asked = ["explain-change", "--name", "churn", "--from", FROM, "--to", TO, "--out", str(workspace), *words]
    assert main(asked) == code
    written = capsys.readouterr()
    return written.err if code else written.out


def test_people_read_both_scores_and_reasons(capsys, workspace, entity):
    lines = ask(capsys, workspace, "--entity", entity).splitlines()
    assert lines[0].startswith(f"{entity}, 90d: ")
    assert f"% on {FROM} → " in lines[0]
    assert "points" in lines[1]
    assert lines[-1].strip().startswith("±0.0 points  the model is the same (version 1, churn-")


def test_programs_get_parts_that_add_up(capsys, workspace, entity):
    for horizon in ("30d", "90d", "180d", "365d"):
        words = ["--entity", entity, "--to-version", "2", "--horizon", horizon, "--json"]
        found = json.loads(ask(capsys, workspace, *words))
        total = sum(driver["effect"] for driver in found["drivers"]) + found["model"]["effect"]
        assert found["before"] + total == pytest.approx(found["after"], abs=1e-9)
        total = sum(driver["log_odds"] for driver in found["drivers"]) + found["model"]["log_odds"]
        assert found["log_odds_before"] + total == pytest.approx(found["log_odds_after"], abs=1e-9)
        assert found["model"]["effect"] < 0
        assert (found["from"]["version"], found["to"]["version"]) == (1, 2)
        assert (found["from"]["snapshot_date"], found["to"]["snapshot_date"]) == (FROM, TO)


def test_the_ends_are_the_scores_of_the_bundle(capsys, workspace, entity, company):
    found = json.loads(ask(capsys, workspace, "--entity", entity, "--json"))
    names = company.frame.latest["entity_id"].to_pylist()
    columns = feature_columns(company.frame.latest, company.bundle.catalogue)
    matrix = load(company.folder).encoder.encode(columns).matrix
    risk = company.bundle.model.probabilities(matrix)[names.index(entity), 1]
    assert found["after"] == pytest.approx(risk, abs=1e-12)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], "explain-change: neither --entity nor --group is there; name one of them"),
        (["--entity", "a", "--group", "b=c"], "explain-change: both --entity and --group are there"),
        (["--entity", "nobody"], "--entity: 'nobody' is in no row of the feature table of 'churn'"),
        (["--group", "Sales"], "--group: 'Sales' is not a group of a cut; write department=Sales"),
        (["--group", "team=Sales"], "--group: 'team' is not a cut of 'churn'"),
        (
            ["--entity", "a", "--from", "last week"],
            "--from: 'last week' is not a day; write it like 2025-09-01",
        ),
    ],
)
def test_wrong_input_is_answered_in_one_line(capsys, workspace, words, line):
    refusal = ask(capsys, workspace, *words, code=2)
    assert refusal.startswith(f"xm-predict: {line}")
    assert refusal.count("\n") == 1


def test_a_version_that_is_not_there_is_named(capsys, workspace):
    refusal = ask(capsys, workspace, "--entity", "a", "--from-version", "9", code=1)
    assert refusal.startswith("xm-predict: model churn: has no version 9")
