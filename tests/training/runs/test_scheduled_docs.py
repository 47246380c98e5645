"""What the page on scheduled scoring shows is run: receiver, view, commands; and its figures hold."""

import json
import re
import runpy
import shlex
import sqlite3
import threading
from contextlib import closing
from http.server import HTTPServer

import pytest

from tests.contracts.repository import ROOT
from tests.training.delivery_world import N_ROWS, lay_workspace, newest, rows_of
from tests.training.runs.registering import forgetting
from training.__main__ import main
from training.batch import BATCH_ROWS
from training.commands import build_parser
from training.delivery.payload import PART_ROWS
from training.delivery.webhook import Persistence

PAGE = (ROOT / "docs" / "scheduled-scoring.md").read_text(encoding="utf-8")
DATABASES = (ROOT / "docs" / "databases.md").read_text(encoding="utf-8")


def blocks(language, page=PAGE):
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


COMMANDS = [
    line
    for page in (PAGE, DATABASES)
    for block in blocks("bash", page)
    for line in block.splitlines()
    if line.startswith("xm-predict")
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    with forgetting():
        yield lay_workspace(tmp_path_factory)


def score(workspace, *words):
    asked = ["score", "--name", "customer_binary", "--latest", "--out", workspace.out, *words]
    assert main([str(word) for word in asked]) == 0


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_can_be_parsed(line):
    assert build_parser().parse_args(shlex.split(line)[1:]).verb in {"build", "score", "train"}


def test_the_receiver_takes_each_row_once(workspace, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "webhook.secret").write_text("a secret of the receiver\n")
    (program,) = [block for block in blocks("python") if "verify_signature" in block]
    (tmp_path / "receiver.py").write_text(program)
    shown = runpy.run_path(str(tmp_path / "receiver.py"))
    quiet = type("Quiet", (shown["Receiver"],), {"log_message": lambda *_: None})
    with HTTPServer(("127.0.0.1", 0), quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/hooks"
        words = ["--webhook", url, "--webhook-secret-file", tmp_path / "webhook.secret"]
        with newest(workspace, rows_of(PART_ROWS + 5)):
            score(workspace, *words)
            record = workspace.batch() / "batch.json"
            forgotten = json.loads(record.read_text()) | {"targets": {}}
            record.write_text(json.dumps(forgotten))
            score(workspace, *words)
        server.shutdown()
        thread.join()
    with closing(sqlite3.connect(tmp_path / "crm.db")) as database:
        found = database.execute("SELECT entity_id FROM bands ORDER BY 1").fetchall()
        keys = database.execute("SELECT count(*) FROM taken").fetchone()
    assert [name for (name,) in found] == rows_of(PART_ROWS + 5).column("entity_id").to_pylist()
    assert keys == (2,)


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
def test_the_view_shows_the_newest_complete_batch(workspace, tmp_path, monkeypatch, request, kind):
    """Let an older day, and a batch that is not complete, be in the table as well."""
    if kind == "postgresql":
        server = request.getfixturevalue("postgresql")
        monkeypatch.setenv("PGPASSWORD", server.password)
        name = server.make_database()
        url = server.url(name)
    else:
        url = f"sqlite:///{tmp_path / 'bi.db'}"

    def ask(question):
        if kind == "postgresql":
            return server.ask(name, question)
        with closing(sqlite3.connect(tmp_path / "bi.db", isolation_level=None)) as database:
            return database.execute(question).fetchall()

    for day, n_rows in (("2025-11-01", 40), ("2025-12-01", 50), ("2026-01-01", 60)):
        with newest(workspace, rows_of(n_rows, day=day)):
            score(workspace, "--to", url)
    ask(blocks("sql")[0].strip().removesuffix(";"))
    question = "SELECT count(*), count(DISTINCT entity_id) FROM current_scores"
    assert ask(question) == [(60, 60)]
    ask("UPDATE xm_score_batches SET is_complete = false WHERE as_of = '2026-01-01'")
    assert ask(question) == [(50, 50)]


def test_figures_of_the_page_are_those_of_the_program():
    assert f"| {BATCH_ROWS:,} rows each" in PAGE
    assert f"up to {PART_ROWS:,} rows" in PAGE
    assert Persistence().deadline_seconds == 300  # "within five minutes"
    assert Persistence().longest_wait_seconds == 60  # "up to a minute"
    assert N_ROWS > BATCH_ROWS


def test_the_columns_of_the_page_are_those_of_the_table(workspace, tmp_path):
    with newest(workspace, rows_of(10, day="2027-01-01")):
        score(workspace, "--to", f"sqlite:///{tmp_path / 'bi.db'}")
    with closing(sqlite3.connect(tmp_path / "bi.db")) as database:
        names = {row[1] for row in database.execute("PRAGMA table_info(xm_scores)")}
    assert names >= {"probability_outcome", "reason_3"}
    own = {name for name in names if not name.startswith(("probability_", "reason_"))}
    assert [name for name in sorted(own) if f"`{name}`" not in PAGE] == []
