"""What is said of forecasts in hindsight, in English and German."""

from collections.abc import Mapping
from typing import Final

from features.usecase import Language
from training.pages.formats import Formats
from training.statistics import Estimate

_TEMPLATES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "counted": "{lead} days before they were lost, there was a forecast for {n} of {all}: ",
        "uncounted": "{lead} days before they were lost, of those with a forecast: ",
        "lead": "{share} (likely range {low} to {high}) stood in the tenth with the highest forecasts; "
        "the middle one stood above {median} of all.",
        "nothing": "{lead} days before they were lost, there was a forecast for nobody yet.",
        "withheld": "Too few people were lost to tell what was forecast {lead} days before.",
    },
    "de": {
        "counted": "{lead} Tage vor dem Verlust gab es für {n} von {all} eine Prognose: ",
        "uncounted": "{lead} Tage vor dem Verlust, von jenen mit Prognose: ",
        "lead": "{share} (wahrscheinlicher Bereich {low} bis {high}) standen im Zehntel mit den höchsten "
        "Prognosen; der mittlere Fall stand über {median} aller.",
        "nothing": "{lead} Tage vor dem Verlust gab es noch für niemanden eine Prognose.",
        "withheld": "Zu wenige gingen verloren, um zu sagen, was {lead} Tage davor vorhergesagt war.",
    },
}


def tell_lead(
    lead: int, n_losses: int | None, highest_tenth: Estimate, median_percentile: float
) -> Mapping[Language, str]:
    """Say where those who were lost stood.

    Parameters
    ----------
    n_losses
        Losses that could have had a forecast; None where numbers are not told.

    Examples
    --------
    >>> tell_lead(30, 60, Estimate(0.5, 0.35, 0.65, n=40), 91.2)["en"][:66]
    '30 days before they were lost, there was a forecast for 40 of 60: '
    """
    told: dict[Language, str] = {}
    for language, templates in _TEMPLATES.items():
        shown = Formats(language)
        begin = templates["uncounted"] if n_losses is None else templates["counted"]
        told[language] = (begin + templates["lead"]).format(
            lead=lead,
            n=shown.number(highest_tenth.n),
            all="" if n_losses is None else shown.number(n_losses),
            share=shown.percent(highest_tenth.value),
            low=shown.percent(highest_tenth.low),
            high=shown.percent(highest_tenth.high),
            median=shown.percent(median_percentile / 100),
        )
    return told


def tell_nothing(lead: int) -> Mapping[Language, str]:
    """Say that nobody had a forecast."""
    return {language: templates["nothing"].format(lead=lead) for language, templates in _TEMPLATES.items()}


def tell_withheld(lead: int) -> Mapping[Language, str]:
    """Say that too few are behind it."""
    return {language: templates["withheld"].format(lead=lead) for language, templates in _TEMPLATES.items()}
