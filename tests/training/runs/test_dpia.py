"""The verb dpia: one command, one folder, and nothing in it that is not there."""

import json

import pytest

from tests.contracts.repository import ROOT
from tests.training.runs.agreed_world import AGREED, file_of, write_agreed
from training.__main__ import main
from training.runs.persons import NAMELESS, list_homes
from training.runs.processing import RISKS, list_evidence


@pytest.fixture
def write(capsys, tmp_path, monkeypatch):
    """Return a function that writes an assessment; it returns what the verb said, and its folder."""
    monkeypatch.delenv("XM_GOVERNANCE", raising=False)

    def run(usecase="churn", out=None):
        folder = tmp_path / "dpia"
        agreed = write_agreed(tmp_path)
        words = ["dpia", "--usecase", file_of(usecase), "--governance", str(agreed), "--to", str(folder)]
        code = main([*words, "--out", str(out or tmp_path / "out"), "--json"])
        written = capsys.readouterr()
        assert code == 0, written.err
        return json.loads(written.out), folder

    return run


def test_pages_hold_flow_risks_tests_and_what_was_agreed(write):
    said, folder = write()
    assert (said["missing"], said["model"]) == ([], None)
    for language, words in (
        ("en", "Risks, and what exists against them"),
        ("de", "Risiken und was es dagegen gibt"),
    ):
        page = (folder / f"dpia_{language}.html").read_text(encoding="utf-8")
        assert words in page
        assert all(test in page for risk in RISKS for test in risk.tests)
        assert all(home in page for home in (*list_homes(), *NAMELESS))
        assert AGREED["controller"] in page
        assert page.count("<tr>") > len(RISKS) + said["promises"]


def test_every_risk_has_its_own_words_in_both_languages(write):
    _, folder = write()
    for language in ("en", "de"):
        page = (folder / f"dpia_{language}.html").read_text(encoding="utf-8")
        part = page.partition('<tbody>\n<tr>\n<th scope="row">')[2]
        rows = [row.partition("</th>")[0] for row in part.split('<th scope="row">')][: len(RISKS)]
        assert len(set(rows)) == len(RISKS)


def test_tests_that_are_named_exist():
    assert [test for risk in RISKS for test in risk.tests if not (ROOT / test).exists()] == []


def test_every_promise_of_the_page_is_quoted_as_it_stands_there():
    found = list_evidence()
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    table = text.partition("| promise | test | measured | state |")[2].partition("\n\n")[0]
    assert len(found) == len(table.strip().splitlines()) - 1
    assert all(row["state"] for row in found)
    assert any("erasure" in row["promise"] for row in found)


def test_the_annex_holds_all_settings_and_no_key_of_a_client(write, monkeypatch):
    monkeypatch.setenv("XM_KEY", "xmp_secret")
    monkeypatch.setenv("XM_WORKERS", "2")
    _, folder = write("attrition")
    annex = json.loads((folder / "annex.json").read_text(encoding="utf-8"))
    assert annex["governance"]["agreement"] == AGREED["agreement"]
    assert annex["governance"]["retention_days"]["audit_override"] is None
    assert annex["usecase"]["name"] == "attrition"
    assert annex["settings"]["XM_WORKERS"] == "2"
    assert "xmp_secret" not in (folder / "annex.json").read_text()


def test_the_card_of_the_model_is_quoted_where_there_is_one(write, tmp_path):
    card = {
        "making": {"model_version": "churn-0123"},
        "made_on": "2026-03-28",
        "data": {"rows": 900, "entities": 300},
        "missing": ["facts.seed"],
    }
    path = tmp_path / "out" / "reports" / "churn" / "model-card.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(card))
    said, folder = write()
    assert said["model"] == "churn-0123"
    page = (folder / "dpia_en.html").read_text(encoding="utf-8")
    assert "Version churn-0123" in page
    assert "Its card is not complete: facts.seed." in page
