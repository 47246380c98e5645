"""The files of the audit log: one chain, whoever appends."""

import resource
import shutil
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from serving.audit.checking import show, verify
from serving.audit.lines import Entry
from serving.audit.trail import FILES, AuditError, Trail
from tests.serving.company import ROOT

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
SCORE = Entry(action="score", usecase="churn", count=1)


def names_in(folder):
    return [path.name for path in sorted(folder.glob(FILES))]


def test_lines_go_on_where_the_last_ended_also_after_a_restart(tmp_path):
    first = Trail(tmp_path / "audit").append([SCORE, SCORE], NOON)
    second = Trail(tmp_path / "audit").append([SCORE], NOON)
    assert (first.sequence, second.sequence) == (2, 3)
    assert verify(tmp_path / "audit").head == second


def test_nobody_else_can_read_the_files(tmp_path):
    Trail(tmp_path / "audit").append([SCORE], NOON)
    (path,) = (tmp_path / "audit").glob(FILES)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_two_writers_take_turns_in_one_chain(tmp_path):
    one, other = Trail(tmp_path), Trail(tmp_path)
    for writer in (one, other, other, one, one, other):
        writer.append([SCORE], NOON)
    assert verify(tmp_path).head == (6, other.head.hash)


def test_processes_that_append_at_once_make_one_chain(tmp_path):
    code = f"""
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from serving.audit.lines import Entry
from serving.audit.trail import Trail
trail = Trail(Path(sys.argv[1]), largest_bytes=9_000)
for number in range(25):
    trail.append([Entry(action="score", count=number)] * 2, datetime({NOON.year}, 3, 28, tzinfo=UTC))
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    writers = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    verdict = verify(tmp_path)
    assert (verdict.problem, verdict.n_lines) == (None, 150)
    assert verdict.n_files > 3


class TestFiles:
    def test_a_day_begins_a_file_and_the_chain_goes_on(self, tmp_path):
        trail = Trail(tmp_path)
        for hours in (0, 11, 12, 36):
            trail.append([SCORE], NOON + timedelta(hours=hours))
        assert names_in(tmp_path) == [
            "audit-20260328-0001.jsonl",
            "audit-20260329-0001.jsonl",
            "audit-20260330-0001.jsonl",
        ]
        assert verify(tmp_path).n_lines == 4

    def test_a_full_file_is_followed_by_another(self, tmp_path):
        trail = Trail(tmp_path, largest_bytes=1)
        for _ in range(3):
            trail.append([SCORE], NOON)
        assert names_in(tmp_path) == [f"audit-20260328-000{number}.jsonl" for number in (1, 2, 3)]
        assert verify(tmp_path).problem is None

    def test_a_clock_that_goes_back_opens_no_older_file(self, tmp_path):
        Trail(tmp_path).append([SCORE], NOON)
        Trail(tmp_path).append([SCORE], NOON - timedelta(days=3))
        assert names_in(tmp_path) == ["audit-20260328-0001.jsonl"]
        Trail(tmp_path, largest_bytes=1).append([SCORE], NOON - timedelta(days=3))
        assert names_in(tmp_path)[-1] == "audit-20260328-0002.jsonl"
        assert verify(tmp_path).n_lines == 3

    def test_the_day_is_that_of_utc(self, tmp_path):
        from zoneinfo import ZoneInfo

        Trail(tmp_path).append([SCORE], datetime(2026, 3, 29, 1, tzinfo=ZoneInfo("Europe/Berlin")))
        assert names_in(tmp_path) == ["audit-20260329-0001.jsonl"]
        Trail(tmp_path / "b").append([SCORE], datetime(2026, 3, 29, 0, 30, tzinfo=ZoneInfo("Europe/Berlin")))
        assert names_in(tmp_path / "b") == ["audit-20260328-0001.jsonl"]


class TestDamage:
    @pytest.mark.parametrize("cut", [1, 5, 100])
    def test_a_line_torn_by_the_end_of_a_process_is_cut_off_and_that_is_said(self, tmp_path, cut):
        Trail(tmp_path).append([SCORE, SCORE], NOON)
        (path,) = tmp_path.glob(FILES)
        whole = path.read_bytes()
        path.write_bytes(whole[:-cut])
        Trail(tmp_path).append([SCORE], NOON)
        assert verify(tmp_path).problem is None
        assert [line["action"] for line in show(tmp_path, 9)] == ["score", "repair", "score"]

    def test_a_file_with_nothing_but_a_torn_line_goes_on_from_the_file_before(self, tmp_path):
        Trail(tmp_path).append([SCORE], NOON)
        (tmp_path / "audit-20260329-0001.jsonl").write_bytes(b'{"seq')
        Trail(tmp_path).append([SCORE], NOON + timedelta(days=1))
        assert verify(tmp_path).n_lines == 3

    def test_nothing_is_written_behind_a_line_that_was_changed(self, tmp_path):
        Trail(tmp_path).append([SCORE], NOON)
        (path,) = tmp_path.glob(FILES)
        path.write_bytes(path.read_bytes().replace(b'"count":1', b'"count":2'))
        before = path.read_bytes()
        with pytest.raises(AuditError, match="cannot be continued: its last line was changed"):
            Trail(tmp_path).append([SCORE], NOON)
        assert path.read_bytes() == before

    def test_a_folder_that_cannot_be_made_is_one_error_with_its_name(self, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(AuditError, match=r"cannot be written \(Not a directory\).*XM_AUDIT"):
            Trail(tmp_path / "file" / "audit").append([SCORE], NOON)

    def test_a_full_disk_leaves_whole_lines_alone_and_writing_goes_on_later(self, tmp_path):
        """A limit on the size of files stands for the disk; the process is a child, so that it can be set."""
        code = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from serving.audit.lines import Entry
from serving.audit.trail import AuditError, Trail
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
now, trail = datetime(2026, 3, 28, tzinfo=UTC), Trail(Path(sys.argv[1]))
trail.append([Entry(action="score")], now)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (600, hard))
try:
    trail.append([Entry(action="score")] * 5, now)
except AuditError as error:
    print(error.problem)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
trail.append([Entry(action="drivers")], now)
"""
        assert resource.RLIMIT_FSIZE
        command = [sys.executable, "-c", code, str(tmp_path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout == "cannot be written (File too large)\n"
        assert verify(tmp_path).problem is None
        assert [line["action"] for line in show(tmp_path, 9)] == ["score", "drivers"]


def test_no_descriptor_is_left_open(tmp_path):
    trail = Trail(tmp_path)
    trail.append([SCORE], NOON)
    before = len([*Path("/proc/self/fd").iterdir()])
    for _ in range(20):
        trail.append([SCORE], NOON)
    assert len([*Path("/proc/self/fd").iterdir()]) == before


def test_a_file_that_another_begins_is_seen_at_any_time(tmp_path):
    one, other = Trail(tmp_path), Trail(tmp_path, largest_bytes=1)
    one.append([SCORE], NOON)
    for _ in range(3):
        other.append([SCORE], NOON)
        one.append([SCORE], NOON)
    time.sleep(1.1)
    one.append([SCORE], NOON)
    other.append([SCORE], NOON)
    one.append([SCORE], NOON)
    verdict = verify(tmp_path)
    assert (verdict.problem, verdict.n_lines, verdict.n_files) == (None, 10, 5)


def test_a_folder_that_was_taken_away_is_made_again(tmp_path):
    trail = Trail(tmp_path / "audit")
    trail.append([SCORE], NOON)
    shutil.rmtree(tmp_path / "audit")
    with pytest.raises(AuditError, match="cannot be written"):
        trail.append([SCORE], NOON)
    trail.append([SCORE], NOON)
    assert verify(tmp_path / "audit").n_lines == 1
