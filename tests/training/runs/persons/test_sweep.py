"""The last look: whatever form a file has, a name in it is found."""

import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import ipc

from tests.training.runs.persons.lying import PERSON, look_for, pseudonyms_of
from training.runs.persons import sweep


def write_parquet(path):
    ids = pa.array(["k01", PERSON]).dictionary_encode()
    pq.write_table(pa.table({"who": ids}), path, compression="zstd")


def write_arrow(path):
    table = pa.table({"who": ["k01", PERSON]})
    with ipc.new_file(path, table.schema, options=ipc.IpcWriteOptions(compression="zstd")) as file:
        file.write_table(table)


WRITERS = {
    "text.txt": lambda path: path.write_text(f"{PERSON} was here"),
    "page.html": lambda path: path.write_text(f"<td>{PERSON}</td>"),
    "table.parquet": write_parquet,
    "folded.cells": write_arrow,
    "mlflow.db": lambda path: path.write_bytes(b"\0\1" + PERSON.encode() + b"\0"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_name_is_found_in_every_kind_of_file(tmp_path, name):
    (tmp_path / "frames").mkdir()
    WRITERS[name](tmp_path / "frames" / name)
    n_files, hits = sweep([look_for(tmp_path)])
    assert n_files == 1
    assert [(hit.path.name, hit.is_ours) for hit in hits] == [(name, True)]
    assert sweep([look_for(tmp_path, "k20-47")])[1] == []


def test_a_pseudonym_is_found_as_well(tmp_path):
    known = pseudonyms_of(tmp_path).of("churn", PERSON)
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "x").write_text(f'"{known}"')
    assert len(sweep([look_for(tmp_path)])[1]) == 1


def test_a_name_between_two_portions_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["training.runs.persons.sweep"], "_CHUNK_BYTES", 16)
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "long").write_text("." * 12 + PERSON + "." * 40)
    assert len(sweep([look_for(tmp_path)])[1]) == 1


def test_files_that_are_not_of_this_program_are_told_apart(tmp_path):
    for folder in ("company", "reports"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.csv").write_text(PERSON)
    hits = sweep([look_for(tmp_path)])[1]
    assert {hit.path.parent.name: hit.is_ours for hit in hits} == {"company": False, "reports": True}


def test_a_file_that_only_looks_like_a_table_is_read_as_bytes(tmp_path):
    (tmp_path / "scores").mkdir()
    (tmp_path / "scores" / "broken.parquet").write_text(f"no table, but {PERSON}")
    (tmp_path / "scores" / "broken.told").write_text("nothing")
    assert [hit.path.name for hit in sweep([look_for(tmp_path)])[1]] == ["broken.parquet"]
