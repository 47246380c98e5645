"""The small words that sections share: goals, units, ranges and people, in both languages."""

import re

import pytest

from features.usecase import Language, parse
from tests.training.reports import samples
from training.reports import build_report, render_html
from training.statistics import Estimate


def _goal_on_the_page(comparison: str, bound: float, unit: str | None, language: Language) -> str:
    goal = samples.goal(comparison, bound, unit)
    driver = samples.driver("wait", "lever", "Wait", "Warten", (0.5, 0.4, 0.6), goal=goal)
    page = render_html(build_report(samples.inputs(drivers=(driver,))), language)
    found = re.search(r"(?:Wait|Warten)<small>(.*?)</small>", page)
    assert found is not None
    return found[1].replace("&nbsp;", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("comparison", "english", "german"),
    [
        ("<=", "Goal: at most 24 hours", "Ziel: höchstens 24 Stunden"),
        (">=", "Goal: at least 24 hours", "Ziel: mindestens 24 Stunden"),
        ("<", "Goal: below 24 hours", "Ziel: unter 24 Stunden"),
        (">", "Goal: above 24 hours", "Ziel: über 24 Stunden"),
        ("=", "Goal: exactly 24 hours", "Ziel: genau 24 Stunden"),
    ],
    ids=["at-most", "at-least", "below", "above", "exactly"],
)
def test_each_comparison_has_its_word(comparison: str, english: str, german: str) -> None:
    assert _goal_on_the_page(comparison, 24, "hours", "en") == english
    assert _goal_on_the_page(comparison, 24, "hours", "de") == german


@pytest.mark.parametrize(
    ("bound", "unit", "english", "german"),
    [
        (1, "hours", "1 hour", "1 Stunde"),
        (1.5, "hours", "1.5 hours", "1,5 Stunden"),
        (1, "days", "1 day", "1 Tag"),
        (0, "days", "0 days", "0 Tage"),
        (0.1, "share", "10%", "10 %"),
        (0.025, "share per 30 days", "2.5 points per 30 days", "2,5 Punkte je 30 Tage"),
        (1500, "eur", "€1,500", "1.500 €"),
        (1500, "seats", "1,500 seats", "1.500 seats"),
        (4, None, "4", "4"),
    ],
    ids=["hour", "hours", "day", "no-day", "share", "share-a-month", "money", "own-unit", "no-unit"],
)
def test_each_unit_has_its_form(bound: float, unit: str | None, english: str, german: str) -> None:
    assert _goal_on_the_page("<=", bound, unit, "en") == f"Goal: at most {english}"
    assert _goal_on_the_page("<=", bound, unit, "de") == f"Ziel: höchstens {german}"


@pytest.mark.parametrize(
    ("subject", "english", "german"),
    [
        ("customer", "9% of customers are", "9\u00a0% der Kunden gehen"),
        ("employee", "9% of employees are", "9\u00a0% der Beschäftigten gehen"),
        ("supplier", "9% of suppliers are", "9\u00a0% der Lieferanten gehen"),
        ("applicant", "9% of applicants are", "9\u00a0% der Bewerber gehen"),
    ],
)
def test_people_are_called_what_they_are(subject: str, english: str, german: str) -> None:
    report = build_report(samples.inputs(usecase=samples.usecase(subject)))
    assert english in render_html(report, "en")
    assert german in render_html(report, "de")


@pytest.mark.parametrize(
    ("direction", "sentence"),
    [
        ("higher", "Higher values go with a higher risk."),
        ("lower", "Lower values go with a higher risk."),
        ("mixed", "Beside the other drivers, neither high nor low values stand out."),
        ("groups", "The risk differs between the groups."),
    ],
)
def test_each_direction_has_its_sentence(direction: str, sentence: str) -> None:
    driver = samples.driver("wait", "lever", "Wait", "Warten", (0.5, 0.4, 0.6), direction=direction)
    assert sentence in render_html(build_report(samples.inputs(drivers=(driver,))), "en")


def test_one_person_who_misses_the_goal_is_one() -> None:
    driver = samples.driver(
        "wait",
        "lever",
        "Wait",
        "Warten",
        (0.5, 0.4, 0.6),
        goal=samples.goal("<=", 1, None),
        goal_met=Estimate(0.99, 0.95, 1.0, n=100),
    )
    report = build_report(samples.inputs(drivers=(driver,)))
    assert "1 of 100 customers misses the goal." in render_html(report, "en")
    assert "1 von 100 Kunden verfehlt das Ziel." in render_html(report, "de")


def test_many_ties_are_counted_not_listed() -> None:
    names = ("a", "b", "c")
    drivers = tuple(
        samples.driver(
            name,
            "lever",
            name.upper(),
            name.upper(),
            (0.3, 0.1, 0.5),
            may_swap_with=tuple(other for other in names if other != name),
        )
        for name in names
    )
    assert (
        render_html(build_report(samples.inputs(drivers=drivers)), "en").count(
            "May swap places with 2 other rows"
        )
        == 3
    )


def test_the_method_says_what_the_ranges_hold() -> None:
    rows_only = tuple(
        samples.driver(row.name, row.role, "x", "x", (0.1, 0.0, 0.2), interval_method="entity bootstrap")
        for row in samples.DRIVERS
    )
    assert "real ranges are wider" in render_html(build_report(samples.inputs(drivers=rows_only)), "en")
    assert "fitted again on random halves" in render_html(build_report(samples.inputs()), "en")


def test_rows_of_a_flat_table_that_says_no_more_are_cases() -> None:
    declared = samples.usecase().model_dump(exclude_unset=True, by_alias=True)
    unsaid = parse({name: part for name, part in declared.items() if name != "privacy"}, "churn.yaml")
    report = build_report(samples.inputs(usecase=unsaid))
    assert report.header.subject == "case"
    english, german = (render_html(report, language) for language in ("en", "de"))
    assert "9% of cases are expected" in english
    assert "9\u00a0% der Fälle gehen" in german
    assert "von 2.882 Fällen" in german
    assert "<b>Driver report</b>" in english
