import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import files
from features.errors import ContractError
from features.tombstones import Tombstones


def test_nobody_is_erased_where_there_is_no_file(tmp_path):
    none = Tombstones.read(tmp_path / "none.json")
    assert not none
    assert none.covers(["a", "b"]) == [False, False]


@given(erased=st.sets(st.text(), max_size=5), others=st.sets(st.text(), max_size=5))
def test_erased_ids_are_told_from_all_others(erased, others):
    tombstones = Tombstones().add(erased)
    assert tombstones.covers(erased) == [True] * len(erased)
    assert tombstones.covers(others - erased) == [False] * len(others - erased)


def test_what_was_written_is_read_and_more_can_be_added(tmp_path):
    path = tmp_path / "erased" / "churn.json"
    Tombstones().add(["anna"]).write(path)
    Tombstones.read(path).add(["ben", "anna"]).write(path)
    found = Tombstones.read(path)
    assert found.covers(["anna", "ben", "carl"]) == [True, True, False]
    assert len(found.digests) == 2


def test_the_file_names_nobody_and_two_files_have_nothing_in_common(tmp_path):
    contents = []
    for name in ("one", "two"):
        Tombstones().add(["anna"]).write(tmp_path / name)
        contents.append(json.loads((tmp_path / name).read_text()))
    assert "anna" not in json.dumps(contents)
    assert contents[0]["salt"] != contents[1]["salt"]
    assert contents[0]["digests"] != contents[1]["digests"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "churn.json"
    Tombstones().add(["anna"]).write(path)
    before = path.read_bytes()

    def fail(_):
        raise OSError(28, "no space left")

    monkeypatch.setattr(files, "flush", fail)
    with pytest.raises(OSError, match="no space"):
        Tombstones.read(path).add(["ben"]).write(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def change(**keys):
    salt = "00" * 32
    return json.dumps({"format_version": 1, "salt": salt, "digests": [salt], **keys})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "does not hold tombstones"),
        ("[]", "does not hold tombstones"),
        ("{}", "does not hold tombstones"),
        (change(salt="xx"), "does not hold tombstones"),
        (change(salt=3), "does not hold tombstones"),
        (change(digests=["00"]), "has not 32 bytes"),
        (change(salt=""), "has not 32 bytes"),
        (change(format_version=2), "has the format version 2, not 1"),
    ],
)
def test_a_damaged_file_is_refused_by_name(tmp_path, text, problem):
    path = tmp_path / "churn.json"
    path.write_text(text)
    with pytest.raises(ContractError, match=problem) as found:
        Tombstones.read(path)
    assert str(found.value).startswith(str(path))
    assert "put back the file from a backup" in str(found.value)
