"""Units of columns, in the words of each language."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from features.usecase.vocabulary import Language

Unit = str | Annotated[dict[Language, str], Field(min_length=1)]
PER_MONTH: dict[Language, str] = {"en": " per 30 days", "de": " je 30 Tage"}


def plain_unit(unit: Unit) -> str:
    """Return the one text by which a unit is known in features and bundles: the English one, if there is one.

    Examples
    --------
    >>> plain_unit("h"), plain_unit({"de": "Std. pro Monat", "en": "h per month"})
    ('h', 'h per month')
    """
    return unit if isinstance(unit, str) else unit.get("en") or next(iter(unit.values()))


def translate_unit(unit: str, declared: Iterable[Unit], language: Language) -> str:
    """Return a unit of a feature in a language, as declared; in the text it is known by where it is not.

    Examples
    --------
    >>> translate_unit("logins per 30 days", [{"en": "logins", "de": "Anmeldungen"}], "de")
    'Anmeldungen je 30 Tage'
    """
    bare = unit.removesuffix(PER_MONTH["en"])
    words = {plain_unit(found): found for found in declared if not isinstance(found, str)}
    translated = words.get(bare, {}).get(language, bare)
    return translated + (PER_MONTH[language] if bare != unit else "")
