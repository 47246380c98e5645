"""MLflow's own tables on a real PostgreSQL: train, promote, score, and never a password in what is said."""

import os
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.end_to_end.forked import start
from tests.postgresql import Server
from tests.training.examples import write_members


@dataclass(frozen=True)
class World:
    """Hold a workspace without a registry of its own, and the database of MLflow."""

    folder: Path
    server: Server
    database: str

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def start(self, verb, *words, uri=None, **settings):
        """Start a verb; the address holds no password, which comes from the environment."""
        given = uri or self.server.url(self.database)
        secret = {"PGPASSWORD": self.server.password, "MLFLOW_TRACKING_URI": given} | settings
        return start(self.folder / "logs", verb, *words, "--out", self.out, **secret)

    def train(self, seed=8):
        usecase = self.folder / "data" / "members.yaml"
        return self.start("train", "--usecase", usecase, "--seed", seed)

    def ask(self, question):
        return self.server.ask(self.database, question)


@pytest.fixture(scope="module")
def world(postgresql, tmp_path_factory):
    folder = tmp_path_factory.mktemp("on-postgresql")
    write_members(folder / "data")
    return World(folder, postgresql, postgresql.make_database())


@pytest.fixture(scope="module")
def answers(world):
    """Train twice at once in an empty database."""
    begun = [world.train(8), world.train(8)]
    found = [one.answer() for one in begun]
    assert not any("Traceback" in one.err.read_text() for one in begun)
    return found


def test_of_two_trainings_at_once_one_makes_the_champion(world, answers):
    assert sorted(answer["version"] for answer in answers) == [1, 2]
    (winner,) = [answer for answer in answers if answer["is_champion"]]
    question = "SELECT alias, version FROM registered_model_aliases WHERE alias = 'champion'"
    assert world.ask(question) == [("champion", winner["version"])]
    assert not (world.out / "mlflow.db").exists()


def test_artifacts_go_into_the_workspace(world, answers):
    ((place,),) = world.ask("SELECT artifact_location FROM experiments WHERE name = 'xm-predict'")
    assert place == (world.out / "mlartifacts").as_uri()
    assert any((world.out / "mlartifacts").rglob("manifest.json"))


def test_another_version_is_promoted_and_scores(world, answers):
    (other,) = [answer["version"] for answer in answers if not answer["is_champion"]]
    words = ["--name", "members", "--version", other, "--force", "to see that it works"]
    world.start("promote", *words).answer()
    score = ["--name", "members", "--latest", "--to", world.server.url(world.database), "--table", "scored"]
    answer = world.start("score", *score).answer()
    (part,) = (world.out / "scores" / "members").rglob("part-*.parquet")
    found = world.ask("SELECT entity_id, probability FROM scored ORDER BY entity_id")
    scores = pq.read_table(part).sort_by("entity_id")
    wanted = zip(
        *(scores.column(name).to_pylist() for name in ("entity_id", "probability_outcome")), strict=True
    )
    assert found == list(wanted)
    assert len(found) == answer["rows"]
    assert world.start("score", *score).answer()["is_unchanged"]


def test_no_password_is_said_or_written(world, answers):
    """Let MLflow be addressed with passwords, right and wrong, and at servers that are not there."""
    right = world.server.tracking_uri(world.database)
    wrong = right.replace(world.server.password, "canary-of-mlflow")
    words = ["score", "--name", "members", "--latest"]
    uris = [
        right,
        wrong,
        wrong.replace(str(world.server.port), "1"),
        wrong.replace("127.0.0.1", "nowhere.invalid"),
    ]
    ended = [world.start(*words, uri=uri) for uri in uris]
    codes = [one.end() for one in ended]
    told = [one.err.read_text() for one in ended]
    assert codes == [0, 1, 1, 1], told
    assert all("MLflow at postgresql+pg8000://xm:***@" in line for line in told[1:])
    files = [path for top in (world.out, world.folder / "logs") for path in top.rglob("*") if path.is_file()]
    assert len(files) > 30
    secrets = (b"canary-of-mlflow", os.fsencode(world.server.password))
    assert [path for path in files if any(secret in path.read_bytes() for secret in secrets)] == []
    assert world.ask("SELECT count(*) FROM params WHERE value LIKE '%canary%'") == [(0,)]
