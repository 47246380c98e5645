"""Verbatims as the stems that no topic knows, wave by wave, and whether a topic explains them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.text.topics.lookup import Lookup
from features.text.topics.model import TopicModel
from features.text.topics.words import find_words, to_telling_stem

_LEAST_TOTAL = 3
_LONG_TEXT = 8
_LEAST_PART = 4
_LINKS = ("", "s", "es", "n", "en", "er")


@dataclass(frozen=True)
class Unknown:
    """Hold the words of one language that no topic knows.

    Attributes
    ----------
    language
        Code of the language.
    presence
        Verbatims by stems: 1 where the stem occurs, sparse.
    stems
        The stems in the order of the columns, none of them known to a topic.
    wave
        The wave of each verbatim.
    is_served
        Whether each verbatim has a topic.
    spelled
        How each stem is written most often.
    """

    language: str
    presence: sparse.csr_array
    stems: tuple[str, ...]
    wave: NDArray[np.int64]
    is_served: NDArray[np.bool_]
    spelled: tuple[str, ...]


def find_unknown(
    waves: Sequence[tuple[Sequence[str], Sequence[str | None]]], model: TopicModel, language: str
) -> Unknown:
    """Return the words of one language that tell none of the topics, hidden topics included.

    Long verbatims of equal words count once per wave. German compounds count for
    their parts too, where these are words of their own.
    """
    visible = TopicModel(tuple(replace(topic, is_hidden=False) for topic in model.topics), 0)
    lookup = Lookup(language, visible.topics)
    rows: list[list[str]] = []
    numbers: list[int] = []
    served: list[bool] = []
    for number, (texts, languages) in enumerate(waves):
        theirs = [text for text, code in zip(texts, languages, strict=True) if code == language]
        main = visible.assign(theirs, [language] * len(theirs)).main
        seen: set[frozenset[str]] = set()
        for text, topic in zip(theirs, main, strict=True):
            words = find_words(text)
            key = frozenset(words)
            if len(words) >= _LONG_TEXT and key in seen:
                continue
            seen.add(key)
            rows.append([word for word in dict.fromkeys(words) if not lookup.read(word).thousandths])
            numbers.append(number)
            served.append(topic is not None)
    wave, is_served = np.array(numbers, dtype=np.int64), np.array(served, dtype=np.bool_)
    return _to_table(rows, wave, is_served, language)


def _to_table(
    rows: Sequence[Sequence[str]], wave: NDArray[np.int64], is_served: NDArray[np.bool_], language: str
) -> Unknown:
    """Return words as a table of stems; stems in fewer than three verbatims are left out."""
    writings: dict[str, Counter[str]] = {}
    stems_of: list[dict[str, None]] = []
    for row in rows:
        stems: dict[str, None] = {}
        for word in row:
            if stem := to_telling_stem(word, language):
                stems[stem] = None
                writings.setdefault(stem, Counter())[word] += 1
        stems_of.append(stems)
    if language == "de":
        parts = _find_parts(writings)
        stems_of = [
            dict.fromkeys([*row, *(part for stem in row for part in parts[stem])]) for row in stems_of
        ]
    found_in = Counter(stem for row in stems_of for stem in row)
    kept = sorted(stem for stem, count in found_in.items() if count >= _LEAST_TOTAL)
    column = {stem: place for place, stem in enumerate(kept)}
    places = [[column[stem] for stem in row if stem in column] for row in stems_of]
    ends = np.cumsum([0, *map(len, places)])
    columns = np.array([each for row in places for each in row], dtype=np.int64)
    shape = (len(rows), len(kept))
    presence = sparse.csr_array((np.ones(columns.size), columns, ends), shape=shape)
    spelled = tuple(min(writings[stem], key=lambda word: (-writings[stem][word], word)) for stem in kept)
    return Unknown(language, presence, tuple(kept), wave, is_served, spelled)


def _find_parts(writings: dict[str, Counter[str]]) -> dict[str, tuple[str, ...]]:
    """Return for each stem the other stems that its word begins or ends with, where two of them make it up.

    A part that is no word of its own counts when another compound shares it: the rest of both is a word.
    """
    found: dict[str, tuple[str, ...]] = {}
    for stem in writings:
        parts: list[str] = []
        for cut in range(_LEAST_PART, len(stem) - _LEAST_PART + 1):
            head, tail = stem[:cut], stem[cut:]
            if tail in writings:
                parts.append(tail)
            for link in _LINKS:
                bare = head.removesuffix(link) if link else head
                if len(bare) >= _LEAST_PART and bare in writings and bare != stem:
                    parts.append(bare)
        found[stem] = tuple(dict.fromkeys(parts))
    return found
