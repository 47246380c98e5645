"""What each word says about each topic, looked up once per word."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from features.text.topics.topic import Topic
from features.text.topics.words import ANY, find_words, is_meant, to_stem, to_telling_stem

ONE = 1000
"""Evidence is added in thousandths: whole numbers add up to the same in any order."""

_MOST_KEPT = 500_000


class Evidence(NamedTuple):
    """Hold what a verbatim says: thousandths of evidence by topic, and the topics it always or never has."""

    thousandths: dict[int, int]
    always: frozenset[int]
    never: frozenset[int]

    def has(self, place: int) -> int:
        """Return the evidence that counts for a topic, that of a pinned word above all."""
        if place in self.never:
            return 0
        return self.thousandths.get(place, 0) + (_PINNED if place in self.always else 0)


_PINNED = 1_000_000 * ONE
_Hits = tuple[str, tuple[tuple[int, int], ...], tuple[int, ...], tuple[int, ...]]
_NOTHING: _Hits = ("", (), (), ())


@dataclass(frozen=True)
class Lookup:
    """Look up words of one language; topics are places in the sequence given."""

    language: str
    topics: tuple[Topic, ...]
    _stems: dict[str, list[tuple[int, int]]] = field(init=False, repr=False, compare=False)
    _starred: list[tuple[str, int, int]] = field(init=False, repr=False, compare=False)
    _kept: dict[str, _Hits] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the keys by kind."""
        stems: dict[str, list[tuple[int, int]]] = {}
        starred = []
        for place, topic in enumerate(self.topics):
            for key, evidence in topic.words.get(self.language, {}).items():
                if ANY in key:
                    starred.append((key, place, round(evidence * ONE)))
                else:
                    stems.setdefault(key, []).append((place, round(evidence * ONE)))
        object.__setattr__(self, "_stems", stems)
        object.__setattr__(self, "_starred", starred)
        object.__setattr__(self, "_kept", {})

    def read(self, text: str) -> Evidence:
        """Return what a text says; a word counts once, in whatever form."""
        kept = self._kept
        said: dict[str, _Hits] = {}
        for word in find_words(text):
            hits = kept.get(word) or self._find(word)
            if hits is not _NOTHING:
                said[hits[0]] = hits
        thousandths: dict[int, int] = {}
        for _, evidence, _, _ in said.values():
            for place, amount in evidence:
                thousandths[place] = thousandths.get(place, 0) + amount
        always = frozenset(place for hits in said.values() for place in hits[2])
        never = frozenset(place for hits in said.values() for place in hits[3])
        return Evidence(thousandths, always, never)

    def _find(self, word: str) -> _Hits:
        """Look up one word and keep the answer."""
        stem = to_stem(word, self.language)
        always = self._pinned_by(word, (topic.always.get(self.language, ()) for topic in self.topics))
        never = self._pinned_by(word, (topic.never.get(self.language, ()) for topic in self.topics))
        hits: _Hits = (stem, self._weigh(word, stem), always, never)
        hits = hits if any(hits[1:]) else _NOTHING
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[word] = hits
        return hits

    def _weigh(self, word: str, stem: str) -> tuple[tuple[int, int], ...]:
        """Return the evidence of a word by topic: that of its stem, else that of the letters it matches.

        Letters that a person took away from a topic (evidence 0) win over others.
        """
        found = dict(self._stems.get(stem, ()))
        if to_telling_stem(word, self.language):
            matching: dict[int, list[int]] = {}
            for key, place, amount in self._starred:
                if place not in found and is_meant(key, word, self.language):
                    matching.setdefault(place, []).append(amount)
            found |= {place: max(each) if min(each) else 0 for place, each in matching.items()}
        return tuple((place, amount) for place, amount in sorted(found.items()) if amount)

    def _pinned_by(self, word: str, keys_by_topic: Iterable[Sequence[str]]) -> tuple[int, ...]:
        """Return the topics with a key that means the word."""
        return tuple(
            place
            for place, keys in enumerate(keys_by_topic)
            if any(is_meant(key, word, self.language) for key in keys)
        )
