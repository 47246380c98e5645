"""A baseline is written once, never over another, and no byte of it changes unseen."""

import json
import threading
from datetime import date

import pytest

from features.errors import ContractError, InputError, SourceError
from tests.training.frozen import frozen_samples as samples
from training.frozen import choose_baseline, find_baseline, freeze, list_baselines, read_baseline

APRIL = date(2026, 4, 1)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "baselines" / "churn"


def write(folder, **more):
    return freeze(folder, samples.measured(**more), frozen_on=samples.MARCH)[0]


def rewrite(path, change):
    """Change a file as an editor does: a new file in its place."""
    content = path.read_text(encoding="utf-8")
    path.unlink()
    path.write_text(change(content), encoding="utf-8")


def test_what_was_frozen_is_read_again(folder):
    found, is_new = freeze(folder, samples.measured(), frozen_on=samples.MARCH)
    assert is_new
    assert (found.number, found.frozen_on) == (1, samples.MARCH)
    assert read_baseline(folder / f"{found.id}.json") == found
    assert found.measured == samples.measured()


def test_the_id_is_the_beginning_of_the_hash_in_the_file(folder):
    found = write(folder)
    content = json.loads((folder / f"{found.id}.json").read_text(encoding="utf-8"))
    assert len(found.id) == 12
    assert content["sha256"].startswith(found.id)
    assert (content["id"], content["format"]) == (found.id, "xm-predict baseline")


def test_equal_content_has_an_equal_id_in_another_folder(folder, tmp_path):
    assert write(folder).id == write(tmp_path / "other").id


def test_freezing_the_same_again_changes_nothing_not_even_on_another_day(folder):
    first = write(folder)
    path = folder / f"{first.id}.json"
    before, when = path.read_bytes(), path.stat().st_mtime_ns
    again, is_new = freeze(folder, samples.measured(), frozen_on=APRIL)
    assert (again, is_new) == (first, False)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, when)
    assert len(list(folder.iterdir())) == 1


def test_another_content_is_another_baseline_beside_the_first(folder):
    first, second = write(folder), write(folder, entities=1235)
    assert first.id != second.id
    assert [found.id for found in list_baselines(folder)] == [first.id, second.id]
    assert [found.number for found in list_baselines(folder)] == [1, 2]


def test_the_day_is_part_of_what_is_hashed(folder, tmp_path):
    later = freeze(tmp_path / "other", samples.measured(), frozen_on=APRIL)[0]
    assert later.id != write(folder).id


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"entities": 1234', '"entities": 1235'),
        lambda text: text.replace("2026-03-01", "2026-02-01"),
        lambda text: text.replace('"number": 1', '"number": 9'),
        lambda text: text.replace('"value": 0.41', '"value": 0.51'),
        lambda text: text.replace('"id": "', '"id": "f'),
        lambda text: text.replace('"sha256": "', '"sha256": "f'),
        lambda text: text.replace("\n", "\n "),
        lambda text: text + "\n",
        lambda text: text.replace('"entities": 1234', '"entities": 1234, "entities": 1234'),
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: "",
        lambda text: '{"id": "a", "sha256": 1}',
    ],
    ids=[
        "a count",
        "the day",
        "the number",
        "a level",
        "the id",
        "the hash",
        "blanks",
        "a line at the end",
        "a key twice",
        "cut in half",
        "another JSON",
        "empty",
        "little",
    ],
)
def test_every_change_is_noticed_and_the_file_is_named(folder, change):
    path = folder / f"{write(folder).id}.json"
    rewrite(path, change)
    for look in (
        lambda: read_baseline(path),
        lambda: find_baseline(folder),
        lambda: write(folder, entities=9),
    ):
        with pytest.raises(ContractError) as caught:
            look()
        assert str(path) in str(caught.value)
        assert caught.value.exit_code == 2
        assert "bring back the file that was frozen" in str(caught.value)


def test_a_change_with_a_fitting_hash_has_another_name(folder, tmp_path):
    """Whoever makes a new hash for a changed content makes another id, which no result refers to."""
    path = folder / f"{write(folder).id}.json"
    other = write(tmp_path / "other", entities=1235)
    rewrite(path, lambda _: (tmp_path / "other" / f"{other.id}.json").read_text(encoding="utf-8"))
    with pytest.raises(ContractError, match=r"was changed after it was frozen"):
        read_baseline(path)


def test_a_file_that_was_frozen_is_not_written_to_by_accident(folder):
    path = folder / f"{write(folder).id}.json"
    assert path.stat().st_mode & 0o222 == 0


def test_a_file_that_cannot_be_read_is_named(folder, tmp_path):
    with pytest.raises(SourceError, match="cannot be read"):
        read_baseline(tmp_path / "none.json")
    path = folder / f"{write(folder).id}.json"
    path.unlink()
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SourceError, match=str(path)):
        read_baseline(path)


def test_a_format_of_later_is_refused_with_its_number(folder, monkeypatch):
    monkeypatch.setattr("training.frozen.store.FORMAT_VERSION", 2)
    path = folder / f"{write(folder).id}.json"
    monkeypatch.undo()
    with pytest.raises(ContractError, match="has the format version 2, this version reads 1"):
        read_baseline(path)


def test_drafts_and_other_files_are_no_baselines(folder):
    found = write(folder)
    (folder / f".{found.id}.json.x1").write_text("half")
    (folder / ".hidden.json").write_text("half")
    (folder / "notes.txt").write_text("ours")
    assert list_baselines(folder) == (found,)


def test_without_a_baseline_there_is_none(folder):
    assert find_baseline(folder) is None
    assert list_baselines(folder) == ()
    with pytest.raises(
        InputError, match=r"there is none in .*xm-predict baseline freeze --usecase churn\.yaml"
    ):
        choose_baseline(folder, "churn")


def test_the_newest_is_the_last_frozen_one_or_the_one_that_is_named(folder):
    first, second = write(folder), write(folder, entities=2)
    assert find_baseline(folder) == second
    assert find_baseline(folder, first.id) == find_baseline(folder, first.id[:6]) == first
    assert choose_baseline(folder, "churn", first.id) == first


def test_an_unknown_or_unclear_id_is_refused_with_the_known_ones(folder):
    with pytest.raises(InputError, match="freeze one first"):
        find_baseline(folder, "abc")
    found = [write(folder, entities=number) for number in range(20)]
    with pytest.raises(InputError, match=f"'xyz' is none of the baselines .*{found[0].id}"):
        find_baseline(folder, "xyz")
    letters = [one.id[0] for one in found]
    twice = next(letter for letter in letters if letters.count(letter) > 1)
    with pytest.raises(InputError, match=f"'{twice}' is the beginning of several"):
        find_baseline(folder, twice)


def test_two_who_freeze_the_same_at_once_leave_one_file(folder):
    threads = [threading.Thread(target=write, args=(folder,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list_baselines(folder)) == 1
