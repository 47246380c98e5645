"""Every way to tamper with the log is found, with file and line."""

import shutil
from datetime import UTC, datetime

import pytest

from features.errors import InputError
from serving.audit.checking import show, verify
from serving.audit.lines import Entry, Head, bind, read_line
from serving.audit.trail import FILES, Trail

NOON = datetime(2026, 3, 28, 12, tzinfo=UTC)
N_LINES = 12
PER_FILE = 4


@pytest.fixture
def folder(tmp_path):
    """Return a sound log of twelve lines in three files."""
    trail = Trail(tmp_path / "audit", largest_bytes=1)
    for start in range(0, N_LINES, PER_FILE):
        trail.append([Entry(action="score", count=n) for n in range(start, start + PER_FILE)], NOON)
    return tmp_path / "audit"


def read_all(folder):
    """Return file and content of every line."""
    return [
        (path, line)
        for path in sorted(folder.glob(FILES))
        for line in path.read_bytes().splitlines(keepends=True)
    ]


def write_all(folder, lines):
    """Write lines into their files."""
    for path in folder.glob(FILES):
        path.write_bytes(b"".join(line for of, line in lines if of == path))


def change(lines, place):
    path, line = lines[place]
    lines[place] = (path, line.replace(b'"action":"score"', b'"action":"scope"'))


def change_with_hash(lines, place):
    """Change a line and make its hash fit: the next line tells."""
    path, line = lines[place]
    old = read_line(line)
    entry = Entry(action="score", count=99)
    changed, _ = bind(entry, "2026-03-28T12:00:00.000Z", Head(old.sequence - 1, old.previous))
    lines[place] = (path, changed)


def remove(lines, place):
    del lines[place]


def repeat(lines, place):
    lines.insert(place, lines[place])


def insert(lines, place):
    path, line = lines[place]
    old = read_line(line)
    forged, _ = bind(
        Entry(action="drivers"), "2026-03-28T12:00:00.000Z", Head(old.sequence - 1, old.previous)
    )
    lines.insert(place, (path, forged))


def insert_blank(lines, place):
    lines.insert(place, (lines[place][0], b"\n"))


def exchange(lines, place):
    other = (place + 1) % len(lines)
    (path, line), (other_path, other_line) = lines[place], lines[other]
    lines[place], lines[other] = (path, other_line), (other_path, line)


def join(lines, place):
    path, line = lines[place]
    lines[place] = (path, line.rstrip(b"\n") + b" \n")


KINDS = [change, change_with_hash, remove, repeat, insert, insert_blank, exchange, join]


@pytest.mark.parametrize("place", range(N_LINES))
@pytest.mark.parametrize("tamper", KINDS)
def test_every_line_times_every_kind_of_tampering_is_found(folder, tamper, place):
    head = verify(folder).head.hash
    lines = read_all(folder)
    tamper(lines, place)
    write_all(folder, lines)
    is_sound_but_short = tamper in (remove, change_with_hash) and place == N_LINES - 1
    assert (verify(folder).problem is None) is is_sound_but_short
    verdict = verify(folder, head=head)
    assert verdict.problem is not None
    file = sorted(path.name for path in folder.glob(FILES))[
        (place if tamper is not exchange else 0) // PER_FILE
    ]
    if tamper in (change, repeat, insert_blank, join):
        line = place % PER_FILE + (2 if tamper is repeat else 1)
        # The last line of a file, repeated, stands behind the four others.
        assert verdict.problem.startswith(f"{file}, line {line}: ")
    else:
        assert ".jsonl, " in verdict.problem


def test_a_sound_log_is_sound_and_its_head_is_found_later(folder):
    verdict = verify(folder)
    assert (verdict.problem, verdict.n_lines, verdict.n_files) == (None, N_LINES, 3)
    Trail(folder).append([Entry(action="drivers")], NOON)
    assert verify(folder, head=verdict.head.hash).problem is None


@pytest.mark.parametrize("n_cut", range(1, N_LINES))
def test_lines_cut_off_at_the_end_are_told_by_the_head(folder, n_cut):
    head = verify(folder).head.hash
    write_all(folder, read_all(folder)[:-n_cut])
    for path in list(folder.glob(FILES)):
        if not path.stat().st_size:
            path.unlink()
    assert verify(folder).problem is None
    assert "lines were cut off" in verify(folder, head=head).problem


@pytest.mark.parametrize("number", [0, 1])
def test_a_whole_file_that_is_missing_is_found(folder, number):
    sorted(folder.glob(FILES))[number].unlink()
    assert "does not follow line" in verify(folder).problem


def test_files_that_traded_names_are_found(folder):
    one, other, _ = sorted(folder.glob(FILES))
    shutil.move(one, folder / "aside")
    shutil.move(other, one)
    shutil.move(folder / "aside", other)
    assert verify(folder).problem.startswith(f"{one.name}, line 1: ")


def test_older_files_may_be_kept_elsewhere_if_one_says_where_they_ended(folder):
    first, *_ = sorted(folder.glob(FILES))
    last = read_line(first.read_bytes().splitlines(keepends=True)[-1])
    first.unlink()
    assert verify(folder, after=last.hash).n_lines == N_LINES - PER_FILE
    assert verify(folder, after="0" * 64).problem is not None


def test_a_folder_without_a_log_is_named(tmp_path):
    with pytest.raises(InputError, match="holds no audit log; name its folder with --folder"):
        verify(tmp_path)
    with pytest.raises(InputError, match="holds no audit log"):
        show(tmp_path / "absent", 3)


def test_the_last_lines_are_shown_oldest_first_damaged_ones_too(folder):
    assert [line["count"] for line in show(folder, 5)] == [7, 8, 9, 10, 11]
    last = max(folder.glob(FILES))
    last.write_bytes(last.read_bytes() + b"\xff[[[\n[1]\n")
    assert show(folder, 2) == [{"damaged": True}, {"damaged": True}]
    assert show(folder, 3)[0]["sequence"] == N_LINES
