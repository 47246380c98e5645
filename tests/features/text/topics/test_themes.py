"""Themes: named in both languages, with words that can be found."""

import pytest

from features.text.topics.themes import find_themes, load_themes
from features.text.topics.words import ANY, LANGUAGES, load_stop_stems


def test_there_is_a_theme_for_customers_and_employees():
    names = {theme.id for theme in load_themes()}
    assert len(names) == len(load_themes()) >= 30
    assert {"price", "waiting", "delivery", "contract", "pay", "workload", "leadership", "team"} <= names


def test_every_theme_has_labels_and_words_in_both_languages():
    for theme in load_themes():
        assert set(theme.label) == set(theme.keys) == set(LANGUAGES)
        assert all(theme.label[language].strip() for language in LANGUAGES)
        assert all(len(theme.keys[language]) >= 3 for language in LANGUAGES)


def test_labels_are_unlike_each_other():
    for language in LANGUAGES:
        labels = [theme.label[language] for theme in load_themes()]
        assert len(labels) == len(set(labels))


def test_no_word_of_a_theme_is_left_out_as_a_stop_word():
    for theme in load_themes():
        for language in LANGUAGES:
            words = {key for key in theme.keys[language] if ANY not in key}
            assert not words & load_stop_stems(language), theme.id


@pytest.mark.parametrize(
    ("language", "word", "theme"),
    [
        ("de", "lieferverzug", "delivery"),
        ("de", "gehälter", "pay"),
        ("de", "überstunden", "workload"),
        ("de", "vorgesetzte", "leadership"),
        ("en", "invoices", "invoice"),
        ("en", "colleagues", "team"),
        ("en", "overtime", "workload"),
        ("en", "salaries", "pay"),
    ],
)
def test_words_find_their_theme(language, word, theme):
    assert theme in find_themes(word, language)


def test_other_words_find_none():
    assert find_themes("giraffe", "de") == find_themes("giraffe", "en") == ()
