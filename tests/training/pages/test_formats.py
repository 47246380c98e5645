from datetime import date

import pytest

from training.pages.formats import Formats
from training.statistics import Estimate

ENGLISH, GERMAN = Formats("en"), Formats("de")


@pytest.mark.parametrize(
    ("share", "english", "german"),
    [
        (0.0, "0%", "0\u00a0%"),
        (0.094, "9%", "9\u00a0%"),
        (1.0, "100%", "100\u00a0%"),
        (0.001, "<1%", "<1\u00a0%"),
        (-0.21, "−21%", "−21\u00a0%"),
    ],
    ids=["none", "some", "all", "hardly-any", "negative"],
)
def test_percents(share: float, english: str, german: str) -> None:
    assert (ENGLISH.percent(share), GERMAN.percent(share)) == (english, german)


@pytest.mark.parametrize(
    ("eur", "english", "german"),
    [
        (0, "€0", "0\u00a0€"),
        (71_749, "€71,700", "71.700\u00a0€"),
        (999_499, "€999,000", "999.000\u00a0€"),
        (999_600, "€1.0m", "1,0\u00a0Mio.\u00a0€"),
        (4_020_000, "€4.0m", "4,0\u00a0Mio.\u00a0€"),
        (2_500_000_000, "€2.5bn", "2,5\u00a0Mrd.\u00a0€"),
        (-1_234, "−\u2060€1,230", "−\u20601.230\u00a0€"),
        (-1_234_000, "−\u2060€1.2m", "−\u20601,2\u00a0Mio.\u00a0€"),
        (-0.4, "€0", "0\u00a0€"),
    ],
    ids=[
        "nothing",
        "thousands",
        "nearly-a-million",
        "a-million",
        "millions",
        "billions",
        "negative",
        "negative-millions",
        "hardly-negative",
    ],
)
def test_money(eur: float, english: str, german: str) -> None:
    assert (ENGLISH.money(eur), GERMAN.money(eur)) == (english, german)


def test_numbers_use_the_real_minus_and_never_a_minus_zero() -> None:
    assert GERMAN.number(-1234.5, 1) == "−1.234,5"
    assert ENGLISH.number(-0.4) == "0"
    assert ENGLISH.signed(-0.04) == "0.0"


def test_changes_carry_their_sign() -> None:
    assert ENGLISH.signed(1.5) == "+1.5"
    assert GERMAN.signed_points(-0.006) == "−0,6"
    assert GERMAN.points(0.011) == "1,1"
    assert ENGLISH.of_hundred(0.79) == "79"


def test_amounts_are_as_short_as_they_are() -> None:
    assert [ENGLISH.amount(value) for value in (24.0, 0.5, 1234.567)] == ["24", "0.5", "1,234.57"]


def test_dates_are_written_out() -> None:
    day = date(2026, 11, 3)
    assert (ENGLISH.day(day), GERMAN.day(day)) == ("3 November 2026", "3. November 2026")


def test_narrow_ranges_get_a_decimal() -> None:
    assert Formats.range_digits(Estimate(0.09, 0.076, 0.096, n=9)) == 1
    assert Formats.range_digits(Estimate(0.09, 0.04, 0.14, n=9)) == 0
