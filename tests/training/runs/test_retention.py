"""The verb retention: what is older goes, kind by kind, after a line of the audit log about it."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from serving.audit.lines import Entry
from serving.audit.trail import Trail
from tests.training.runs.persons.lying import write_batch
from tests.training.runs.rights import ask, lines_of, refuse
from training.__main__ import main

NOW = datetime.now(UTC)


def make(path, age):
    """Write a file whose last change was some days ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    moment = (NOW - timedelta(days=age)).timestamp()
    os.utime(path, (moment, moment))
    return path


@pytest.fixture
def folder(tmp_path):
    """Return a workspace with an old and a new file of every kind."""
    for age in (500, 10):
        hour = f"{NOW - timedelta(days=age):%Y%m%dT%H}"
        # Its age stands in its name: erasing somebody writes it again.
        make(tmp_path / "journal" / f"predictions-{hour}-1-ab.jsonl", 0)
        make(tmp_path / "calls" / "0123456789ab" / f"call{age}", age)
        make(tmp_path / "sessions" / f"session{age}", age)
        make(tmp_path / "monitoring" / "churn" / f"day{age}.json", age)
        Trail(tmp_path / "audit").append([Entry(action="score")], NOW - timedelta(days=age))
    make(tmp_path / "journal" / f"predictions-{NOW - timedelta(days=500):%Y%m%dT%H}-1-ab.jsonl.open", 0)
    make(tmp_path / "calls" / "locks" / "07", 500)
    place = write_batch(tmp_path, ("K-1",))
    record = json.loads((place / "batch.json").read_text())
    (place / "batch.json").write_text(json.dumps({**record, "started": NOW.isoformat()}))
    return tmp_path


def names_in(folder):
    return sorted(
        path.name
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name not in {"audit", "locks"}
    )


def test_what_is_older_goes_and_the_rest_stays(folder, capsys):
    answer = ask(capsys, folder, "retention", "--days", "400")
    assert answer["removed"] == {
        "journal": 1,
        "calls": 1,
        "sessions": 1,
        "health": 1,
        "scores": 0,
    }
    assert answer["audit"]["files"] == 1
    left = " ".join(names_in(folder))
    assert "500" not in left
    assert all(name in left for name in ("call10", "session10", "day10.json", ".open", "batch.json"))
    assert (folder / "calls" / "locks" / "07").exists()


def test_every_kind_leaves_a_line_and_the_log_is_sound_behind_what_went(folder, capsys):
    answer = ask(capsys, folder, "retention", "--days", "400")
    units = [line["unit"] for line in lines_of(folder, "retention")]
    assert units[:-1] == [f"{kind}, 400 days" for kind in ("journal", "calls", "sessions", "health")]
    assert units[-1].startswith("audit before ")
    verify = ["audit", "verify", "--after", answer["audit"]["last_hash"], "--out", str(folder)]
    assert main(verify) == 0


def test_a_batch_goes_as_a_whole_by_the_day_of_its_beginning(folder, capsys):
    place = folder / "scores" / "churn" / "2026-03-01-0123456789ab"
    record = json.loads((place / "batch.json").read_text())
    began = (NOW - timedelta(days=100)).isoformat()
    (place / "batch.json").write_text(json.dumps({**record, "started": began}))
    assert ask(capsys, folder, "retention", "--days", "101")["removed"]["scores"] == 0
    assert place.exists()
    assert ask(capsys, folder, "retention", "--days", "99")["removed"]["scores"] == 1
    assert not place.exists()


def test_a_trial_removes_nothing(folder, capsys):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert ask(capsys, folder, "retention", "--days", "400", "--dry-run")["removed"]["journal"] == 1
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_the_audit_log_stays_for_six_months_unless_a_reason_is_recorded(folder, capsys):
    Trail(folder / "audit").append([Entry(action="score")], NOW)
    short = ask(capsys, folder, "retention", "--days", "5")
    assert (short["audit"]["days"], short["audit"]["files"]) == (183, 1)
    assert short["removed"]["sessions"] == 2
    again = ask(capsys, folder, "retention", "--days", "5", "--override-floor", "agreed in BV 7")
    assert (again["audit"]["days"], again["audit"]["files"]) == (5, 1)
    assert lines_of(folder, "retention")[-1]["purpose"] == "agreed in BV 7"


def test_the_days_of_each_kind_can_stand_in_what_was_agreed_on(folder, capsys, tmp_path):
    path = tmp_path / "governance.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "retention_days": {"sessions": 30, "journal": 600}}))
    answer = ask(capsys, folder, "retention", "--governance", path)
    assert answer["removed"] == {"journal": 0, "sessions": 1}
    assert answer["audit"]["days"] == 0
    assert main(["retention", "--governance", str(path), "--out", str(folder)]) == 0
    assert "calls: kept, for nothing was settled" in capsys.readouterr().out


def test_without_any_days_nothing_is_done(folder, capsys):
    code, said = refuse(capsys, folder, "retention")
    assert (code, "no kind of file has a number of days" in said) == (2, True)
    code, said = refuse(capsys, folder, "retention", "--days", "-1")
    assert (code, "less than nothing" in said) == (2, True)


def test_nothing_goes_while_the_log_cannot_be_written(folder, capsys, monkeypatch):
    (folder / "in the way").write_text("")
    monkeypatch.setenv("XM_AUDIT", str(folder / "in the way"))
    before = names_in(folder)
    code, said = refuse(capsys, folder, "retention", "--days", "400")
    assert (code, "nothing was removed" in said) == (1, True)
    assert names_in(folder) == before
