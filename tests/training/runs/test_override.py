"""The verb override: who decided against a score, when and why; no id and no score."""

import pytest

from features.pseudonyms import Pseudonyms
from tests.training.runs.rights import ask, lines_of, refuse

ADD = (
    "override",
    "add",
    "--name",
    "churn",
    "--entity",
    "K-1",
    "--by",
    "A. Kaya",
    "--reason",
    "moves  abroad",
)


def test_a_decision_is_kept_under_the_pseudonym(capsys, tmp_path):
    (found,) = ask(capsys, tmp_path, *ADD)["overrides"]
    person = Pseudonyms.open(tmp_path / "keys" / "pseudonyms.key").of("churn", "K-1")
    assert (found["person"], found["by"], found["reason"]) == (person, "A. Kaya", "moves abroad")
    path = tmp_path / "overrides" / "churn.jsonl"
    assert "K-1" not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    assert lines_of(tmp_path, "override")[0]["count"] == 1


def test_all_are_listed_or_those_about_one(capsys, tmp_path):
    ask(capsys, tmp_path, *ADD)
    ask(capsys, tmp_path, *["K-2" if word == "K-1" else word for word in ADD])
    assert len(ask(capsys, tmp_path, "override", "list", "--name", "churn")["overrides"]) == 2
    one = ask(capsys, tmp_path, "override", "list", "--name", "churn", "--entity", "K-2")["overrides"]
    assert len(one) == 1
    assert ask(capsys, tmp_path, "override", "list", "--name", "other")["overrides"] == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"A. Kaya": " "}, "--by: is empty"),
        ({"K-1": ""}, "--entity: is empty"),
        ({"moves  abroad": ""}, "--reason: is empty"),
        ({"moves  abroad": "K-1 moves"}, "--reason: names the person"),
        ({"moves  abroad": "x" * 501}, "--reason: has more than 500 letters"),
    ],
    ids=range(5),
)
def test_what_is_not_said_or_says_too_much_is_refused(capsys, tmp_path, changed, said):
    code, words = refuse(capsys, tmp_path, *[changed.get(word, word) for word in ADD])
    assert (code, said in words) == (2, True)
    assert not (tmp_path / "overrides").exists()


def test_a_damaged_file_is_named_by_its_line(capsys, tmp_path):
    ask(capsys, tmp_path, *ADD)
    path = tmp_path / "overrides" / "churn.jsonl"
    path.write_text(path.read_text() + "{}\n")
    code, words = refuse(capsys, tmp_path, "override", "list", "--name", "churn")
    assert (code, "line 2 is no decision" in words) == (2, True)
