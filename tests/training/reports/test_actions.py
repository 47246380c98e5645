"""Actions and their effect as a section: numbers of the JSON, both languages, nobody named."""

import json
import os
import re
from pathlib import Path

import pytest

from features.usecase import Language
from tests.training.reports import action_samples, samples
from tests.training.reports.test_render import Page
from training.pages import render_report
from training.pages.formats import Formats
from training.reports import build_report, render_html

GOLDEN = Path(__file__).parent / "golden"
LANGUAGES: tuple[Language, ...] = ("en", "de")
NBSP = "\N{NO-BREAK SPACE}"
HEADING = {"en": "Actions and effect", "de": "Maßnahmen und Wirkung"}


@pytest.fixture(scope="module")
def report():
    return build_report(action_samples.with_actions(samples.inputs()))


def source_of(report, language: Language) -> str:
    """Return the section as it stands in the page."""
    page = render_html(report, language)
    found = re.search(rf'<section class="card">\s*<h2>{HEADING[language]}</h2>.*?</section>', page, re.DOTALL)
    assert found is not None
    return found[0] + "\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_section_is_the_golden_one(report, language):
    path, found = GOLDEN / f"actions_{language}.html", source_of(report, language)
    if os.environ.get("GOLDEN") == "write":
        path.write_text(found, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_effect_is_that_of_the_json(report, language):
    text, formats = Page(source_of(report, language)).text.replace(NBSP, " "), Formats(language)
    actions = json.loads(json.dumps(report.to_json()))["actions"]["actions"]
    told = [one["effect"] for one in actions if one["effect"]["gain"]]
    assert len(told) == 1
    gain = told[0]["gain"]
    assert gain["low"] > 0  # fewer leave: an improvement
    for end in gain["value"], gain["low"], gain["high"]:
        assert formats.signed(end, 1) in text
    assert formats.money(told[0]["revenue_eur"]["value"]).replace(NBSP, " ") in text
    for one in actions:
        assert one["label"] in text
        assert one["effect"]["sentence"][language].partition(":")[0] in text


def test_every_action_says_what_it_shows(report):
    text = Page(source_of(report, "en")).text
    assert "Measured in a test: −8.0 points" in text
    assert "Nothing can be told before 8 April 2026" in text
    assert "Nobody was held back, and this is why: All were promised it." in text
    assert "Not read out yet" not in text


def test_texts_of_people_stay_texts(report):
    source = source_of(report, "en")
    assert "Calls &lt;b&gt;before&lt;/b&gt; renewal" in source
    assert "<b>before</b>" not in source


def test_nobody_is_named(report):
    assert not re.search(r"K-\d", source_of(report, "en") + json.dumps(report.to_json()["actions"]))


def test_small_arms_of_people_at_work_are_hidden():
    report = build_report(action_samples.with_actions(samples.employees(), fewest=5))
    shown = next(one for one in report.actions.actions if one.label == "Fast lane in support")
    assert (shown.treated, shown.held_back, shown.effect.gain) == (None, None, None)
    assert shown.effect.verdict == "too few"
    assert "too few to show" in Page(source_of(report, "en")).text


def test_without_actions_there_is_no_section():
    plain = build_report(samples.inputs())
    assert plain.actions is None
    assert HEADING["en"] not in render_html(plain, "en")


def test_a_report_made_before_there_were_actions_is_still_a_page(report):
    content = report.to_json()
    del content["actions"]
    assert HEADING["en"] not in render_report(content, "en")
