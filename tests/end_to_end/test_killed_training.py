"""A training that is killed at any point: the champion stays whole, and the next training goes through."""

import contextlib
import random
import shutil
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.forked import start
from tests.training.examples import write_members
from training.bundle import load, verify

NEXT = 3  # the version that a training makes after the two that the tests begin with
# Where a training may die, and whether it is in the ledger by then; a few in the fast suite, all in the long.
POINTS = {
    "folder.flushed": False,
    "ledger.entered": True,
}
MORE_POINTS = {
    "version.created": False,
    "run.started": False,
    "frame.built": False,
    "report.written": False,
    "file.flushed": False,
    "model.logged": False,
    "challenger.named": False,
    "alias.before": True,
    "folder.written": False,
    "folder.renamed": False,
    "folder.flushed:2": False,
    "folder.flushed:3": False,
    "folder.flushed:4": False,
    "folder.renamed:3": False,
    "folder.renamed:4": False,
    "file.written:2": False,
    "file.renamed:3": False,
    "model.learned": False,
    "bundle.saved": False,
    "run.noted": False,
    "run.filed": False,
    "run.recorded": False,
    "model.named": False,
    "run.ending": False,
    "gate.passed": False,
    "ledger.before": False,
    "alias.moved": True,
}


class World:
    """A workspace with a champion, copied for each death."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out"

    def start(self, **settings):
        words = ["train", "--usecase", self.folder / "data" / "members.yaml", "--out", self.out]
        return start(self.folder / "logs", *words, "--seed", 8, **settings)

    def ask(self, question: str) -> Any:
        """Look into the database, past MLflow: what this process has open is not the copy of this test."""
        with contextlib.closing(sqlite3.connect(self.out / "mlflow.db")) as database:
            return database.execute(question).fetchone()[0]

    def champion(self) -> int:
        return int(self.ask("SELECT version FROM registered_model_aliases WHERE alias = 'champion'"))

    def check(self) -> None:
        """Demand a champion that is whole, and nothing visible that is not."""
        number = f"name = 'members' AND version = {self.champion()}"
        uri = self.ask(f"SELECT storage_location FROM model_versions WHERE {number}")
        (bundle,) = Path(uri.removeprefix("file://")).glob("artifacts/*")
        load(bundle)
        verify(self.out / "bundles" / "members")
        shown = {path.name for path in (self.out / "reports" / "members").iterdir()}
        assert shown == self.report_names
        html = (self.out / "reports" / "members" / "report_en.html").read_text()
        assert html.rstrip().endswith("</html>")

    report_names: set[str]


@pytest.fixture(scope="module")
def first(together):
    """Begin every test where two trainings ended, and there: artifacts are named by whole paths."""
    folder = together.folder
    world = World(folder)
    shutil.copytree(world.out, folder / "saved")
    World.report_names = {path.name for path in (world.out / "reports" / "members").iterdir()}
    yield world
    restore(world)


@pytest.fixture
def world(first):
    """Put the workspace back to where the first training left it."""
    restore(first)
    return first


@pytest.fixture
def champion(world):
    """Return the number of the champion that the tests begin with; the next version is number 3."""
    assert world.ask("SELECT max(version) FROM model_versions") == NEXT - 1
    return world.champion()


def restore(world):
    shutil.rmtree(world.out)
    shutil.copytree(world.folder / "saved", world.out)


def die(world, point):
    training = world.start(XM_FAILPOINT=point)
    assert training.end() == -signal.SIGKILL, training.err.read_text()
    world.check()
    return world.champion()


def check_next(world, *, follows: int) -> None:
    """Train again: it succeeds, starts from the champion that the ledger names, and becomes champion."""
    answer = world.start().answer()
    assert answer["is_champion"], answer["why_not"]
    assert answer["contest"]["champion"] == follows
    assert world.champion() == answer["version"]
    world.check()


@pytest.mark.parametrize(("point", "is_entered"), POINTS.items())
def test_death_leaves_the_champion_whole(world, champion, point, is_entered):
    assert die(world, point) == champion
    if is_entered:  # the winner died before it moved the alias: whoever comes next does
        check_next(world, follows=NEXT)


@pytest.mark.long
@pytest.mark.parametrize(("point", "is_entered"), (POINTS | MORE_POINTS).items())
def test_after_death_the_next_training_goes_through(world, champion, point, is_entered):
    assert die(world, point) == (NEXT if point == "alias.moved" else champion)
    check_next(world, follows=NEXT if is_entered else champion)


@pytest.mark.parametrize("point", ["database.before", "file.written", "file.flushed", "file.renamed"])
@pytest.mark.long
def test_the_very_first_training_may_die_while_it_makes_the_database(tmp_path, point):
    write_members(tmp_path / "data")
    world = World(tmp_path)
    assert world.start(XM_FAILPOINT=point).end() == -signal.SIGKILL
    assert world.start().answer()["is_champion"]


@pytest.mark.long
@pytest.mark.parametrize("number", range(30))
def test_death_at_any_moment(world, number):
    training = world.start()
    time.sleep(random.Random(number).uniform(0.0, 7.0))
    training.kill()
    world.check()
    assert world.start().answer()["is_champion"]
    world.check()
