"""Words and stems: one for all forms and spellings, none for what tells no topic."""

import concurrent.futures

import pytest

from features.text.topics.words import (
    LANGUAGES,
    find_words,
    fold,
    is_meant,
    load_stop_stems,
    to_key,
    to_stem,
    to_telling_stem,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("Die Lieferung kam 3 Tage zu spät!!", ["die", "lieferung", "kam", "tage", "zu", "spät"]),
        ("Dark-Mode / E-Mail", ["dark", "mode", "mail"]),
        ("see https://example.org/invoice?x=price and www.example.org", ["see", "and"]),
        ("@service please, #price", ["please", "price"]),
        ("a_b x1y2", []),
        ("ÄRGER", ["ärger"]),
    ],
    ids=["empty", "numbers", "hyphens", "addresses", "accounts", "letters", "capitals"],
)
def test_words_are_letters_in_lower_case(text, words):
    assert find_words(text) == words


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("de", ["lieferung", "lieferungen"]),
        ("de", ["pünktlich", "puenktlich", "pünktliche"]),
        ("de", ["straße", "strasse"]),
        ("en", ["delivery", "deliveries"]),
        ("en", ["wait", "waiting", "waited"]),
    ],
    ids=["number", "umlaut", "sharp-s", "plural", "verb"],
)
def test_forms_and_spellings_share_a_stem(language, forms):
    assert len({to_stem(form, language) for form in forms}) == 1


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Ich bin leider gar nicht zufrieden und sehr enttäuscht, vielen Dank!"),
        ("en", "I am very disappointed, this was not good, thank you!"),
    ],
    ids=LANGUAGES,
)
def test_grammar_and_tone_tell_no_topic(language, text):
    assert {to_telling_stem(word, language) for word in find_words(text)} == {""}


def test_every_stop_stem_is_a_stem():
    for language in LANGUAGES:
        assert len(load_stop_stems(language)) > 250
        assert "" not in load_stop_stems(language)


@pytest.mark.parametrize(
    ("written", "word", "is_it"),
    [
        ("Rechnungen", "rechnung", True),
        ("*rechnung*", "abrechnungen", True),
        ("rechnung*", "abrechnung", False),
        ("*rechnung", "rechnungen", False),
        ("größe*", "groessentabelle", True),
        ("preis", "preisliste", False),
        ("pr.is*", "preisliste", False),
    ],
)
def test_a_written_word_stands_for_forms_and_a_star_for_letters(written, word, is_it):
    assert is_meant(to_key(written, "de"), word, "de") is is_it


def test_folding_knows_both_ways_to_write_umlauts():
    for one, other in [("ärger", "aerger"), ("über", "ueber"), ("größe", "groesse")]:
        assert fold(one, "de") == fold(other, "de")
    assert fold("queue", "en") == "queue"


def test_threads_share_the_stemmer_without_mixing_words():
    words = [f"{start}lieferungen" for start in ("ab", "an", "vor", "nach", "zu", "aus", "ein", "mit")] * 50
    alone = [to_stem(word, "de") for word in words]
    to_stem.cache_clear()
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda word: to_stem(word, "de"), words)) == alone
