"""What is said of how well a model does: whole sentences in both languages, numbers as people write them."""

from datetime import date

import pytest

from training.monitoring import performance_words as words
from training.statistics import Estimate

NOW, PROMISED = Estimate(0.71, 0.68, 0.74, n=1_500), Estimate(0.75, 0.73, 0.77, n=900)
DAY = date(2026, 7, 1)


def test_what_is_estimated_is_told_apart_from_what_came_true():
    estimated = words.tell_order("estimated", "auc", DAY, "90d", NOW, PROMISED)
    realised = words.tell_order("realised", "auc", DAY, "90d", NOW, PROMISED)
    assert estimated["en"] == (
        "The forecasts of 1 July 2026 for 90 days should reach a ranking quality of 0.71 (likely range 0.68 "
        "to 0.74), going by themselves alone; at the training it was 0.75 (likely range 0.73 to 0.77), and "
        "0.50 is chance."
    )
    assert "as 1,500 outcomes show" in realised["en"]
    assert "wie 1.500 Ergebnisse zeigen" in realised["de"]
    assert "Güte der Reihenfolge von 0,71 (wahrscheinlicher Bereich 0,68 bis 0,74)" in realised["de"]
    assert "vom 1. Juli 2026 für 90 Tage" in estimated["de"]


def test_answers_have_another_figure_and_another_chance():
    found = words.tell_order("realised", "rank_correlation", DAY, "180d", NOW, PROMISED)
    assert "a rank correlation with the answers of 0.71" in found["en"]
    assert found["en"].endswith("and 0 is chance.")
    assert found["de"].endswith("und 0 ist Zufall.")


@pytest.mark.parametrize(
    ("gap", "english", "german"),
    [
        (Estimate(0.021, 0.01, 0.03, 500), "2.1 (likely range 1.0 to 3.0) points too high", "Punkte zu hoch"),
        (
            Estimate(-0.021, -0.03, 0.001, 500),
            "2.1 (likely range −0.1 to 3.0) points too low",
            "Punkte zu niedrig",
        ),
    ],
)
def test_a_gap_has_a_side_and_a_size(gap, english, german):
    found = words.tell_gap("gap", DAY, "90d", gap, Estimate(0.001, -0.01, 0.01, 900), words.in_points)
    assert english in found["en"]
    assert german in found["de"]
    assert "at the training the difference was 0.1 (likely range −1.0 to 1.0)" in found["en"]


def test_answers_are_told_in_their_own_unit():
    found = words.tell_gap("gap", DAY, "90d", Estimate(0.31, 0.1, 0.5, 500), NOW, words.in_own_unit)
    assert "0.31 (likely range 0.10 to 0.50)" in found["en"]


def test_a_flat_table_has_neither_day_nor_horizon():
    found = words.tell_order("realised", "auc", None, "outcome", NOW, PROMISED)
    assert found["en"].startswith("The forecasts for those who are new since the training reached")
    assert found["de"].startswith("Die Prognosen für alle, die seit dem Training neu sind, erreichten")
    assert words.label_check("realised", "outcome") == {
        "en": "Ranking quality, outcomes known",
        "de": "Güte der Reihenfolge, Ergebnisse bekannt",
    }


@pytest.mark.parametrize("name", ["estimated", "realised", "gap", "gap_top_tenth"])
def test_titles_name_the_horizon(name):
    assert words.label_check(name, "1000d")["en"].endswith(", 1,000 days")
    assert words.label_check(name, "90d")["de"].endswith(", 90 Tage")


def test_both_languages_say_the_same_things():
    english, german = (words._TEMPLATES[language] for language in ("en", "de"))
    assert set(english) == set(german)
    for name, text in english.items():
        assert {part.partition("}")[0] for part in text.split("{")[1:]} == {
            part.partition("}")[0] for part in german[name].split("{")[1:]
        }, name


@pytest.mark.parametrize("limit", [words.BLIND, words.BLIND_TO_ANSWERS, words.NOT_ASKED, words.NOTHING_NEW])
def test_limits_are_sentences_in_both_languages(limit):
    assert set(limit) == {"en", "de"}
    assert all(text.endswith(".") for text in limit.values())
    assert set(words.tell_unknown()) == {"en", "de"}
