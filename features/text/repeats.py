"""Groups of verbatims that say nearly the same: forwarded posts, copied texts, stock phrases."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from features.text.ngrams import NgramRecipe, find_pieces, mix
from features.text.spelling import spell

Groups = NDArray[np.int64]

_PASSED_ON = re.compile(r"https?://\S+|www\.\S+|@\w+|\brt\b", re.IGNORECASE)
_PIECES = NgramRecipe("words", 3, 3)
_BANDS, _ROWS_PER_BAND = 10, 3  # two texts that share 80 % of their pieces meet with 99.9 %, 30 % with 24 %
_FEWEST_PIECES = 6


def group_repeats(texts: Sequence[str]) -> Groups:
    """Return a group number per verbatim, equal for those that repeat one another.

    Addresses, user names and signs do not count. Long verbatims are also one group when they share most of
    their runs of three words (MinHash in bands: Broder 1997; Leskovec et al. 2020, chapter 3). Splits that
    keep a group together do not test a model on what it has read.

    Parameters
    ----------
    texts
        Verbatims; empty ones are one group.

    Examples
    --------
    >>> group_repeats(["Zug fällt aus", "RT @db Zug fällt aus!", "Alles gut"]).tolist()
    [0, 0, 1]
    """
    bare = [" ".join(re.findall(r"\w+", _PASSED_ON.sub(" ", text.lower()))) for text in texts]
    numbers: dict[str, int] = {}
    same = np.array([numbers.setdefault(text, len(numbers)) for text in bare], dtype=np.int64)
    links = [np.stack([found, alike]) for found, alike in _meet(list(numbers))]
    if not links:
        return same
    ends = np.concatenate(links, axis=1)
    graph = coo_array((np.ones(ends.shape[1]), (ends[0], ends[1])), shape=(len(numbers), len(numbers)))
    merged = connected_components(graph, directed=False)[1]
    _, first, group = np.unique(merged[same], return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first))
    return np.asarray(order[group], dtype=np.int64)


def _meet(texts: Sequence[str]) -> list[tuple[Groups, Groups]]:
    """Return pairs of long texts whose smallest hashes agree in a band."""
    pieces = find_pieces(spell(texts), _PIECES)
    n_pieces = np.bincount(pieces.rows, minlength=len(texts))
    long = np.flatnonzero(n_pieces >= _FEWEST_PIECES)
    if long.size < 2:
        return []
    order = np.argsort(pieces.rows, kind="stable")
    starts = np.searchsorted(pieces.rows[order], long)
    hashes = pieces.hashes[order]
    found = []
    for band in range(_BANDS):
        salts = [np.uint64(1 + band * _ROWS_PER_BAND + row) for row in range(_ROWS_PER_BAND)]
        key = np.zeros(long.size, dtype=np.uint64)
        for salt in salts:
            key = mix(key ^ _smallest(mix(hashes + salt), starts, n_pieces[long]))
        _, first, number = np.unique(key, return_index=True, return_inverse=True)
        is_again = first[number] != np.arange(long.size)
        found.append((long[first[number]][is_again], long[is_again]))
    return found


def _smallest(
    hashes: NDArray[np.uint64], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """Return the smallest hash of each text; texts without pieces lie between and are passed over."""
    bounds = np.stack([starts, starts + lengths], axis=1).ravel()
    is_last = bounds == hashes.size
    padded = np.append(hashes, np.uint64(2**64 - 1))
    return np.asarray(np.minimum.reduceat(padded, np.where(is_last, hashes.size, bounds))[::2])
