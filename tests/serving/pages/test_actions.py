"""Actions and effect on a page: the same section as in the report, from the summary of the ledger."""

import json
import re
import shutil
from dataclasses import replace

import pytest

from tests.training.actions.made import make_action, start
from tests.training.reports import action_samples, samples
from tests.training.reports.test_actions import source_of
from training.actions import Ledger, show_actions
from training.reports import build_report
from training.statistics import plain_values


@pytest.fixture
def folder(running):
    """Return the folder of the ledgers, empty."""
    place = running.reports.parent / "actions"
    shutil.rmtree(place, ignore_errors=True)
    return place


def write(folder, shown, usecase="churn"):
    """Write the summary as the ledger does."""
    place = folder / usecase
    place.mkdir(parents=True, exist_ok=True)
    content = {"format": "xm-predict actions", "format_version": 1, "shown": shown, "entries": []}
    (place / "ledger.json").write_text(json.dumps(content), encoding="utf-8")
    return place / "ledger.json"


def ask(site, who="analyst", usecase="churn", **query):
    return site.browsers[who].get("/reports/actions", params={"usecase": usecase, **query})


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_page_shows_the_section_of_the_report(running, folder, language):
    write(folder, plain_values(show_actions(action_samples.entries())))
    page = ask(running, lang=language).text
    section = source_of(build_report(action_samples.with_actions(samples.inputs())), language)
    assert section.strip() in page
    assert re.search(r"<h1>3 (actions were|Maßnahmen wurden)", page)


def test_what_the_ledger_writes_is_what_the_page_reads(running, folder):
    start(Ledger(folder / "churn"), replace(make_action(), label="Call before renewal"))
    page = ask(running, "manager").text
    assert "Call before renewal" in page
    assert "Not read out yet." in page
    assert not re.search(r"K-\d{5}", page)


def test_before_anything_was_tried_it_says_how_to(running, folder):
    assert "No action was tried yet" in ask(running).text
    write(folder, None)
    assert "Noch keine Maßnahme" in ask(running, lang="de").text


def test_people_at_work_have_such_a_page_as_well(running, folder):
    write(folder, plain_values(show_actions(action_samples.entries(5))), "attrition")
    page = ask(running, usecase="attrition").text
    assert "too few to show" in page


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"format": "another"}', b'{"format":"xm-predict actions","format_version":2}']
)
def test_a_summary_that_is_none_is_a_problem_of_its_own(running, folder, content):
    write(folder, None).write_bytes(content)
    assert ask(running).status_code == 503


@pytest.mark.parametrize("shown", [{"actions": [{"label": 3}], "scale": 1}, {"actions": 7, "scale": "a"}])
def test_a_summary_without_what_is_shown_is_one_too(running, folder, shown):
    write(folder, shown)
    assert ask(running).status_code == 503


def test_a_link_is_not_followed(running, folder, tmp_path):
    path = write(folder, plain_values(show_actions(action_samples.entries())))
    elsewhere = tmp_path / "elsewhere.json"
    shutil.move(path, elsewhere)
    path.symlink_to(elsewhere)
    assert ask(running).status_code == 503
