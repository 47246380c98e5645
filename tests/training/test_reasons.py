import math

import pytest

from features.catalogue import Feature
from features.usecase import UseCase, load, parse
from features.usecase.rule import FeatureRule
from tests.training.examples import ROOT
from training.reasons import describe, driver_label

NBSP, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"
TABLE = {"file": "t.csv", "label": "left", "positive": "Yes"}
DRIVERS = {
    "support": {
        "features": ["a"],
        "role": "lever",
        "actor": "company",
        "label": {"en": "Time to resolve", "de": "Lösungszeit"},
    },
    "price": {"features": ["b"], "role": "context", "label": {"en": "Price"}},
    "late_mail": {"features": ["c"], "role": "signal"},
}


@pytest.fixture(scope="module")
def usecase() -> UseCase:
    return parse({"version": 1, "name": "t", "table": TABLE, "drivers": DRIVERS}, "t.yaml")


def built(function: str, *, unit: str | None = None, driver: str | None = None) -> Feature:
    """Return a feature of tickets as the builder names it."""
    return Feature(f"o_tickets.{function}", "number", "tickets", unit=unit, driver=driver)


FUNCTIONS = [
    ("count_90d", 4, "Tickets (number in 90 days: 4)", "Tickets (Anzahl in 90 Tagen: 4)"),
    ("hours.sum_30d", 12, "Hours (total of 30 days: 12)", "Hours (Summe aus 30 Tagen: 12)"),
    ("hours.mean_90d", 59.2, "Hours (average of 90 days: 59.2)", "Hours (Mittel aus 90 Tagen: 59,2)"),
    ("hours.min_90d", 1, "Hours (lowest in 90 days: 1)", "Hours (niedrigster Wert in 90 Tagen: 1)"),
    ("hours.max_90d", 9, "Hours (highest in 90 days: 9)", "Hours (höchster Wert in 90 Tagen: 9)"),
    ("hours.std_180d", 2.5, "Hours (spread in 180 days: 2.5)", "Hours (Streuung in 180 Tagen: 2,5)"),
    ("hours.first", 3, "Hours (first: 3)", "Hours (erster Wert: 3)"),
    ("hours.last", 3, "Hours (latest: 3)", "Hours (letzter Wert: 3)"),
    (
        "hours.slope_90d",
        -1.5,
        f"Hours (trend over 90 days, per 30 days: {MINUS}1.5)",
        f"Hours (Verlauf in 90 Tagen, je 30 Tage: {MINUS}1,5)",
    ),
    (
        "count.slope_90d",
        0.5,
        "Tickets (trend over 90 days, per 30 days: 0.5)",
        "Tickets (Verlauf in 90 Tagen, je 30 Tage: 0,5)",
    ),
    (
        "hours.delta_90d",
        1.5,
        "Hours (change from the 90 days before: 1.5)",
        "Hours (Veränderung gegenüber den 90 Tagen davor: 1,5)",
    ),
    (
        "count.delta_30d",
        -2,
        f"Tickets (change from the 30 days before: {MINUS}2)",
        f"Tickets (Veränderung gegenüber den 30 Tagen davor: {MINUS}2)",
    ),
    (
        "hours.distinct_90d",
        3,
        "Hours (different values in 90 days: 3)",
        "Hours (verschiedene Werte in 90 Tagen: 3)",
    ),
    (
        "hours.share_solved_365d",
        0.25,
        "Hours (share 'solved' in 365 days: 25%)",
        f"Hours (Anteil „solved“ in 365 Tagen: 25{NBSP}%)",
    ),
    (
        "hours.share_within_24h_90d",
        0.4,
        "Hours (share 'within 24h' in 90 days: 40%)",
        f"Hours (Anteil „within 24h“ in 90 Tagen: 40{NBSP}%)",
    ),
    (
        "hours.share_paid_30d_90d",
        1.0,
        "Hours (share 'paid 30d' in 90 days: 100%)",
        f"Hours (Anteil „paid 30d“ in 90 Tagen: 100{NBSP}%)",
    ),
    (
        "count.ratio_30d_180d",
        1.25,
        "Tickets (recently against before, 30 days / 180 days: 1.25)",
        "Tickets (zuletzt gegen vorher, aus 30 Tagen / 180 Tagen: 1,25)",
    ),
    ("days_since_last", 12, "Tickets (days since the latest: 12)", "Tickets (Tage seit dem letzten: 12)"),
    ("days_since_first", 99, "Tickets (days since the first: 99)", "Tickets (Tage seit dem ersten: 99)"),
    (
        "response_rate_180d",
        1 / 3,
        "Tickets (invitations answered in 180 days: 33%)",
        f"Tickets (beantwortete Einladungen in 180 Tagen: 33{NBSP}%)",
    ),
    (
        "response_rate.streak",
        3,
        "Response rate (invitations in a row without an answer: 3)",
        "Response rate (Einladungen in Folge ohne Antwort: 3)",
    ),
    (
        "response_rate.lag_180d",
        2.25,
        "Response rate (days to the answer, average of 180 days: 2.25)",
        "Response rate (Tage bis zur Antwort, Mittel aus 180 Tagen: 2,25)",
    ),
    (
        "response_rate.lag_last",
        12,
        "Response rate (days to the latest answer: 12)",
        "Response rate (Tage bis zur letzten Antwort: 12)",
    ),
]


@pytest.mark.parametrize(("function", "value", "english", "german"), FUNCTIONS, ids=[f[0] for f in FUNCTIONS])
def test_every_function_is_said_in_both_languages(usecase, function, value, english, german):
    feature = built(function)
    assert describe(feature, value, usecase, "en") == english
    assert describe(feature, value, usecase, "de") == german


def test_every_function_that_a_rule_may_ask_for_is_in_the_table_above():
    asked = set(FeatureRule.model_fields) - {"windows"}
    said = {name.rpartition(".")[2].partition("_")[0] for name, *_ in FUNCTIONS} - {"days", "response"}
    said -= {"streak", "lag"}
    assert said | {"days_since_last", "days_since_first"} == asked


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_feature_of_the_example_company_has_a_phrase_or_is_an_attribute(company, language):
    for feature in company.bundle.catalogue:
        said = describe(feature, "big" if feature.kind == "category" else 0.25, company.usecase, language)
        label = driver_label(feature, company.usecase, language)
        assert said.startswith(label)
        is_attribute = feature.source == "customers"
        assert said.removeprefix(label).startswith(": " if is_attribute else " ("), said


def test_shipped_use_cases_speak_german_where_they_speak_english(company):
    labels = load(ROOT / "mlproject" / "usecases" / "churn.yaml").drivers
    for feature in company.bundle.catalogue:
        assert driver_label(feature, company.usecase, "en") == labels[feature.driver].label["en"]
        assert driver_label(feature, company.usecase, "de") == labels[feature.driver].label["de"]


UNITS = [
    ("hours.mean_90d", "h", 51.5, "51.5 hours", "51,5 Stunden"),
    ("hours.last", "hours", 3, "3 hours", "3 Stunden"),
    ("delay.max_90d", "days", 2, "2 days", "2 Tage"),
    ("amount.sum_90d", "EUR", 1234.5, "1,234 €", "1.234 €"),
    ("amount.sum_90d", "eur", 12, "12 €", "12 €"),
    ("logins.mean_30d", "logins per week", 2.25, "2.25 logins per week", "2,25 logins per week"),
    ("is_late.mean_90d", "share", 0.125, "12%", f"12{NBSP}%"),
    ("hours.mean_90d", None, 7, "7", "7"),
    ("count_90d", "count", 7, "7", "7"),
    ("hours.slope_90d", "h per 30 days", 7, "7", "7"),
    ("count.ratio_30d_90d", "ratio", 1.5, "1.5", "1,5"),
    ("days_since_last", "days", 7, "7", "7"),
]


@pytest.mark.parametrize(("function", "unit", "value", "english", "german"), UNITS)
def test_values_carry_the_unit_where_the_phrase_does_not_say_it(
    usecase, function, unit, value, english, german
):
    feature = built(function, unit=unit)
    assert describe(feature, value, usecase, "en").endswith(f": {english})")
    assert describe(feature, value, usecase, "de").endswith(f": {german})")


def test_units_are_written_in_the_language_where_the_use_case_says_how():
    usecase = load(ROOT / "mlproject" / "usecases" / "churn.yaml")
    feature = Feature("o_usage.logins.mean_90d", "number", "usage", unit="logins per week")
    assert describe(feature, 2.25, usecase, "en").endswith(": 2.25 logins per week)")
    assert describe(feature, 2.25, usecase, "de").endswith(": 2,25 Anmeldungen pro Woche)")


NUMBERS = [
    (0.0, "0", "0"),
    (-0.0, "0", "0"),
    (3, "3", "3"),
    (3.14159, "3.14", "3,14"),
    (-2.5, f"{MINUS}2.5", f"{MINUS}2,5"),
    (42.75, "42.8", "42,8"),
    (99.97, "100", "100"),
    (123.45, "123", "123"),
    (9_999.6, "10,000", "10.000"),
    (1_234_567.0, "1,234,567", "1.234.567"),
    (-1_234.0, f"{MINUS}1,234", f"{MINUS}1.234"),
    (0.0125, "0.0125", "0,0125"),
    (0.0001, "0.0001", "0,0001"),
    (0.00001, "0", "0"),
    (-0.00001, "0", "0"),
]


@pytest.mark.parametrize(("value", "english", "german"), NUMBERS)
def test_numbers_have_the_marks_of_the_language(usecase, value, english, german):
    feature = Feature("spend", "number", "table")
    assert describe(feature, value, usecase, "en") == f"Spend: {english}"
    assert describe(feature, value, usecase, "de") == f"Spend: {german}"


def test_a_share_just_below_zero_is_no_minus_zero(usecase):
    feature = built("late.mean_90d", unit="share")
    assert describe(feature, -0.001, usecase, "en").endswith(": 0%)")
    assert describe(feature, -0.05, usecase, "de").endswith(f": {MINUS}5{NBSP}%)")


@pytest.mark.parametrize("value", [None, math.nan])
def test_a_missing_value_is_said_to_be_not_known(usecase, value):
    assert describe(built("count_90d"), value, usecase, "en") == "Tickets (number in 90 days: not known)"
    assert describe(Feature("spend", "number", "table"), value, usecase, "de") == "Spend: nicht bekannt"


@pytest.mark.parametrize(
    ("driver", "english", "german"),
    [
        ("support", "Time to resolve", "Lösungszeit"),
        ("price", "Price", "Price"),
        ("late_mail", "late mail", "late mail"),
    ],
)
def test_the_driver_lends_its_name(usecase, driver, english, german):
    feature = built("hours.mean_90d", driver=driver)
    for language, label in (("en", english), ("de", german)):
        assert driver_label(feature, usecase, language) == label
        assert describe(feature, 1, usecase, language).startswith(f"{label} (")


NAMES = [
    ("MonthlyCharges", "table", "Monthly charges: 5"),
    ("o_total.v2", "table", "Total v2: 5"),
    ("o_customers.plan", "customers", "Plan: 5"),
    ("o_customers.first", "customers", "First: 5"),
    ("o_customers.years_2d", "customers", "Years 2d: 5"),
    ("o_tickets.odd.median_90d", "tickets", "Odd median 90d: 5"),
    ("o_tickets.due_in.h.mean_90d", "tickets", "Due in h (average of 90 days: 5)"),
]


@pytest.mark.parametrize(("name", "source", "said"), NAMES)
def test_features_outside_every_driver_and_function_keep_a_readable_name(usecase, name, source, said):
    assert describe(Feature(name, "number", source), 5, usecase, "en") == said


def test_categories_are_said_as_they_are(usecase):
    feature = Feature("x_surveys.mood.last", "category", "surveys", data="X")
    assert describe(feature, "so-so, 1.5", usecase, "de") == "Mood (letzter Wert: so-so, 1.5)"
