from importlib.resources import files

import pytest
import yaml

from features.errors import SpecError
from features.text.wordlist import LANGUAGES, fold, load_wordlist, match_stem


def entries_of(language):
    text = files("features.text").joinpath(f"lexicon.{language}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_is_long_enough_to_start_with(language):
    listed = entries_of(language)["words"]
    assert len({entry for line in listed.values() for entry in line.split()}) >= 600
    assert min(listed) >= -4
    assert max(listed) <= 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_has_two_tones(language):
    tones = {}
    for tone, line in entries_of(language)["words"].items():
        for entry in line.split():
            tones.setdefault(fold(entry), set()).add(tone)
    assert {entry: found for entry, found in tones.items() if len(found) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_smileys_and_idioms_have_one_tone(language):
    listed = entries_of(language)
    for key in ("smileys", "idioms"):
        every = [entry for line in listed[key].values() for entry in line]
        assert len(every) == len(set(every))


@pytest.mark.parametrize(
    ("word", "sign"),
    [
        ("pünktlich", 1),
        ("Pünktlichkeit", 1),
        ("unpünktlicher", -1),
        ("unkomfortabel", -1),
        ("fehlerfrei", 1),
        ("problemlosen", 1),
        ("Zugausfall", -1),
        ("Buchungschaos", -1),
        ("gute", 1),
        ("Gutachten", 0),
        ("Freunde", 0),
        ("Tisch", 0),
    ],
)
def test_german_words_by_stem_ending_and_compound(word, sign):
    tone = load_wordlist("de").tone_of(fold(word))
    assert (tone > 0) - (tone < 0) == sign


@pytest.mark.parametrize(
    ("word", "sign"), [("unfriendly", -1), ("faultless", 1), ("trouble-free", -1), ("table", 0)]
)
def test_english_words_by_prefix_and_suffix(word, sign):
    tone = load_wordlist("en").tone_of(fold(word))
    assert (tone > 0) - (tone < 0) == sign


@pytest.mark.parametrize(
    ("typed", "folded"),
    [("Ärger", "aerger"), ("AERGER", "aerger"), ("Spaß", "spass"), ("SPASS", "spass"), ("don’t", "dont")],
)
def test_all_ways_to_type_a_word_are_one(typed, folded):
    assert fold(typed) == folded


def test_the_longest_stem_wins():
    stems = {"erf": 1.0, "erfolg": 2.0, "er": 9.0}
    assert match_stem("erfolge", stems) == 2.0
    assert match_stem("erfinden", stems) == 1.0
    assert match_stem("er", stems) is None


def test_a_language_without_list_is_named():
    with pytest.raises(SpecError, match=r"there is no list of words for 'fr'; choose one of de, en"):
        load_wordlist("fr")
