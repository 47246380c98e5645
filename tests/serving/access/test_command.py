"""``python -m serving.access``: one order in, one outcome out."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from features.errors import InputError
from serving.access.__main__ import Order, carry_out
from serving.access.records import read_records
from tests.serving.company import ROOT

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


@pytest.fixture
def order(tmp_path):
    """Return a function that gives an order about a file of keys."""

    def give(action, **more):
        return carry_out(Order(action=action, path=str(tmp_path / "keys.json"), **more), NOON)

    return give


def test_a_new_key_is_the_whole_text_and_the_notes_say_what_it_is(order):
    outcome = order("create", role="app", label="desk", days=1)
    key_id = outcome.text.split("_")[1]
    assert outcome.text == outcome.content["key"]
    assert outcome.notes == [
        f"key {key_id} for the role app, valid until 2026-03-30 12:00 UTC; it is shown this once"
    ]
    assert outcome.content["scopes"] == ["docs:read", "score:customer", "score:customer:aggregate"]
    assert (outcome.content["state"], outcome.content["label"]) == ("valid", "desk")


def test_lists_are_parted_by_commas(order):
    content = order("create", role="analyst", usecases="churn, satisfaction,", scopes="report:read").content
    assert list(content["usecases"]) == ["churn", "satisfaction"]
    assert content["scopes"] == ["report:read"]


def test_the_list_tells_all_but_the_secrets_and_their_hashes(order):
    key = order("create", role="manager", units="site=Bonn", label="Bonn", days=0).text
    order("create", role="app")
    outcome = order("list")
    first = [part.strip() for part in outcome.text.splitlines()[0].split("  ") if part.strip()]
    assert first == [key.split("_")[1], "valid", "manager", "no end", "site=Bonn", "Bonn"]
    assert [one["role"] for one in outcome.content["keys"]] == ["manager", "app"]
    whole = json.dumps(outcome.content) + outcome.text
    assert key.split("_", 2)[2] not in whole
    assert "sha256" not in whole


def test_an_empty_list_says_where_it_looked(order, tmp_path):
    outcome = order("list")
    assert outcome.text == f"there are no keys in {tmp_path / 'keys.json'}"
    assert outcome.content["keys"] == []


def test_a_rotation_hands_over_a_new_key_and_says_how_long_the_old_one_goes_on(order):
    old = order("create", role="app").text.split("_")[1]
    outcome = order("rotate", key=old, overlap_hours=2)
    assert outcome.text.startswith("xmp_")
    assert outcome.notes[1] == f"the old key {old} goes on for 2 hours"
    assert outcome.content["replaces"] == old
    assert order("list").content["keys"][0]["expires_at"] == "2026-03-29T14:00:00Z"


def test_a_revoked_key_is_shown_as_such(order):
    key_id = order("create", role="app").text.split("_")[1]
    outcome = order("revoke", key=key_id)
    assert outcome.text == f"key {key_id} is revoked; running services refuse it within 5 seconds"
    assert order("list").content["keys"][0]["state"] == "revoked"


def test_what_is_not_accepted_is_an_error_of_input(order):
    with pytest.raises(InputError, match="--role: 'boss' is not a role"):
        order("create", role="boss")


def run(order: object) -> tuple[int, dict[str, Any], str]:
    done = subprocess.run(
        [sys.executable, "-m", "serving.access"],
        cwd=ROOT,
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout), done.stderr


def test_the_process_answers_with_one_json_object_and_the_exit_code(tmp_path):
    path = tmp_path / "keys.json"
    code, outcome, err = run({"action": "create", "path": str(path), "role": "app"})
    assert (code, err) == (0, "")
    assert outcome["text"].split("_")[1] == read_records(path)[0].key_id
    code, outcome, err = run({"action": "create", "path": str(path), "role": "boss"})
    assert (code, err, set(outcome["error"])) == (2, "", {"where", "problem", "hint"})


def test_the_process_starts_without_anything_that_scores():
    code = "import sys, serving.access.__main__; print('lightgbm' in sys.modules, 'bentoml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
