"""What is said of features, in two languages: the figure now, its range, what is usual, and of how many."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from features.catalogue import Feature
from features.usecase import Language, UseCase
from training.monitoring.figures import Stability
from training.monitoring.people_words import (
    LANGUAGES,
    count_people,
    write_numbers,
    write_share,
    write_shares,
)
from training.pages.formats import Formats
from training.reasons import name_feature, write_value
from training.reference import Counts
from training.reference.bins import LEAST_PEOPLE
from training.statistics import Estimate

_MOST_SHOWN = 3
_TEMPLATES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "missing": "{what} is missing for {now} of {people}; usual is {usual}.",
        "gone": "{what} is not in today’s feature table any more: nothing can be scored with this model.",
        "other_kind": "{what} holds texts where it held numbers, or the other way round: nothing can be "
        "scored with this model.",
        "place": "{what}: the middle value of {people} is {median}, it was {medians}; a value of today is "
        "higher than {now} of the usual ones, where {usual} are usual (stability index {index}, by chance "
        "up to {chance}).",
        "spread": "{what}: values of {people} lie {side} than usual; the middle value is {median}, it was "
        "{medians}; a value of today is higher than {now} of the usual ones, where {usual} are usual "
        "(stability index {index}, by chance up to {chance}).",
        "further": "further apart",
        "closer": "closer together",
        "unit": "{what}: the middle value of {people} is {median} where {before} was to be expected, {ratio} "
        "times as much ({low} to {high}; {usual} is usual): it may be in another unit.",
        "mix": "{what}: “{level}” makes up {now} of {people}; usual is {usual}.",
        "others": "all others",
        "unseen": "{what}: {now} of {people} have a value that the training never saw{shown}; usual is none.",
        "none_unseen": "{what}: all {people} have values that the training has seen.",
        "to": "to",
    },
    "de": {
        "missing": "{what} fehlt bei {now} von {people}; üblich sind {usual}.",
        "gone": "{what} steht nicht mehr in der heutigen Merkmalstabelle: Mit diesem Modell lässt sich "
        "nichts bewerten.",
        "other_kind": "{what} enthält Texte, wo Zahlen standen, oder umgekehrt: Mit diesem Modell lässt sich "
        "nichts bewerten.",
        "place": "{what}: Der mittlere Wert von {people} ist {median}, er war {medians}; ein Wert von heute "
        "ist höher als {now} der üblichen, wo {usual} üblich sind (Stabilitätsindex {index}, durch Zufall "
        "bis {chance}).",
        "spread": "{what}: Die Werte von {people} liegen {side} als üblich; der mittlere Wert ist {median}, "
        "er war {medians}; ein Wert von heute ist höher als {now} der üblichen, wo {usual} üblich sind "
        "(Stabilitätsindex {index}, durch Zufall bis {chance}).",
        "further": "weiter auseinander",
        "closer": "näher beieinander",
        "unit": "{what}: Der mittlere Wert von {people} ist {median}, wo {before} zu erwarten war, das "
        "{ratio}-Fache ({low} bis {high}; üblich ist {usual}): Er könnte in einer anderen Einheit stehen.",
        "mix": "{what}: „{level}“ macht {now} von {people} aus; üblich sind {usual}.",
        "others": "alle anderen",
        "unseen": "{what}: {now} von {people} haben einen Wert, den das Training nie gesehen hat{shown}; "
        "üblich ist keiner.",
        "none_unseen": "{what}: Bei allen {people} stehen Werte, die das Training gesehen hat.",
        "to": "bis",
    },
}


def label_feature(feature: Feature, usecase: UseCase) -> dict[Language, str]:
    """Return a feature in words."""
    return {language: name_feature(feature, usecase, language) for language in LANGUAGES}


def tell_gone(feature: Feature, usecase: UseCase, *, is_there: bool) -> dict[Language, str]:
    """Say that a feature is gone, or of another kind."""
    which = "other_kind" if is_there else "gone"
    return {
        language: _TEMPLATES[language][which].format(what=name_feature(feature, usecase, language))
        for language in LANGUAGES
    }


def tell_missing(
    feature: Feature, usecase: UseCase, now: Estimate, usual: tuple[float, float]
) -> dict[Language, str]:
    """Say how often a feature is missing."""
    return {
        language: _TEMPLATES[language]["missing"].format(
            what=name_feature(feature, usecase, language),
            now=write_share(language, now),
            people=count_people(usecase, language, now.n),
            usual=write_shares(language, *usual),
        )
        for language in LANGUAGES
    }


def tell_moved(
    feature: Feature,
    usecase: UseCase,
    now: Counts,
    medians: Sequence[float],
    place: Estimate,
    usual: tuple[float, float],
    index: Stability,
    *,
    is_spread: bool,
) -> dict[Language, str]:
    """Say where the values of a number lie.

    Parameters
    ----------
    medians
        Those of earlier snapshots.
    place
        Where values of today stand among usual ones, with what is usual for that.
    is_spread
        Whether it is rather the spread of the values that moved.
    """
    known = [one for one in medians if np.isfinite(one)] or [now.median]
    side = "further" if place.value and _is_wider(now) else "closer"
    found = {}
    for language in LANGUAGES:
        shown, words = Formats(language), _TEMPLATES[language]
        low, high = (write_value(feature, end, usecase, language) for end in (min(known), max(known)))
        found[language] = words["spread" if is_spread else "place"].format(
            what=name_feature(feature, usecase, language),
            people=count_people(usecase, language, now.n_present),
            median=write_value(feature, now.median, usecase, language),
            medians=low if low == high else f"{low} {words['to']} {high}",
            now=write_share(language, place),
            usual=write_shares(language, *usual),
            index=shown.number(index.index, 2),
            chance=shown.number(index.by_chance, 2),
            side=words[side],
        )
    return found


def _is_wider(now: Counts) -> bool:
    """Tell whether more rows than usual are in the outer bins."""
    outer = now.bins[0] + now.bins[-1]
    return bool(outer * len(now.bins) > 2 * now.present)


def tell_other_unit(
    feature: Feature,
    usecase: UseCase,
    now: Counts,
    before: float,
    ratio: Estimate,
    usual: tuple[float, float],
) -> dict[Language, str]:
    """Say that values are many times as large or small."""
    digits = 0 if ratio.value >= 10 else 2
    return {
        language: _TEMPLATES[language]["unit"].format(
            what=name_feature(feature, usecase, language),
            people=count_people(usecase, language, now.n_present),
            median=write_value(feature, now.median, usecase, language),
            before=write_value(feature, before if now.median > 0 else -before, usecase, language),
            ratio=Formats(language).number(ratio.value, digits),
            low=Formats(language).number(ratio.low, digits),
            high=Formats(language).number(ratio.high, digits),
            usual=write_numbers(language, *usual, 2),
        )
        for language in LANGUAGES
    }


def tell_mix(
    feature: Feature, usecase: UseCase, level: str | None, now: Estimate, usual: tuple[float, float]
) -> dict[Language, str]:
    """Say what share a level has; None is for those without a bin of their own."""
    return {
        language: _TEMPLATES[language]["mix"].format(
            what=name_feature(feature, usecase, language),
            level=_TEMPLATES[language]["others"] if level is None else level,
            now=write_share(language, now),
            people=count_people(usecase, language, now.n),
            usual=write_shares(language, *usual),
        )
        for language in LANGUAGES
    }


def tell_unseen(
    feature: Feature, usecase: UseCase, now: Estimate, strangers: Sequence[str]
) -> dict[Language, str]:
    """Say how many have a level that training never saw; levels of fewer than five rows are not named."""
    counts = Counter(strangers)
    named = [level for level, n in counts.most_common(_MOST_SHOWN) if n >= LEAST_PEOPLE]
    listed = ", ".join(named)
    return {
        language: _TEMPLATES[language]["unseen" if strangers else "none_unseen"].format(
            what=name_feature(feature, usecase, language),
            now=write_share(language, now),
            people=count_people(usecase, language, now.n),
            shown=f" ({listed})" if named else "",
        )
        for language in LANGUAGES
    }
