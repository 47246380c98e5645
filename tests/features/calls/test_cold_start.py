from features.calls import ColdStartReader
from tests.features.calls.tone_words import find_tone

TEXTS = ["Great, thank you.", "", "Ich kündige, das war wieder nichts.", "I will talk to my lawyer"]


def test_every_language_is_tried_and_no_tone_is_made_up():
    readings = ColdStartReader().read(TEXTS)
    assert [reading.escalates for reading in readings] == [False, False, True, True]
    assert {(reading.sentiment, reading.effort, reading.topic) for reading in readings} == {
        (None, None, None)
    }


def test_one_language_alone_knows_its_own_words():
    assert [one.escalates for one in ColdStartReader(["en"]).read(TEXTS)] == [False, False, False, True]


def test_the_tone_is_that_of_the_function():
    readings = ColdStartReader(find_tone=find_tone).read(TEXTS)
    assert [reading.sentiment for reading in readings] == [2.0, 0.0, -2.0, 0.0]


def test_a_text_is_read_by_itself():
    reader = ColdStartReader(find_tone=find_tone)
    assert reader.read(TEXTS) == [reader.read([text])[0] for text in TEXTS]
