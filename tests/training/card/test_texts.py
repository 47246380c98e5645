"""What the card says of text models, and what it lacks without it."""

import json
from dataclasses import replace
from datetime import date

import pytest

from features.usecase import TextReading
from tests.training.card.conftest import TODAY
from tests.training.reports.test_render import Page
from training.card import build_card, missing_parts, render_card
from training.card.figures import Figure
from training.card.texts import NEEDED, describe_texts

FACTS = {
    "version": "0123456789ab",
    "fitted_until": "2025-06-01",
    "tone": {
        "de": {
            "from": "csat",
            "rows": 1840,
            "macro_f1": {"estimate": 0.52, "low": 0.49, "high": 0.56},
            "reason": None,
        },
        "en": {"from": "word list", "rows": 120, "macro_f1": None, "reason": "fewer than 300 rated texts"},
    },
    "redaction_recall": {
        "de": {
            "email": {"planted": 400, "found": 399, "recall": 0.9975, "low": 0.986, "high": 0.9996},
            "name": {"planted": 400, "found": 310, "recall": 0.775, "low": 0.731, "high": 0.813},
            "false_per_1000": 1.4,
        }
    },
    "read": 9000,
    "passed_through": 1000,
    "corrections": 17,
}


def reading(bundle, facts=FACTS):
    """Return a bundle whose surveys are read in words."""
    surveys = bundle.usecase.sources["surveys"].model_copy(
        update={"verbatim": "comment", "language": ["de", "en"], "text": TextReading()}
    )
    sources = {**bundle.usecase.sources, "surveys": surveys}
    usecase = bundle.usecase.model_copy(update={"sources": sources})
    texts = {} if facts is None else {"texts": {"surveys": facts}}
    return replace(bundle, usecase=usecase, facts={**bundle.facts, **texts})


def without(*names):
    return {name: found for name, found in FACTS.items() if name not in names}


@pytest.fixture(scope="module")
def card(company):
    return build_card(reading(company.bundle), made_on=TODAY)


def test_everything_measured_is_told(card):
    found = card.texts[0]
    assert (found.source, found.version, found.fitted_until) == ("surveys", "0123456789ab", date(2025, 6, 1))
    german, english = found.tones
    assert (german.learned_from, german.macro_f1) == ("csat", Figure(0.52, 0.49, 0.56, 1840))
    assert (english.learned_from, english.macro_f1) == (None, None)
    email, name = found.removals
    assert (email.kind, email.planted, email.found) == ("email", 400, 399)
    assert name.recall == Figure(0.775, 0.731, 0.813, 400)
    assert found.false_per_1000 == {"de": 1.4}
    assert (found.read, found.passed_through, found.corrections) == (9000, 1000, 17)


def test_the_english_page(card):
    text = Page(render_card(card, "en")).text
    assert "Who reads the comments" in text
    assert "learned from texts before 1 June 2025" in text
    assert "10.0% in other languages, passed through unread" in text
    assert "Corrected by people 17" in text
    assert "csat 1,840 rated texts 0.52 0.49 to 0.56" in text
    assert "nothing: a word list judges fewer than 300 rated texts not measured" in text
    assert "e-mail address German 99.8% 98.6% to 100.0% 400" in text
    assert "Measured on texts into which such data was put on purpose, and not promised" in text
    assert "German: 1.4 removals in 1,000 texts without any personal data." in text


def test_the_german_page(card):
    text = Page(render_card(card, "de")).text
    assert "Wer die Kommentare liest" in text
    assert "gelernt aus Texten vor dem 1. Juni 2025" in text
    assert "nichts: eine Wortliste urteilt" in text
    assert "Name eines Menschen Deutsch 77,5 %" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "und nicht versprochen" in text
    assert "Deutsch: 1,4 Streichungen in 1.000 Texten" in text


def test_a_text_model_that_says_little_has_a_card_all_the_same(company):
    few = build_card(reading(company.bundle, {"version": "0123456789ab"}), made_on=TODAY)
    text = Page(render_card(few, "en")).text
    assert "0123456789ab" in text
    assert "Corrected by people not known" in text
    assert "Tone in" not in text
    assert "Personal data taken out" not in text


def test_there_is_no_such_part_where_no_words_are_read(company_card, company):
    assert company_card.texts == ()
    assert describe_texts(company.bundle) == ()
    assert "Who reads the comments" not in render_card(company_card, "en")


def test_a_card_is_complete_only_with_what_is_measured_of_the_text_model(company):
    assert missing_parts(reading(company.bundle)) == ()
    assert missing_parts(reading(company.bundle, without("tone", "redaction_recall"))) == (
        "facts.texts.surveys.tone",
        "facts.texts.surveys.redaction_recall",
    )
    assert missing_parts(reading(company.bundle, None)) == tuple(
        f"facts.texts.surveys.{name}" for name in NEEDED
    )
    assert missing_parts(reading(company.bundle, without("corrections"))) == ()


def test_the_part_is_plain_values(card):
    content = json.loads(json.dumps(card.to_json(), allow_nan=False))
    assert content["texts"][0]["fitted_until"] == "2025-06-01"
    assert content["texts"][0]["removals"][1]["kind"] == "name"


def test_two_equal_ends_are_not_shown_as_an_interval(company):
    tone = {"de": {**FACTS["tone"]["de"], "macro_f1": {"estimate": 0.52, "low": 0.52, "high": 0.52}}}
    found = build_card(reading(company.bundle, {**FACTS, "tone": tone}), made_on=TODAY)
    assert found.texts[0].tones[0].macro_f1 == Figure(0.52, None, None, 1840)
    assert "0.52 to 0.52" not in Page(render_card(found, "en")).text
