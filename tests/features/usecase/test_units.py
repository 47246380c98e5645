import pytest

from features.usecase.units import plain_unit, translate_unit

DECLARED = ["h", {"en": "shifts per month", "de": "Schichten pro Monat"}, {"de": "Stück"}]


@pytest.mark.parametrize(
    ("unit", "english", "german"),
    [
        ("h", "h", "h"),
        ("shifts per month", "shifts per month", "Schichten pro Monat"),
        ("shifts per month per 30 days", "shifts per month per 30 days", "Schichten pro Monat je 30 Tage"),
        ("h per 30 days", "h per 30 days", "h je 30 Tage"),
        ("Stück", "Stück", "Stück"),
        ("undeclared", "undeclared", "undeclared"),
    ],
)
def test_units_in_both_languages(unit, english, german):
    assert translate_unit(unit, DECLARED, "en") == english
    assert translate_unit(unit, DECLARED, "de") == german


def test_the_text_by_which_a_unit_is_known():
    assert [plain_unit(unit) for unit in DECLARED] == ["h", "shifts per month", "Stück"]
