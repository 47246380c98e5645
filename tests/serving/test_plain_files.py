"""Files of others are read only where they are plain, small and where they seem to be."""

import os

import pytest

from serving.plain_files import MAX_FILE_BYTES, NAME, read_plain, refuse_links, stamp_of


def test_a_plain_file_is_read(tmp_path):
    (tmp_path / "a.json").write_bytes(b"{}")
    assert read_plain(tmp_path / "a.json") == b"{}"


def test_links_pipes_and_large_files_are_refused(tmp_path):
    (tmp_path / "a.json").write_bytes(b"{}")
    (tmp_path / "link").symlink_to(tmp_path / "a.json")
    with pytest.raises(OSError, match="link"):
        read_plain(tmp_path / "link")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="is not a plain file"):
        read_plain(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b" " * (MAX_FILE_BYTES + 1))
    with pytest.raises(ValueError, match="has more than"):
        read_plain(tmp_path / "large")


def test_a_folder_may_be_a_link_and_what_lies_in_it_may_not(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.json").write_bytes(b"{}")
    (tmp_path / "folder").symlink_to(tmp_path / "real")
    refuse_links(tmp_path / "folder" / "a.json", tmp_path / "folder")
    (tmp_path / "real" / "b.json").symlink_to(tmp_path / "real" / "a.json")
    with pytest.raises(ValueError, match="behind, a link"):
        refuse_links(tmp_path / "folder" / "b.json", tmp_path / "folder")


def test_a_stamp_changes_with_the_content(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b"{}")
    before = stamp_of(path)
    path.write_bytes(b"{} ")
    assert stamp_of(path) != before


def test_names_lead_nowhere_else():
    assert NAME.fullmatch("churn-2.b")
    assert not any(NAME.fullmatch(name) for name in ("..", "a/b", "", ".hidden", "a\n"))
