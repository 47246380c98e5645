"""The verb notice: what stands in it comes from the use case and from what was agreed on."""

import json
import re

import pytest

from tests.training.runs.agreed_world import AGREED, BOTH, file_of, write_agreed
from training.__main__ import main


@pytest.fixture
def write(capsys, tmp_path, monkeypatch):
    """Return a function that writes a notice; it returns what the verb said and the pages by language."""
    monkeypatch.delenv("XM_GOVERNANCE", raising=False)

    def run(usecase, *words):
        folder = tmp_path / "notice"
        code = main(
            ["notice", "--usecase", file_of(usecase), "--to", str(folder), "--json", *map(str, words)]
        )
        written = capsys.readouterr()
        assert code == 0, written.err
        pages = {one: (folder / f"notice_{one}.html").read_text(encoding="utf-8") for one in ("en", "de")}
        content = json.loads((folder / "notice.json").read_text(encoding="utf-8"))["processing"]
        return json.loads(written.out), content, pages

    return run


def words_of(page):
    """Return what a reader sees, in one line."""
    body = page.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def test_a_complete_notice_misses_nothing_and_says_all_of_it(write, tmp_path):
    said, _, pages = write("attrition", "--governance", write_agreed(tmp_path))
    assert said["missing"] == []
    for language, page in pages.items():
        text = words_of(page)
        for fact in (
            *(AGREED[name] for name in ("controller", "contact", "officer", "authority", "agreement")),
            BOTH[language],
            "Overtime hours",
            "Manager support",
        ):
            assert fact in text, (language, fact)
        assert "governance.yaml" not in text


def test_thresholds_and_days_are_those_that_hold(write, tmp_path):
    _, content, pages = write("attrition", "--governance", write_agreed(tmp_path))
    assert content["thresholds"] == {"group": 5, "verbatims": 10, "drivers": 25}
    assert "fewer than 5 people, of comments of fewer than 10, of reasons of fewer than 25" in words_of(
        pages["en"]
    )
    assert {one["kind"]: one["days"] for one in content["retention"]} == AGREED["retention_days"]
    assert "365 Tage" in words_of(pages["de"])


def test_without_anything_agreed_every_gap_is_named_and_nothing_is_made_up(write):
    said, content, pages = write("attrition")
    for key in ("controller", "contact", "officer", "authority", "agreement", "retention_days.journal"):
        assert key in said["missing"]
        assert f"<code>{key}</code>" in pages["en"]
    assert "notices.attrition.legal_basis" in said["missing"]
    assert content["controller"] is None
    assert "Whom to ask has not been said yet." in words_of(pages["en"])


def test_customers_need_no_works_agreement(write, tmp_path):
    absent = ("agreement", "purposes", "valid_until", "usecases", "legal_basis")
    said, _, pages = write("churn", "--governance", write_agreed(tmp_path, *absent))
    assert said["missing"] == []
    assert "Each person gets a forecast with reasons" in words_of(pages["en"])
    assert "This notice is for customers." in words_of(pages["en"])
    assert "Dieser Hinweis ist für Kunden." in words_of(pages["de"])


def test_people_at_work_are_told_whether_single_scores_are_open(write, tmp_path):
    _, _, opened = write("attrition", "--governance", write_agreed(tmp_path))
    assert "opens single scores for these purposes alone: workload_review" in words_of(opened["en"])
    _, _, closed = write("attrition", "--governance", write_agreed(tmp_path, usecases=["other"]))
    assert "Nobody at work is scored singly" in words_of(closed["en"])


def test_roles_at_work_see_no_customers_and_nobody_has_single_scores(write, tmp_path):
    _, content, _ = write("attrition", "--governance", write_agreed(tmp_path))
    scopes = {scope for one in content["roles"] for scope in one["scopes"]}
    assert "score:employee:aggregate" in scopes
    assert not any(scope.startswith("score:customer") for scope in scopes)
    assert "score:employee:individual" not in scopes


def test_texts_and_calls_are_said(write):
    _, content, pages = write("churn")
    reads = {one["name"]: one["reads"] for one in content["sources"]}
    assert "texts" in reads["Surveys"]
    assert "calls" in reads["Calls"]
    assert "no sound" in words_of(pages["en"])
    assert "No protected attributes are used." in words_of(pages["en"])


def test_protected_attributes_are_named_with_what_they_are_for(write):
    _, content, pages = write("attrition")
    assert len(content["protected"]) > 1
    assert all(name in words_of(pages["de"]) for name in content["protected"])


def test_the_file_of_the_service_is_used_where_none_is_named(write, tmp_path, monkeypatch):
    monkeypatch.setenv("XM_GOVERNANCE", str(write_agreed(tmp_path)))
    assert write("churn")[0]["missing"] == []


def test_a_broken_agreement_is_refused_with_its_key(capsys, tmp_path):
    path = write_agreed(tmp_path, contact=7)
    code = main(
        ["notice", "--usecase", file_of("churn"), "--governance", str(path), "--to", str(tmp_path / "n")]
    )
    assert (code, "governance.yaml: contact: '7' cannot be used" in capsys.readouterr().err) == (2, True)
    assert not (tmp_path / "n").exists()
