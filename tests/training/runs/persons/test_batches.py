"""Scores on schedule and assignments: tables again without a person, records that fit them."""

import hashlib
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import SourceError
from tests.training.runs.persons.lying import OTHER, PERSON, look_for, write_action, write_batch
from training.runs.persons.batches import Actions, Scores


def ids_in(path):
    return pq.read_table(path).column("entity_id").to_pylist()


def test_scores_are_told_as_they_went_out(tmp_path):
    write_batch(tmp_path, (OTHER,), (PERSON, "k02"))
    (told,) = Scores().tell(look_for(tmp_path))
    assert told.place.endswith("part-00001.parquet")
    assert told.rows == ({"entity_id": PERSON, "probability_90d": 0.25},)


def test_a_part_is_written_again_and_its_record_fits_it(tmp_path):
    place = write_batch(tmp_path, (OTHER,), (PERSON, "k02"))
    before = json.loads((place / "batch.json").read_text())
    untouched = (place / "part-00000.parquet").read_bytes()
    assert Scores().erase(look_for(tmp_path)).counts == {"scores": 1}
    assert ids_in(place / "part-00001.parquet") == ["k02"]
    assert (place / "part-00000.parquet").read_bytes() == untouched
    after = json.loads((place / "batch.json").read_text())
    assert after["parts"]["0"] == before["parts"]["0"]
    digest = hashlib.sha256((place / "part-00001.parquet").read_bytes()).hexdigest()
    assert after["parts"]["1"] == {"file": "part-00001.parquet", "rows": 1, "sha256": digest}
    assert len(after["erased"]) == 1
    assert Scores().erase(look_for(tmp_path)).counts == {"scores": 0}
    assert json.loads((place / "batch.json").read_text()) == after


def test_whoever_got_the_batch_is_told_how_to_take_them_out(tmp_path):
    targets = {"postgresql://xm@db:5432/x: public.scores": {"scores": 2}, "/srv/scores.parquet": {}}
    write_batch(tmp_path, (PERSON, OTHER), targets=targets)
    notes = Scores().erase(look_for(tmp_path, PERSON, "o'hara")).notes
    assert notes == (
        "take them out of /srv/scores.parquet, which got a batch that named them",
        "in postgresql://xm@db:5432/x: DELETE FROM public.scores WHERE entity_id IN ('k20-4711', 'o''hara');",
    )


def test_a_batch_that_names_them_nowhere_is_left_alone(tmp_path):
    place = write_batch(tmp_path, (OTHER,), targets={"/srv/scores.parquet": {}})
    before = {path: path.read_bytes() for path in place.iterdir()}
    assert Scores().erase(look_for(tmp_path)).notes == ()
    assert {path: path.read_bytes() for path in place.iterdir()} == before


def test_no_batches_are_no_fault(tmp_path):
    assert Scores().erase(look_for(tmp_path)).counts == {}
    assert Scores().tell(look_for(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_assignments_go_from_parquet_and_csv(tmp_path):
    place = write_action(tmp_path, OTHER, PERSON)
    assert len(Actions().tell(look_for(tmp_path))) == 2
    assert Actions().erase(look_for(tmp_path)).counts == {"assignments": 2}
    assert ids_in(place / "people-2026-03-01.parquet") == [OTHER]
    assert (place / "assignment.csv").read_text() == f"entity_id,arm\n{OTHER},control\n"
    assert (place / "assignment.csv").stat().st_mode & 0o777 == 0o600


def test_an_id_behind_an_apostrophe_is_the_same_id(tmp_path):
    place = write_action(tmp_path, OTHER)
    (place / "assignment.csv").write_text("entity_id,arm\n'=1+1,action\nk01,control\n")
    assert Actions().erase(look_for(tmp_path, "=1+1")).counts == {"assignments": 1}


def test_a_table_without_ids_names_nobody(tmp_path):
    place = write_action(tmp_path, OTHER)
    pq.write_table(pa.table({"arm": ["action"]}), place / "sums.parquet")
    (place / "empty.csv").write_text("")
    assert Actions().erase(look_for(tmp_path)).counts == {"assignments": 0}


def test_a_table_that_cannot_be_read_may_name_them_and_is_not_passed_over(tmp_path):
    place = write_action(tmp_path, OTHER)
    (place / "people-2026-03-01.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(SourceError, match=r"people-2026-03-01\.parquet: cannot be read, so it may name them"):
        Actions().erase(look_for(tmp_path))
