"""What is said of the groups of protected attributes, in English and German."""

from collections.abc import Mapping
from typing import Final, Literal

from features.usecase import Language
from training.monitoring.performance_words import LANGUAGES, Write, in_points, write_range
from training.monitoring.record import Text
from training.pages.formats import Formats
from training.statistics import Estimate

Figure = Literal["selection_rate", "true_positive_rate", "level_error"]

_TEMPLATES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "label": "Fairness: {attribute}",
        "selection_rate": "Of the group “{group}” ({attribute}), {now} stand in the tenth that one looks at "
        "first; at the training it was {then}.",
        "true_positive_rate": "Of those of the group “{group}” ({attribute}) to whom it happened, {now} "
        "stood in the tenth that one looks at first; at the training it was {then}.",
        "level_error": "For the group “{group}” ({attribute}), forecasts minus outcomes are {now} points on "
        "average; at the training it was {then}.",
        "too_few": "The groups of “{attribute}” have too few people since the training to compare them.",
    },
    "de": {
        "label": "Fairness: {attribute}",
        "selection_rate": "Von der Gruppe „{group}“ ({attribute}) stehen {now} in dem Zehntel, das man "
        "zuerst ansieht; beim Training waren es {then}.",
        "true_positive_rate": "Von denen aus der Gruppe „{group}“ ({attribute}), bei denen es eintrat, "
        "standen {now} in dem Zehntel, das man zuerst ansieht; beim Training waren es {then}.",
        "level_error": "Für die Gruppe „{group}“ ({attribute}) sind Prognosen minus Ergebnisse im Mittel "
        "{now} Punkte; beim Training waren es {then}.",
        "too_few": "Die Gruppen von „{attribute}“ haben seit dem Training zu wenige Menschen, um sie zu "
        "vergleichen.",
    },
}


def label_attribute(attribute: str) -> Text:
    """Return the title of the check of an attribute."""
    return {language: _TEMPLATES[language]["label"].format(attribute=attribute) for language in LANGUAGES}


def tell_too_few(attribute: str) -> Text:
    """Say that no group is large enough."""
    return {language: _TEMPLATES[language]["too_few"].format(attribute=attribute) for language in LANGUAGES}


def tell_group(figure: Figure, attribute: str, group: str, now: Estimate, then: Estimate) -> Text:
    """Say what a figure of a group is now and was at the training.

    Examples
    --------
    >>> now, then = Estimate(0.2, 0.15, 0.25, n=300), Estimate(0.1, 0.08, 0.12, n=900)
    >>> tell_group("selection_rate", "gender", "f", now, then)["en"][:53]
    'Of the group “f” (gender), 20% (likely range 15% to 2'
    """
    write: Write = in_points if figure == "level_error" else _percent
    return {
        language: _TEMPLATES[language][figure].format(
            group=group,
            attribute=attribute,
            now=write_range(language, now, write),
            then=write_range(language, then, write),
        )
        for language in LANGUAGES
    }


def _percent(shown: Formats, share: float) -> str:
    """Return a share in percent."""
    return shown.percent(share)
