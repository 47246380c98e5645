"""The texts of calls and reviews: complete in both languages, no phrase left half filled."""

from dataclasses import asdict

import pytest

from features.worlds.phrases import TONES, TOPICS
from features.worlds.vocabulary import LANGUAGES
from features.worlds.voices.scripts import load_call_script, load_review_script


def _leaves(found):
    if isinstance(found, str):
        return [found]
    inner = found.values() if isinstance(found, dict) else found
    return [leaf for each in inner for leaf in _leaves(each)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_and_tone_has_lines(language):
    script = load_call_script(language)
    assert set(script.problems) == set(script.solutions) == set(TOPICS)
    for by_tone in (*script.problems.values(), script.waiting, script.goodbyes):
        assert tuple(by_tone) == TONES
        assert all(len(lines) >= 2 for lines in by_tone.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_question_has_its_answer(language):
    script = load_call_script(language)
    assert len(script.questions) == len(script.answers)
    assert all(question.endswith(("?", "please?")) for question in script.questions)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_stands_twice(language):
    lines = [line for line in _leaves(asdict(load_call_script(language))) if line]
    assert len(lines) == len(set(lines))


def test_both_languages_say_the_same_number_of_things():
    german, english = (asdict(load_call_script(language)) for language in LANGUAGES)
    for key in german:
        assert len(_leaves(german[key])) == len(_leaves(english[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_reviews_have_titles_and_last_sentences_for_every_tone(language):
    script = load_review_script(language)
    assert tuple(script.titles) == tuple(script.closings) == TONES
    assert all(title for titles in script.titles.values() for title in titles)
    assert all("" in closings for closings in script.closings.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_only_gap_is_a_number(language):
    for line in (
        *_leaves(asdict(load_call_script(language))),
        *_leaves(asdict(load_review_script(language))),
    ):
        assert "{" not in line.replace("{n}", "")
