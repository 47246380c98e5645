"""What is said of how well a model does, in two languages: facts with ranges; the state judges."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, Literal

from features.timeline import Duration
from features.usecase import Language
from training.monitoring.record import Text
from training.pages.formats import Formats
from training.statistics import Estimate

LANGUAGES: Final[tuple[Language, ...]] = ("en", "de")
Figure = Literal["auc", "rank_correlation"]
Write = Callable[[Formats, float], str]

_TEMPLATES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "dated": "of {day} for {days} days",
        "new": "for those who are new since the training",
        "days": ", {days} days",
        "range": "{value} (likely range {low} to {high})",
        "auc": "ranking quality",
        "rank_correlation": "rank correlation with the answers",
        "chance_auc": "0.50 is chance",
        "chance_rank_correlation": "0 is chance",
        "estimated": "The forecasts {what} should reach a {figure} of {now}, going by themselves alone; "
        "at the training it was {promised}, and {chance}.",
        "realised": "The forecasts {what} reached a {figure} of {now}, as {n} outcomes show; "
        "at the training it was {promised}, and {chance}.",
        "gap": "The forecasts {what} were {now} points {side} on average, as {n} outcomes show; "
        "at the training the difference was {promised}.",
        "gap_top_tenth": "In the tenth with the highest values the forecasts {what} were {now} points {side} "
        "on average; at the training the difference was {promised}.",
        "too high": "too high",
        "too low": "too low",
        "unknown": "Too few outcomes are known yet to say how well the forecasts since the training did.",
        "label_estimated": "Expected ranking quality{days}",
        "label_realised": "Ranking quality, outcomes known{days}",
        "label_gap": "Forecast against outcome{days}",
        "label_gap_top_tenth": "Forecast against outcome, highest tenth{days}",
    },
    "de": {
        "dated": "vom {day} für {days} Tage",
        "new": "für alle, die seit dem Training neu sind,",
        "days": ", {days} Tage",
        "range": "{value} (wahrscheinlicher Bereich {low} bis {high})",
        "auc": "Güte der Reihenfolge",
        "rank_correlation": "Rangkorrelation mit den Antworten",
        "chance_auc": "0,50 ist Zufall",
        "chance_rank_correlation": "0 ist Zufall",
        "estimated": "Die Prognosen {what} lassen für sich eine {figure} von {now} erwarten; "
        "beim Training war sie {promised}, und {chance}.",
        "realised": "Die Prognosen {what} erreichten eine {figure} von {now}, wie {n} Ergebnisse zeigen; "
        "beim Training war sie {promised}, und {chance}.",
        "gap": "Die Prognosen {what} lagen im Mittel um {now} Punkte {side}, wie {n} Ergebnisse zeigen; "
        "beim Training war der Unterschied {promised}.",
        "gap_top_tenth": "Im Zehntel mit den höchsten Werten lagen die Prognosen {what} im Mittel um {now} "
        "Punkte {side}; beim Training war der Unterschied {promised}.",
        "too high": "zu hoch",
        "too low": "zu niedrig",
        "unknown": "Noch sind zu wenige Ergebnisse bekannt, um zu sagen, wie gut die Prognosen seit dem "
        "Training waren.",
        "label_estimated": "Erwartete Güte der Reihenfolge{days}",
        "label_realised": "Güte der Reihenfolge, Ergebnisse bekannt{days}",
        "label_gap": "Prognose gegen Ergebnis{days}",
        "label_gap_top_tenth": "Prognose gegen Ergebnis, höchstes Zehntel{days}",
    },
}

BLIND: Final[Text] = {
    "en": "Until outcomes are known nobody can see whether people behave otherwise than those whom the model "
    "learned from: the expected ranking quality assumes that what it learned still holds.",
    "de": "Solange Ergebnisse fehlen, kann niemand sehen, ob Menschen sich anders verhalten als jene, aus "
    "denen das Modell gelernt hat: Die erwartete Güte der Reihenfolge nimmt an, dass das Gelernte noch gilt.",
}
BLIND_TO_ANSWERS: Final[Text] = {
    "en": "How well answers are forecast is not estimated before the answers are there.",
    "de": "Wie gut Antworten vorhergesagt werden, wird nicht geschätzt, bevor die Antworten da sind.",
}
NOT_ASKED: Final[Text] = {
    "en": "The feature table lacks features or horizons of the model: how well it does cannot be told until "
    "it is trained again.",
    "de": "Der Merkmalstabelle fehlen Merkmale oder Horizonte des Modells: Wie gut es ist, lässt sich erst "
    "nach neuem Training sagen.",
}
NOTHING_NEW: Final[Text] = {
    "en": "There is no row yet that the model had not learned from: how well it does cannot be told.",
    "de": "Noch gibt es keine Zeile, aus der das Modell nicht gelernt hat: Wie gut es ist, lässt sich nicht "
    "sagen.",
}


def tell_order(
    kind: Literal["estimated", "realised"],
    figure: Figure,
    day: date | None,
    horizon: str,
    now: Estimate,
    promised: Estimate,
) -> Text:
    """Say how well forecasts rank, beside what was promised.

    Examples
    --------
    >>> now, promised = Estimate(0.71, 0.68, 0.74, n=500), Estimate(0.75, 0.73, 0.77, n=900)
    >>> tell_order("estimated", "auc", date(2026, 7, 1), "90d", now, promised)["en"][:72]
    'The forecasts of 1 July 2026 for 90 days should reach a ranking quality '
    """
    return {
        language: _fill(language, kind, day, horizon).format(
            figure=_TEMPLATES[language][figure],
            now=write_range(language, now, _quality),
            promised=write_range(language, promised, _quality),
            chance=_TEMPLATES[language][f"chance_{figure}"],
            n=Formats(language).number(now.n),
        )
        for language in LANGUAGES
    }


def tell_gap(
    which: Literal["gap", "gap_top_tenth"],
    day: date | None,
    horizon: str,
    now: Estimate,
    promised: Estimate,
    write: Write,
) -> Text:
    """Say how far forecasts and outcomes are apart, beside what it was at the training.

    Parameters
    ----------
    write
        How a difference is written: shares in points, answers in their own unit.
    """
    side: Literal["too high", "too low"] = "too high" if now.value >= 0 else "too low"
    size = now if now.value >= 0 else Estimate(-now.value, -now.high, -now.low, now.n)
    return {
        language: _fill(language, which, day, horizon).format(
            now=write_range(language, size, write),
            promised=write_range(language, promised, write),
            side=_TEMPLATES[language][side],
            n=Formats(language).number(now.n),
        )
        for language in LANGUAGES
    }


def tell_unknown() -> Text:
    """Say that too few outcomes are known."""
    return {language: _TEMPLATES[language]["unknown"] for language in LANGUAGES}


def label_check(name: str, horizon: str) -> Text:
    """Return the title of a check.

    Examples
    --------
    >>> label_check("gap_top_tenth", "90d")["de"]
    'Prognose gegen Ergebnis, höchstes Zehntel, 90 Tage'
    """
    return {
        language: _TEMPLATES[language][f"label_{name}"].format(days=_days(language, horizon))
        for language in LANGUAGES
    }


def write_range(language: Language, found: Estimate, write: Write) -> str:
    """Return a figure with its likely range."""
    shown = Formats(language)
    value, low, high = (write(shown, number) for number in (found.value, found.low, found.high))
    return _TEMPLATES[language]["range"].format(value=value, low=low, high=high)


def in_points(shown: Formats, share: float) -> str:
    """Return a difference of shares in percentage points."""
    return shown.points(share)


def in_own_unit(shown: Formats, value: float) -> str:
    """Return a difference of answers in their own unit."""
    return shown.rating(value)


def _quality(shown: Formats, value: float) -> str:
    """Return a ranking quality."""
    return shown.number(value, 2)


def _fill(language: Language, name: str, day: date | None, horizon: str) -> str:
    """Return a sentence that names its forecasts; its figures are still open."""
    templates = _TEMPLATES[language]
    what = templates["new"]
    if day is not None:
        days = Formats(language).number(Duration.parse(horizon).days)
        what = templates["dated"].format(day=Formats(language).day(day), days=days)
    return templates[name].replace("{what}", what)


def _days(language: Language, horizon: str) -> str:
    """Return a horizon behind a title; nothing for a flat table, which has none."""
    try:
        days = Duration.parse(horizon).days
    except ValueError:
        return ""
    return _TEMPLATES[language]["days"].format(days=Formats(language).number(days))
