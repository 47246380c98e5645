"""n-grams of verbatims weighed by how rare they are (TF-IDF), for a vocabulary that was learnt."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from features.text.ngrams import NgramRecipe, find_pieces, tally, to_columns
from features.text.spelling import Places, Spelling

Floats = NDArray[np.float64]

FEWEST_VERBATIMS = 2
_MOST_COUNTED = 4096
# From a table: the same bits whatever the width of the machine's vectors.
_DAMPED = np.concatenate([[0.0], 1.0 + np.log(np.arange(1, _MOST_COUNTED + 1))])


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Hold the pieces that count and their weights.

    Attributes
    ----------
    recipe
        Which n-grams are looked for.
    columns
        The hashed columns that are kept, rising.
    rarity
        Weight of each: ``1 + log((1 + verbatims) / (1 + verbatims that hold it))``.
    """

    recipe: NgramRecipe
    columns: NDArray[np.int32]
    rarity: NDArray[np.float32]

    def weigh(self, spelling: Spelling) -> csr_array:
        """Return verbatims as rows of length 1 (or 0), shape (verbatims, kept pieces), float64.

        Counts are damped by the logarithm, multiplied by rarity and divided by the length of the row.
        """
        pieces = find_pieces(spelling, self.recipe)
        places = self._places[to_columns(pieces.hashes, self.recipe.bits)]
        is_known = places >= 0
        shape = (spelling.n_rows, self.columns.size)
        return self._weigh(tally(pieces.rows[is_known], places[is_known].astype(np.int64), shape))

    def weigh_counts(self, counts: csr_array) -> csr_array:
        """Return what :meth:`weigh` returns, from counts of all columns."""
        return self._weigh(csr_array(counts[:, self.columns]))

    def _weigh(self, counts: csr_array) -> csr_array:
        """Damp, weigh and bring to length 1; sums run along a row, so that no neighbour changes a bit."""
        damped = _DAMPED[np.minimum(counts.data, _MOST_COUNTED).astype(np.int64)]
        values = damped * self.rarity[counts.indices].astype(np.float64)
        squares = csr_array((values * values, counts.indices, counts.indptr), shape=counts.shape)
        lengths = np.sqrt(squares @ np.ones(counts.shape[1]))
        values /= np.repeat(np.where(lengths > 0, lengths, 1.0), np.diff(counts.indptr))
        return csr_array((values, counts.indices, counts.indptr), shape=counts.shape)

    @cached_property
    def _places(self) -> NDArray[np.int32]:
        """Return the place of each hashed column among those kept, -1 for the others."""
        places = np.full(self.recipe.n_columns, -1, dtype=np.int32)
        places[self.columns] = np.arange(self.columns.size, dtype=np.int32)
        return places


def learn_vocabulary(counts: csr_array, recipe: NgramRecipe, *, most: int) -> Vocabulary:
    """Keep the pieces that at least two verbatims hold, the most frequent ``most`` of them.

    Parameters
    ----------
    counts
        Of the verbatims to learn from, as :func:`features.text.ngrams.count_ngrams` returns them.
    recipe
        By which they were counted.
    most
        How many pieces may be kept; of equally frequent ones the first columns.
    """
    held = np.bincount(counts.indices, minlength=counts.shape[1])
    columns: Places = np.flatnonzero(held >= FEWEST_VERBATIMS)
    if columns.size > most:
        columns = np.sort(columns[np.argsort(-held[columns], kind="stable")[:most]])
    rarity = 1.0 + np.log((1.0 + counts.shape[0]) / (1.0 + held[columns]))
    return Vocabulary(recipe, columns.astype(np.int32), rarity.astype(np.float16).astype(np.float32))
