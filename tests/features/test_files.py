import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from features import files
from features.files import (
    alone,
    below,
    produce_atomically,
    try_lock,
    whole_folder,
    write_atomically,
    write_files,
)


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def die_while(folder: Path, statement: str) -> None:
    """Run a statement in a process that is gone in the middle, as after a power cut or kill -9."""
    source = f"""
import os
from pathlib import Path
from features.files import alone, produce_atomically, whole_folder, write_atomically
folder = Path({str(folder)!r})
{statement}
"""
    finished = subprocess.run([sys.executable, "-c", source], check=False, cwd=Path(__file__).parents[2])
    assert finished.returncode == 9


def test_bytes_and_text_arrive(tmp_path):
    write_atomically(tmp_path / "a.bin", b"\x00\xff")
    write_atomically(tmp_path / "a.txt", "Lösungszeit\n")
    assert (tmp_path / "a.bin").read_bytes() == b"\x00\xff"
    assert (tmp_path / "a.txt").read_bytes() == "Lösungszeit\n".encode()


def test_missing_folders_are_made(tmp_path):
    write_atomically(tmp_path / "deep" / "deeper" / "a.txt", "x")
    assert (tmp_path / "deep" / "deeper" / "a.txt").read_text() == "x"


def test_existing_file_is_replaced_and_nothing_is_left_beside_it(tmp_path):
    target = tmp_path / "a.txt"
    write_atomically(target, "old and long")
    write_atomically(target, "new")
    assert target.read_text() == "new"
    assert names_in(tmp_path) == ["a.txt"]


def test_open_reader_keeps_the_old_content(tmp_path):
    target = tmp_path / "a.txt"
    write_atomically(target, "old")
    with target.open() as reader:
        write_atomically(target, "new")
        assert reader.read() == "old"
    assert target.read_text() == "new"


def test_others_may_read_what_was_written(tmp_path):
    write_atomically(tmp_path / "a.txt", "x")
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o644


def test_a_file_can_be_kept_from_others_and_is_from_its_first_byte_on(tmp_path):
    seen = []
    produce_atomically(
        tmp_path / "a.txt",
        lambda draft: seen.append(stat.S_IMODE(draft.stat().st_mode)) or draft.write_text("secret"),
        mode=0o600,
    )
    write_atomically(tmp_path / "b.txt", "secret", mode=0o600)
    assert seen == [0o600]
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_error_while_writing_leaves_the_old_file_and_no_draft(tmp_path):
    target = tmp_path / "a.txt"
    write_atomically(target, "old")

    def produce(draft: Path) -> None:
        draft.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        produce_atomically(target, produce)
    assert target.read_text() == "old"
    assert names_in(tmp_path) == ["a.txt"]


def test_interrupt_while_writing_leaves_the_old_file_and_no_draft(tmp_path):
    target = tmp_path / "a.txt"
    write_atomically(target, "old")

    def produce(draft: Path) -> None:
        draft.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        produce_atomically(target, produce)
    assert target.read_text() == "old"
    assert names_in(tmp_path) == ["a.txt"]


def test_death_while_writing_leaves_the_old_file(tmp_path):
    target = tmp_path / "a.txt"
    write_atomically(target, "old")
    die_while(
        tmp_path,
        """
def produce(draft):
    draft.write_text("half")
    os._exit(9)
produce_atomically(folder / "a.txt", produce)
""",
    )
    assert target.read_text() == "old"


def test_folder_appears_with_all_its_files(tmp_path):
    with whole_folder(tmp_path / "bundle") as draft:
        (draft / "model").mkdir()
        (draft / "model" / "trees.txt").write_text("tree")
        (draft / "manifest.json").write_text("{}")
        assert not (tmp_path / "bundle").exists()
    assert names_in(tmp_path) == ["bundle"]
    assert (tmp_path / "bundle" / "model" / "trees.txt").read_text() == "tree"
    assert stat.S_IMODE((tmp_path / "bundle").stat().st_mode) == 0o755


def test_folder_is_replaced_as_a_whole(tmp_path):
    for generation in ("old", "new"):
        with whole_folder(tmp_path / "bundle") as draft:
            (draft / f"{generation}.txt").write_text(generation)
    assert names_in(tmp_path) == ["bundle"]
    assert names_in(tmp_path / "bundle") == ["new.txt"]


def test_error_in_the_middle_of_a_folder_leaves_the_old_one(tmp_path):
    with whole_folder(tmp_path / "bundle") as draft:
        (draft / "old.txt").write_text("old")
    message = "boom"
    with pytest.raises(RuntimeError, match=message), whole_folder(tmp_path / "bundle") as draft:
        (draft / "half.txt").write_text("half")
        raise RuntimeError(message)
    assert names_in(tmp_path) == ["bundle"]
    assert names_in(tmp_path / "bundle") == ["old.txt"]


def test_error_in_the_middle_of_a_first_folder_leaves_nothing(tmp_path):
    message = "boom"
    with pytest.raises(RuntimeError, match=message), whole_folder(tmp_path / "bundle") as draft:
        (draft / "half.txt").write_text("half")
        raise RuntimeError(message)
    assert names_in(tmp_path) == []


def test_death_in_the_middle_of_a_folder_leaves_the_old_one(tmp_path):
    with whole_folder(tmp_path / "bundle") as draft:
        (draft / "old.txt").write_text("old")
    die_while(
        tmp_path,
        """
with whole_folder(folder / "bundle") as draft:
    (draft / "half.txt").write_text("half")
    os._exit(9)
""",
    )
    assert names_in(tmp_path / "bundle") == ["old.txt"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="one-step exchange exists on Linux")
def test_folder_is_there_at_every_moment_of_its_replacement(tmp_path, monkeypatch):
    target = tmp_path / "bundle"
    with whole_folder(target) as draft:
        (draft / "old.txt").write_text("old")
    seen: list[list[str]] = []
    rename = Path.replace

    def watch(source: Path, destination: Path) -> Path:
        moved = rename(source, destination)
        seen.append(names_in(target) if target.exists() else [])
        return moved

    monkeypatch.setattr(Path, "replace", watch)
    with whole_folder(target) as draft:
        (draft / "new.txt").write_text("new")
    assert [] not in seen
    assert names_in(target) == ["new.txt"]


def test_folder_is_replaced_where_names_cannot_be_exchanged_in_one_step(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_exchange", lambda one, other: False)  # as on other systems
    for generation in ("old", "new"):
        with whole_folder(tmp_path / "bundle") as draft:
            (draft / f"{generation}.txt").write_text(generation)
    assert names_in(tmp_path) == ["bundle"]
    assert names_in(tmp_path / "bundle") == ["new.txt"]


def test_content_is_on_disk_before_the_name_changes(tmp_path, monkeypatch):
    steps: list[str] = []
    flush, rename = os.fsync, Path.replace

    def note_flush(descriptor: int) -> None:
        steps.append("flush")
        flush(descriptor)

    def note_rename(source: Path, destination: Path) -> Path:
        steps.append("rename")
        return rename(source, destination)

    monkeypatch.setattr(os, "fsync", note_flush)
    monkeypatch.setattr(Path, "replace", note_rename)
    write_atomically(tmp_path / "a.txt", "x")
    assert steps == ["flush", "rename", "flush"]


def test_a_folder_that_appears_meanwhile_is_replaced(tmp_path, monkeypatch):
    """Let another process be first between the look and the renaming."""
    target = tmp_path / "folder"
    exists = Path.exists

    def look_then_lose(path, **settings):
        found = exists(path, **settings)
        if path == target and not found:
            target.mkdir()
            (target / "theirs").write_text("theirs")
        return found

    with whole_folder(target) as draft:
        (draft / "ours").write_text("ours")
        monkeypatch.setattr(Path, "exists", look_then_lose)
    assert [path.name for path in target.iterdir()] == ["ours"]
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_one_is_alone_inside_until_it_leaves_or_dies(tmp_path):
    lock = tmp_path / "lock"
    code = "import sys, time; from pathlib import Path; from features.files import alone\n"
    code += "with alone(Path(sys.argv[1])): print('inside', flush=True); time.sleep(600)"
    holder = subprocess.Popen([sys.executable, "-c", code, lock], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"inside\n"
    entered = threading.Event()

    def enter():
        with alone(lock):
            entered.set()

    waiting = threading.Thread(target=enter)
    waiting.start()
    assert not entered.wait(0.3)
    holder.kill()
    waiting.join(60)
    assert entered.is_set()
    holder.wait()
    holder.stdout.close()


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no locks of this kind")
def test_one_holder_has_the_lock_of_a_file_until_it_is_closed(tmp_path):
    path = tmp_path / "file"
    path.touch()
    with path.open("rb+") as first, path.open("rb+") as second:
        assert try_lock(first.fileno())
        assert not try_lock(second.fileno())
    with path.open("rb+") as third:
        assert try_lock(third.fileno())


def test_files_are_written_below_a_folder_and_found_again_by_it(tmp_path):
    files = {"model.json": b"{}", "text/surveys/a.bin": b"\x00", "text/surveys/b/c.json": b"[]"}
    write_files(tmp_path, files)
    found = {
        path.relative_to(tmp_path).as_posix(): path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert found == files
    assert below(found, "text/surveys/") == {"a.bin": b"\x00", "b/c.json": b"[]"}
    assert below(found, "text/calls/") == {}
