"""Hashed n-grams of words and characters, counted for a whole batch at once in NumPy.

The hash of a piece is the value of a polynomial over its code points modulo 2**64 (Karp and Rabin 1987),
mixed at the end (Steele et al. 2014, splitmix64). All is whole-number arithmetic: the columns and counts of
a verbatim are the same in every batch, on every machine.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from features.text.spelling import Places, Spelling, is_of_words, spell

Hashes = NDArray[np.uint64]
Kind = Literal["words", "characters"]

_BASE = np.uint64(0x9E3779B97F4A7C15)
_INVERSE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 2**64))
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True)
class Pieces:
    """Hold every n-gram of a batch as it occurs: its verbatim and its hash."""

    rows: Places
    hashes: Hashes


@dataclass(frozen=True)
class NgramRecipe:
    """Say which n-grams are counted.

    Attributes
    ----------
    kind
        Words, where every sign is a word of its own; or characters, never across a blank: the blank before
        and after a word is part of them.
    shortest, longest
        How many words or characters are in one piece.
    bits
        There are ``2**bits`` columns.
    salt
        Texts of another role (what was said before) get columns of their own by another salt.
    """

    kind: Kind
    shortest: int
    longest: int
    bits: int = 20
    salt: int = 0

    @property
    def n_columns(self) -> int:
        """Return the number of columns."""
        return 1 << self.bits


def count_ngrams(texts: Sequence[str], recipe: NgramRecipe) -> csr_array:
    """Count the n-grams of each verbatim.

    Parameters
    ----------
    texts
        Verbatims; one without a word has no entry.
    recipe
        Which pieces, and into how many columns.

    Returns
    -------
    csr_array
        Shape (verbatims, ``recipe.n_columns``), float64 counts, columns of a row in rising order.

    Examples
    --------
    >>> counts = count_ngrams(["so gut, so so", ""], NgramRecipe("words", 1, 1))
    >>> counts.shape, sorted(counts.data.tolist())
    ((2, 1048576), [1.0, 1.0, 3.0])
    """
    found = find_pieces(spell(texts), recipe)
    return tally(found.rows, to_columns(found.hashes, recipe.bits), (len(texts), recipe.n_columns))


def find_pieces(spelling: Spelling, recipe: NgramRecipe) -> Pieces:
    """Return every n-gram of a batch with its hash, each as often as it occurs."""
    walk = _walk_words if recipe.kind == "words" else _walk_characters
    found = list(walk(spelling, recipe.shortest, recipe.longest))
    salt = np.uint64(recipe.salt) * _SECOND
    hashes = np.concatenate([mix(hashes ^ salt) for _, hashes in found])
    return Pieces(np.concatenate([rows for rows, _ in found]), hashes)


def to_columns(hashes: Hashes, bits: int) -> Places:
    """Return the column of each hash: its highest bits."""
    return (hashes >> np.uint64(64 - bits)).astype(np.int64)


def tally(rows: Places, columns: Places, shape: tuple[int, int]) -> csr_array:
    """Count how often each column occurs in each row."""
    cells = np.sort(rows * shape[1] + columns)
    is_first = np.ones(cells.size, dtype=np.bool_)
    is_first[1:] = cells[1:] != cells[:-1]
    starts = np.flatnonzero(is_first)
    counts = np.diff(starts, append=cells.size).astype(np.float64)
    of_row, of_column = np.divmod(cells[starts], shape[1])
    bounds = np.searchsorted(of_row, np.arange(shape[0] + 1))
    return csr_array((counts, of_column.astype(np.int32), bounds.astype(np.int32)), shape=shape)


def mix(values: Hashes) -> Hashes:
    """Spread what sets two numbers apart over all bits (splitmix64)."""
    values = (values ^ (values >> np.uint64(30))) * _FIRST
    values = (values ^ (values >> np.uint64(27))) * _SECOND
    return values ^ (values >> np.uint64(31))


def _walk_characters(spelling: Spelling, shortest: int, longest: int) -> Iterator[tuple[Places, Hashes]]:
    """Yield verbatim and hash of the pieces of each length; a blank may only stand at an end of a piece."""
    letters, is_blank = mix(spelling.codes.astype(np.uint64)), spelling.is_blank
    sums, is_whole, power = letters, ~np.zeros(letters.size, dtype=np.bool_), 1
    for length in range(2, longest + 1):
        power = power * int(_BASE) % 2**64
        sums = sums[:-1] + letters[length - 1 :] * np.uint64(power)
        inner = is_blank[length - 2 : -1] if length > 2 else (is_blank[:-1] & is_blank[1:])
        is_whole = is_whole[:-1] & ~inner
        if length >= shortest:
            yield spelling.rows[: sums.size][is_whole], sums[is_whole]


def find_words(spelling: Spelling) -> tuple[Places, Places]:
    """Return where each word starts and ends (the place after it); every sign is a word of its own."""
    is_word, is_blank = is_of_words(spelling.codes), spelling.is_blank
    starts, ends = ~is_blank, ~is_blank
    starts[1:] &= ~(is_word[1:] & is_word[:-1])
    ends[:-1] &= ~(is_word[1:] & is_word[:-1])
    return np.flatnonzero(starts), np.flatnonzero(ends) + 1


def hash_words(spelling: Spelling, starts: Places, ends: Places) -> Hashes:
    """Return the hash of each word: a difference of running sums, moved to the origin."""
    powers = np.full(spelling.codes.size + 1, _BASE)
    powers[0] = 1
    np.multiply.accumulate(powers, out=powers)
    sums = np.zeros(spelling.codes.size + 1, dtype=np.uint64)
    np.cumsum(mix(spelling.codes.astype(np.uint64)) * powers[:-1], out=sums[1:])
    back = np.full(spelling.codes.size + 1, _INVERSE)
    back[0] = 1
    np.multiply.accumulate(back, out=back)
    return mix((sums[ends] - sums[starts]) * back[starts])


def _walk_words(spelling: Spelling, shortest: int, longest: int) -> Iterator[tuple[Places, Hashes]]:
    """Yield verbatim and hash of the pieces of each number of words."""
    starts, ends = find_words(spelling)
    words, rows = hash_words(spelling, starts, ends), spelling.rows[starts]
    sums, power = words, 1
    for length in range(1, longest + 1):
        if length > 1:
            power = power * int(_BASE) % 2**64
            sums = sums[:-1] + words[length - 1 :] * np.uint64(power)
        if length >= shortest:
            is_whole = rows[: sums.size] == rows[length - 1 :]
            yield rows[: sums.size][is_whole], sums[is_whole]
