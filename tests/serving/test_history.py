"""The file with the history of models: read strictly, written only when something is new."""

import msgspec
import pytest
from msgspec import structs

from serving.history import FILE_NAME, NEWEST, read_history, write_history
from tests.serving.histories import CHALLENGER, HISTORY, spoil


def test_it_is_read_as_it_was_written_and_not_written_again(tmp_path):
    write_history(tmp_path, HISTORY)
    assert read_history(tmp_path, "churn") == HISTORY
    file = tmp_path / "churn" / FILE_NAME
    before = file.stat().st_ino
    write_history(tmp_path, HISTORY)
    assert file.stat().st_ino == before
    write_history(tmp_path, structs.replace(HISTORY, champion=4))
    assert read_history(tmp_path, "churn").champion == 4


def test_a_version_is_found_by_its_number():
    assert HISTORY.find(4) == CHALLENGER
    assert HISTORY.find(99) is None
    assert HISTORY.find(None) is None


def test_without_a_file_there_is_none(tmp_path):
    assert read_history(tmp_path, "churn") is None


@pytest.mark.parametrize(
    "changed",
    [
        {"usecase": "attrition"},
        {"entry": -1},
        {"champion": "3"},
        {"versions": None},
        {"versions": [msgspec.to_builtins(CHALLENGER)] * (NEWEST + 1)},
        {"versions": [{**msgspec.to_builtins(CHALLENGER), "made_on": "<b>"}]},
        {"versions": [{**msgspec.to_builtins(CHALLENGER), "figures": {"luck": {}}}]},
        {"changes": [{"number": 1, "version": 1, "kind": "deleted"}]},
        {"stranger": True},
    ],
)
def test_what_nobody_of_ours_would_write_counts_as_none(tmp_path, changed):
    write_history(tmp_path, HISTORY)
    spoil(tmp_path, **changed)
    assert read_history(tmp_path, "churn") is None


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", b"[" * 100_000, b" " * (2 * 1024 * 1024 + 1)])
def test_a_damaged_or_huge_file_counts_as_none(tmp_path, content):
    write_history(tmp_path, HISTORY)
    (tmp_path / "churn" / FILE_NAME).write_bytes(content)
    assert read_history(tmp_path, "churn") is None


def test_half_a_file_counts_as_none_wherever_it_ends(tmp_path):
    write_history(tmp_path, HISTORY)
    file = tmp_path / "churn" / FILE_NAME
    whole = file.read_bytes()
    for end in range(0, len(whole), 41):
        file.write_bytes(whole[:end])
        assert read_history(tmp_path, "churn") is None
