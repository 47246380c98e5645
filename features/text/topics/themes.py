"""General themes of experience that give found topics a name in both languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from features.text.topics.words import LANGUAGES, is_meant, load_resource, to_key


@dataclass(frozen=True)
class Theme:
    """Hold one theme: its id, its label by language and the keys of its words by language."""

    id: str
    label: Mapping[str, str]
    keys: Mapping[str, tuple[str, ...]]


@cache
def load_themes() -> tuple[Theme, ...]:
    """Return all themes, in the order of their file.

    Examples
    --------
    >>> load_themes()[0].label["de"]
    'Wartezeit'
    """
    return tuple(
        Theme(name, dict(found["label"]), {each: _to_keys(found[each], each) for each in LANGUAGES})
        for name, found in load_resource("themes.yaml").items()
    )


def _to_keys(written: Sequence[str], language: str) -> tuple[str, ...]:
    """Return the keys of words, each once."""
    return tuple(dict.fromkeys(to_key(word, language) for word in written))


@lru_cache(maxsize=200_000)
def find_themes(word: str, language: str) -> tuple[str, ...]:
    """Return the ids of the themes that a lower-case word belongs to.

    Examples
    --------
    >>> find_themes("lieferverzug", "de"), find_themes("table", "en")
    (('delivery',), ())
    """
    return tuple(
        theme.id
        for theme in load_themes()
        if any(is_meant(key, word, language) for key in theme.keys[language])
    )
