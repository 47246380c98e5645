"""Components of one language: NMF whose first components are held to the themes that occur."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.text.topics.counting import Corpus
from features.text.topics.themes import Theme, load_themes

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_LEAST_SUPPORT = 5
_LEAST_SHARE = 0.005
_LEAST_REST = 20
_ROUNDS = 60
_NEARLY_NOTHING = 1e-9


@dataclass(frozen=True)
class Factors:
    """Hold the components of one language.

    Attributes
    ----------
    themes
        The theme that each component is held to, "" for a free one.
    seeds
        Components by stems: whether the stem is a word of the component's theme.
    shares
        Verbatims by components: how much of the verbatim is about it; rows add up to 1, or to 0 where
        nothing explains the verbatim.
    words
        Components by stems: weight, rows of length 1.
    """

    themes: tuple[str, ...]
    seeds: Flags
    shares: Floats
    words: Floats


def factorize(corpus: Corpus, n_topics: int, earlier: Sequence[Theme] = ()) -> Factors:
    """Factorize the TF-IDF of a language.

    A component is held to each of the most frequent themes: it may use verbatims with a word of the theme
    alone, and no words of other themes. Free components have the other words, in all verbatims; they begin
    at the main directions of the verbatims without a theme. Topics of an earlier model are held like themes
    that have no cap. Multiplicative updates (Lee and Seung, 2001)
    keep what begins at zero at zero.
    """
    matrix = corpus.weigh()
    names, seeds = _find_seeds(corpus, 2 * n_topics, earlier)
    strength = np.asarray(matrix @ seeds.T.astype(np.float64))
    has_theme = strength.sum(axis=1) > 0
    free = _begin_free(matrix[np.flatnonzero(~has_theme)], n_topics)
    free = np.where(seeds.any(axis=0), 0.0, free + 1e-4)
    held = np.asarray((matrix.T @ strength).T) / np.maximum(strength.sum(axis=0), _NEARLY_NOTHING)[:, None]
    held = np.where(seeds.any(axis=0) & ~seeds, 0.0, held)
    words = np.vstack([held, free])
    documents = np.hstack([strength, np.asarray(matrix @ free.T)])
    documents, words = _iterate(matrix, documents, words)
    lengths = np.sqrt((words**2).sum(axis=1))
    documents = documents * lengths
    total = documents.sum(axis=1, keepdims=True)
    shares = np.where(total > _NEARLY_NOTHING, documents / np.maximum(total, _NEARLY_NOTHING), 0.0)
    no_seeds = np.zeros((free.shape[0], seeds.shape[1]), dtype=np.bool_)
    words = words / np.maximum(lengths, _NEARLY_NOTHING)[:, None]
    return Factors((*names, *[""] * free.shape[0]), np.vstack([seeds, no_seeds]), shares, words)


def _find_seeds(corpus: Corpus, n_themes: int, earlier: Sequence[Theme]) -> tuple[list[str], Flags]:
    """Return the most frequent themes and which stems belong to each."""
    of_stem = corpus.themes_of()
    least = max(_LEAST_SUPPORT, _LEAST_SHARE * corpus.size)
    general = [(theme.id, [theme.id in each for each in of_stem]) for theme in load_themes()]
    kept = [(theme.id, [stem in theme.keys[corpus.language] for stem in corpus.stems]) for theme in earlier]
    found: list[tuple[int, str, Flags]] = []
    for name, flags in (*general, *kept):
        is_seed = np.array(flags, dtype=np.bool_)
        n_verbatims = int(np.count_nonzero(corpus.presence @ is_seed.astype(np.float64)))
        if n_verbatims >= least:
            found.append((n_verbatims, name, is_seed))
    found = sorted(found, key=lambda each: -each[0])[: n_themes + len(earlier)]
    seeds = np.array([each[2] for each in found], dtype=np.bool_).reshape(len(found), len(corpus.stems))
    return [each[1] for each in found], seeds


def _begin_free(rest: sparse.csr_array, n_free: int) -> Floats:
    """Return where the free components begin: NMF of the verbatims without a theme."""
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    occurs = np.flatnonzero(np.asarray(rest.sum(axis=0)).ravel() > 0)
    n_free = min(n_free, rest.shape[0] // _LEAST_REST, max(occurs.size - 1, 0))
    begun = np.zeros((n_free, rest.shape[1]))
    if n_free > 0:
        model = NMF(n_free, init="nndsvda", max_iter=_ROUNDS, tol=1e-3, random_state=0)
        with warnings.catch_warnings(), np.errstate(invalid="ignore"):
            # A beginning need not be the end; an error of nearly 0 may come out as the root of less than 0.
            warnings.simplefilter("ignore", ConvergenceWarning)
            begun[:, occurs] = model.fit(sparse.csr_matrix(rest[:, occurs])).components_
    return begun


def _iterate(matrix: sparse.csr_array, documents: Floats, words: Floats) -> tuple[Floats, Floats]:
    """Return both factors after a fixed number of multiplicative updates."""
    for _ in range(_ROUNDS):
        documents = (
            documents * np.asarray(matrix @ words.T) / (documents @ (words @ words.T) + _NEARLY_NOTHING)
        )
        words = (
            words
            * np.asarray((matrix.T @ documents).T)
            / ((documents.T @ documents) @ words + _NEARLY_NOTHING)
        )
    return documents, words
