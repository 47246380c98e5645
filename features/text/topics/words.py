"""Verbatims as word stems that can tell a topic: without grammar, praise, blame, numbers and addresses."""

import re
import threading
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

LANGUAGES = ("de", "en")
"""The languages that get topics."""

ANY = "*"
"""Stands for any letters at the start or the end of a word that a person writes."""

_NOISE = re.compile(r"(?:https?://|www\.)\S+|[@]\w+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_FOLDED = (("ä", "a"), ("ö", "o"), ("ü", "u"), ("ß", "ss"), ("ae", "a"), ("oe", "o"), ("ue", "u"))
_turn = threading.Lock()  # a stemmer keeps the word it works on: one at a time


def find_words(text: str) -> list[str]:
    """Return the words of a text in lower case, without numbers, web addresses and names of accounts.

    Examples
    --------
    >>> find_words("Die 2 Pakete: www.example.org, @service!")
    ['die', 'pakete']
    """
    lowered = text.lower()
    if "@" in lowered or "http" in lowered or "www." in lowered:
        lowered = _NOISE.sub(" ", lowered)
    return _WORD.findall(lowered)


@lru_cache(maxsize=200_000)
def to_stem(word: str, language: str) -> str:
    """Return the stem of a lower-case word: one for all its forms, umlauts written either way.

    Examples
    --------
    >>> to_stem("lieferungen", "de"), to_stem("deliveries", "en")
    ('liefer', 'deliveri')
    """
    with _turn:
        return str(_load_stemmers()[language].stemWord(word))


@lru_cache(maxsize=200_000)
def to_telling_stem(word: str, language: str) -> str:
    """Return the stem of a word, or nothing where it is one that can tell no topic."""
    stem = to_stem(word, language)
    return "" if len(stem) < 2 or stem in load_stop_stems(language) else stem


@cache
def load_stop_stems(language: str) -> frozenset[str]:
    """Return the stems that can tell no topic."""
    lists = load_resource("stopwords.yaml")[language]
    return frozenset(to_stem(word, language) for each in lists.values() for word in each.split())


@lru_cache(maxsize=200_000)
def fold(word: str, language: str) -> str:
    """Return a lower-case word with German umlauts written plainly, however they were typed.

    Examples
    --------
    >>> fold("größe", "de"), fold("groesse", "de")
    ('grosse', 'grosse')
    """
    for found, plain in _FOLDED if language == "de" else ():
        word = word.replace(found, plain)
    return word


def to_key(written: str, language: str) -> str:
    """Return how a model keeps a word that a person wrote: its stem, or folded letters around stars.

    Examples
    --------
    >>> to_key("Invoices", "en"), to_key("*rechnung*", "de")
    ('invoic', '*rechnung*')
    """
    lowered = written.strip().lower()
    return fold(lowered, language) if ANY in lowered else to_stem(lowered, language)


@lru_cache(maxsize=20_000)
def to_pattern(key: str) -> re.Pattern[str]:
    """Return what finds the folded words that a key with stars stands for."""
    return re.compile(".*".join(map(re.escape, key.split(ANY))))


def is_meant(key: str, word: str, language: str) -> bool:
    """Tell whether a key of a model (a stem, or letters with stars) stands for a lower-case word.

    Examples
    --------
    >>> is_meant("*rechnung*", "rechnungen", "de"), is_meant("invoic", "price", "en")
    (True, False)
    """
    if ANY in key:
        return to_pattern(key).fullmatch(fold(word, language)) is not None
    return key == to_stem(word, language)


@cache
def _load_stemmers() -> dict[str, Any]:
    """Return the stemmers written in Python: the same stems whether or not the compiled ones are there."""
    from snowballstemmer.english_stemmer import EnglishStemmer
    from snowballstemmer.german_stemmer import GermanStemmer

    return {"de": GermanStemmer(), "en": EnglishStemmer()}


def load_resource(name: str) -> dict[str, Any]:
    """Return the content of a file beside this module."""
    text = files("features.text.topics").joinpath(name).read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))
