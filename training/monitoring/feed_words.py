"""What is said of sources, in two languages."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from features.usecase import Language
from training.monitoring.people_words import LANGUAGES, count_days, write_numbers
from training.pages.formats import Formats
from training.statistics import Estimate

_TEMPLATES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "label": "Source “{source}”",
        "label_column": "Source “{source}”, column “{column}”",
        "nothing": "Source “{source}” has not a single row that can be used.",
        "stale": "Source “{source}”: the last row came on {day}, {gap} before the end of observation; "
        "the longest silence among {n} days with new rows was {longest}.",
        "amount": "Source “{source}”: {now} rows came in the last {days} days (likely range {range}); usual "
        "is {usual}.",
        "past": "Source “{source}” has {known} rows known before {day}; at the training it had {then}.",
        "unit": "Source “{source}”: from {day} on, {share} of the values of “{column}” are about {factor} "
        "times as large as before: they may be in another unit.",
    },
    "de": {
        "label": "Quelle „{source}“",
        "label_column": "Quelle „{source}“, Spalte „{column}“",
        "nothing": "Die Quelle „{source}“ hat keine einzige brauchbare Zeile.",
        "stale": "Quelle „{source}“: Die letzte Zeile kam am {day}, {gap} vor dem Ende der Beobachtung; "
        "die längste Pause zwischen {n} Tagen mit neuen Zeilen war {longest}.",
        "amount": "Quelle „{source}“: In den letzten {days} Tagen kamen {now} Zeilen (wahrscheinlicher "
        "Bereich {range}); üblich sind {usual}.",
        "past": "Die Quelle „{source}“ hat {known} Zeilen, die vor dem {day} bekannt waren; beim Training "
        "hatte sie {then}.",
        "unit": "Quelle „{source}“: Ab dem {day} sind {share} der Werte von „{column}“ etwa das "
        "{factor}-Fache der früheren: Sie könnten in einer anderen Einheit stehen.",
    },
}


def label_source(source: str, column: str | None = None) -> dict[Language, str]:
    """Return the name of a source, or of one of its columns."""
    which = "label" if column is None else "label_column"
    return {
        language: _TEMPLATES[language][which].format(source=source, column=column) for language in LANGUAGES
    }


def tell_nothing_ever(source: str) -> dict[Language, str]:
    """Say that a source is empty."""
    return {language: _TEMPLATES[language]["nothing"].format(source=source) for language in LANGUAGES}


def tell_stale(source: str, last: date, gap: int, longest: int, n: int) -> dict[Language, str]:
    """Say for how long nothing has come.

    Examples
    --------
    >>> tell_stale("tickets", date(2026, 5, 3), 29, 2, 300)["en"][:52]
    'Source “tickets”: the last row came on 3 May 2026, 2'
    """
    return {
        language: _TEMPLATES[language]["stale"].format(
            source=source,
            day=Formats(language).day(last),
            gap=count_days(language, gap),
            longest=count_days(language, longest),
            n=Formats(language).number(n),
        )
        for language in LANGUAGES
    }


def tell_amount(source: str, now: Estimate, usual: tuple[float, float], days: int) -> dict[Language, str]:
    """Say how many rows came."""
    return {
        language: _TEMPLATES[language]["amount"].format(
            source=source,
            now=Formats(language).number(now.value),
            range=write_numbers(language, now.low, now.high),
            usual=write_numbers(language, *usual),
            days=Formats(language).number(days),
        )
        for language in LANGUAGES
    }


def tell_changed_past(source: str, known: int, then: int, day: date) -> dict[Language, str]:
    """Say how many rows there are of the time that training knew."""
    return {
        language: _TEMPLATES[language]["past"].format(
            source=source,
            known=Formats(language).number(known),
            then=Formats(language).number(then),
            day=Formats(language).day(day),
        )
        for language in LANGUAGES
    }


def tell_unit_change(source: str, change: Mapping[str, Any]) -> dict[Language, str]:
    """Say which column is in another unit from which day on."""
    return {
        language: _TEMPLATES[language]["unit"].format(
            source=source,
            column=change["column"],
            day=Formats(language).day(change["first_day"]),
            share=Formats(language).percent(change["share"]),
            factor=f"{change['factor']:.3g}".replace(".", "," if language == "de" else "."),
        )
        for language in LANGUAGES
    }
