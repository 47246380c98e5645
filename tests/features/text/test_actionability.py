"""Actionability: requests, suggestions and open problems, not mere praise, blame or what is solved."""

import math

import numpy as np
import pytest

from features.text.actionability import find_actionable
from features.worlds.phrases import TOPICS, load_phrases
from tests.features.text.judged import LATER, held_back, seen

LANGUAGES = ("de", "en")


def share_right(sentences, language):
    found = find_actionable([one.text for one in sentences], [language] * len(sentences))
    return np.mean(found == np.array([one.is_actionable for one in sentences]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_judged_sentences(language):
    for one in seen(language):
        assert find_actionable([one.text], [language])[0] == one.is_actionable, one.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_that_were_held_back(language):
    assert share_right(held_back(language), language) >= 0.9


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_written_later_are_often_missed_and_without_false_alarm(language):
    later = LATER[language]
    found = find_actionable([one.text for one in later], [language] * len(later))
    assert share_right(later, language) >= 0.6
    assert [one.text for one, says in zip(later, found, strict=True) if says and not one.is_actionable] == []


@pytest.mark.parametrize(
    ("text", "language", "is_actionable"),
    [
        ("Der Fehler ist behoben.", "de", False),
        ("Der Fehler ist noch nicht behoben.", "de", True),
        ("Kein Fehler, kein Ausfall.", "de", False),
        ("Fehler behoben. Die Rechnung ist falsch.", "de", True),
        ("Toll!\nBitte rufen Sie mich an", "de", True),
        ("Ich habe nichts auszusetzen und bin nicht unzufrieden.", "de", False),
        ("Nicht gut.", "de", False),
        ("The bug was fixed within a day.", "en", False),
        ("The bug was not fixed.", "en", True),
        ("No errors, never late.", "en", False),
        ("Not good.", "en", False),
        ("I have nothing to complain about at all.", "en", False),
        ("", "en", False),
        ("Veuillez me rappeler.", "fr", False),
    ],
)
def test_negated_and_solved_problems(text, language, is_actionable):
    assert find_actionable([text], [language])[0] == is_actionable


@pytest.mark.parametrize("language", LANGUAGES)
def test_comments_of_the_example_company(language):
    phrases = load_phrases(language)

    def share(tone):
        texts = [text.replace("{n}", "3") for topic in TOPICS for text in phrases.cores[topic][tone]]
        return find_actionable(texts, [language] * len(texts)).mean()

    assert share("negative") >= 0.9
    assert share("neutral") <= 0.25
    assert share("positive") == 0
    spoken = [
        text for each in (phrases.openings, phrases.closings) for texts in each.values() for text in texts
    ]
    said = [*spoken, *phrases.empty]
    assert not find_actionable(said, [language] * len(said)).any()


def test_as_many_languages_as_texts():
    with pytest.raises(ValueError, match="argument 2 is"):
        find_actionable(["a", "b"], ["en"])


def test_effort_that_is_known_already_is_not_rated_again():
    texts = ["The form is confusing.", "Nothing.", "Fine."]
    assert find_actionable(texts, ["en"] * 3).tolist() == [True, False, False]
    said = np.array([math.nan, -1.0, math.nan])
    assert find_actionable(texts, ["en"] * 3, said).tolist() == [False, True, False]
    with pytest.raises(ValueError, match="argument 3 is"):
        find_actionable(texts, ["en"] * 3, said[:2])
