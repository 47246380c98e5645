"""The ledger on disk: whole or absent, unchanged or refused, private where people are named."""

import json
import os
from datetime import date

import pytest

from features.errors import ContractError, InputError
from features.failpoints import VARIABLE
from tests.training.actions.made import DAY, SECRET, make_action, make_people, start
from training.actions import SUMMARY, Entry, Ledger, Note, ReadOut


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "actions")


def _read_out(entry, day=date(2026, 5, 1)):
    return ReadOut(entry.id, day, 500, 500, None, 0, "too few", None, sentence={"en": "a", "de": "b"})


def test_an_entry_comes_back_as_it_was_written(ledger):
    entry = start(ledger)
    assert ledger.entries() == (entry,)
    assert entry.action == make_action()
    assert (entry.treated, entry.held_back, entry.mean_shortfall) == (500, 500, 20.0)
    assert entry.cost_eur == 5500.0
    assert ledger.secret(entry.id) == SECRET


def test_people_are_for_their_owner_alone_and_not_in_the_summary(ledger):
    entry = start(ledger)
    place = ledger.folder / entry.id
    private = [path for path in place.iterdir() if "people" in path.name or "team" in path.name]
    assert len(private) == 2
    for path in [*private, place / "secret.key"]:
        assert path.stat().st_mode & 0o777 == 0o600
    summary = (ledger.folder / SUMMARY).read_text(encoding="utf-8")
    assert "K-0" not in summary
    told = json.loads(summary)
    assert told["entries"] == [entry.to_json()]
    assert [one["id"] for one in told["shown"]["actions"]] == [entry.id]


def test_the_list_of_the_team_says_who_is_in_which_arm(ledger):
    entry = start(ledger)
    text = (ledger.folder / entry.id / f"for-the-team-{DAY}.csv").read_text(encoding="utf-8")
    lines = text.replace('"', "").splitlines()
    assert lines[0] == "entity_id,arm"
    assert sum(line.endswith("held_back") for line in lines) == 500


def test_people_who_join_later_are_a_list_of_their_own(ledger):
    entry = start(ledger)
    later = make_people(100)
    rows = ledger.people(entry)[DAY].slice(0, 10)
    ledger.extend(entry.id, rows, entry.assigned[0].__class__(date(2026, 2, 1), 5, 5, None, "x"))
    found = ledger.find(entry.id)
    assert [one.snapshot_date for one in found.assigned] == [DAY, date(2026, 2, 1)]
    assert found.treated == 505
    assert found.mean_shortfall == 20.0
    assert ledger.people(found)[date(2026, 2, 1)].num_rows == 10
    assert len(later) == 100


def test_notes_costs_and_the_end_are_added(ledger):
    entry = start(ledger)
    ledger.note(entry.id, Note(DAY, "note", "a desk more"))
    ledger.note(entry.id, Note(DAY, "cost", "training", 300.0))
    assert ledger.find(entry.id).cost_eur == 5800.0
    assert ledger.find(entry.id).state == "running"
    ledger.note(entry.id, Note(DAY, "stopped", "enough seen"))
    assert ledger.find(entry.id).state == "stopped"


def test_the_newest_read_out_is_the_last_one(ledger):
    entry = start(ledger)
    for day in (date(2026, 6, 1), date(2026, 5, 1)):
        ledger.read_out(_read_out(entry, day))
    assert [one.as_of.month for one in ledger.find(entry.id).read_outs] == [5, 6]
    assert ledger.find(entry.id).newest == _read_out(entry, date(2026, 6, 1))


def test_an_action_is_found_by_the_beginning_of_its_id(ledger):
    entry = start(ledger)
    assert ledger.find(entry.id[:4]) == entry
    for wanted in ("", "zzz"):
        with pytest.raises(InputError, match=r"none of the actions.*Fast lane in support"):
            ledger.find(wanted)


def test_the_same_action_is_not_started_twice(ledger):
    start(ledger)
    with pytest.raises(InputError, match="is there already, the same in every word"):
        start(ledger)


def test_an_action_that_somebody_changed_is_refused(ledger):
    entry = start(ledger)
    path = ledger.folder / entry.id / "action.json"
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8").replace("Service team", "Somebody"), encoding="utf-8")
    with pytest.raises(ContractError, match="was changed after it was decided on"):
        ledger.entries()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "another", "format_version": 1}'])
def test_a_file_that_is_none_is_named(ledger, text):
    entry = start(ledger)
    path = ledger.folder / entry.id / "action.json"
    path.chmod(0o644)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=r"action\.json.*is no file of the action ledger"):
        ledger.entries()


def test_killed_before_its_end_a_start_leaves_no_action(ledger):
    child = os.fork()
    if child == 0:
        os.environ[VARIABLE] = "action.assigned"
        start(ledger)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert ledger.entries() == ()
    assert isinstance(start(ledger), Entry)
