"""Give every entity a number: the place of its id among all ids that are known."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

NOBODY = -1
Numbers = NDArray[np.int32]


class Roster:
    """Hold the ids of entities in the order of their numbers.

    Parameters
    ----------
    ids
        Those that are known from the start, each once.
    grows
        Whether ids that are met for the first time get the next numbers; otherwise they are nobody's.

    Examples
    --------
    >>> roster = Roster(pa.array(["anna", "ben"]))
    >>> roster.number(pa.array(["ben", "carl", None, "anna"])).tolist()
    [1, -1, -1, 0]
    """

    def __init__(self, ids: pa.Array | None = None, *, grows: bool = False) -> None:
        self._grows = grows
        self._ids = pa.array([], pa.string()) if ids is None else ids.cast(pa.string())
        self._last: tuple[pa.Array, Numbers] | None = None

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> pa.Array:
        """Return all ids in the order of their numbers."""
        return self._ids

    def number(self, ids: pa.Array) -> Numbers:
        """Return the number of each id, plain or as a dictionary; -1 for nobody."""
        if not pa.types.is_dictionary(ids.type):
            ids = ids.dictionary_encode()
        numbers = np.append(self._number_dictionary(ids.dictionary), np.int32(NOBODY))
        codes = ids.indices
        if codes.null_count:
            codes = pc.fill_null(codes, len(numbers) - 1)
        found: Numbers = numbers[codes.to_numpy(zero_copy_only=False)]
        return found

    def _number_dictionary(self, ids: pa.Array) -> Numbers:
        """Return the number of each different id; batches of one file often share their dictionary."""
        if self._last is not None and self._last[0].equals(ids):
            return self._last[1]
        texts = ids.cast(pa.string())
        found = pc.index_in(texts, value_set=self._ids)
        if self._grows and found.null_count:
            fresh = texts.filter(pc.and_(found.is_null(), texts.is_valid()))
            self._ids = pa.concat_arrays([self._ids, fresh])
            found = pc.index_in(texts, value_set=self._ids)
        found = pc.if_else(texts.is_valid(), found, None)
        numbers: Numbers = pc.fill_null(found, NOBODY).to_numpy(zero_copy_only=False).astype(np.int32)
        self._last = (ids, numbers)
        return numbers
