"""Say what a feature was, in words: ``Time to resolve tickets (average of 90 days: 59 hours)``."""

import math
import re
from dataclasses import dataclass, replace
from functools import lru_cache

from features.catalogue import Feature, plain_name
from features.usecase import Language, UseCase
from training.text_names import TopicLabels, label_topic, name_column, name_topic, speak_of

_FUNCTION = re.compile(r"(?P<function>[a-z_]+?)(?:_(?P<windows>\d+d(?:_\d+d)?))?")
_SHARE = re.compile(r"(?P<function>share)_(?P<name>\w+)_(?P<windows>\d+d)")
_OF_SOURCE = ("count", "days_since_last", "days_since_first", "response_rate")
_Words = dict[str, str]
_PHRASES: dict[Language, _Words] = {
    "en": {
        "count": "number in {window}",
        "sum": "total of {window}",
        "mean": "average of {window}",
        "min": "lowest in {window}",
        "max": "highest in {window}",
        "std": "spread in {window}",
        "first": "first",
        "last": "latest",
        "slope": "trend over {window}, per 30 days",
        "delta": "change from the {window} before",
        "distinct": "different values in {window}",
        "share": "share '{name}' in {window}",
        "share_of_topic": "share in {window}",
        "ratio": "recently against before, {window}",
        "days_since_last": "days since the latest",
        "days_since_first": "days since the first",
        "response_rate": "invitations answered in {window}",
        "streak": "invitations in a row without an answer",
        "lag": "days to the answer, average of {window}",
        "lag_last": "days to the latest answer",
    },
    "de": {
        "count": "Anzahl in {window}",
        "sum": "Summe aus {window}",
        "mean": "Mittel aus {window}",
        "min": "niedrigster Wert in {window}",
        "max": "höchster Wert in {window}",
        "std": "Streuung in {window}",
        "first": "erster Wert",
        "last": "letzter Wert",
        "slope": "Verlauf in {window}, je 30 Tage",
        "delta": "Veränderung gegenüber den {window} davor",
        "distinct": "verschiedene Werte in {window}",
        "share": "Anteil „{name}“ in {window}",
        "share_of_topic": "Anteil in {window}",
        "ratio": "zuletzt gegen vorher, aus {window}",
        "days_since_last": "Tage seit dem letzten",
        "days_since_first": "Tage seit dem ersten",
        "response_rate": "beantwortete Einladungen in {window}",
        "streak": "Einladungen in Folge ohne Antwort",
        "lag": "Tage bis zur Antwort, Mittel aus {window}",
        "lag_last": "Tage bis zur letzten Antwort",
    },
}
_DAYS: dict[Language, str] = {"en": "{number} days", "de": "{number} Tagen"}
_NOT_KNOWN: dict[Language, str] = {"en": "not known", "de": "nicht bekannt"}
_UNITS: dict[Language, _Words] = {
    "en": {"h": "hours", "hours": "hours", "days": "days", "EUR": "€", "eur": "€"},
    "de": {"h": "Stunden", "hours": "Stunden", "days": "Tage", "EUR": "€", "eur": "€"},
}
_UNITS_IN_PHRASE = ("count", "share")
_FUNCTIONS_WITH_UNIT = ("sum", "mean", "min", "max", "std", "first", "last", "delta")


def driver_label(
    feature: Feature, usecase: UseCase, language: Language, topics: TopicLabels | None = None
) -> str:
    """Return the name of the driver that a feature belongs to, or of the feature itself where it has none.

    Parameters
    ----------
    topics
        What topics of verbatims are called; else they lend their ids.
    """
    if feature.driver is None:
        name = _parse(feature)
        of_words = name_column(feature.source, name.column, usecase, language)
        if of_words is not None and name.column == "topic" and name.share:
            return speak_of(name_topic(feature.source, name.share, usecase, language, topics), language)
        return of_words or plain_name(name.column)
    return usecase.drivers[feature.driver].name_in(language, feature.driver)


def name_feature(
    feature: Feature, usecase: UseCase, language: Language, topics: TopicLabels | None = None
) -> str:
    """Return driver, function and window of a feature in words, without a value.

    Parameters
    ----------
    topics
        What topics of verbatims are called.

    Examples
    --------
    >>> from features.usecase import parse
    >>> table = {"file": "t.csv", "label": "left", "positive": "Yes"}
    >>> usecase = parse({"version": 1, "name": "t", "table": table}, "t")
    >>> name_feature(Feature("o_tickets.hours.mean_90d", "number", "tickets", unit="h"), usecase, "en")
    'Hours (average of 90 days)'
    """
    label, phrase = _say(feature, usecase, language, topics)
    return f"{label} ({phrase})" if phrase else label


def describe(
    feature: Feature,
    value: float | str | None,
    usecase: UseCase,
    language: Language,
    topics: TopicLabels | None = None,
) -> str:
    """Return driver, function, window and value of a feature in words.

    Parameters
    ----------
    value
        The value on one row; None or NaN is said to be not known.
    topics
        What topics of verbatims are called.

    Examples
    --------
    >>> from features.usecase import parse
    >>> table = {"file": "t.csv", "label": "left", "positive": "Yes"}
    >>> usecase = parse({"version": 1, "name": "t", "table": table}, "t")
    >>> describe(Feature("o_tickets.hours.mean_90d", "number", "tickets", unit="h"), 59.2, usecase, "en")
    'Hours (average of 90 days: 59.2 hours)'
    """
    function = _parse(feature).function
    told = _name_value(feature, value, usecase, language, topics)
    shown = _value_in_words(told, feature.unit, function, usecase, language)
    return _with_label(*_say(feature, usecase, language, topics), shown)


def write_value(feature: Feature, value: float | None, usecase: UseCase, language: Language) -> str:
    """Return a value of a number with its unit, without saying of what.

    Examples
    --------
    >>> from features.usecase import parse
    >>> table = {"file": "t.csv", "label": "left", "positive": "Yes"}
    >>> usecase = parse({"version": 1, "name": "t", "table": table}, "t")
    >>> write_value(Feature("o_tickets.hours.mean_90d", "number", "tickets", unit="h"), 59.2, usecase, "en")
    '59.2 hours'
    """
    return _value_in_words(value, feature.unit, _parse(feature).function, usecase, language)


def describe_change(
    feature: Feature,
    before: float | str | None,
    after: float | str | None,
    usecase: UseCase,
    language: Language,
    topics: TopicLabels | None = None,
) -> str:
    """Return driver, function, window, and the value of a feature before and after in words.

    Parameters
    ----------
    before, after
        The value on two rows; None or NaN is said to be not known.
    topics
        What topics of verbatims are called.

    Examples
    --------
    >>> from features.usecase import parse
    >>> table = {"file": "t.csv", "label": "left", "positive": "Yes"}
    >>> usecase = parse({"version": 1, "name": "t", "table": table}, "t")
    >>> describe_change(Feature("seats", "number", "table"), 3.0, None, usecase, "en")
    'Seats: 3 → not known'
    """
    function = _parse(feature).function
    told = [_name_value(feature, value, usecase, language, topics) for value in (before, after)]
    shown = [_value_in_words(value, feature.unit, function, usecase, language) for value in told]
    return _with_label(*_say(feature, usecase, language, topics), " → ".join(shown))


def _say(
    feature: Feature, usecase: UseCase, language: Language, topics: TopicLabels | None
) -> tuple[str, str]:
    """Return the name of a feature or its driver, and function and window in words."""
    name = _parse(feature)
    if name.share and name_column(feature.source, name.column, usecase, language) and name.column == "topic":
        topic = name_topic(feature.source, name.share, usecase, language, topics)
        function = "share_of_topic" if feature.driver is None else "share"
        name = replace(name, function=function, share=topic)
    return driver_label(feature, usecase, language, topics), _phrase(name, language)


def _name_value(
    feature: Feature,
    value: float | str | None,
    usecase: UseCase,
    language: Language,
    topics: TopicLabels | None,
) -> float | str | None:
    """Return a value; a topic that was read in words by its name."""
    is_topic = _parse(feature).column == "topic" and name_column(feature.source, "topic", usecase, language)
    return (
        label_topic(feature.source, value, language, topics) if is_topic and isinstance(value, str) else value
    )


def _with_label(label: str, phrase: str, shown: str) -> str:
    """Put driver, function and window before a value in words."""
    return f"{label} ({phrase}: {shown})" if phrase else f"{label}: {shown}"


@dataclass(frozen=True)
class _Name:
    """Hold what the name of a feature says: column or source, function (may be empty), windows, share."""

    column: str
    function: str = ""
    windows: str = ""
    share: str = ""


@lru_cache(maxsize=4096)
def _parse(feature: Feature) -> _Name:
    """Split a built feature name; an attribute or a plain column has no function."""
    if feature.bare_name == feature.name:
        return _Name(feature.name)
    source, *columns, last = feature.bare_name.split(".")
    match = _SHARE.fullmatch(last) or _FUNCTION.fullmatch(last)
    function = match["function"] if match else ""
    if match is None or function not in _PHRASES["en"] or not (columns or function in _OF_SOURCE):
        return _Name(" ".join([*columns, last]))
    column = source if columns in ([], ["count"]) else " ".join(columns)
    return _Name(column, function, match["windows"] or "", match.groupdict().get("name", ""))


@lru_cache(maxsize=4096)
def _phrase(name: _Name, language: Language) -> str:
    """Return function and windows in words; empty for an attribute or a plain column."""
    if not name.function:
        return ""
    days = " / ".join(
        _DAYS[language].format(number=window.removesuffix("d")) for window in name.windows.split("_")
    )
    return _PHRASES[language][name.function].format(window=days, name=name.share.replace("_", " "))


def _value_in_words(
    value: float | str | None, unit: str | None, function: str, usecase: UseCase, language: Language
) -> str:
    """Write a value with its unit, or say that it is not known."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return _NOT_KNOWN[language]
    if isinstance(value, str):
        return value
    if unit == "share" or function in ("share", "response_rate"):
        percent = round(value * 100) + 0.0
        return _with_signs(f"{percent:.0f}%" if language == "en" else f"{percent:.0f}\N{NO-BREAK SPACE}%")
    written = _digits(value, language)
    if unit is not None and unit not in _UNITS_IN_PHRASE and function in ("", *_FUNCTIONS_WITH_UNIT):
        written += f" {_UNITS[language].get(unit) or usecase.unit_in(language, unit)}"
    return _with_signs(written)


def _digits(value: float, language: Language) -> str:
    """Write a number with three telling digits, at most four decimals, in the language's own marks."""
    near = round(float(value), 4) + 0.0
    written = f"{near:,.0f}" if abs(near) >= 99.95 or near.is_integer() else f"{near:.3g}"
    return written.translate(str.maketrans(",.", ".,")) if language == "de" else written


def _with_signs(written: str) -> str:
    """Use the minus sign that typesetters use."""
    return written.replace("-", "\N{MINUS SIGN}")
