"""Whom sentences of monitoring count, in two languages, and how they write ranges."""

from collections.abc import Mapping
from typing import Final

from features.usecase import Language, UseCase
from training.pages.formats import Formats
from training.pages.kinds import Subject, subject_of
from training.statistics import Estimate

LANGUAGES: Final[tuple[Language, ...]] = ("en", "de")
_PEOPLE: Final[Mapping[Language, Mapping[Subject, str]]] = {
    "en": {
        "customer": "customers",
        "employee": "employees",
        "supplier": "suppliers",
        "applicant": "applicants",
        "case": "cases",
    },
    "de": {
        "customer": "Kunden",
        "employee": "Beschäftigten",
        "supplier": "Lieferanten",
        "applicant": "Bewerbern",
        "case": "Fällen",
    },
}
_TO: Final[Mapping[Language, str]] = {"en": "to", "de": "bis"}
_LIKELY: Final[Mapping[Language, str]] = {"en": "likely range", "de": "wahrscheinlicher Bereich"}


def name_people(usecase: UseCase, language: Language) -> str:
    """Return whose rows these are, as it stands behind a number or behind "of" in both languages.

    Examples
    --------
    >>> from features.usecase import parse
    >>> table = {"file": "t.csv", "label": "left", "positive": "Yes"}
    >>> [name_people(parse({"version": 1, "name": "t", "table": table}, "t"), one) for one in LANGUAGES]
    ['cases', 'Fällen']
    """
    return _PEOPLE[language][subject_of(usecase)]


def count_people(usecase: UseCase, language: Language, n: float) -> str:
    """Return a number of people."""
    return f"{Formats(language).number(n)} {name_people(usecase, language)}"


def count_days(language: Language, n: float) -> str:
    """Return a number of days.

    Examples
    --------
    >>> count_days("en", 1), count_days("de", 12)
    ('1 day', '12 Tage')
    """
    one, more = ("day", "days") if language == "en" else ("Tag", "Tage")
    return f"{Formats(language).number(n)} {one if n == 1 else more}"


def write_shares(language: Language, low: float, high: float) -> str:
    r"""Return a range of shares: ``4% to 9%``.

    Examples
    --------
    >>> write_shares("en", 0.04, 0.09), write_shares("de", 0.0, 0.004)
    ('4% to 9%', '0,0\xa0% bis 0,4\xa0%')
    """
    shown, digits = Formats(language), 1 if high - low < 0.04 else 0
    return f"{shown.percent(low, digits)} {_TO[language]} {shown.percent(high, digits)}"


def write_numbers(language: Language, low: float, high: float, digits: int = 0) -> str:
    """Return a range of numbers."""
    shown = Formats(language)
    return f"{shown.number(low, digits)} {_TO[language]} {shown.number(high, digits)}"


def write_share(language: Language, found: Estimate) -> str:
    """Return a share with its likely range.

    Examples
    --------
    >>> write_share("en", Estimate(0.63, 0.60, 0.66, 780))
    '63% (likely range 60% to 66%)'
    """
    digits = 1 if found.value < 0.1 else 0
    ends = write_shares(language, found.low, found.high)
    return f"{Formats(language).percent(found.value, digits)} ({_LIKELY[language]} {ends})"
