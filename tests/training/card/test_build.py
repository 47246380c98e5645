"""The card as files: JSON and one page per language, the same bytes for the same bundle."""

import json
import re
from dataclasses import replace
from datetime import date

import pytest

from features.usecase import parse
from tests.training.card.conftest import TODAY
from tests.training.reports.test_render import Page
from tests.training.sample_bundles import make_bundle
from training.bundle import load
from training.card import build_card, render_card, write_card
from training.frozen import BaselineReference
from training.pages import render_page, to_shown

LANGUAGES = ("en", "de")


def text_of(card, language="en"):
    return Page(render_card(card, language)).text


def test_equal_bundles_give_equal_bytes(staff, tmp_path):
    first = write_card(build_card(staff.bundle, made_on=TODAY), tmp_path / "a")
    again = write_card(build_card(load(staff.folder), made_on=TODAY), tmp_path / "b")
    assert [path.name for path in first] == ["model-card.json", "model-card_en.html", "model-card_de.html"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert json.loads(first[0].read_text())["made_on"] == "2026-01-15"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["staff_card", "company_card"])
def test_the_page_is_inert_and_whole(name, language, request):
    text = render_card(request.getfixturevalue(name), language)
    page = Page(text)
    assert ("html", {"lang": language}) in page.tags
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "form"}
    assert "://" not in text
    assert not re.search(r"\bNone\b|\bnan\b", page.text)
    assert len(text.encode()) < 150_000


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["staff_card", "company_card"])
def test_the_page_of_the_file_is_the_page_of_the_card(name, language, request, tmp_path):
    card = replace(
        request.getfixturevalue(name), baseline=BaselineReference("0123456789ab", date(2026, 1, 2))
    )
    path = write_card(card, tmp_path)[0]
    of_file = render_page("card.html.jinja", language, card=to_shown(json.loads(path.read_text())))
    of_record = render_page("card.html.jinja", language, card=card)
    assert of_file.encode() == of_record.encode()
    assert of_file == render_card(card, language) == (tmp_path / f"model-card_{language}.html").read_text()


def test_a_works_council_finds_what_it_looks_for(staff_card):
    text = text_of(staff_card)
    assert "Forecasts are given for groups only, never for one person." in text
    assert "Decisions about one person: pay, promotion, dismissal, hiring, assessment." in text
    assert re.search(r"f against m: in the tenth with the highest risk \d\.\d\d times as often", text)
    assert "Most of it is carried by: Part time." in text
    assert "1 group is too small to show." in text
    assert "Groups of fewer than 5 people are not shown." in text
    assert staff_card.making.bundle_hash in text


def test_the_german_page_says_the_same(staff_card):
    text = text_of(staff_card, "de")
    assert "Es schätzt, wie wahrscheinlich Beschäftigte gehen. Prognosen gibt es nur für Gruppen" in text
    assert "1 Gruppe ist zu klein, um sie zu zeigen." in text
    assert re.search(r"f gegenüber m: \d,\d\d-mal so oft im Zehntel mit dem höchsten Risiko", text)
    assert "Never for" not in text


def test_suppressed_groups_do_not_look_like_no_data(staff_card):
    gender, year = staff_card.fairness.attributes
    shown = {}
    for state in ("one_group", "no_data", "not_checked"):
        empty = replace(year, state=state, groups=(), alarms=(), proxies=None, reference=None)
        card = replace(staff_card, fairness=replace(staff_card.fairness, attributes=(empty,)))
        shown[state] = text_of(card)
    assert "there are not two groups with enough people" in shown["one_group"]
    assert "No data: nobody’s value is known" in shown["no_data"]
    assert "Not compared: this model was trained before" in shown["not_checked"]
    figures = dict.fromkeys(gender.groups[0].figures)
    group = replace(gender.groups[0], figures=figures)
    one = replace(gender, groups=(group,), alarms=())
    assert "too few people" in text_of(
        replace(staff_card, fairness=replace(staff_card.fairness, attributes=(one,)))
    )


def test_a_model_that_must_not_be_used_says_so_first(company_card):
    unusable = replace(company_card, verdict=replace(company_card.verdict, is_usable=False, doubts=()))
    assert "<h1>This model must not be used" in render_card(unusable, "en")
    usable = replace(company_card, verdict=replace(company_card.verdict, is_usable=True))
    assert "<h1>This model may be used for what stands below" in render_card(usable, "en")


def test_what_is_missing_stands_on_top(company_card):
    assert "This card is incomplete" not in text_of(company_card)
    assert "facts.seed" in text_of(replace(company_card, missing=("facts.seed",)))


def test_own_words_are_shown_and_escaped(members):
    words = {"purpose": {"en": "Call <early>", "de": "Früh anrufen"}, "owner": "Team & Co"}
    spec = members.usecase.to_json() | {"card": words}
    card = build_card(replace(members.bundle, usecase=parse(spec, "m.yaml")), made_on=TODAY)
    page = render_card(card, "en")
    assert "Call &lt;early&gt;" in page
    assert "Team &amp; Co" in page
    assert "Früh anrufen" in render_card(card, "de")


@pytest.mark.parametrize("kind", ["binary", "ordinal", "numeric", "nps_group"])
def test_bundles_that_know_little_still_have_a_card(kind, tmp_path):
    bundle = make_bundle(tmp_path / "bundle", kind, "employee")
    bundle = replace(bundle, evaluation={})
    card = build_card(bundle, made_on=TODAY)
    assert "evaluation.all_rows" in card.missing
    for language in LANGUAGES:
        assert "None" not in text_of(card, language)
        assert render_card(card, language) == render_page("card.html.jinja", language, card=card)


def test_a_card_refers_to_the_baseline_that_there_was(staff):
    reference = BaselineReference("0123456789ab", date(2026, 1, 2))
    card = build_card(staff.bundle, made_on=TODAY, baseline=reference)
    assert card.to_json()["baseline"] == reference.to_json()
    assert "Frozen baseline 0123456789ab frozen on 2 January 2026" in text_of(card)
    assert "Eingefrorene Ausgangsmessung 0123456789ab" in text_of(card, "de")


def test_a_card_without_a_baseline_says_so(staff_card):
    assert staff_card.to_json()["baseline"] is None
    assert "Frozen baseline none was frozen" in text_of(staff_card)
