"""What is said of the forecasts, in two languages."""

from collections.abc import Mapping, Sequence
from typing import Final

from features.timeline import Duration
from features.usecase import Language, UseCase
from training.monitoring.figures import Stability
from training.monitoring.people_words import LANGUAGES, count_people, write_share, write_shares
from training.pages.formats import Formats
from training.reference import Counts
from training.statistics import Estimate

_TEMPLATES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "label": "Forecasts{days}",
        "days": " for {days} days",
        "alike": "The forecasts{days} are the same for all {people}: something they are made from stands "
        "still.",
        "moved": "The forecasts{days} for {people} are {mean} on average, they were {means}; a forecast of "
        "today is higher than {now} of the usual ones, where {usual} are usual (stability index {index}, by "
        "chance up to {chance}).",
        "to": "to",
    },
    "de": {
        "label": "Prognosen{days}",
        "days": " für {days} Tage",
        "alike": "Die Prognosen{days} sind bei allen {people} gleich: Etwas, woraus sie entstehen, steht "
        "still.",
        "moved": "Die Prognosen{days} zu {people} betragen im Mittel {mean}, es waren {means}; eine Prognose "
        "von heute ist höher als {now} der üblichen, wo {usual} üblich sind (Stabilitätsindex {index}, durch "
        "Zufall bis {chance}).",
        "to": "bis",
    },
}


def label_forecast(horizon: str) -> dict[Language, str]:
    """Return the title of the check of a horizon.

    Examples
    --------
    >>> label_forecast("90d")["en"], label_forecast("outcome")["de"]
    ('Forecasts for 90 days', 'Prognosen')
    """
    return {
        language: _TEMPLATES[language]["label"].format(days=_days(language, horizon))
        for language in LANGUAGES
    }


def tell_alike(usecase: UseCase, horizon: str, n: int) -> dict[Language, str]:
    """Say that everybody has the same forecast."""
    return {
        language: _TEMPLATES[language]["alike"].format(
            days=_days(language, horizon), people=count_people(usecase, language, n)
        )
        for language in LANGUAGES
    }


def tell_forecast(
    usecase: UseCase,
    horizon: str,
    now: Counts,
    means: Sequence[float],
    place: Estimate,
    usual: tuple[float, float],
    index: Stability,
) -> dict[Language, str]:
    """Say where forecasts lie.

    Parameters
    ----------
    means
        Those of earlier snapshots.
    place
        Where forecasts of today stand among usual ones, with what is usual for that.
    """
    is_share = min(*means, now.mean) >= 0 and max(*means, now.mean) <= 1
    found = {}
    for language in LANGUAGES:
        shown, words = Formats(language), _TEMPLATES[language]
        mean, low, high = (
            shown.percent(one, 1) if is_share else shown.rating(one)
            for one in (now.mean, min(means), max(means))
        )
        found[language] = words["moved"].format(
            days=_days(language, horizon),
            people=count_people(usecase, language, now.n_present),
            mean=mean,
            means=low if low == high else f"{low} {words['to']} {high}",
            now=write_share(language, place),
            usual=write_shares(language, *usual),
            index=shown.number(index.index, 2),
            chance=shown.number(index.by_chance, 2),
        )
    return found


def _days(language: Language, horizon: str) -> str:
    """Return a horizon in words; nothing for a flat table, which has none."""
    try:
        days = Duration.parse(horizon).days
    except ValueError:
        return ""
    return _TEMPLATES[language]["days"].format(days=Formats(language).number(days))
