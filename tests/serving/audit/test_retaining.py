"""Old days of the log go as whole files, never within six months without a reason, and a line says so."""

from datetime import UTC, datetime, timedelta

import pytest

from features.errors import InputError
from serving.audit.checking import show, verify
from serving.audit.lines import Entry
from serving.audit.retaining import retain
from serving.audit.trail import FILES, Trail

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
AGES = (400, 300, 184, 100, 0)


@pytest.fixture
def folder(tmp_path):
    """Return a log with two lines on each of five days."""
    trail = Trail(tmp_path / "audit")
    for age in AGES:
        trail.append([Entry(action="score"), Entry(action="drivers")], NOW - timedelta(days=age))
    return tmp_path / "audit"


def names_in(folder):
    return [path.name for path in sorted(folder.glob(FILES))]


def test_files_that_are_older_go_and_the_rest_is_a_chain_behind_them(folder):
    before = names_in(folder)
    found = retain(folder, 183, now=NOW)
    assert (found.files, found.lines) == (3, 6)
    assert names_in(folder) == before[3:]
    assert verify(folder, after=found.last_hash).problem is None
    line = show(folder, 1)[0]
    assert (line["action"], line["count"], line["purpose"]) == ("retention", 6, "")
    assert line["unit"] == f"audit before {found.last_hash}"


def test_the_next_time_goes_on_behind_it(folder):
    retain(folder, 350, now=NOW)
    later = retain(folder, 200, now=NOW)
    assert later.files == 1
    assert verify(folder, after=later.last_hash).problem is None


def test_a_day_that_is_just_old_enough_stays(folder):
    assert retain(folder, 184, now=NOW).files == 2
    assert retain(folder, 183, now=NOW).files == 1


def test_less_than_six_months_needs_a_reason_which_is_written_down(folder):
    with pytest.raises(InputError, match="kept for 183 days at least, and not for 90"):
        retain(folder, 90, now=NOW)
    with pytest.raises(InputError, match="183 days"):
        retain(folder, 182, now=NOW, override="  ")
    assert len(names_in(folder)) == len(AGES)
    assert retain(folder, 90, now=NOW, override="agreed in BV 7, section 3").files == 4
    assert show(folder, 1)[0]["purpose"] == "agreed in BV 7, section 3"


def test_the_newest_file_always_stays(folder):
    assert retain(folder, 200, now=NOW + timedelta(days=4_000)).files == len(AGES) - 1


def test_a_trial_removes_and_writes_nothing(folder):
    before = {path: path.read_bytes() for path in folder.glob(FILES)}
    assert retain(folder, 183, now=NOW, is_dry=True).files == 3
    assert {path: path.read_bytes() for path in folder.glob(FILES)} == before


def test_nothing_old_is_no_line(folder):
    before = {path: path.read_bytes() for path in folder.glob(FILES)}
    assert retain(folder, 1_000, now=NOW).files == 0
    assert {path: path.read_bytes() for path in folder.glob(FILES)} == before


def test_a_log_that_somebody_changed_is_evidence_and_stays(folder):
    path = folder / names_in(folder)[1]
    path.write_bytes(path.read_bytes().replace(b'"score"', b'"store"'))
    with pytest.raises(InputError, match="is not one unbroken chain"):
        retain(folder, 183, now=NOW)
    assert len(names_in(folder)) == len(AGES)
