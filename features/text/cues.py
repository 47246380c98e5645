"""Cues in a text: words of a sheet, with what stands before them that turns or strengthens what they say.

A sheet is a YAML file. Its lists hold phrases in small letters; in a phrase ``*`` is any rest of a word,
``..`` up to six words between, and ``>`` at the end asks that nothing follows that would make the word an
adverb (``einfach super`` says nothing of ease). ``negations`` turn a cue up to three words later,
``stronger`` the next one.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

LANGUAGES = ("de", "en")
"""Languages that have sheets."""

_REACH = 60  # characters before a cue that are looked at
_KEY = 3  # letters by which phrases are found: one pattern of all phrases would take ten times as long
_WORD = re.compile(r"[^\W\d_]+")
# "Not only easy" negates nothing.
_UNLESS = r"(?!\s+(?:nur|only|just|zuletzt|least)\b)"


class Cue(NamedTuple):
    """Hold one cue of a text: its list in the sheet, and what stands before it."""

    kind: str
    is_negated: bool
    is_stressed: bool


class _Phrases(NamedTuple):
    """Hold phrases that begin alike: a pattern with a group for each, and the list of each."""

    pattern: re.Pattern[str]
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class CueSheet:
    """Hold the patterns of one sheet.

    Attributes
    ----------
    phrases
        By the first letters of their first word.
    negated, stressed
        Match what stands right before a cue that is negated, or strengthened.
    """

    phrases: Mapping[str, _Phrases]
    negated: re.Pattern[str]
    stressed: re.Pattern[str]

    def find(self, text: str) -> list[Cue]:
        """Return the cues of a text in order; where several begin at a word, the longest phrase of the sheet.

        Examples
        --------
        >>> [cue.kind for cue in read_sheet("effort", "en").find("Not easy, but no hassle.")]
        ['easy', 'hard']
        """
        plain = text.replace("’", "'").lower()
        found, end = [], 0
        for word in _WORD.finditer(plain):
            alike = self.phrases.get(word.group()[:_KEY])
            if alike is None or word.start() < end:
                continue
            if match := alike.pattern.match(plain, word.start()):
                found.append(self._look_at(plain, word.start(), alike.kinds[(match.lastindex or 1) - 1]))
                end = match.end()
        return found

    def _look_at(self, plain: str, start: int, kind: str) -> Cue:
        """Return a cue with what stands before it."""
        reach = max(0, start - _REACH)
        is_negated = self.negated.search(plain, reach, start) is not None
        return Cue(kind, is_negated, self.stressed.search(plain, reach, start) is not None)


@cache
def read_sheet(name: str, language: str) -> CueSheet:
    """Read a sheet of this package.

    Parameters
    ----------
    name
        ``effort`` or ``actions``.
    language
        One of :data:`LANGUAGES`.

    Examples
    --------
    >>> read_sheet("effort", "de").find("sehr einfach")[0].is_stressed
    True
    """
    path = files("features.text").joinpath(f"{name}.{language}.yaml")
    return _make_sheet(yaml.safe_load(path.read_text(encoding="utf-8")))


def _make_sheet(listed: Mapping[str, list[str]]) -> CueSheet:
    """Return the patterns of what a file lists."""
    words = dict(listed)
    negations, stronger = _any_of(words.pop("negations")), _any_of(words.pop("stronger"))
    followers = "|".join(words.pop("followers"))
    alike: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for kind, phrases in words.items():
        for phrase in phrases:
            alike[_key_of(phrase)].append((phrase, kind))
    return CueSheet(
        {key: _make_phrases(each, followers) for key, each in alike.items()},
        re.compile(rf"\b(?:{negations}){_UNLESS}(?:\s+[\w']+){{0,3}}\s*\Z"),
        re.compile(rf"\b(?:{stronger})\s+\Z"),
    )


def _key_of(phrase: str) -> str:
    """Return the letters by which a phrase is found."""
    first = _WORD.match(phrase)
    if first is None or (phrase[first.end() :].startswith("*") and first.end() < _KEY):
        message = f"{phrase!r} does not begin with a word, or with {_KEY} letters of one; write it out"
        raise ValueError(message)
    return first.group()[:_KEY]


def _make_phrases(alike: Iterable[tuple[str, str]], followers: str) -> _Phrases:
    """Return a pattern of phrases that begin alike, longer ones first: they say more than their words."""
    longest_first = sorted(alike, key=lambda one: -len(one[0]))
    pattern = "|".join(f"({_pattern_of(phrase, followers)})" for phrase, _ in longest_first)
    return _Phrases(re.compile(pattern), tuple(kind for _, kind in longest_first))


def _any_of(phrases: Iterable[str]) -> str:
    """Return a pattern that matches any of some phrases."""
    return "|".join(_pattern_of(phrase, "") for phrase in phrases)


def _pattern_of(phrase: str, followers: str) -> str:
    """Return the pattern of one phrase."""
    words = phrase.removesuffix(">").split()
    parts = [re.escape(word).replace(r"\*", r"\w*") for word in words]
    pattern = r"\s+".join(parts).replace(rf"\s+{re.escape('..')}\s+", r"\s+(?:[\w'-]+,?\s+){0,6}?")
    nothing_else = rf"(?=\s*(?:\Z|[^\w\s]|(?:{followers})\b))" if phrase.endswith(">") else ""
    return rf"{pattern}\b{nothing_else}"
