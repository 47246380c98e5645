"""Near-duplicate verbatims: retweets, templates, the same text with other numbers or another name.

They are found so that copies stay on one side of a split and are reviewed once.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

SIMILAR = 0.6
"""Jaccard similarity of letter groups from which two texts count as copies."""
SHINGLE = 5
"""Letters in a group."""

_BANDS, _ROWS = 24, 4  # finds 96 % of the pairs at the limit, all but 1 in 10,000 at 0.75
_BLOCK = 4096  # texts that are hashed at once
_PAIRS = 65536  # pairs that are compared at once
_BASE = np.uint64(0x9E3779B97F4A7C15)
# What may differ between copies: links, user names, what redaction put in, the sign of a repeated post.
_VARYING = re.compile(r"@\w+|\[[a-z_]{2,12}\]|^rt\b")
_NO_LETTERS = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")

Integers = NDArray[np.int64]
Hashes = NDArray[np.uint64]


def group_near_duplicates(texts: Sequence[str]) -> Integers:
    """Return for each text the number of the first row of its group of near-duplicates.

    Texts are compared without case, punctuation, links, user names and digits. Those that are equal then, or
    share at least :data:`SIMILAR` of their groups of :data:`SHINGLE` letters, are linked; a group is
    everything that is linked in a chain. The same texts give the same groups; of pairs right at the limit a
    few are missed, no pair below it is linked.

    Notes
    -----
    MinHash in bands: Broder 1997, "On the resemblance and containment of documents"; candidates are then
    compared exactly.

    Examples
    --------
    >>> group_near_duplicates(["Ticket 12 is closed.", "So slow", "RT ticket 345 is closed!"]).tolist()
    [0, 1, 0]
    """
    # SciPy takes half a second to import, which what scores one verbatim need not wait for.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    places: dict[str, int] = {}
    kind = np.array([places.setdefault(_strip(text), len(places)) for text in texts], dtype=np.int64)
    stripped = list(places)
    pairs = _find_pairs(stripped)
    links = csr_array((np.ones(len(pairs), dtype=np.int8), pairs.T), shape=(len(stripped), len(stripped)))
    component = connected_components(links, directed=False)[1][kind] if stripped else kind
    _, first, group = np.unique(component, return_index=True, return_inverse=True)
    return np.asarray(first[group], dtype=np.int64)


def _strip(text: str) -> str:
    """Return what copies of a text have in common; of a text without letters itself."""
    lower = unicodedata.normalize("NFC", text).lower().strip()
    linkless = " ".join(word for word in lower.split() if "://" not in word and "www." not in word)
    rest = _NO_LETTERS.sub(" ", _DIGITS.sub("0", _VARYING.sub(" ", linkless))).strip()
    return rest if any(map(str.isalpha, rest)) else f"\0{lower}"


def _find_pairs(texts: Sequence[str]) -> Integers:
    """Return pairs of rows that are similar; each row is linked to others of its kind, not to all of them."""
    rows = np.array([row for row, text in enumerate(texts) if len(text) >= SHINGLE], dtype=np.int64)
    if rows.size < 2:
        return np.empty((0, 2), dtype=np.int64)
    shingles, starts = _hash_shingles([texts[row] for row in rows])
    candidates = np.unique(np.concatenate(list(_find_candidates(_sign(shingles, starts)))), axis=0)
    is_similar = _measure_similarity(shingles, starts, candidates) >= SIMILAR
    return np.asarray(rows[candidates[is_similar]], dtype=np.int64)


def _hash_shingles(texts: Sequence[str]) -> tuple[Hashes, Integers]:
    """Return the hashes of all letter groups, text after text, and where each text begins."""
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    joined = "".join(texts).encode("utf-32-le", errors="surrogatepass")
    letters = np.frombuffer(joined, dtype="<u4").astype(np.uint64)
    count = letters.size - SHINGLE + 1
    hashes = np.zeros(count, dtype=np.uint64)
    for place in range(SHINGLE):
        hashes = hashes * _BASE + letters[place : place + count]
    hashes ^= hashes >> np.uint64(29)
    # Groups that reach into the next text are left out.
    ends = np.cumsum(lengths)
    is_inside = np.ones(count, dtype=np.bool_)
    for place in range(1, SHINGLE):
        is_inside[(ends[:-1] - place)] = False
    sizes = lengths - SHINGLE + 1
    return hashes[is_inside], np.concatenate([[0], np.cumsum(sizes)])


def _sign(shingles: Hashes, starts: Integers) -> Hashes:
    """Return the smallest hash of each text under each of several hash functions (texts x functions)."""
    random = np.random.default_rng(20_241)
    factors = random.integers(1, 2**63, size=_BANDS * _ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    signs = np.empty((starts.size - 1, factors.size), dtype=np.uint64)
    for begin in range(0, signs.shape[0], _BLOCK):
        end = min(begin + _BLOCK, signs.shape[0])
        block = shingles[starts[begin] : starts[end]]
        places = starts[begin:end] - starts[begin]
        for number, factor in enumerate(factors):
            mixed = block * factor
            signs[begin:end, number] = np.minimum.reduceat(mixed ^ (mixed >> np.uint64(32)), places)
    return signs


def _find_candidates(signs: Hashes) -> Iterator[Integers]:
    """Yield pairs of texts that agree in all hashes of a band: each with the next and with the first."""
    for band in range(_BANDS):
        key = np.zeros(signs.shape[0], dtype=np.uint64)
        for column in range(band * _ROWS, (band + 1) * _ROWS):
            key = (key ^ signs[:, column]) * _BASE
        order = np.argsort(key, kind="stable")
        is_new = np.concatenate([[True], key[order][1:] != key[order][:-1]])
        first = order[np.maximum.accumulate(np.where(is_new, np.arange(order.size), 0))]
        following = np.flatnonzero(~is_new)
        yield np.column_stack([order[following - 1], order[following]])
        yield np.column_stack([first[following], order[following]])


def _measure_similarity(shingles: Hashes, starts: Integers, pairs: Integers) -> NDArray[np.float64]:
    """Return the Jaccard similarity of the letter groups of each pair of texts."""
    from scipy.sparse import csr_array

    columns = np.unique(shingles, return_inverse=True)[1]
    shape = (starts.size - 1, int(columns.max()) + 1)
    occurs = csr_array((np.ones(columns.size, dtype=np.int32), columns, starts), shape=shape)
    occurs.sum_duplicates()
    occurs.data[:] = 1
    sizes = np.diff(occurs.indptr)
    shared = np.empty(len(pairs), dtype=np.int64)
    for begin in range(0, len(pairs), _PAIRS):
        block = pairs[begin : begin + _PAIRS]
        shared[begin : begin + _PAIRS] = occurs[block[:, 0]].multiply(occurs[block[:, 1]]).sum(axis=1)
    return np.asarray(shared / (sizes[pairs[:, 0]] + sizes[pairs[:, 1]] - shared), dtype=np.float64)
