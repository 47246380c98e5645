"""Batches that name somebody who asked to be erased go as a whole; others stay."""

import pyarrow as pa
import pytest

from training.delivery.erasing import ErasedBatches, remove_batches
from training.delivery.identity import Identity
from training.delivery.kept import BatchBusyError, KeptBatch, alone_with


def keep(place, rows, ids, *, is_group=False):
    batch = KeptBatch.open(place, Identity("churn", "v", "2025-12-01", rows), counts={"rows": 2, "parts": 1})
    name = "group" if is_group else "entity_id"
    batch.keep_part(0, pa.table({name: ids}))
    batch.finish()
    return batch


def test_only_batches_that_name_them_go_and_their_targets_are_told(tmp_path):
    first, second = keep(tmp_path, "one", ["a", "b"]), keep(tmp_path, "two", ["b", "c"])
    first.note_target("sqlite:///bi.db: xm_scores", scores=2)
    second.note_target("/tmp/scores.csv", scores=2)
    assert remove_batches(tmp_path, ["a"]) == ErasedBatches(1, ("sqlite:///bi.db: xm_scores",))
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [second.folder.name]
    assert remove_batches(tmp_path, ["b", "c"]) == ErasedBatches(1, ("/tmp/scores.csv",))


def test_groups_name_nobody(tmp_path):
    keep(tmp_path, "one", ["north", "south"], is_group=True)
    assert remove_batches(tmp_path, ["north"]) == ErasedBatches()


def test_what_cannot_be_read_goes(tmp_path):
    batch = keep(tmp_path, "one", ["a", "b"])
    (batch.folder / "part-00000.parquet").write_bytes(b"damaged")
    (batch.folder / "batch.json").write_text("{")
    assert remove_batches(tmp_path, ["z"]) == ErasedBatches(1)


def test_a_batch_that_is_being_made_is_waited_for_by_nobody(tmp_path):
    keep(tmp_path, "one", ["a", "b"])
    with alone_with(tmp_path), pytest.raises(BatchBusyError):
        remove_batches(tmp_path, ["a"])


def test_no_folder_no_batches(tmp_path):
    assert remove_batches(tmp_path / "none", ["a"]) == ErasedBatches()
