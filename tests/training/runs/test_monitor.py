"""The verb monitor on a real registry: what it writes, says, logs and refuses."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime

import mlflow
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from serving.health import HealthFiles
from tests.empty_registry import lay_registry
from tests.serving.health_samples import make_health
from tests.training.examples import ROOT
from tests.training.promotion.candidates import candidate_of
from tests.training.runs.registering import forgetting, register_version
from training import registry
from training.__main__ import main
from training.monitoring import Check, Health
from training.runs.monitor import _rank, describe, keep, list_metrics, watch
from training.statistics import Estimate

pytestmark = pytest.mark.filterwarnings("ignore:Operation with range is deprecated")
CHURN = ROOT / "mlproject" / "usecases" / "churn.yaml"


@pytest.fixture
def out(tmp_path_factory, tmp_path):
    """Return a workspace whose registry is connected and forgotten afterwards."""
    with forgetting():
        registry.connect(lay_registry(tmp_path_factory, tmp_path / "out"))
        yield tmp_path / "out"


def crown(example, folder):
    """Register an example and make it champion."""
    registered = register_version(example.learned.parts, candidate_of(example).kept_back, folder)
    registry.set_alias(registered.usecase, registry.CHAMPION, registered.version)
    return registered


def find_run(name):
    """Return the newest run of a name."""
    runs = mlflow.search_runs(
        experiment_names=["xm-predict"], filter_string=f"tags.mlflow.runName = '{name}'", output_format="list"
    )
    return runs[0]


@pytest.mark.usefixtures("out")
def test_a_flat_table_of_the_same_people_has_nothing_to_tell(members):
    found = watch(candidate_of(members), members.frame, members.usecase, made_on=date(2026, 11, 26))
    assert found.as_of is None
    assert found.alerts == ()
    assert {check.kind for check in found.checks} >= {"missing", "level", "unseen", "score"}
    assert Health.from_json(json.loads(found.to_text())) == found


def test_the_verb_keeps_tells_and_logs_what_it_finds(company, out, tmp_path, capsys):
    registered = crown(company, tmp_path)
    exports = shutil.copytree(company.usecase.folder, tmp_path / "exports")
    tickets = pq.read_table(exports / "tickets.parquet")
    known = pc.less(tickets.column("ingested_at"), datetime(2025, 11, 20, tzinfo=UTC))
    pq.write_table(tickets.filter(known), exports / "tickets.parquet")
    words = ["monitor", "--usecase", str(CHURN), "--data", str(exports), "--out", str(out)]
    capsys.readouterr()
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["usecase"] == "churn"
    assert told["model_version"] == registered.model_version
    assert ("feed", "tickets") in {
        (one["kind"], one["about"]) for one in told["checks"] if one["state"] == "alert"
    }
    folder = out / "monitoring" / "churn"
    assert json.loads((folder / "latest.json").read_text()) == told
    assert json.loads((folder / "2025-12-01.json").read_text()) == told
    served = HealthFiles(out / "monitoring").find("churn")
    assert served is not None
    assert len(served.checks) == len(told["checks"])
    run = find_run("monitor churn")
    assert run.info.status == "FINISHED"
    assert run.data.metrics["alerts"] == len(served.alerts)
    assert run.data.metrics["alerts.feed"] >= 1
    assert run.data.tags["model_version"] == registered.model_version
    names = {file.path for file in mlflow.MlflowClient().list_artifacts(run.info.run_id, "monitoring")}
    assert names == {"monitoring/latest.json"}


def test_without_a_champion_there_is_nothing_to_watch(members, out, capsys):
    file = members.usecase.folder / "members.yaml"
    assert main(["monitor", "--usecase", str(file), "--out", str(out)]) == 1
    assert "model members: has no champion" in capsys.readouterr().err
    assert not (out / "monitoring").exists()


def test_alerts_come_first_and_are_told_one_sentence_each(tmp_path):
    health = make_health()
    lines = describe(health, tmp_path / "latest.json")
    assert lines == [
        "1 alert: churn, 800 rows of 2026-06-01, 1 check of churn-0123456789ab",
        "  missing: Tickets are missing.",
        "  train again: It is old.",
        f"written to {tmp_path / 'latest.json'}",
    ]
    assert describe(replace(health, checks=(), advice=None), tmp_path)[0].startswith("no alert: ")


def test_checks_are_sorted_by_state_kind_and_name():
    def check(kind, about, state):
        return Check.stated(kind, about, {}, state, {})

    checks = [
        check("missing", "b", "no clear change"),
        check("score", "a", "alert"),
        check("missing", "a", "no clear change"),
        check("level", "z", "alert"),
    ]
    assert [(one.kind, one.about) for one in sorted(checks, key=_rank)] == [
        ("level", "z"),
        ("score", "a"),
        ("missing", "a"),
        ("missing", "b"),
    ]


def test_a_run_keeps_figures_under_names_that_mlflow_takes():
    odd = Check.tested("level", "größe (cm)=1", {}, Estimate(0.5, 0.4, 0.6, 9), (0, 1), "place", 0.5, {})
    found = list_metrics(make_health(checks=(odd,)))
    assert found["level.größe _cm__1"] == 0.5
    assert found["alerts"] == 0
    assert found["estimated.auc.90d"] == 0.82


def test_files_of_other_days_stay(tmp_path):
    keep(make_health(), tmp_path)
    newest = make_health(as_of=date(2026, 7, 1), n_rows=5)
    assert keep(newest, tmp_path) == tmp_path / "latest.json"
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "2026-06-01.json",
        "2026-07-01.json",
        "latest.json",
    ]
    flat = make_health(as_of=None)
    keep(flat, tmp_path)
    assert (tmp_path / "2026-06-02.json").read_text() == flat.to_text()
