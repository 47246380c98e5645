"""Scoring that is killed at any point, and asked for again: no score twice, none missing, anywhere."""

import json
import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.forked import Forked, start
from tests.postgresql import Server
from tests.receiver import SECRET, Receiver, receiving
from tests.training.delivery_world import N_ROWS, Workspace, lay_workspace, newest, rows_of

# Where scoring may die; a few in the fast suite, all in the long.
POINTS = ["part.noted:2", "table.written:2"]
MORE_POINTS = [
    "batch.begun",
    "part.written",
    "part.written:3",
    "part.noted",
    "batch.finished",
    "table.begun",
    "table.written",
    "table.committed",
    "table.committed:3",
    "table.completed",
    "target.noted",
    "target.noted:2",
    "webhook.sent",
    "webhook.sent:3",
    *(f"file.{step}:{count}" for step in ("written", "flushed", "renamed") for count in (1, 2, 3, 6, 8, 9)),
]
# Of people at work there is one part; what was told of them is in a ledger before anything is out.
POINTS_OF_GROUPS = ["batch.begun", "part.written", "batch.finished", "table.written", "table.completed"]


@dataclass(frozen=True)
class World:
    """Hold a workspace, a database and a receiver, all of them empty."""

    workspace: Workspace
    server: Server
    database: str
    receiver: Receiver
    folder: Path

    def start(self, usecase: str = "customer_binary", *words: object, **settings: str) -> Forked:
        """Start scoring."""
        asked = ["score", "--name", usecase, "--latest", "--out", self.workspace.out]
        asked += ["--to", self.server.url(self.database)]
        if usecase == "customer_binary":
            asked += ["--webhook", self.receiver.url, "--webhook-secret-file", self.folder / "secret"]
        return start(self.folder / "logs", *asked, *words, PGPASSWORD=self.server.password, **settings)

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        return self.server.ask(self.database, question)

    def check(self) -> None:
        """Demand every score once: in the files, in the table, at the receiver."""
        scores = self.workspace.scores()
        ids, figures = (scores.column(name).to_pylist() for name in ("entity_id", "probability_outcome"))
        assert len(set(ids)) == len(ids) == N_ROWS
        assert self.ask("SELECT entity_id, probability FROM xm_scores ORDER BY entity_id") == list(
            zip(ids, figures, strict=True)
        )
        assert self.ask("SELECT is_complete, scores FROM xm_score_batches") == [(True, N_ROWS)]
        rows = self.receiver.rows()
        assert [(row["entity_id"], row["probabilities"]["outcome"]) for row in rows] == list(
            zip(ids, figures, strict=True)
        )
        assert len(self.receiver.taken) == -(-N_ROWS // 1_000)
        assert not list(self.workspace.batch().glob(".*"))


@pytest.fixture(scope="module")
def laid(tmp_path_factory):
    return lay_workspace(tmp_path_factory)


@pytest.fixture(scope="module")
def reference(laid, tmp_path_factory):
    """Return the bytes of the parts of a run that nobody killed."""
    laid.forget()
    words = ["score", "--name", "customer_binary", "--latest", "--out", laid.out]
    start(tmp_path_factory.mktemp("reference"), *words).answer()
    return laid.bytes_of_parts()


@pytest.fixture
def world(laid, postgresql, tmp_path):
    laid.forget()
    (tmp_path / "secret").write_bytes(SECRET + b"\n")
    with receiving() as receiver:
        yield World(laid, postgresql, postgresql.make_database(), receiver, tmp_path)


def go_on(world, reference):
    """Score again, which ends well, and once more, which changes nothing."""
    world.start().answer()
    world.check()
    assert world.workspace.bytes_of_parts() == reference
    before = world.ask("SELECT * FROM xm_score_batches")
    assert world.start().answer()["is_unchanged"]
    assert world.ask("SELECT * FROM xm_score_batches") == before
    world.check()


@pytest.mark.parametrize("point", POINTS)
def test_what_was_killed_goes_on(world, reference, point):
    killed = world.start(XM_FAILPOINT=point)
    assert killed.end() == -signal.SIGKILL, killed.err.read_text()
    go_on(world, reference)


@pytest.mark.long
@pytest.mark.parametrize("point", MORE_POINTS)
def test_what_was_killed_anywhere_goes_on(world, reference, point):
    killed = world.start(XM_FAILPOINT=point)
    assert killed.end() == -signal.SIGKILL, killed.err.read_text()
    go_on(world, reference)


@pytest.mark.long
@pytest.mark.parametrize("number", range(20))
def test_death_at_any_moment(world, reference, number):
    chance = random.Random(number)
    for _ in range(chance.randint(1, 3)):
        killed = world.start()
        time.sleep(chance.uniform(0.2, 6.0))
        killed.kill()
    go_on(world, reference)


def test_two_at_once_do_it_once(world, reference):
    """Let one of them say that the other is at it, or come after it and find nothing to do."""
    begun = [world.start() for _ in range(2)]
    codes = [one.end() for one in begun]
    errors = [one.err.read_text() for one in begun]
    assert 0 in codes, errors
    for code, told in zip(codes, errors, strict=True):
        assert code == 0 or "scores of customer_binary: are being made by process" in told
    go_on(world, reference)
    assert world.receiver.n_again == 0


@pytest.mark.long
@pytest.mark.parametrize("point", POINTS_OF_GROUPS)
def test_groups_of_people_at_work_go_on(world, point):
    check_groups(world, point)


def check_groups(world, point):
    killed = world.start("employee_binary", XM_FAILPOINT=point)
    assert killed.end() == -signal.SIGKILL, killed.err.read_text()
    answer = world.start("employee_binary").answer()
    scores = world.workspace.scores("employee_binary").to_pylist()
    wanted = [(row["group"], row["people"], row["probability_outcome"]) for row in scores]
    found = world.ask("SELECT group_name, people, probability FROM xm_group_scores ORDER BY group_name")
    assert found == wanted
    assert answer["groups"] == len(wanted) == 3
    assert world.start("employee_binary").answer()["is_unchanged"]
    ledger = json.loads((world.workspace.out / "releases" / "employee_binary" / "forecasts.json").read_text())
    assert len({entry["wave"]["name"] for entry in ledger["entries"]}) == 1
    assert world.receiver.calls == []


def test_no_secret_is_left_anywhere(world):
    """Look for the password in the address and for the secret of the webhook in all files and words."""
    world.server.ask("postgres", "DROP ROLE IF EXISTS canary")
    world.server.ask("postgres", "CREATE ROLE canary LOGIN SUPERUSER PASSWORD 'canary-of-postgresql'")
    good = f"postgresql://canary:canary-of-postgresql@127.0.0.1:{world.server.port}/{world.database}"
    wrong = good.replace("canary-of-postgresql", "canary-of-another")
    away = wrong.replace(str(world.server.port), "1")
    with newest(world.workspace, rows_of(50)):
        begun = world.start("customer_binary", "--to", good)
        assert begun.end() == 0, begun.err.read_text()
        urls = (good, wrong, away, f"{wrong}/no?canary-of=1")
        assert [world.start("customer_binary", "--to", url).end() for url in urls] == [0, 1, 1, 2]
        world.receiver.answers = [(400, {})]
        assert world.start("customer_binary", "--reasons", 1).end() == 1
    secrets = (b"canary-of-postgresql", b"canary-of-another", SECRET, b"of-a-secret-path")
    looked_at = (*world.workspace.out.rglob("*"), *(world.folder / "logs").rglob("*"))
    files = [path for path in looked_at if path.is_file()]
    assert len(files) > 15
    assert [path for path in files if any(secret in path.read_bytes() for secret in secrets)] == []
    assert "canary-of" not in str(world.ask("SELECT * FROM xm_score_batches"))
