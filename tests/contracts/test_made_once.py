"""Workers of one run share what is costly: one makes it, the others read an equal copy."""

import pytest

from tests.made_once import made_once


@pytest.fixture
def make():
    """Return what writes into the folder that it gets, and remembers each."""

    def make(folder):
        make.folders.append(folder)
        folder.mkdir(exist_ok=True)
        (folder / "world.txt").write_text("made")
        return {"folder": folder, "truth": [1.5, None]}

    make.folders = []
    return make


@pytest.fixture
def factory(tmp_path):
    """Return what stands where pytest's factory of one of two workers stands."""

    class Factory:
        def __init__(self, worker):
            self.base = tmp_path / worker
            self.base.mkdir()

        def getbasetemp(self):
            return self.base

        def mktemp(self, name):
            (self.base / name).mkdir()
            return self.base / name

    return Factory


def test_the_second_worker_reads_what_the_first_made(monkeypatch, make, factory):
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    first = made_once(factory("gw0"), "world", make)
    second = made_once(factory("gw1"), "world", make)
    assert len(make.folders) == 1
    assert second == first
    assert second is not first
    assert (second["folder"] / "world.txt").read_text() == "made"


def test_what_could_not_be_made_is_tried_again(monkeypatch, make, factory):
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")

    def fail(folder):
        raise OSError(str(folder))

    with pytest.raises(OSError, match="world"):
        made_once(factory("gw0"), "world", fail)
    assert made_once(factory("gw1"), "world", make)["truth"] == [1.5, None]


def test_one_process_shares_nothing_with_other_runs(monkeypatch, make, factory):
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    alone = factory("only")
    made = made_once(alone, "world", make)
    assert made["folder"].parent == alone.base
    assert [path.name for path in alone.base.parent.iterdir()] == ["only"]
