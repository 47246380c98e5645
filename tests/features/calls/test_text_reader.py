"""Turns read by a text model: its readings, and escalation by the lists of its languages."""

import math
import random

import pytest

from features.calls import Conversation, TextTurnReader, Turn
from features.calls.heard import TurnReading
from features.text.fitting import fit_text_model
from features.text.model import Plan
from tests.features.text.spoken import draw_verbatims, make_lesson

WISHES = {
    "de": "Ich möchte Ihren Vorgesetzten sprechen, sofort.",
    "en": "I want to speak to your supervisor right now.",
}
FRENCH = "Je ne comprends pas pourquoi ma commande n'est toujours pas arrivée chez moi."


@pytest.fixture(scope="module")
def model():
    return fit_text_model(make_lesson())


@pytest.fixture(scope="module")
def reader(model):
    return TextTurnReader(model)


@pytest.fixture(scope="module")
def texts():
    return [text for text in draw_verbatims(150, seed=6)[0] if text] + [FRENCH, "ja", ":-)"]


def test_a_turn_has_what_the_model_reads_in_it(reader, model, texts):
    found = model.read(texts)
    readings = reader.read(texts)
    assert len(readings) == len(texts) > 80
    for place, reading in enumerate(readings):
        for name in ("sentiment", "effort"):
            number, expected = getattr(reading, name), getattr(found, name)[place]
            assert (number is None) == math.isnan(expected)
            assert number is None or (type(number), number) == (float, expected)
        assert reading.topic == found.topic[place]
    assert {reading.topic for reading in readings} > {None, "price"}
    assert any(reading.sentiment is not None and reading.sentiment < -0.5 for reading in readings)


def test_a_turn_is_read_by_itself(reader, texts):
    mixed = random.Random(1).sample(texts, len(texts))
    together = dict(zip(mixed, reader.read(mixed), strict=True))
    assert [reader.read([text])[0] for text in texts[:40]] == [together[text] for text in texts[:40]]


def test_nothing_to_read_gives_nothing(reader):
    assert reader.read([]) == []


def test_another_language_has_neither_tone_nor_topic(reader):
    assert reader.read([FRENCH]) == [TurnReading()]


@pytest.mark.parametrize("language", WISHES)
def test_who_wants_somebody_else_escalates_in_each_language_of_the_plan(reader, language):
    assert reader.read([WISHES[language]])[0].escalates
    assert not reader.read(["Die Rechnung kam heute.", "The invoice came today."])[0].escalates


@pytest.mark.parametrize(("language", "other"), [("de", "en"), ("en", "de")])
def test_languages_that_are_not_in_the_plan_do_not_escalate(language, other):
    alone = TextTurnReader(fit_text_model(make_lesson(60, Plan((language,), None, 0))))
    assert alone.read([WISHES[language]])[0].escalates
    assert not alone.read([WISHES[other]])[0].escalates


def test_a_call_hears_with_it_what_the_customer_says_alone(reader):
    call = Conversation(reader)
    call.add(Turn("agent", 0.0, 2.0, "This is terrible, the invoice is wrong."))
    measures = call.add(Turn("customer", 3.0, 6.0, WISHES["en"]))
    assert (measures.escalation, measures.escalation_s) == (True, 3.0)
    assert measures.topic is None
