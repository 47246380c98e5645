"""What is said of groups: their name, now and then, in both languages."""

import pytest

from training.monitoring import fairness_words as words
from training.statistics import Estimate

NOW, THEN = Estimate(0.2, 0.15, 0.25, n=300), Estimate(0.1, 0.08, 0.12, n=900)


@pytest.mark.parametrize("figure", ["selection_rate", "true_positive_rate"])
def test_rates_are_told_in_percent(figure):
    found = words.tell_group(figure, "gender", "f", NOW, THEN)
    assert "20% (likely range 15% to 25%)" in found["en"]
    assert "10% (likely range 8% to 12%)" in found["en"]
    assert "20\u00a0% (wahrscheinlicher Bereich 15\u00a0% bis 25\u00a0%)" in found["de"]
    assert "“f” (gender)" in found["en"]
    assert "„f“ (gender)" in found["de"]


def test_levels_are_told_in_points():
    found = words.tell_group("level_error", "age", "1980–1989", Estimate(-0.02, -0.03, -0.01, 300), THEN)
    assert (
        "“1980–1989” (age), forecasts minus outcomes are −2.0 (likely range −3.0 to −1.0) points"
        in found["en"]
    )
    assert "−2,0 (wahrscheinlicher Bereich −3,0 bis −1,0) Punkte" in found["de"]


def test_too_few_people_name_no_group():
    found = words.tell_too_few("gender")
    assert found["en"] == "The groups of “gender” have too few people since the training to compare them."
    assert found["de"].endswith("vergleichen.")


def test_both_languages_say_the_same_things():
    assert set(words._TEMPLATES["en"]) == set(words._TEMPLATES["de"])
