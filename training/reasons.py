"""Say what a feature is and what it was, in words: ``Time to resolve tickets (average of 90 days: 59 hours)``."""

import math
import re

from features.catalogue import Feature
from features.usecase import Language, UseCase

_FUNCTION = re.compile(r"(?P<function>[a-z_]+?)(?:_(?P<window>\d+d(?:_\d+d)?))?")
_WORDS: dict[Language, dict[str, str]] = {
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
        "share": "share '{name}' in {window}",
        "ratio": "recent compared with before ({window})",
        "days_since_last": "days since the latest",
        "days_since_first": "days since the first",
        "response_rate": "share of invitations answered in {window}",
        "days": "{number} days",
        "missing": "not known",
        "yes": "yes",
        "no": "no",
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
        "slope": "Verlauf über {window}, je 30 Tage",
        "share": "Anteil „{name}“ in {window}",
        "ratio": "zuletzt im Vergleich zu vorher ({window})",
        "days_since_last": "Tage seit dem letzten",
        "days_since_first": "Tage seit dem ersten",
        "response_rate": "Anteil beantworteter Einladungen in {window}",
        "days": "{number} Tagen",
        "missing": "nicht bekannt",
        "yes": "ja",
        "no": "nein",
    },
}
_UNITS: dict[Language, dict[str, str]] = {
    "en": {"hours": "hours", "days": "days", "eur": "€"},
    "de": {"hours": "Stunden", "days": "Tage", "eur": "€"},
}


def driver_label(feature: Feature, usecase: UseCase, language: Language) -> str:
    """Return the name of the driver that a feature belongs to, or of the feature itself where it has none."""
    if feature.driver is None:
        return _subject(feature).replace("_", " ")
    return usecase.drivers[feature.driver].name_in(language, feature.driver)


def describe(feature: Feature, value: float | str | None, usecase: UseCase, language: Language) -> str:
    """Return driver, function, window and value of a feature in words.

    Parameters
    ----------
    value
        The value on one row; None or NaN is said to be not known.

    Examples
    --------
    >>> from features.usecase import parse
    >>> usecase = parse({"version": 1, "name": "t", "table": {"file": "t.csv", "label": "left", "positive": "Yes"}}, "t")
    >>> describe(Feature("monthly_charge", "number", "table", "O"), 70.5, usecase, "en")
    'monthly charge: 70.5'
    """
    label = driver_label(feature, usecase, language)
    function = _function_in_words(feature, language)
    shown = _value_in_words(value, feature.unit, language)
    return f"{label} ({function}: {shown})" if function else f"{label}: {shown}"


def _parts(feature: Feature) -> list[str]:
    """Split a built feature name into source, column and function; a plain column name stays whole."""
    name = feature.name[2:] if feature.name[:2] in ("o_", "x_") else feature.name
    return name.split(".") if feature.name[:2] in ("o_", "x_") else [name]


def _subject(feature: Feature) -> str:
    """Return the column that a feature is about."""
    parts = _parts(feature)
    return parts[1] if len(parts) > 2 else " ".join(parts)


def _function_in_words(feature: Feature, language: Language) -> str:
    """Return function and window in words, or nothing for an attribute or a plain column."""
    parts = _parts(feature)
    if len(parts) < 2:
        return ""
    match = _FUNCTION.fullmatch(parts[-1])
    if match is None:
        return ""
    function, window = match["function"], match["window"]
    words = _WORDS[language]
    name = ""
    if function.startswith("share_"):
        function, name = "share", function.removeprefix("share_").replace("_", " ")
    if function not in words:
        return ""
    days = (
        " / ".join(words["days"].format(number=part.removesuffix("d")) for part in window.split("_"))
        if window
        else ""
    )
    phrase = words[function].format(window=days, name=name)
    column = (
        parts[1].replace("_", " ")
        if len(parts) > 2 and feature.driver is not None and _is_ambiguous(feature)
        else ""
    )
    return f"{column}, {phrase}" if column else phrase


def _is_ambiguous(feature: Feature) -> bool:
    """Tell whether the driver's name alone may not say which column is meant (always, unless it is a count)."""
    return _parts(feature)[1] != "count"


def _value_in_words(value: float | str | None, unit: str | None, language: Language) -> str:
    """Write a value with its unit, or say that it is not known."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return _WORDS[language]["missing"]
    if isinstance(value, str):
        return value
    if unit == "share":
        return f"{value * 100:.0f}{' ' if language == 'de' else ''}%".replace("-", "\u2212")
    digits = f"{value:,.0f}" if abs(value) >= 100 or float(value).is_integer() else f"{value:.3g}"
    if language == "de":
        digits = digits.translate(str.maketrans(",.", ".,"))
    suffix = _UNITS[language].get(unit or "", "")
    return f"{digits} {suffix}".strip().replace("-", "\u2212")
