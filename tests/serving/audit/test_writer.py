"""The thread that writes: nobody loses a line, and who has to wait hears how it went."""

import logging
import threading

import pytest

from serving.audit.checking import show, verify
from serving.audit.lines import Entry
from serving.audit.trail import AuditError, Trail
from serving.audit.writer import AuditWriter
from tests.serving.company import wait_until

STOP = Entry(action="stop")


@pytest.fixture
def writer(tmp_path):
    writer = AuditWriter(Trail(tmp_path / "audit"))
    writer.start()
    yield writer
    if not writer._is_ending:
        writer.stop(STOP)


def actions_in(folder):
    return [line["action"] for line in show(folder, 10_000)]


def block(folder):
    """Put a file where the folder should be; return what takes it away."""
    folder.write_text("in the way")
    return folder.unlink


def test_a_line_is_written_without_anybody_waiting_for_it(writer, tmp_path):
    writer.note(Entry(action="drivers"))
    wait_until(lambda: (tmp_path / "audit").is_dir() and list((tmp_path / "audit").glob("*.jsonl")))
    wait_until(lambda: actions_in(tmp_path / "audit") == ["drivers"])


def test_a_line_that_was_demanded_is_on_disk_when_that_is_said(writer, tmp_path):
    writer.demand(Entry(action="score", count=1)).result(10)
    assert actions_in(tmp_path / "audit") == ["score"]


def test_lines_of_many_threads_all_arrive_in_one_chain(writer, tmp_path):
    def work(number):
        for _ in range(200):
            writer.note(Entry(action="score", count=number))
        writer.demand(Entry(action="drivers")).result(20)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.stop(STOP)
    assert verify(tmp_path / "audit").n_lines == 5 * 201 + 1
    assert actions_in(tmp_path / "audit")[-1] == "stop"


def test_the_end_writes_what_waits_and_refuses_what_comes_later(writer, tmp_path):
    for _ in range(10):
        writer.note(Entry(action="score"))
    writer.note_stranger("score", "unauthenticated")
    writer.stop(STOP)
    assert sorted(actions_in(tmp_path / "audit")) == sorted(["score"] * 11 + ["stop"])
    with pytest.raises(AuditError, match="is closed"):
        writer.demand(Entry(action="score")).result(5)


def test_requests_without_a_key_are_counted_not_listed(writer, tmp_path):
    for _ in range(500):
        writer.note_stranger("score", "unauthenticated")
    writer.note_stranger("drivers", "unauthenticated")
    writer.stop(STOP)
    lines = [line for line in show(tmp_path / "audit", 100) if line["action"] != "stop"]
    assert len(lines) < 10
    assert sum(line["count"] for line in lines if line["action"] == "score") == 500
    assert {line["decision"] for line in lines} == {"denied"}


def test_a_disk_that_takes_nothing_is_told_to_who_waits_and_the_rest_is_kept(writer, tmp_path, caplog):
    unblock = block(tmp_path / "audit")
    with caplog.at_level(logging.WARNING, "xm_predict.audit"):
        writer.note(Entry(action="drivers", count=1))
        with pytest.raises(AuditError, match="cannot be written"):
            writer.demand(Entry(action="score")).result(10)
        with pytest.raises(AuditError, match="cannot be written"):
            writer.demand(Entry(action="score")).result(10)
        unblock()
        wait_until(lambda: (tmp_path / "audit").is_dir() and actions_in(tmp_path / "audit") == ["drivers"])
    assert writer.failures >= 2
    loud = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(loud) == 1
    assert "CANNOT BE WRITTEN" in loud[0].message
    wait_until(lambda: "can be written again" in caplog.text)


def test_memory_is_bounded_and_what_is_given_up_is_counted(writer, tmp_path, monkeypatch):
    monkeypatch.setattr("serving.audit.writer._MOST_WAITING", 5)
    unblock = block(tmp_path / "audit")
    with pytest.raises(AuditError):
        writer.demand(Entry(action="score")).result(10)
    for _ in range(12):
        writer.note(Entry(action="score"))
    assert writer.n_lost == 7
    unblock()
    writer.stop(STOP)
    assert actions_in(tmp_path / "audit") == ["score"] * 5 + ["stop"]


def test_who_went_away_while_waiting_stops_nothing(writer, tmp_path):
    futures = [writer.demand(Entry(action="score")) for _ in range(50)]
    for future in futures:
        future.cancel()
    writer.demand(Entry(action="drivers")).result(10)
    assert actions_in(tmp_path / "audit").count("score") == 50
