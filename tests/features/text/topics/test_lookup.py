"""Lookup of words: stems before stars, each word once, pins apart."""

from dataclasses import replace

import pytest

from features.text.topics.lookup import Lookup


@pytest.mark.parametrize(
    ("text", "thousandths"),
    [
        ("Der Preis", {0: 1000}),
        ("Die Preise und der Preis", {0: 1000}),
        ("Der Listenpreis", {0: 800}),
        ("Preis und Kosten der Lieferung", {0: 1400, 1: 900}),
        ("Guten Tag", {}),
    ],
    ids=["stem", "once", "stars", "sum", "nothing"],
)
def test_evidence_of_distinct_words_adds_up(by_hand, text, thousandths):
    for _ in range(2):  # the second time from what was kept
        assert Lookup("de", by_hand.topics).read(text).thousandths == thousandths


def test_a_stem_without_evidence_wins_over_stars(by_hand):
    price = by_hand.topics[0]
    words = {"de": {"listenpreis": 0.0, "*preis*": 0.8}}
    lookup = Lookup("de", (replace(price, words=words),))
    assert lookup.read("Listenpreis").thousandths == {}
    assert lookup.read("Endpreis").thousandths == {0: 800}


def test_pins_are_kept_apart_and_never_wins(by_hand):
    pinned = replace(by_hand.topics[0], always={"de": ("rabatt",)}, never={"de": ("preisausschreib*",)})
    lookup = Lookup("de", (pinned,))
    assert lookup.read("Ein Rabatt").has(0) > 1_000_000
    assert lookup.read("Rabatt beim Preisausschreiben, Preis").has(0) == 0
    assert lookup.read("Preis").has(0) == 1000


def test_words_that_tell_no_topic_match_no_stars(by_hand):
    topic = replace(by_hand.topics[0], words={"en": {"good*": 0.8}})
    assert Lookup("en", (topic,)).read("good goods").thousandths == {}
    assert Lookup("en", (replace(topic, always={"en": ("good",)}),)).read("good").has(0) > 0
