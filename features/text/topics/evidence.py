"""What a word tells: the evidence of each stem for each component."""

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from features.text.topics.counting import Corpus
from features.text.topics.factors import Factors, Flags, Floats

_PRIOR = 6.0
_LEAST = 0.3
_MOST_WORDS = 60
_TOGETHER = 0.1


def weigh_evidence(corpus: Corpus, factors: Factors) -> Floats:
    """Return the evidence of each stem for each component (components by stems), 0 to 1.

    Evidence is the share of a verbatim that is about the component where the stem occurs, shrunken towards
    the share everywhere, and counted from there: 0 where the stem says nothing, 1 where the verbatim is as
    much about the component as verbatims get. Words of a theme compete with other themes alone. Of a free
    component those words are left that hang together.
    """
    found_in: Floats = np.asarray(corpus.presence.sum(axis=0), dtype=np.float64).ravel()
    evidence = _compare(corpus, factors.shares, found_in)
    is_held = np.array([bool(theme) for theme in factors.themes], dtype=np.bool_)
    held = factors.shares * is_held
    total = held.sum(axis=1, keepdims=True)
    among_themes = _compare(
        corpus, np.divide(held, total, out=np.zeros_like(held), where=total > 0), found_in
    )
    evidence = np.where(factors.seeds, among_themes, evidence)
    telling = np.where(evidence >= _LEAST, evidence * np.log1p(found_in), 0.0)
    least = -np.sort(-telling, axis=1)[:, min(_MOST_WORDS, telling.shape[1]) - 1 :][:, :1]
    is_kept = (telling > 0) & (telling >= least)
    for place in np.flatnonzero(~is_held).tolist():
        is_kept[place] &= _hangs_together(corpus, is_kept[place])
    return np.where(is_kept, np.round(evidence, 3), 0.0)


def _compare(corpus: Corpus, shares: Floats, found_in: Floats) -> Floats:
    """Return how far the shares where a stem occurs lie between the usual share and a full one."""
    together = np.asarray(corpus.presence.T @ shares).T
    base = shares.mean(axis=0)[:, None]
    precision = (together + _PRIOR * base) / (found_in + _PRIOR)
    full = np.maximum(_full(shares)[:, None] - base, 1e-9)
    return np.asarray(np.clip((precision - base) / full, 0.0, 1.0))


def _full(shares: Floats) -> Floats:
    """Return the usual share of each component in the verbatims that are mostly about it.

    Long verbatims speak of several things: a share of a half is then as much as there is.
    """
    if shares.shape[1] == 0:
        return np.ones(0)
    main = np.where(shares.any(axis=1), shares.argmax(axis=1), -1)
    is_main = main[:, None] == np.arange(shares.shape[1])
    often = is_main.sum(axis=0)
    return np.where(often > 0, (shares * is_main).sum(axis=0) / np.maximum(often, 1), 1.0)


def _hangs_together(corpus: Corpus, is_kept: Flags) -> Flags:
    """Tell which of the kept stems belong to the largest group of stems that occur with each other."""
    places = np.flatnonzero(is_kept)
    if places.size == 0:
        return is_kept
    presence = corpus.presence[:, places]
    together = (presence.T @ presence).toarray()
    found_in = np.diagonal(together)
    is_linked = together >= np.maximum(2.0, _TOGETHER * np.minimum(found_in[:, None], found_in))
    _, group = connected_components(sparse.csr_array(is_linked), directed=False)
    n_verbatims = [np.count_nonzero(presence @ (group == each)) for each in range(int(group.max()) + 1)]
    chosen = np.zeros(is_kept.size, dtype=np.bool_)
    chosen[places[group == int(np.argmax(n_verbatims))]] = True
    return chosen
