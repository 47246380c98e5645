"""Words with their tone, read from ``lexicon.*.yaml``; stems, compounds, un- and -los are worked out here."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from features.errors import SpecError

LANGUAGES = ("de", "en")

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "'": None, "’": None})
_SHORTEST_STEM = 3
_SHORTEST_REST = 4

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Wordlist:
    """Hold what one language says with which tone, from -4 to +4.

    Attributes
    ----------
    words, stems, parts
        Tone of whole words; of the beginnings of words; of parts inside compounds.
    phrases
        First word of each idiom to its rests and tones, longest first. Phrases that only look like a
        negation have the tone 0.
    negated_after, only_negated
        Stems of verbs whose negation may follow; the tone of those that speak only when negated.
    negations, boosters, contrasts
        Words that turn, strengthen or weaken the next, and that announce what counts more.
    smileys
        Tone of signs.
    prefixes, suffixes
        What un-, -los and their like make of the tone of the rest of a word.
    endings
        Endings of adjectives; they may follow a suffix too.
    """

    words: Mapping[str, float]
    stems: Mapping[str, float]
    parts: Mapping[str, float]
    phrases: Mapping[str, tuple[tuple[Phrase, float], ...]]
    negated_after: Mapping[str, float]
    only_negated: Mapping[str, float]
    negations: frozenset[str]
    boosters: Mapping[str, float]
    contrasts: frozenset[str]
    smileys: Mapping[str, float]
    prefixes: Mapping[str, float]
    suffixes: Mapping[str, float]
    endings: Phrase

    def tone_of(self, word: str) -> float:
        """Return the tone of one folded word from -4 to +4; 0 if it says nothing.

        The whole word comes first, then its longest known beginning, then a part of a compound, then what a
        prefix or suffix makes of the rest.

        Examples
        --------
        >>> german = load_wordlist("de")
        >>> [german.tone_of(word) for word in ("puenktlich", "unpassend", "tisch")]
        [2, -0.9, 0.0]
        """
        if word in self.words:
            return self.words[word]
        begun = match_stem(word, self.stems)
        if begun is not None:
            return begun
        for part, tone in self.parts.items():
            if part in word:
                return tone
        return self._tone_of_rest(word)

    def _tone_of_rest(self, word: str) -> float:
        """Return what a prefix or a suffix makes of the tone of the rest."""
        for prefix, factor in self.prefixes.items():
            rest = word.removeprefix(prefix)
            if rest != word and len(rest) >= _SHORTEST_REST:
                return factor * max(self.tone_of(rest), 0.0)
        for suffix, factor in self.suffixes.items():
            for ending in self.endings:
                rest = word.removesuffix(suffix + ending)
                if rest != word and len(rest) >= _SHORTEST_REST:
                    return factor * self.tone_of(rest)
        return 0.0


def fold(text: str) -> str:
    """Return a text in lower case, umlauts and ß written out, apostrophes left out.

    Examples
    --------
    >>> fold("Pünktlich wär's")
    'puenktlich waers'
    """
    return text.lower().translate(_UMLAUTS)


def match_stem(word: str, stems: Mapping[str, float]) -> float | None:
    """Return the tone of the longest stem with which a word begins."""
    for length in range(len(word), _SHORTEST_STEM - 1, -1):
        if word[:length] in stems:
            return stems[word[:length]]
    return None


@cache
def load_wordlist(language: str) -> Wordlist:
    """Return the words of a language.

    Raises
    ------
    SpecError
        If there is no list for the language.

    Examples
    --------
    >>> load_wordlist("en").words["good"]
    2
    """
    if language not in LANGUAGES:
        hint = f"choose one of {', '.join(LANGUAGES)}, or learn from rated verbatims"
        raise SpecError("language", f"there is no list of words for {language!r}", hint)
    text = files("features.text").joinpath(f"lexicon.{language}.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    endings = tuple(found["endings"])
    entries = [(entry, tone) for tone, line in found["words"].items() for entry in line.split()]
    return Wordlist(
        words=_whole_words(entries, endings),
        stems={fold(entry[:-1]): tone for entry, tone in entries if entry.endswith("*") and entry[0] != "*"},
        parts={fold(entry.strip("*")): tone for entry, tone in entries if entry[0] == "*"},
        phrases=_phrases_by_first(found["idioms"], found["not_negations"]),
        negated_after=_stems(found["negated_after"], 0.0),
        only_negated={
            stem: tone for tone, line in found["only_negated"].items() for stem in _stems(line, tone)
        },
        negations=frozenset(fold(found["negations"]).split()),
        boosters={word: factor for factor, line in found["boosters"].items() for word in fold(line).split()},
        contrasts=frozenset(fold(found["contrasts"]).split()),
        smileys={sign: tone for tone, signs in found["smileys"].items() for sign in signs},
        prefixes=found["prefixes"],
        suffixes=found["suffixes"],
        endings=endings,
    )


def _whole_words(entries: Iterable[tuple[str, float]], endings: Phrase) -> dict[str, float]:
    """Return whole words; those marked with ~ with each ending."""
    found: dict[str, float] = {}
    for entry, tone in entries:
        if entry.endswith("~"):
            stem = fold(entry[:-1])
            found |= {stem + ending: tone for ending in endings}
    return found | {fold(entry): tone for entry, tone in entries if not re.search(r"[*~]", entry)}


def _stems(line: str, tone: float) -> dict[str, float]:
    """Return the stems of a line; a word without a star is a stem all the same."""
    return {fold(word.rstrip("*~")): tone for word in line.split()}


def _phrases_by_first(
    idioms: Mapping[float, list[str]], harmless: list[str]
) -> dict[str, tuple[tuple[Phrase, float], ...]]:
    """Return idioms by their first word, the longest first."""
    tones = {tuple(fold(idiom).split()): tone for tone, listed in idioms.items() for idiom in listed}
    tones |= {tuple(fold(phrase).split()): 0.0 for phrase in harmless}
    found: dict[str, list[tuple[Phrase, float]]] = {}
    for phrase, tone in sorted(tones.items(), key=lambda item: -len(item[0])):
        found.setdefault(phrase[0], []).append((phrase, tone))
    return {first: tuple(listed) for first, listed in found.items()}
