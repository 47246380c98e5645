"""Sample themes for reports: two quarters of a survey, in which waiting became worse."""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np

from features.usecase import Privacy
from tests.training.themes.theme_worlds import MOODS, NAMES, SHARES, emerging, make_rows, write
from training.reports import ReportInputs
from training.themes import MeasuredThemes, Quote, SourceTexts, VerbatimRows, measure_themes

QUOTES = (
    Quote(
        "surveys",
        "waiting",
        {
            "en": "Three people asked me the same questions before anything happened.",
            "de": "Drei Leute fragten mich dasselbe, bevor etwas geschah.",
        },
        "M. Meyer",
        date(2026, 11, 2),
    ),
    Quote(
        "surveys",
        "invoices",
        {"de": "Die Rechnung war wieder falsch, den zweiten Monat."},
        "M. Meyer",
        date(2026, 11, 2),
    ),
)


def rows(**more: object) -> VerbatimRows:
    """Return two quarters; in the second more is written of waiting, in a worse tone, less of the price."""
    before = write(1500, seed=1, n_people=1200)
    shares = SHARES | {"waiting": 0.42, "price": 0.07}
    now = write(1600, seed=2, n_people=1200, shares=shares, moods=MOODS | {"waiting": -1.3, "contact": 1.6})
    odd = [("k90000", None, np.nan, np.nan)] * 3 + [
        (f"k9{place:04d}", None, np.nan, np.nan) for place in range(24)
    ]
    languages = np.array(
        ["en"] * len(before) + ["en", "de"] * (len(now) // 2) + [""] * 3 + ["fr"] * 24, dtype=object
    )
    return make_rows([before, [*now, *odd]], languages=languages, **more)


@cache
def measured(subject: str = "customer", *, is_anonymous: bool = False) -> tuple[MeasuredThemes, ...]:
    """Return what is told of them."""
    found = rows(is_anonymous=is_anonymous)
    if is_anonymous:
        found = replace(found, entities=np.full(found.waves.size, None, dtype=object))
    texts = SourceTexts(found, NAMES, (emerging(),), {"de": "csat", "en": "word list"})
    return measure_themes([texts], Privacy(subject=subject))  # type: ignore[arg-type]  # one of its words


def with_themes(inputs: ReportInputs, **more: object) -> ReportInputs:
    """Return the same inputs with what people wrote."""
    found = measured(inputs.usecase.privacy.subject, **more)
    return replace(inputs, themes=found, quotes=QUOTES)
