"""The verb object: the list, its words, and the batch that leaves people out."""

from datetime import UTC, datetime

import pytest

from features.objections import Objections
from tests.training.runs.rights import ask, lines_of, refuse
from training.__main__ import main


def test_people_are_added_listed_and_taken_off(capsys, tmp_path):
    today = datetime.now(UTC).date().isoformat()
    added = ask(capsys, tmp_path, "object", "add", "--name", "churn", "--entity", "K-1,Ünal")
    assert added == {"usecase": "churn", "objected": {"K-1": today, "Ünal": today}}
    assert set(ask(capsys, tmp_path, "object", "list", "--name", "churn")["objected"]) == {"K-1", "Ünal"}
    left = ask(capsys, tmp_path, "object", "remove", "--name", "churn", "--entity", "K-1")
    assert set(left["objected"]) == {"Ünal"}
    assert set(Objections.read(tmp_path / "objections" / "churn.csv").since) == {"Ünal"}


def test_each_change_is_a_line_of_the_audit_log_without_the_id(capsys, tmp_path):
    ask(capsys, tmp_path, "object", "add", "--name", "churn", "--entity", "K-4711")
    (line,) = lines_of(tmp_path, "objection-add")
    assert (line["usecase"], line["count"]) == ("churn", 1)
    assert "K-4711" not in "".join(path.read_text() for path in (tmp_path / "audit").glob("*.jsonl"))
    ask(capsys, tmp_path, "object", "list", "--name", "churn")
    assert len(lines_of(tmp_path, "objection-add")) == 1


def test_it_says_what_an_objection_does_and_does_not(capsys, tmp_path):
    assert main(["object", "list", "--name", "churn", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "0 objected" in said
    assert "groups still count them, and models learn from their rows" in said


@pytest.mark.parametrize("action", ["add", "remove"])
def test_nobody_cannot_object(capsys, tmp_path, action):
    code, said = refuse(capsys, tmp_path, "object", action, "--name", "churn")
    assert (code, "names nobody" in said) == (2, True)
    assert not (tmp_path / "objections").exists()


def test_a_damaged_list_is_not_written_over(capsys, tmp_path):
    path = tmp_path / "objections" / "churn.csv"
    path.parent.mkdir()
    path.write_text("who knows")
    code, said = refuse(capsys, tmp_path, "object", "add", "--name", "churn", "--entity", "K-1")
    assert (code, "churn.csv" in said) == (2, True)
    assert path.read_text() == "who knows"
