import json
import re
from typing import get_args

import pytest

from training.drivers import DataRefusal, MetadataRefusal, read_refusal, word_refusal

CODES = (*get_args(MetadataRefusal), *get_args(DataRefusal))
NAME = {"en": "Hours to resolve", "de": "Stunden bis zur Lösung"}
# Words of the use-case file are the same in both languages; they are what has to be written.
KEYS = re.compile(r"\b\w+: ?('[^']*'|\{[^}]*\}|company|person|entity|other|window)|\b(window|drivers|goal)\b")


@pytest.fixture(params=CODES)
def refusal(request):
    return word_refusal(request.param, NAME)


def test_codes_are_told_apart():
    assert len(set(CODES)) == len(CODES)
    reasons = {word_refusal(code, NAME).reason["en"] for code in CODES}
    assert len(reasons) == len(CODES)


def test_each_sentence_names_the_driver_in_the_quotes_of_its_language(refusal):
    assert refusal.reason["en"].count("“Hours to resolve”") == 1
    assert refusal.reason["de"].count("„Stunden bis zur Lösung“") == 1


def test_each_reason_and_each_remedy_is_one_short_sentence_in_both_languages(refusal):
    for words in (refusal.reason, refusal.remedy):
        assert set(words) == {"en", "de"}
        for sentence in words.values():
            assert sentence[0].isupper() or sentence[0] in "“„a"  # actor: is written as it stands in the file
            assert sentence.endswith(".")
            assert "  " not in sentence
            assert "{}" not in sentence
            assert 20 < len(sentence) < 130


def test_german_is_formal_neutral_and_has_no_english_words(refusal):
    for sentence in (refusal.reason["de"], refusal.remedy["de"]):
        plain = KEYS.sub("", sentence)
        assert not re.search(r"\b(du|dein\w*|sie|ihr\w*|man|bitte)\b", plain)
        assert not re.search(r"(?i)\b(the|of|for|self|test|level|rating|feature|score|mood|by|to)\b", plain)
        assert '"' not in plain


def test_english_and_german_are_not_the_same(refusal):
    assert refusal.reason["en"] != refusal.reason["de"]
    assert refusal.remedy["en"] != refusal.remedy["de"]


def test_remedies_of_missing_metadata_say_what_to_write():
    for code, key in [
        ("actor missing", "actor: company"),
        ("answered by missing", "answered_by: other"),
        ("goal missing", "goal: '<= 24'"),
        ("window missing", "window: {from: 365d, to: 90d}"),
    ]:
        assert key in word_refusal(code, NAME).remedy["en"]
        assert key in word_refusal(code, NAME).remedy["de"]


def test_names_are_taken_as_they_are():
    braces = {"en": "Share {a} of 100 %", "de": "Anteil {a} von 100 %"}
    assert "“Share {a} of 100 %”" in word_refusal("own rating", braces).reason["en"]


def test_a_refusal_comes_back_from_json(refusal):
    assert read_refusal(json.loads(json.dumps(refusal.to_json()))) == refusal


def test_an_unknown_code_is_not_read():
    content = word_refusal("own rating", NAME).to_json() | {"code": "bad weather"}
    with pytest.raises(KeyError, match="bad weather"):
        read_refusal(content)


@pytest.mark.parametrize("key", ["code", "reason", "remedy"])
def test_a_missing_part_is_not_read(key):
    content = word_refusal("own rating", NAME).to_json()
    del content[key]
    with pytest.raises(KeyError, match=key):
        read_refusal(content)
