"""Give every entity a number: the place of its id among all ids that are known."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.panes.compiled import Places, Words, compiled
from features.panes.texts import hash_ids

NOBODY = -1
Numbers = NDArray[np.int32]
_FULL = 0.5  # share of the slots that may be taken: few ids then share a slot
_FEWEST_SLOTS = 1024


class Roster:
    """Hold the ids of entities in the order of their numbers.

    Ids are looked up by 64-bit hashes in a table with open addressing.

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
        self._grows = False
        self._parts: list[pa.Array] = []
        self._count = 0
        self._hashes = np.zeros(_FEWEST_SLOTS, np.int64)
        self._numbers = np.full(_FEWEST_SLOTS, NOBODY, np.int32)
        if ids is not None:
            self._grows = True
            self.number(ids)
        self._grows = grows

    def __len__(self) -> int:
        return self._count

    @property
    def ids(self) -> pa.Array:
        """Return all ids in the order of their numbers."""
        if len(self._parts) != 1:
            self._parts = [pa.concat_arrays([pa.array([], pa.string()), *self._parts])]
        return self._parts[0]

    def number(self, ids: pa.Array) -> Numbers:
        """Return the number of each id, plain or as a dictionary; -1 for nobody."""
        if isinstance(ids, pa.ChunkedArray):
            ids = ids.combine_chunks()
        if pa.types.is_dictionary(ids.type):
            numbers = np.append(self.number(ids.dictionary), np.int32(NOBODY))
            found: Numbers = numbers[
                pc.fill_null(ids.indices.cast(pa.int64()), len(numbers) - 1).to_numpy(zero_copy_only=False)
            ]
            return found
        if self._grows:
            self._make_room(self._count + len(ids))
        hashes = hash_ids(ids)
        numbers, new = _look_up(hashes, self._hashes, self._numbers, self._count, self._grows)
        if len(new):
            self._parts.append(ids.take(pa.array(new)).cast(pa.string()))
            self._count += len(new)
        return numbers

    def _make_room(self, count: int) -> None:
        """Have slots for so many ids."""
        slots = len(self._hashes)
        while count > _FULL * slots:
            slots *= 2
        if slots > len(self._hashes):
            taken = np.flatnonzero(self._numbers != NOBODY)
            hashes, numbers = np.zeros(slots, np.int64), np.full(slots, NOBODY, np.int32)
            _put(self._hashes[taken], self._numbers[taken], hashes, numbers)
            self._hashes, self._numbers = hashes, numbers


@compiled
def _put(hashes: Words, numbers: Places, into_hashes: Words, into_numbers: Places) -> None:
    """Move ids to larger tables."""
    mask = len(into_hashes) - 1
    for place in range(len(hashes)):
        slot = hashes[place] & mask
        while into_numbers[slot] != NOBODY:
            slot = (slot + 1) & mask
        into_hashes[slot], into_numbers[slot] = hashes[place], numbers[place]


@compiled
def _look_up(
    hashes: Words,
    known_hashes: Words,
    known_numbers: Places,
    count: int,
    grows: bool,  # noqa: FBT001
) -> tuple[Places, Words]:
    """Return the number of each id, and the places of the ids that got a new one."""
    mask = len(known_hashes) - 1
    numbers = np.empty(len(hashes), np.int32)
    new = np.empty(len(hashes) if grows else 0, np.int64)
    met = 0
    for place in range(len(hashes)):
        wanted = hashes[place]
        numbers[place] = NOBODY
        if wanted == 0:
            continue
        slot = wanted & mask
        while known_numbers[slot] != NOBODY and known_hashes[slot] != wanted:
            slot = (slot + 1) & mask
        if known_numbers[slot] == NOBODY:
            if not grows:
                continue
            known_hashes[slot], known_numbers[slot] = wanted, count + met
            new[met] = place
            met += 1
        numbers[place] = known_numbers[slot]
    return numbers, new[:met]
