"""Small lists: objections, decisions, texts to look at, running calls."""

import hashlib
import json

from features.objections import Objections
from tests.training.runs.persons.lying import NAME, OTHER, PERSON, look_for, write_lists
from training.runs.overrides import list_overrides
from training.runs.persons.lists import Calls, Losses, Objecting, Overriding, Texts
from training.runs.workspace import Workspace


def test_an_objection_is_told_and_goes_alone(tmp_path):
    write_lists(tmp_path, PERSON, OTHER)
    (told,) = Objecting().tell(look_for(tmp_path))
    assert told.rows == ({"since": "2026-03-28"},)
    assert Objecting().erase(look_for(tmp_path)).counts == {"objections": 1}
    assert set(Objections.read(Workspace(tmp_path).objections(NAME)).since) == {OTHER}
    assert Objecting().tell(look_for(tmp_path)) == []


def test_a_decision_is_told_without_who_took_it_and_goes_alone(tmp_path):
    write_lists(tmp_path, PERSON, OTHER)
    (told,) = Overriding().tell(look_for(tmp_path))
    assert told.rows == ({"time": "2026-03-28T00:00:00Z", "reason": "moves abroad anyway"},)
    assert Overriding().erase(look_for(tmp_path)).counts == {"overrides": 1}
    assert len(list(list_overrides(Workspace(tmp_path).overrides(NAME)))) == 1


def test_what_was_forecast_before_a_loss_is_told_and_the_file_goes_if_it_names_them(tmp_path):
    path = tmp_path / "monitoring" / NAME / "hindsight.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"losses": [{"entity_id": PERSON, "day": "2026-03-01"}]}))
    (tmp_path / "monitoring" / NAME / "latest.json").write_text("{}")
    assert Losses().tell(look_for(tmp_path, OTHER)) == []
    assert Losses().erase(look_for(tmp_path, OTHER)).counts == {"hindsight": 0}
    (told,) = Losses().tell(look_for(tmp_path))
    assert told.rows == ({"entity_id": PERSON, "day": "2026-03-01"},)
    removed = Losses().erase(look_for(tmp_path))
    assert removed.counts == {"hindsight": 1}
    assert "xm-predict monitor" in removed.notes[0]
    assert [file.name for file in path.parent.iterdir()] == ["latest.json"]


def test_nothing_is_made_where_nothing_is(tmp_path):
    for place in (Objecting(), Overriding(), Losses(), Texts(), Calls()):
        assert place.tell(look_for(tmp_path)) == []
        assert not any(place.erase(look_for(tmp_path)).counts.values())
    assert list(tmp_path.iterdir()) == []


def test_lists_of_texts_go_and_what_was_edited_is_named(tmp_path):
    shelf = tmp_path / "texts" / NAME / "surveys"
    shelf.mkdir(parents=True)
    for name in ("review.csv", ".review.csv.x1", "corrections.csv", "topics.yaml"):
        (shelf / name).write_text("words")
    assert Texts().erase(look_for(tmp_path)).counts == {"reviews": 2}
    assert sorted(path.name for path in shelf.iterdir()) == ["corrections.csv", "topics.yaml"]
    assert Texts().list_edited(look_for(tmp_path)) == [shelf / "corrections.csv"]


def test_a_running_call_with_the_id_of_the_person_is_forgotten(tmp_path):
    folder = tmp_path / "calls" / "0123456789ab"
    folder.mkdir(parents=True)
    for one in (PERSON, OTHER):
        (folder / hashlib.sha256(f"5:churn{one}".encode()).hexdigest()).write_text("[]")
    assert Calls().erase(look_for(tmp_path)).counts == {"calls": 1}
    assert len(list(folder.iterdir())) == 1
