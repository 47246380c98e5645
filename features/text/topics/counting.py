"""Verbatims of one language as a matrix of telling stems."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.text.topics.themes import find_themes
from features.text.topics.words import find_words, to_telling_stem

_LEAST_VERBATIMS = 3
_LEAST_SHARE = 0.0005
_LARGEST_SHARE = 0.5


@dataclass(frozen=True)
class Corpus:
    """Hold the verbatims of one language; near-identical ones stand in it once.

    Attributes
    ----------
    language
        Code of the language.
    presence
        Verbatims by stems: 1 where the stem occurs, sparse.
    stems
        The stems in the order of the columns.
    spelled
        Stem and the way it is written most often.
    """

    language: str
    presence: sparse.csr_array
    stems: tuple[str, ...]
    spelled: Mapping[str, str]

    @property
    def size(self) -> int:
        """Return the number of verbatims."""
        return int(self.presence.shape[0])

    def themes_of(self) -> list[tuple[str, ...]]:
        """Return the themes of each stem."""
        return [find_themes(self.spelled[stem], self.language) for stem in self.stems]

    def weigh(self) -> sparse.csr_array:
        """Return TF-IDF with rows of length 1."""
        found_in = np.asarray(self.presence.sum(axis=0)).ravel()
        idf = np.log((1.0 + self.size) / (1.0 + found_in)) + 1.0
        weighed = sparse.csr_array(self.presence @ sparse.diags_array(idf))
        lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
        return sparse.csr_array(sparse.diags_array(1.0 / np.maximum(lengths, 1e-12)) @ weighed)

    def half(self, rows: NDArray[np.int64]) -> "Corpus":
        """Return some of the verbatims."""
        return Corpus(self.language, sparse.csr_array(self.presence[rows]), self.stems, self.spelled)


def count_words(texts: Sequence[str], language: str) -> Corpus:
    """Return the verbatims of one language as a matrix.

    Those that differ in capitals, numbers, marks and order alone count once. Stems in fewer than three
    verbatims, or in more than half, are left out, and so are verbatims without any other.
    """
    writings: dict[str, Counter[str]] = {}
    sets: dict[frozenset[str], list[str]] = {}
    for text in texts:
        words = find_words(text)
        stems = set()
        for word in words:
            if stem := to_telling_stem(word, language):
                stems.add(stem)
                writings.setdefault(stem, Counter())[word] += 1
        sets.setdefault(frozenset(words), sorted(stems))
    rows = [row for row in sets.values() if row]
    found_in = Counter(stem for row in rows for stem in row)
    least = max(_LEAST_VERBATIMS, _LEAST_SHARE * len(rows))
    most = max(_LARGEST_SHARE * len(rows), least)
    kept = sorted(stem for stem, count in found_in.items() if least <= count <= most)
    spelled = {stem: min(writings[stem], key=lambda word: (-writings[stem][word], word)) for stem in kept}
    return Corpus(language, _to_matrix(rows, kept), tuple(kept), spelled)


def _to_matrix(sets: Sequence[Sequence[str]], kept: Sequence[str]) -> sparse.csr_array:
    """Return which verbatims hold which stems, without those that hold none."""
    column = {stem: place for place, stem in enumerate(kept)}
    rows = [[column[stem] for stem in each if stem in column] for each in sets]
    rows = [row for row in rows if row]
    ends = np.cumsum([0, *map(len, rows)])
    columns = np.array([each for row in rows for each in row], dtype=np.int64)
    ones = np.ones(columns.size)
    return sparse.csr_array((ones, columns, ends), shape=(len(rows), len(kept)))
