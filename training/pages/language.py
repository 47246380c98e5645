"""Texts: English stands in the templates, German in ``locale/de.po``, read as it is (no compiled file)."""

from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from features.usecase import Language

LOCALE_FOLDER = Path(__file__).parent / "locale"


def read_catalogue(language: Language) -> Catalog:
    """Read the messages of a language from its .po file."""
    with (LOCALE_FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@cache
def translations(language: Language) -> NullTranslations:
    """Return gettext functions for a language; English is the language of the templates themselves."""
    if language == "en":
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(language))
    compiled.seek(0)
    return Translations(fp=compiled)
