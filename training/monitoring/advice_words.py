"""What is said of rules that ask for a training, in English and German."""

from collections.abc import Mapping, Sequence
from typing import Final

from features.usecase import Language
from training.monitoring.performance_words import LANGUAGES
from training.monitoring.record import Text
from training.pages.formats import Formats

_TEMPLATES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "age": "Outcomes are known for {found} days beyond what the model learned from; "
        "the use case asks for a new training from {limit} on.",
        "age_of_training": "The model was trained {found} days ago; "
        "the use case asks for a new training from {limit} on.",
        "labels": "{found} outcomes became known since the training; "
        "the use case asks for a new one from {limit} on.",
        "alerts": "Monitoring raised alerts on which the use case asks for a new training: {found}.",
    },
    "de": {
        "age": "Ergebnisse sind {found} Tage weiter bekannt, als das Modell gelernt hat; "
        "der Anwendungsfall verlangt ab {limit} ein neues Training.",
        "age_of_training": "Das Modell wurde vor {found} Tagen trainiert; "
        "der Anwendungsfall verlangt ab {limit} ein neues Training.",
        "labels": "{found} Ergebnisse sind seit dem Training bekannt geworden; "
        "der Anwendungsfall verlangt ab {limit} ein neues.",
        "alerts": "Die Überwachung schlägt an, und dafür verlangt der Anwendungsfall ein neues "
        "Training: {found}.",
    },
}


def tell_age(days: int, limit: int, *, is_of_training: bool) -> Text:
    """Say how much newer the data is, or how long ago the training was.

    Examples
    --------
    >>> tell_age(1200, 100, is_of_training=True)["de"][:40]
    'Das Modell wurde vor 1.200 Tagen trainie'
    """
    return _tell("age_of_training" if is_of_training else "age", days, limit)


def tell_labels(n_labels: int, limit: int) -> Text:
    """Say how many outcomes became known."""
    return _tell("labels", n_labels, limit)


def tell_alerts(labels: Sequence[Text]) -> Text:
    """Name the alerts."""
    return {
        language: _TEMPLATES[language]["alerts"].format(found="; ".join(label[language] for label in labels))
        for language in LANGUAGES
    }


def _tell(name: str, found: int, limit: int) -> Text:
    """Fill in the numbers."""
    shown = {language: Formats(language) for language in LANGUAGES}
    return {
        language: _TEMPLATES[language][name].format(
            found=shown[language].number(found), limit=shown[language].number(limit)
        )
        for language in LANGUAGES
    }
