"""Batches of the newest snapshot on the command line: made once, gone on with, said in plain words."""

import contextlib
import json
import sqlite3
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import ContractError
from tests.training.delivery_world import DAY, N_ROWS, lay_workspace, newest, rows_of, write_latest
from tests.training.runs.registering import forgetting
from training.__main__ import main
from training.console import Console
from training.delivery.kept import alone_with
from training.runs.releases import Releases
from training.runs.scheduled import Order, score_latest
from training.runs.workspace import Workspace
from training.scoring import Scorer


@pytest.fixture(scope="module")
def laid(tmp_path_factory):
    return lay_workspace(tmp_path_factory)


@pytest.fixture
def workspace(laid):
    """Return a workspace without batches."""
    laid.forget()
    with forgetting():
        yield laid


@pytest.fixture
def score(workspace, capsys):
    """Return what scores and gives the answer, or the refusal."""

    def run(*words, name="customer_binary", code=0):
        asked = ["score", "--name", name, "--out", workspace.out, "--json", *words]
        assert main([str(word) for word in asked]) == code
        written = capsys.readouterr()
        return json.loads(written.out) if code == 0 else written.err.splitlines()[-1]

    return run


def test_a_batch_is_kept_in_parts(score, workspace):
    answer = score("--latest")
    assert answer["rows"] == N_ROWS
    assert (answer["as_of"], answer["parts"], answer["parts_made"]) == (DAY, 3, 3)
    assert workspace.batch().name == f"{DAY}-{answer['batch_id']}"
    assert sorted(path.name for path in workspace.batch().iterdir()) == [
        "batch.json",
        "part-00000.parquet",
        "part-00001.parquet",
        "part-00002.parquet",
    ]
    record = workspace.record()
    assert record["counts"] == {"parts": 3, "rows": N_ROWS}
    assert [part["rows"] for part in record["parts"].values()] == [10_000, 10_000, 345]
    assert record["started"] <= record["finished"]
    scores = workspace.scores()
    assert scores.num_rows == N_ROWS
    assert scores.column("entity_id").to_pylist() == rows_of(N_ROWS).column("entity_id").to_pylist()
    assert {"probability_outcome", "risk_band", "reason_3", "model_version"} < set(scores.column_names)


def test_a_batch_holds_what_plain_scoring_gives(score, workspace, tmp_path):
    score("--latest", "--to", tmp_path / "batch.parquet")
    score("--to", tmp_path / "plain.parquet")
    plain = pq.read_table(tmp_path / "plain.parquet")
    assert pq.read_table(tmp_path / "batch.parquet").equals(plain)
    assert workspace.scores().equals(plain)


def test_a_second_run_changes_nothing_and_says_so(score, workspace, tmp_path):
    first = score("--latest", "--to", tmp_path / "scores.csv")
    before = {
        path: path.stat().st_mtime_ns for path in (tmp_path / "scores.csv", *workspace.batch().iterdir())
    }
    again = score("--latest=yes", "--to", tmp_path / "scores.csv")
    assert (first["is_unchanged"], again["is_unchanged"]) == (False, True)
    assert again["targets"] == {str(tmp_path / "scores.csv"): False}
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_people_are_told_in_words(score, workspace, capsys):
    words = ["score", "--name", "customer_binary", "--out", str(workspace.out), "--latest"]
    assert main(words) == 0
    assert capsys.readouterr().out.startswith("batch ")
    assert main(words) == 0
    assert capsys.readouterr().out.startswith("nothing to do: batch ")


def test_a_file_that_was_lost_or_changed_is_written_again(score, tmp_path):
    to = tmp_path / "scores.parquet"
    score("--latest", "--to", to)
    whole = to.read_bytes()
    to.write_bytes(whole[:-1])
    assert score("--latest", "--to", to)["targets"] == {str(to): True}
    to.unlink()
    assert score("--latest", "--to", to)["parts_made"] == 0
    assert to.read_bytes() == whole


def test_damaged_and_missing_parts_are_made_again(score, workspace):
    score("--latest")
    whole = workspace.bytes_of_parts()
    (workspace.batch() / "part-00000.parquet").write_bytes(b"damaged")
    (workspace.batch() / "part-00002.parquet").unlink()
    assert score("--latest")["parts_made"] == 2
    assert workspace.bytes_of_parts() == whole


class TestIdentity:
    def test_other_rows_reasons_and_days_are_other_batches(self, score, workspace):
        kept = {score("--latest")["batch_id"], score("--latest", "--reasons", 1)["batch_id"]}
        with newest(workspace, rows_of(N_ROWS, start=1)):
            kept.add(score("--latest")["batch_id"])
        with newest(workspace, rows_of(N_ROWS, day="2026-01-01")):
            kept.add(score("--latest")["batch_id"])
        assert len(kept) == len(workspace.batches()) == 4

    def test_the_same_rows_in_another_file_are_the_same_batch(self, score, workspace):
        score("--latest")
        rows = rows_of(N_ROWS)
        parted = pa.concat_tables([rows.slice(0, 77), rows.slice(77)])
        with newest(workspace, parted.append_column("not_a_feature", pa.array([1] * N_ROWS))):
            assert score("--latest")["is_unchanged"]

    def test_rows_without_a_day_are_undated(self, score, workspace):
        with newest(workspace, rows_of(300, day=None)):
            assert score("--latest")["as_of"] is None
        assert workspace.batch().name.startswith("undated-")


class TestRefusals:
    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["--latest", "--rows", "x.parquet"], "--rows: does not go with --latest"),
            (["--latest", "--engine", "spark"], "--engine spark: does not go with --latest"),
            (["--latest", "--to", "scores.xlsx"], "'.xlsx' is not a known suffix"),
            (["--latest", "--to", "mysql://me:canary@host/db"], "is not an address of a database"),
            (["--latest", "--to", "sqlite:///x.db", "--table", "a-b"], "'a-b' is no plain name"),
            (["--latest", "--table", "scores"], "--table: needs --to"),
            (["--latest", "--webhook", "https://example.org/x"], "--webhook-secret-file: is not given"),
            (["--latest", "--webhook-secret-file", "x"], "needs --webhook"),
            (["--latest", "--reasons", "-1"], "-1 is below 0"),
            (["--to", "sqlite:///x.db"], "--to: names a database, and there is no --latest"),
            (["--webhook", "https://example.org/x"], "--webhook: is for batches"),
        ],
        ids=lambda value: "-".join(value) if isinstance(value, list) else None,
    )
    def test_settings_that_do_not_fit_are_told_before_anything_is_made(self, score, workspace, words, told):
        assert told in score(*words, code=2)
        assert workspace.batches() == []

    def test_no_champion(self, score):
        refused = score("--latest", name="nobody", code=1)
        assert "model nobody: has no champion in sqlite:///" in refused
        assert "train it: xm-predict train --usecase nobody.yaml; or if it was trained elsewhere" in refused

    def test_no_build(self, score, workspace):
        file = workspace.out / "frames" / "customer_binary" / "latest.parquet"
        aside = file.rename(file.with_suffix(".aside"))
        try:
            told = score("--latest", code=2)
        finally:
            aside.rename(file)
        assert "'customer_binary' has no build here; build it: xm-predict build" in told

    def test_nobody_to_score(self, score, workspace):
        with newest(workspace, rows_of(0)):
            assert "has no rows; nobody is in the cohort" in score("--latest", code=2)

    def test_somebody_who_is_there_twice(self, score, workspace):
        with newest(workspace, pa.concat_tables([rows_of(3), rows_of(1)])):
            assert "'e000000' is there twice" in score("--latest", code=2)

    def test_somebody_without_a_name(self, score, workspace):
        rows = rows_of(2)
        place = rows.schema.get_field_index("entity_id")
        with newest(workspace, rows.set_column(place, "entity_id", pa.array(["a", None]))):
            assert "is empty in 1 rows" in score("--latest", code=2)

    def test_a_build_of_another_form(self, score, workspace):
        with newest(workspace, rows_of(5).drop_columns(["plan"])):
            assert "has no column 'plan'" in score("--latest", code=2)

    def test_a_record_that_is_damaged(self, score, workspace):
        score("--latest")
        (workspace.batch() / "batch.json").write_text("{")
        assert "is not the record of a batch" in score("--latest", code=2)

    def test_two_runs_at_once(self, score, workspace):
        place = workspace.out / "scores" / "customer_binary"
        with alone_with(place):
            told = score("--latest", code=1)
        assert "scores of customer_binary: are being made by process" in told
        assert score("--latest")["parts_made"] == 3


def test_a_build_older_than_the_model_is_refused(members, tmp_path):
    """Let a model have learned from snapshots that the build does not have yet."""
    bundle = replace(members.bundle, facts={**members.bundle.facts, "as_of": "2025-12-31"})
    names = members.bundle.catalogue.names
    rows = members.frame.latest.select(["entity_id", *names])
    days = pa.array(["2025-11-30"] * rows.num_rows).cast(pa.date32())
    write_latest(tmp_path, "members", rows.append_column("snapshot_date", days))
    with pytest.raises(ContractError, match=r"is of 2025-11-30, and members-\w+ has learned .* 2025-12-31"):
        score_latest(Console(), Workspace(tmp_path), Scorer(bundle), Order(3), Releases())


class TestEmployees:
    def test_they_are_scored_in_groups_alone(self, score, workspace):
        answer = score("--latest", name="employee_binary")
        scores = workspace.scores("employee_binary")
        assert answer["groups"] == scores.num_rows == 3
        assert "rows" not in answer
        assert scores.column("group").to_pylist() == ["north", "south", "west"]
        text = "".join(str(row) for row in scores.to_pylist()) + json.dumps(
            workspace.record("employee_binary")
        )
        assert "e000" not in text

    def test_what_goes_out_is_in_the_ledger(self, score, workspace):
        score("--latest", name="employee_binary")
        (entry,) = json.loads(
            (workspace.out / "releases" / "employee_binary" / "forecasts.json").read_text()
        )["entries"]
        assert entry["wave"]["name"] == DAY
        assert score("--latest", name="employee_binary")["is_unchanged"]

    def test_a_webhook_is_refused_before_anything_is_made(self, score, workspace, tmp_path):
        (tmp_path / "secret").write_text("0123456789abcdef")
        words = [
            "--latest",
            "--webhook",
            "https://127.0.0.1:9/",
            "--webhook-secret-file",
            tmp_path / "secret",
        ]
        told = score(*words, name="employee_binary", code=2)
        assert "employee_binary: --webhook: people at work are scored in groups" in told
        assert workspace.batches("employee_binary") == []
        assert not (workspace.out / "releases").exists()

    def test_groups_go_into_a_table(self, score, workspace, tmp_path):
        url = f"sqlite:///{tmp_path / 'bi.db'}"
        score("--latest", "--to", url, name="employee_binary")
        with contextlib.closing(sqlite3.connect(tmp_path / "bi.db")) as database:
            found = database.execute(
                "SELECT cut, group_name, people, probability FROM xm_group_scores"
            ).fetchall()
        wanted = workspace.scores("employee_binary").to_pylist()
        names = ("cut", "group", "people", "probability_outcome")
        assert sorted(found) == [tuple(row[name] for name in names) for row in wanted]
        assert score("--latest", "--to", url, name="employee_binary")["is_unchanged"]
