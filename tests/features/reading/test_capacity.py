"""Whether there is room for all that a use case reads is known before anything is read."""

import gzip
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import SourceError
from features.reading import Place, Readable, capacity, demand_room
from features.reading.capacity import estimate_bytes, find_memory
from features.usecase import ReadOptions

PLACE = Place("sources.tickets", "tickets")


def write(folder: Path, rows: int = 2_000) -> Path:
    path = folder / "tickets.csv"
    path.write_text("id,note\n" + "".join(f"{number:05d},{'x' * 44}\n" for number in range(rows)))
    return path


def readable(path: Path, wanted: list[str] | None = None) -> Readable:
    return Readable(PLACE, path, ReadOptions(), wanted)


def test_a_plain_file_takes_what_it_has(tmp_path):
    path = write(tmp_path)
    assert estimate_bytes(path) == path.stat().st_size


def test_a_packed_file_tells_its_size_at_its_end(tmp_path):
    path = write(tmp_path)
    packed = tmp_path / "tickets.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert packed.stat().st_size < path.stat().st_size / 10
    assert estimate_bytes(packed) == path.stat().st_size


def test_a_packed_file_beyond_four_gib_is_not_taken_for_a_small_one(tmp_path):
    packed = tmp_path / "tickets.csv.gz"
    packed.write_bytes(b"\x1f\x8b" + b"x" * 5_000 + (100).to_bytes(4, "little"))
    assert estimate_bytes(packed) == (1 << 32) + 100


def test_parquet_grows_and_a_folder_is_the_sum_of_its_files(tmp_path):
    for name in ("a", "b"):
        pq.write_table(pa.table({"x": list(range(500))}), tmp_path / f"{name}.parquet")
    one = estimate_bytes(tmp_path / "a.parquet")
    assert one > (tmp_path / "a.parquet").stat().st_size
    assert estimate_bytes(tmp_path) == 2 * one


def test_enough_room_is_no_reason_to_speak(tmp_path):
    demand_room([readable(write(tmp_path)), readable(tmp_path / "missing.csv")], str(tmp_path))
    demand_room([], str(tmp_path))


def test_too_little_disk_is_told_with_need_room_and_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(capacity.shutil, "disk_usage", lambda folder: SimpleNamespace(free=50_000))
    with pytest.raises(SourceError) as caught:
        demand_room([readable(write(tmp_path))], str(tmp_path), memory_bytes=60_000)
    assert str(caught.value).startswith(
        "sources: reading needs 0 MiB in the folder for temporary files, where 0 MiB"
    )
    assert "'tickets.csv' alone is 0 MiB of rows" in str(caught.value)
    assert "let TMPDIR name a folder with more room, write the file as Parquet, or name fewer" in str(
        caught.value
    )


def test_columns_that_are_not_read_need_no_room(tmp_path, monkeypatch):
    monkeypatch.setattr(capacity.shutil, "disk_usage", lambda folder: SimpleNamespace(free=50_000))
    demand_room([readable(write(tmp_path), ["id"])], str(tmp_path), memory_bytes=60_000)


def test_what_fits_into_memory_needs_no_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(capacity.shutil, "disk_usage", lambda folder: SimpleNamespace(free=0))
    demand_room([readable(write(tmp_path))], str(tmp_path))


def test_too_little_memory_is_told_with_need_and_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(capacity, "find_memory", lambda: 256 << 20)
    with pytest.raises(SourceError) as caught:
        demand_room([readable(write(tmp_path))], str(tmp_path))
    assert str(caught.value) == (
        "sources: reading needs 400 MiB of memory, and 256 MiB are there; "
        "give the process or container more memory, or name fewer columns and shorter files"
    )


def test_the_limit_of_a_container_counts(tmp_path, monkeypatch):
    limit = tmp_path / "memory.max"
    limit.write_text("134217728\n")
    monkeypatch.setattr(capacity, "_CGROUPS", (str(limit), str(tmp_path / "missing")))
    assert find_memory() == 134_217_728
    limit.write_text("max\n")
    found = find_memory()
    assert found is not None
    assert found > 134_217_728


def test_a_header_that_cannot_be_parted_is_left_to_reading(tmp_path):
    path = tmp_path / "tickets.csv"
    path.write_text("")
    demand_room([readable(path, ["id"])], str(tmp_path))
