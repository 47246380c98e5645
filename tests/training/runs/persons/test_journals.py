"""The record of predictions: lines about a person go, all others stay byte by byte."""

import fcntl
import json

from tests.training.runs.persons.lying import OTHER, PERSON, look_for, pseudonyms_of, write_journal
from training.runs.persons.journals import Journals, drop_lines


def test_records_are_told_without_the_pseudonym(tmp_path):
    write_journal(tmp_path, PERSON, OTHER, PERSON)
    (told,) = Journals().tell(look_for(tmp_path))
    assert len(told.rows) == 2
    assert told.rows[0]["probability"] == {"90d": 0.3}
    assert "entity" not in told.rows[0]


def test_lines_go_and_others_stay_as_they_were(tmp_path):
    path = write_journal(tmp_path, PERSON, OTHER, PERSON)
    before = path.read_bytes().splitlines(keepends=True)
    removed = Journals().erase(look_for(tmp_path))
    assert removed.counts == {"predictions": 2}
    assert path.read_bytes() == before[1]
    assert path.stat().st_mode & 0o777 == 0o600
    assert Journals().tell(look_for(tmp_path)) == []
    assert Journals().erase(look_for(tmp_path)).counts == {"predictions": 0}


def test_a_file_of_nobody_else_goes_as_a_whole(tmp_path):
    path = write_journal(tmp_path, PERSON)
    Journals().erase(look_for(tmp_path))
    assert not path.exists()


def test_what_a_killed_worker_left_open_is_no_exception(tmp_path):
    path = write_journal(tmp_path, PERSON, OTHER, name="predictions-20260328T12-1-ab.jsonl.open")
    assert Journals().erase(look_for(tmp_path)).counts == {"predictions": 1}
    assert pseudonyms_of(tmp_path).of("churn", PERSON) not in path.read_text()


def test_a_file_that_a_worker_writes_keeps_its_length_and_names_them_no_more(tmp_path):
    path = write_journal(tmp_path, PERSON, OTHER, name="predictions-20260328T12-1-ab.jsonl.open")
    size = path.stat().st_size
    with path.open("ab") as worker:
        fcntl.flock(worker, fcntl.LOCK_EX | fcntl.LOCK_NB)
        removed = Journals().erase(look_for(tmp_path))
        worker.write(b'{"later":1}\n')
    assert "the service was running" in removed.notes[0]
    assert path.stat().st_size == size + 12
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line.get("entity", "later") for line in lines] == [
        None,
        pseudonyms_of(tmp_path).of("churn", OTHER),
        "later",
    ]


def test_without_a_secret_nothing_was_recorded(tmp_path):
    assert Journals().erase(look_for(tmp_path)).counts == {"predictions": 0}


def test_nothing_is_written_where_nothing_is_dropped(tmp_path):
    path = tmp_path / "lines"
    path.write_text("a\nb\n")
    stamp = path.stat().st_ino
    assert drop_lines(path, lambda line: b"z" in line) == 0
    assert path.stat().st_ino == stamp
