"""What is said in hindsight: counts only where they may be told, numbers as people write them."""

import pytest

from training.hindsight import words
from training.statistics import Estimate

SHARE = Estimate(0.5, 0.354, 0.646, n=40)


def test_counts_are_told_of_customers():
    found = words.tell_lead(30, 1_060, SHARE, 91.2)
    assert found["en"] == (
        "30 days before they were lost, there was a forecast for 40 of 1,060: 50% (likely range 35% to 65%) "
        "stood in the tenth with the highest forecasts; the middle one stood above 91% of all."
    )
    assert found["de"].startswith("30 Tage vor dem Verlust gab es für 40 von 1.060 eine Prognose: 50\u00a0%")


def test_of_people_at_work_there_are_no_counts():
    found = words.tell_lead(60, None, SHARE, 90.0)
    assert found["en"].startswith("60 days before they were lost, of those with a forecast: 50%")
    assert "40" not in found["en"]
    assert "40" not in found["de"]


@pytest.mark.parametrize("tell", [words.tell_nothing, words.tell_withheld])
def test_what_is_not_there_is_said_in_both_languages(tell):
    found = tell(90)
    assert set(found) == {"en", "de"}
    assert all("90" in text and text.endswith(".") for text in found.values())
