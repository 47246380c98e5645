"""Wishes as files: strict, for the owner alone, claimed once, and few of them are kept."""

import os
import stat

import msgspec
import pytest
from msgspec import structs

from serving.wishes import OUTCOME, TAKEN, Outcome, Wish, WishFolder
from tests.serving.histories import WISH


@pytest.fixture
def folder(tmp_path):
    return WishFolder(tmp_path / "wishes")


@pytest.fixture
def home(tmp_path):
    return tmp_path / "wishes"


def forge(home, name=f"{WISH.id}.wish", **changed):
    """Write a file that is almost a wish."""
    home.mkdir(mode=0o700, exist_ok=True)
    file = home / name
    file.write_bytes(msgspec.json.encode({**msgspec.to_builtins(WISH), **changed}))
    file.chmod(0o600)
    return file


def test_a_wish_is_found_again_and_nobody_else_can_read_it(folder, home):
    folder.leave(WISH)
    assert folder.list_open("churn") == [WISH]
    assert folder.list_open("attrition") == []
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / f"{WISH.id}.wish").stat().st_mode) == 0o600


def test_it_is_claimed_by_one_alone_and_stays_open_until_it_is_settled(folder, home):
    folder.leave(WISH)
    (path,) = folder.list_work()
    assert folder.claim(path)
    assert not folder.claim(path)
    assert folder.list_open("churn") == [WISH]
    assert [one.suffix for one in folder.list_work()] == [TAKEN]
    outcome = Outcome(WISH, "done", 2e9)
    folder.settle(outcome)
    assert (folder.list_open("churn"), folder.list_outcomes("churn")) == ([], [outcome])
    assert not folder.has_work()


@pytest.mark.parametrize(
    "changed",
    [
        {"usecase": "../../etc"},
        {"usecase": "Churn"},
        {"step": "delete"},
        {"version": 0},
        {"version": "2"},
        {"version": 2.5},
        {"expects": -1},
        {"key_id": "x"},
        {"role": "root; rm"},
        {"model_version": "../churn"},
        {"reason": "a" * 301},
        {"reason": "two\nlines"},
        {"at": "now"},
        {"id": "1" * 32},
        {"stranger": True},
    ],
)
def test_a_forged_wish_counts_for_nothing(folder, home, changed):
    path = forge(home, **changed)
    assert folder.read_wish(path) is None
    assert folder.list_open("churn") == []


def test_a_wish_that_others_may_have_written_counts_for_nothing(folder, home):
    path = forge(home)
    assert folder.read_wish(path) == WISH
    path.chmod(0o622)
    assert folder.read_wish(path) is None


def test_a_folder_that_others_may_write_is_not_looked_at(folder, home):
    forge(home)
    assert folder.has_work()
    home.chmod(0o777)
    assert not folder.has_work()
    with pytest.raises(PermissionError, match="for its owner alone"):
        folder.attend()
    assert not folder.is_attended(0)


def test_links_pipes_and_huge_files_are_no_wishes(folder, home, tmp_path):
    real = forge(tmp_path / "elsewhere")
    home.mkdir(mode=0o700)
    link = home / f"{WISH.id}.wish"
    link.symlink_to(real)
    assert folder.read_wish(link) is None
    assert not folder.has_work()
    link.unlink()
    os.mkfifo(link, 0o600)
    assert folder.read_wish(link) is None
    link.unlink()
    forge(home)
    with link.open("ab") as file:
        file.write(b" " * 10_000)
    assert folder.read_wish(link) is None


@pytest.mark.parametrize("name", ["x.wish", f"{'A' * 32}.wish", f"{'0' * 31}.wish", f"{'0' * 32}.wish.wish"])
def test_files_of_other_names_are_left_alone(folder, home, name):
    forge(home, name)
    assert not folder.has_work()


def test_one_holds_the_folder_at_a_time(folder, home):
    with folder.held_alone() as first:
        assert first is not None
        with WishFolder(home).held_alone() as second:
            assert second is None
    with WishFolder(home).held_alone() as third:
        assert third is not None


def test_somebody_who_looked_of_late_is_there(folder, home):
    assert not folder.is_attended(0)
    folder.attend()
    seen = (home / ".attended").stat().st_mtime
    assert folder.is_attended(seen + 59)
    assert not folder.is_attended(seen + 61)


def test_old_outcomes_are_let_go(folder, home):
    for number in range(53):
        wish = structs.replace(WISH, id=f"{number:032x}")
        folder.settle(Outcome(wish, "done", float(number)))
        os.utime(home / f"{wish.id}{OUTCOME}", (number, number))
    found = folder.list_outcomes("churn")
    assert [one.at for one in found] == [float(number) for number in range(52, 2, -1)]


def test_the_decoder_takes_what_the_encoder_gives():
    assert msgspec.json.decode(msgspec.json.encode(WISH), type=Wish) == WISH
