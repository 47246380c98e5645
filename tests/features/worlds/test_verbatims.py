"""Comments: both languages, tone follows mood, topic follows experience, enough variety to learn from."""

import numpy as np
import pytest

from features.worlds.phrases import TONES, TOPICS, load_phrases
from features.worlds.verbatims import draw_tones, draw_topics, write_comments
from features.worlds.vocabulary import LANGUAGES


def _write(language: str, topic: str, tone: str, count: int = 400) -> list[str]:
    random = np.random.default_rng(5)
    codes = (LANGUAGES.index(language), TOPICS.index(topic), TONES.index(tone))
    languages, topics, tones = (np.full(count, code) for code in codes)
    return write_comments(languages, topics, tones, random)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_and_tone_has_phrases(language):
    phrases = load_phrases(language)
    assert set(phrases.cores) == set(TOPICS)
    assert set(phrases.openings) == set(phrases.closings) == set(TONES)
    for by_tone in phrases.cores.values():
        assert set(by_tone) == set(TONES)
        assert all(len(cores) >= 3 for cores in by_tone.values())


def test_no_phrase_stands_twice():
    cores = [
        load_phrases(language).cores[topic][tone]
        for language in LANGUAGES
        for topic in TOPICS
        for tone in TONES
    ]
    phrases = [phrase for each in cores for phrase in each]
    assert len(phrases) == len(set(phrases))


@pytest.mark.parametrize("language", LANGUAGES)
def test_some_write_nothing_and_the_others_vary(language):
    comments = _write(language, "waiting", "negative")
    written = [comment for comment in comments if comment]
    assert 0.5 < len(written) / len(comments) < 0.75
    assert len(set(written)) > 0.6 * len(written)
    assert set(load_phrases(language).empty) & set(written)
    assert not any("{" in comment for comment in comments)


def test_people_type_in_different_ways():
    comments = _write("de", "price", "positive", 2000)
    assert any(comment and comment == comment.lower() for comment in comments)
    assert any("ue" in comment and "für" not in comment for comment in comments)
    assert any("!!" in comment for comment in comments)


def test_the_tone_follows_mood_and_sours_with_the_intention():
    random = np.random.default_rng(1)
    mood = random.standard_normal(20_000)
    calm = draw_tones(mood, np.zeros(mood.size, dtype=bool), np.random.default_rng(2))
    leaving = draw_tones(mood, np.ones(mood.size, dtype=bool), np.random.default_rng(2))
    assert np.corrcoef(calm, mood)[0, 1] > 0.6
    assert leaving.mean() < calm.mean() - 0.1
    assert set(calm.tolist()) == {0, 1, 2}


def test_the_topic_follows_what_happened():
    tones = np.zeros(5000, dtype=np.int64)
    calm, slow = np.full(5000, -1.0), np.full(5000, 2.5)
    punctual, late = np.zeros(5000), np.full(5000, 0.6)

    def share(topic, resolution, late_share):
        topics = draw_topics(tones, resolution, late_share, np.random.default_rng(4))
        return (topics == TOPICS.index(topic)).mean()

    assert share("waiting", slow, punctual) > 1.5 * share("waiting", calm, punctual)
    assert share("delivery", calm, late) > 1.5 * share("delivery", calm, punctual)


def test_the_company_gets_comments_in_both_languages(company):
    german = company.value(
        "SELECT count(*) FROM surveys WHERE regexp_matches(comment, '(?i)\\b(und|die|der|wir)\\b')"
    )
    english = company.value(
        "SELECT count(*) FROM surveys WHERE regexp_matches(comment, '(?i)\\b(and|the|we|is)\\b')"
    )
    assert german > 1.5 * english
    assert english > 1000


def test_negative_comments_come_with_low_scores(company):
    sad = company.value(
        "SELECT avg(csat) FROM surveys WHERE regexp_matches(comment, '(?i)enttäuscht|disappointed')"
    )
    glad = company.value("SELECT avg(csat) FROM surveys WHERE regexp_matches(comment, '(?i)zufrieden|happy')")
    assert glad > sad + 0.8
