"""A batch on disk: parts are whole or not there, and the record says so."""

import json
import os

import pyarrow as pa
import pytest

from features.errors import ContractError
from training.delivery.identity import Identity
from training.delivery.kept import BatchBusyError, KeptBatch, alone_with

IDENTITY = Identity("churn", "churn-1", "2025-12-01", "ab", {"reasons": 3})
COUNTS = {"rows": 4, "parts": 2}


def part(number):
    return pa.table({"entity_id": [f"{number}-a", f"{number}-b"], "probability_90d": [0.1, 0.2 + number]})


def open_batch(place):
    return KeptBatch.open(place, IDENTITY, counts=COUNTS)


def names_in(batch):
    return sorted(path.name for path in batch.folder.iterdir())


def test_from_begin_to_end(tmp_path):
    batch = open_batch(tmp_path)
    assert (names_in(batch), batch.list_missing(), batch.is_finished) == (["progress.json"], [0, 1], False)
    batch.keep_part(0, part(0))
    assert open_batch(tmp_path).list_missing() == [1]
    batch.keep_part(1, part(1))
    batch.finish()
    again = open_batch(tmp_path)
    assert again.is_finished
    assert names_in(again) == ["batch.json", "part-00000.parquet", "part-00001.parquet"]
    assert (again.n_parts, again.n_scores, again.started) == (2, 4, batch.started)
    assert pa.concat_tables(again.read_parts()).equals(pa.concat_tables([part(0), part(1)]))


def test_a_part_without_a_line_in_the_record_is_made_again(tmp_path):
    batch = open_batch(tmp_path)
    (batch.folder / "part-00000.parquet").write_bytes(b"of a run that was killed before it wrote that down")
    assert open_batch(tmp_path).list_missing() == [0, 1]


def test_drafts_of_a_killed_run_go(tmp_path):
    batch = open_batch(tmp_path)
    (batch.folder / ".part-00000.parquet.x1y2").write_bytes(b"half")
    open_batch(tmp_path)
    assert names_in(batch) == ["progress.json"]


def test_a_part_that_comes_out_differently_is_refused(tmp_path):
    batch = open_batch(tmp_path)
    batch.keep_part(0, part(0))
    with pytest.raises(ContractError, match=r"part-00000\.parquet comes out differently than before"):
        batch.keep_part(0, part(1))


def test_targets_are_written_down(tmp_path):
    batch = open_batch(tmp_path)
    batch.keep_part(0, part(0))
    batch.keep_part(1, part(1))
    batch.finish()
    assert batch.find_target("x") == {}
    batch.note_target("x", delivered=[0])
    assert open_batch(tmp_path).find_target("x") == {"delivered": [0]}


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"usecase": "churn"}', "\ud800".encode("utf-8", "surrogatepass").hex()]
)
def test_a_record_that_is_none_is_refused(tmp_path, content):
    batch = open_batch(tmp_path)
    (batch.folder / "progress.json").write_text(content)
    with pytest.raises(ContractError, match="is not the record of a batch"):
        open_batch(tmp_path)


@pytest.mark.parametrize("change", [{"rows_digest": "other"}, {"format_version": 2}], ids=str)
def test_a_record_of_another_batch_is_refused(tmp_path, change):
    file = open_batch(tmp_path).folder / "progress.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(ContractError, match="or of another batch; remove the folder"):
        open_batch(tmp_path)


def test_one_at_a_time(tmp_path):
    told = f"scores of churn: are being made by process {os.getpid()} since"
    with alone_with(tmp_path / "churn"):
        with pytest.raises(BatchBusyError, match=told):
            alone_with(tmp_path / "churn").__enter__()
        with alone_with(tmp_path / "other"):
            pass
    with alone_with(tmp_path / "churn"):
        pass
