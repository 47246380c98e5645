from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.reading.guesses import FORMS, _fits, _list_forms, guess_column, is_typed

DAYS = [date(2024, 3, 1) + timedelta(days=step) for step in range(60)]


@pytest.mark.parametrize(
    "text", ["1", "-1.5", "1,5", "1.234,50", "2025-01-31", "31.01.2025 10:00", "31-Jan-25"]
)
def test_numbers_and_dates_are_values(text):
    assert is_typed(text)


@pytest.mark.parametrize("text", ["", "abc", "N/A", "1 of 2", "Q1", "{}", "31.02.2025x"])
def test_texts_are_no_values(text):
    assert not is_typed(text)


@pytest.mark.parametrize(
    ("values", "comma"),
    [
        (["1", "2", "3"], None),
        (["1.5", "2"], False),
        (["1,5", "2"], True),
        (["1.234,5", "7,25"], True),
        (["1.234", "2.5", "1,5"], False),
    ],
)
def test_decimal_sign_of_the_majority_counts(values, comma):
    assert guess_column(values).has_decimal_comma is comma


@pytest.mark.parametrize("form", FORMS)
def test_form_of_a_column_reads_all_of_it(form):
    values = [day.strftime(form) for day in DAYS]
    found = guess_column(values)
    assert found.kind == "date"
    assert len(found.forms) == 1
    assert all(is_typed(value) for value in values)
    assert found.has_clock == ("%H" in form or "%I" in form)


def reads(text, form):
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 (only the form is asked for)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("change", ["", " ", "_", ".", "T"])
def test_no_date_is_missed_by_looking_at_its_signs_first(change):
    written = [datetime(2024, 11, 23, 14, 5, 59).strftime(form) for form in FORMS]  # noqa: DTZ001 (a text)
    for text in [text.replace(" ", "  ") + change for text in written]:
        found = [form for form in FORMS if form in _list_forms(text) and _fits(text, form)]
        assert found == [form for form in FORMS if reads(text, form) and (form != "%Y%m%d" or len(text) == 8)]


def test_day_first_is_taken_where_both_would_fit():
    assert guess_column(["01/02/2025", "03/04/2025"]).forms == ("%d/%m/%Y",)
    assert guess_column(["01/25/2025", "03/04/2025"]).forms == ("%m/%d/%Y",)


@pytest.mark.parametrize("text", ["2025-01-31", "2025-01-31 10:00", "2025-01-31T10:00:00"])
def test_iso_is_known_as_such(text):
    found = guess_column([text] * 3)
    assert found.is_iso
    assert found.has_clock == (":" in text)


def test_times_with_a_zone_need_none():
    found = guess_column(["2025-01-31T10:00:00Z", "2025-02-01 10:00:00+02:00"])
    assert (found.kind, found.is_iso, found.has_clock, found.forms) == ("date", True, False, ())


@pytest.mark.parametrize("word", ["N/A", "n/a", "-", "k.A.", "NULL", "."])
def test_words_among_numbers_and_dates_stand_for_missing(word):
    assert guess_column(["1", "2", "3", word]).missing == (word,)
    assert guess_column([*(f"{day:%d.%m.%Y}" for day in DAYS), word]).missing == (word,)


def test_column_of_words_has_no_missing_ones():
    assert guess_column(["red", "N/A", "blue"]).missing == ()


@pytest.mark.parametrize(
    ("values", "scale", "codes"),
    [
        (["1", "5", "-99"], None, ("-99",)),
        (["1", "5", "99", "999"], None, ("99", "999")),
        (["0", "10", "99"], (0, 10), ("99",)),
        (["10", "60", "99"], None, ()),
        (["98", "99", "97"], None, ()),
        (["1.5", "5", "99"], None, ()),
        (["10", "98"], (0, 100), ()),
        (["1", "5", "12"], (1, 5), ()),
    ],
)
def test_numbers_far_outside_a_scale_are_codes(values, scale, codes):
    assert guess_column(values, scale).missing == codes


def test_many_different_words_are_no_codes():
    words = [f"word {number}" for number in range(9)]
    assert guess_column([*map(str, range(20)), *words]).missing == ()


@given(st.lists(st.text(max_size=12), max_size=20))
def test_any_texts_give_some_guess(values):
    found = guess_column(values)
    assert found.kind in {"number", "date", "text"}
    assert set(found.missing) <= set(values)
