"""What people write about, as a section: numbers of the JSON, both languages, quotes, nothing of few."""

import csv
import io
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from features.usecase import Language
from tests.training.reports import lever_samples, samples, theme_samples
from tests.training.reports.test_render import Page
from training.pages import render_report
from training.pages.formats import Formats
from training.reports import build_report, keep_wave, render_csv, render_html

GOLDEN = Path(__file__).parent / "golden"
LANGUAGES: tuple[Language, ...] = ("en", "de")


@pytest.fixture(scope="module")
def report():
    return build_report(theme_samples.with_themes(samples.inputs()))


def source_of(report, language: Language) -> str:
    """Return the section as it stands in the page."""
    page = render_html(report, language)
    heading = {"en": "write about</h2>", "de": "schreiben</h2>"}[language]
    found = re.search(rf'<section class="card">\s*<h2>[^<]*{heading}.*?</section>', page, re.DOTALL)
    assert found is not None
    return found[0] + "\n"


def section(report, language: Language = "en") -> str:
    """Return the words of the section, as a reader of the screen sees them."""
    source = source_of(report, language)
    return Page(re.sub(r'<p class="on-paper">.*?</p>', "", source, flags=re.DOTALL)).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_section_is_the_golden_one(report, language):
    path, found = GOLDEN / f"themes_{language}.html", source_of(report, language)
    if os.environ.get("GOLDEN") == "write":
        path.write_text(found, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_of_a_line_is_that_of_the_json(report, language):
    text, formats = section(report, language), Formats(language)
    text = text.replace("\N{NO-BREAK SPACE}", " ")

    def written(share: float) -> str:
        return formats.percent(share).replace("\N{NO-BREAK SPACE}", " ")

    source = json.loads(json.dumps(report.to_json()))["themes"]["sources"][0]
    assert formats.number(source["verbatims"]) in text
    for line in source["themes"]:
        assert written(line["share"]["value"]) in text
        assert formats.signed(line["tone"]["value"]) in text
        assert formats.number(line["verbatims"]) in text
        assert formats.number(line["people"]) in text
        assert written(line["negative"]["estimate"]["value"]) in text


def test_the_english_section(report):
    text = section(report)
    assert "What customers write about" in text
    assert "2025 Q4: 1,600 comments by 877 people were read." in text
    assert "Waiting for an answer wait, answer, queue, days Three people asked me" in text
    assert "reworded and approved by M. Meyer, 2 November 2026" in text
    assert re.search(r"\+9\.9 pts · clearly more often ▼ tone −0\.4 · clear change for the worse", text)
    assert "App login" in text
    assert "New: parking, charging, blocked , about 12 to 40 people of 2,300," in text
    assert "first seen in 2026 Q3" in text
    assert "24 comments in other languages were passed through unread." in text
    assert "A few were too short to tell their language." in text


def test_the_german_section_says_the_same(report):
    text = section(report, "de")
    assert "Worüber Kunden schreiben" in text
    assert "2025 Q4: 1.600 Kommentare von 877 Personen wurden gelesen." in text
    assert "Warten auf eine Antwort warten, antwort, tage Drei Leute fragten" in text
    assert "umformuliert und freigegeben von M. Meyer, 2. November 2026" in text
    assert "deutlich öfter ▼ Ton −0,4 · klare Änderung zum Schlechteren" in text
    assert "Neu: parking, charging, blocked , etwa 12 bis 40 Personen von 2.300," in text
    assert "comment" not in text.replace("Kommentar", "")


def test_a_quote_in_one_language_says_which_it_is(report):
    page = render_html(report, "en")
    assert '<q lang="de">Die Rechnung war wieder falsch' in page
    assert "<q>Three people asked me" in page


def test_the_table_is_a_table(report):
    page = render_html(report, "en")
    table = re.search(r'<table class="themes">.*?</table>', page, re.DOTALL)
    assert table is not None
    n_lines = len(report.themes.sources[0].themes)
    assert table[0].count('<th scope="row">') == n_lines
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', table[0])
    assert heads == ["Topic", "Part of the comments", "Tone", "Says what to do", "Since 2025 Q3"]
    assert len(re.findall(r"<td", table[0])) == n_lines * (len(heads) - 1)


def test_paper_has_the_first_topics_in_sentences(report):
    paper = re.findall(r'<p class="on-paper">(.*?)</p>', render_html(report, "en"), re.DOTALL)[-1]
    words = " ".join(Page(paper).text.split())
    assert "Waiting for an answer : 40% (37.6% to 42.5%), tone −1.2, 81% negative" in words
    assert "clearly more often, in a clearly worse tone." in words


def test_there_is_no_section_without_verbatims():
    plain = build_report(samples.inputs())
    assert plain.themes is None
    assert "themes" not in plain.method.topics
    assert "write about" not in render_html(plain, "en")


def test_a_report_made_before_there_were_themes_is_still_a_page(report):
    content = report.to_json()
    del content["themes"]
    assert "write about" not in render_report(content, "en")


def test_of_people_at_work_nothing_is_quoted_and_no_tone_of_known_writers_told():
    report = build_report(theme_samples.with_themes(samples.employees()))
    assert report.themes is not None
    assert report.themes.quotes == ()
    content = json.dumps(report.to_json()["themes"])
    assert "approved" not in content
    assert not re.search(r'"(tone|negative|tone_change)": \{', content)
    text = section(report)
    assert "What employees write about" in text
    assert "Tone is not told, since these comments lead to people at work." in text
    assert "negative" not in text.replace("among the negative", "")


def test_of_nameless_people_at_work_tone_is_told_and_people_are_not_counted():
    report = build_report(theme_samples.with_themes(samples.employees(), is_anonymous=True))
    text = section(report)
    assert "Nobody knows who wrote which" in text
    assert "640 comments" in text
    assert "people" not in text.split("Topic Part of the comments")[1].split("New:")[0]
    assert "nearly all in the same tone" in text
    assert "81% negative" in text


def test_quotes_of_topics_that_are_not_shown_are_not_there(report):
    quotes = (*theme_samples.QUOTES, replace(theme_samples.QUOTES[0], topic="tiny"))
    inputs = replace(theme_samples.with_themes(samples.inputs()), quotes=quotes)
    assert build_report(inputs).themes.quotes == theme_samples.QUOTES
    suppliers = theme_samples.with_themes(samples.inputs(usecase=samples.usecase("supplier")))
    assert build_report(suppliers).themes.quotes == ()


def test_a_hostile_quote_is_only_text(report):
    quotes = (replace(theme_samples.QUOTES[0], text={"en": "<script>alert(1)</script>"}, approved_by="<b>x"),)
    page = render_html(
        build_report(replace(theme_samples.with_themes(samples.inputs()), quotes=quotes)), "en"
    )
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_model_that_may_not_be_used_takes_nothing_away_from_what_people_wrote():
    report = build_report(theme_samples.with_themes(samples.unusable()))
    assert report.themes is not None


def test_figures_stand_in_the_csv(report):
    lines = list(csv.DictReader(io.StringIO(render_csv(report))))
    found = {line["measure"]: line for line in lines if line["item"] == "Waiting for an answer"}
    assert set(found) == {"part of the comments", "tone", "negative", "change of the part", "change of tone"}
    assert found["part of the comments"]["n"] == "1600"
    assert found["tone"]["section"] == "theme, surveys, 2025 Q4"


def test_several_sources_have_headings():
    inputs = theme_samples.with_themes(lever_samples.inputs())
    one = inputs.themes[0]
    named = [replace(one, content=replace(one.content, survey=name)) for name in ("Orders", "Support")]
    text = section(build_report(replace(inputs, themes=tuple(named))))
    assert text.count("1,600 comments by 877 people") == 2
    assert "Orders" in text
    assert "Support" in text


def test_a_tone_that_a_word_list_judges_is_said_to_be_rough(report):
    assert "A word list judges it" not in section(report)
    inputs = theme_samples.with_themes(samples.inputs())
    content = replace(inputs.themes[0].content, tone_by={"en": "word list", "de": "word list"})
    rough = replace(inputs, themes=(replace(inputs.themes[0], content=content),))
    assert "A word list judges it, which is rough." in section(build_report(rough))
    assert "Ihn beurteilt eine Wortliste; das ist grob." in section(build_report(rough), "de")


def test_a_kept_report_quotes_nobody(report, tmp_path):
    kept = keep_wave(report, tmp_path)
    content = json.loads(kept.read_text(encoding="utf-8"))
    assert content["themes"]["quotes"] == []
    assert content["themes"]["sources"] == json.loads(json.dumps(report.to_json()))["themes"]["sources"]
    assert report.themes.quotes
