"""Effort: graded as hand-judged sentences are, turned by negation, silent where nothing is said."""

import math

import numpy as np
import pytest

from features.text.effort import rate_effort
from features.worlds.phrases import TONES, TOPICS, load_phrases
from tests.features.text.judged import LATER, held_back, seen

LANGUAGES = ("de", "en")


def rate(text, language):
    return rate_effort([text], [language])[0]


def share_right(sentences, language):
    """Return the share of sentences whose direction (or silence) is right."""
    found = rate_effort([one.text for one in sentences], [language] * len(sentences))
    wanted = np.array([math.nan if one.effort is None else one.effort for one in sentences])
    return np.mean((np.sign(found) == np.sign(wanted)) | (np.isnan(found) & np.isnan(wanted)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_judged_sentences_get_their_grade(language):
    for one in seen(language):
        found = rate(one.text, language)
        assert (math.isnan(found) and one.effort is None) or found == one.effort, one.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_that_were_held_back(language):
    assert share_right(held_back(language), language) >= 0.9


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_written_later_are_often_missed_and_never_turned_around(language):
    found = rate_effort([one.text for one in LATER[language]], [language] * len(LATER[language]))
    assert share_right(LATER[language], language) >= 0.6
    for grade, one in zip(found, LATER[language], strict=True):
        assert math.isnan(grade) or (one.effort is not None and grade * one.effort > 0), one.text


@pytest.mark.parametrize(
    ("text", "language", "grade"),
    [
        ("einfach", "de", 1),
        ("Einfach super!", "de", math.nan),
        ("einfach nur schlecht", "de", math.nan),
        ("leicht beschädigt", "de", math.nan),
        ("schwer enttäuscht", "de", math.nan),
        ("nicht nur einfach, sondern bequem", "de", 1),
        ("einfach, aber umständlich", "de", 0),
        ("NICHT EINFACH", "de", -1),
        ("sehr einfach", "de", 2),
        ("nicht sehr einfach", "de", -1),
        ("easy", "en", 1),
        ("not easy", "en", -1),
        ("isn’t easy", "en", -1),
        ("very easy", "en", 2),
        ("easy but confusing", "en", 0),
        ("They work hard, always.", "en", -1),
        ("hard-working staff", "en", -1),
        ("", "en", math.nan),
        ("facile", "fr", math.nan),
        ("einfach", "", math.nan),
    ],
)
def test_grades(text, language, grade):
    assert rate(text, language) == pytest.approx(grade, nan_ok=True)


def test_zero_is_plain_zero():
    assert not np.signbit(rate("easy but confusing", "en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_comments_of_the_example_company(language):
    cores = load_phrases(language).cores
    by_tone = {tone: [text for topic in TOPICS for text in cores[topic][tone]] for tone in TONES}
    found = {tone: rate_effort(texts, [language] * len(texts)) for tone, texts in by_tone.items()}
    assert np.nanmax(found["negative"]) < 0
    assert np.nanmin(found["positive"]) > 0
    assert np.isnan(found["neutral"]).all()


def test_as_many_languages_as_texts():
    with pytest.raises(ValueError, match="argument 2 is"):
        rate_effort(["a", "b"], ["en"])
