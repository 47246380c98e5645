"""What is said of how many people there are, how many answer and what, in two languages."""

from collections.abc import Mapping, Sequence
from typing import Final

from features.usecase import Language, UseCase
from training.monitoring.people_words import (
    LANGUAGES,
    count_people,
    write_numbers,
    write_share,
    write_shares,
)
from training.pages.formats import Formats
from training.statistics import Estimate

NAMES: Final[Mapping[str, str]] = {"nps": "NPS", "enps": "eNPS", "csat": "CSAT", "ces": "CES"}
_TEMPLATES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "cohort": "How many there are to be scored",
        "cohort_told": "There are {people} to be scored; usual is {usual}.",
        "response": "Response to {metric} ({source})",
        "response_told": "{metric} ({source}): {now} of {people} who were asked answered in {wave}; usual is "
        "{usual}.",
        "answers": "Answers to {metric} ({source})",
        "answers_told": "{metric} ({source}): the mean of {n} answers is {mean} in {wave}, it was {means}; "
        "an answer is better than {now} of the earlier ones, where {usual} are usual.",
        "to": "to",
    },
    "de": {
        "cohort": "Wie viele zu bewerten sind",
        "cohort_told": "Zu bewerten ist eine Gesamtheit von {people}; üblich sind {usual}.",
        "response": "Beteiligung an {metric} ({source})",
        "response_told": "{metric} ({source}): {now} von {people}, die gefragt waren, haben in {wave} "
        "geantwortet; üblich sind {usual}.",
        "answers": "Antworten auf {metric} ({source})",
        "answers_told": "{metric} ({source}): Der Mittelwert von {n} Antworten ist {mean} in {wave}, er war "
        "{means}; eine Antwort ist besser als {now} der früheren, wo {usual} üblich sind.",
        "to": "bis",
    },
}


def label_cohort() -> dict[Language, str]:
    """Return the title of the check of the cohort."""
    return {language: _TEMPLATES[language]["cohort"] for language in LANGUAGES}


def tell_cohort(usecase: UseCase, now: int, usual: tuple[float, float]) -> dict[Language, str]:
    """Say how many people there are."""
    return {
        language: _TEMPLATES[language]["cohort_told"].format(
            people=count_people(usecase, language, now), usual=write_numbers(language, *usual)
        )
        for language in LANGUAGES
    }


def label_response(source: str, metric: str) -> dict[Language, str]:
    """Return the title of the check of the response to a question."""
    return _label("response", source, metric)


def label_answers(source: str, metric: str) -> dict[Language, str]:
    """Return the title of the check of the answers to a question.

    Examples
    --------
    >>> label_answers("surveys", "nps")["de"]
    'Antworten auf NPS (surveys)'
    """
    return _label("answers", source, metric)


def tell_response(
    usecase: UseCase, source: str, metric: str, wave: str, now: Estimate, usual: tuple[float, float]
) -> dict[Language, str]:
    """Say which share has answered."""
    return {
        language: _TEMPLATES[language]["response_told"].format(
            metric=NAMES.get(metric, metric),
            source=source,
            wave=Formats(language).moment(wave),
            now=write_share(language, now),
            people=count_people(usecase, language, now.n),
            usual=write_shares(language, *usual),
        )
        for language in LANGUAGES
    }


def tell_answers(
    source: str,
    metric: str,
    wave: str,
    means: Sequence[float],
    now: Estimate,
    usual: tuple[float, float],
) -> dict[Language, str]:
    """Say where the answers of a wave lie.

    Parameters
    ----------
    means
        Of the answers of each wave, the newest last.
    now
        Where an answer of the newest wave stands among earlier ones, with what is usual for that.
    """
    *before, mean = means
    found = {}
    for language in LANGUAGES:
        shown = Formats(language)
        low, high = shown.rating(min(before)), shown.rating(max(before))
        found[language] = _TEMPLATES[language]["answers_told"].format(
            metric=NAMES.get(metric, metric),
            source=source,
            wave=shown.moment(wave),
            n=shown.number(now.n),
            mean=shown.rating(mean),
            means=low if low == high else f"{low} {_TEMPLATES[language]['to']} {high}",
            now=write_share(language, now),
            usual=write_shares(language, *usual),
        )
    return found


def _label(which: str, source: str, metric: str) -> dict[Language, str]:
    """Return the title of a check of a question."""
    return {
        language: _TEMPLATES[language][which].format(metric=NAMES.get(metric, metric), source=source)
        for language in LANGUAGES
    }
