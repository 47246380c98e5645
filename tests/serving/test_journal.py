"""The record of predictions: pseudonyms alone, whole lines, bounded memory, files by hour."""

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from features.pseudonyms import Pseudonyms
from serving.answers import score_rows
from serving.champions import Champion
from serving.journal import Journal
from serving.schemas import Range, ScoredGroup, ScoreGroupsAnswer, ScoreRequestOutline
from tests.serving.company import ROOT, ROW, wait_until
from training.bundle import load
from training.scoring import Scorer

SECRET = Pseudonyms(bytes(32))
NOON = datetime(2026, 3, 28, 12, 59, 30, tzinfo=UTC)
GROUPS = ScoreGroupsAnswer(
    usecase="attrition",
    model_version="attrition-1",
    spec_hash="ab",
    as_of="2026-03-01",
    primary_horizon="90d",
    cut="site",
    minimum_group=5,
    groups=[ScoredGroup(name="Bonn", people=12, probability={"90d": Range(0.25, 0.2, 0.3)})],
)


class Clock:
    """A clock that tests move."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now.timestamp()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def journal(tmp_path, clock):
    journal = Journal(tmp_path / "journal", SECRET, now=clock)
    yield journal
    if journal._thread.is_alive():
        journal.stop()


@pytest.fixture(scope="module")
def answered(bundles):
    """Return the answer about three customers, and their rows as they were decoded."""
    champion = Champion(Scorer(load(bundles.churn)))
    sent = [
        {"entity_id": "c-1", "features": ROW},
        {"features": {**ROW, "o_customers.plan": "never seen", "x_surveys.nps.last": None}},
        {"entity_id": None, "features": {"o_tickets.count_90d": 1}},
    ]
    rows = champion.decode_rows(json.dumps(sent).encode())
    outline = ScoreRequestOutline(usecase="churn", rows=msgspec.Raw(b""))
    return score_rows(champion, outline, rows), rows


def lines_in(folder):
    """Return all lines of closed files."""
    return [
        json.loads(line)
        for path in sorted(folder.glob("predictions-*.jsonl"))
        for line in path.read_text().splitlines()
    ]


def test_a_prediction_is_one_line_about_a_pseudonym(journal, tmp_path, answered):
    journal.start()
    journal.note(*answered)
    journal.stop()
    first, second, third = lines_in(tmp_path / "journal")
    answer = answered[0]
    assert first == {
        "time": "2026-03-28T12:59:30Z",
        "usecase": "churn",
        "model_version": answer.model_version,
        "as_of": answer.as_of,
        "horizon": "90d",
        "entity": SECRET.of("churn", "c-1"),
        "probability": answer.rows[0].probability,
        "value": None,
        "unseen": 0,
        "missing": 0,
    }
    assert (second["entity"], second["unseen"], second["missing"]) == (None, 1, 1)
    assert (third["entity"], third["unseen"], third["missing"]) == (None, 0, 3)


def test_no_id_and_no_feature_is_in_any_file(journal, tmp_path, answered):
    journal.start()
    journal.note(*answered)
    journal.stop()
    text = "".join(path.read_text() for path in (tmp_path / "journal").iterdir())
    assert [word for word in ("c-1", "never seen", "basic", "51.5", "o_tickets") if word in text] == []


def test_of_groups_size_and_share_are_recorded(journal, tmp_path):
    journal.start()
    journal.note(GROUPS)
    journal.stop()
    (line,) = lines_in(tmp_path / "journal")
    assert (line["cut"], line["group"], line["n"], line["probability"]) == ("site", "Bonn", 12, {"90d": 0.25})
    assert "entity" not in line


def test_files_are_for_the_owner_alone(journal, tmp_path):
    journal.start()
    journal.note(GROUPS)
    journal.stop()
    (path,) = (tmp_path / "journal").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_an_hour_has_a_file_which_is_named_when_it_is_closed(journal, tmp_path, clock):
    folder = tmp_path / "journal"
    journal.start()
    journal.note(GROUPS)
    wait_until(lambda: folder.is_dir() and any(path.stat().st_size for path in folder.iterdir()))
    assert [path.suffix for path in folder.iterdir()] == [".open"]
    clock.now += timedelta(hours=1)
    journal.note(GROUPS)
    wait_until(lambda: len(lines_in(folder)) == 1)
    journal.stop()
    assert [path.name[:23] for path in sorted(folder.iterdir())] == [
        "predictions-20260328T12",
        "predictions-20260328T13",
    ]


def test_memory_is_bounded_and_what_is_dropped_is_counted(journal, tmp_path, monkeypatch):
    monkeypatch.setattr("serving.journal._MOST_WAITING", 3)
    for _ in range(10):
        journal.note(GROUPS)
    assert journal.n_dropped == 7
    journal.start()
    journal.stop()
    assert len(lines_in(tmp_path / "journal")) == 3


def test_a_disk_that_takes_nothing_costs_the_record_and_nothing_else(journal, tmp_path, caplog):
    (tmp_path / "journal").write_text("in the way")
    journal.start()
    for _ in range(3):
        journal.note(GROUPS)
    # The thread counts first and speaks afterwards.
    wait_until(lambda: journal.n_dropped == 3 and "predictions are not recorded" in caplog.text)
    assert caplog.text.count("predictions are not recorded") == 1
    (tmp_path / "journal").unlink()
    journal.note(GROUPS)
    journal.stop()
    assert len(lines_in(tmp_path / "journal")) == 1
    assert journal.failures >= 1


def test_old_files_go_and_others_stay(tmp_path, clock):
    folder = tmp_path / "journal"
    folder.mkdir()
    names = ["predictions-20250221T11-1-aa.jsonl", "predictions-20250221T12-1-aa.jsonl", "notes.txt"]
    for name in names:
        (folder / name).write_text("{}\n")
    journal = Journal(folder, SECRET, days=400, now=clock)
    journal.start()
    journal.stop()
    assert sorted(path.name for path in folder.iterdir()) == sorted(names[1:])


class TestKilled:
    def test_what_a_killed_worker_wrote_is_kept_up_to_its_last_whole_line(self, tmp_path, clock):
        folder = tmp_path / "journal"
        folder.mkdir()
        for name, content in {"1-aa": b'{"n":1}\n{"n"', "2-bb": b"", "3-cc": b'{"n'}.items():
            path = folder / f"predictions-20260328T11-{name}.jsonl.open"
            path.write_bytes(content)
            os.utime(path, (0, 0))
        journal = Journal(folder, SECRET, now=clock)
        journal.start()
        journal.stop()
        assert lines_in(folder) == [{"n": 1}]
        assert list(folder.glob("*.open")) == []

    def test_the_file_of_a_worker_that_lives_is_left_alone(self, tmp_path, clock):
        folder = tmp_path / "journal"
        code = """
import sys
from pathlib import Path
from serving.journal import _Part
part = _Part(Path(sys.argv[1]), "20260328T11")
part.write(b"{}\\n")
print("ready", flush=True)
sys.stdin.read()
"""
        command = [sys.executable, "-c", code, str(folder)]
        other = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert other.stdout.readline() == "ready\n"
        (path,) = folder.iterdir()
        os.utime(path, (0, 0))
        journal = Journal(folder, SECRET, now=clock)
        journal.start()
        journal.stop()
        assert path.exists()
        other.kill()
        other.communicate()
        journal = Journal(folder, SECRET, now=clock)
        journal.start()
        journal.stop()
        assert lines_in(folder) == [{}]
