"""One row read as the nodes of trees read it: one number per way of looking at a column."""

import math
from collections.abc import Sequence

import numpy as np

from training.models.leaf_patches import LARGEST, ZERO, Slots
from training.models.odds import Floats

ALWAYS = -1
_NAN, _ZERO_TOO = 2, 1  # LightGBM's numbers for what counts as missing
_ONE = np.ones(1)


class SlotReader:
    """Turn a row into numbers that only have to be compared.

    Missing values become minus infinity where they go left and infinity where they go right, categories 0
    where they go left and 1 where they go right.

    Parameters
    ----------
    slots
        The ways of looking at columns.

    Attributes
    ----------
    place_of
        Place of what is read, by slot; :data:`ALWAYS` reads 1 of every row.
    """

    def __init__(self, slots: Slots) -> None:
        numbers = list(slots.numbers)
        self._columns = np.array([column for column, _, _ in numbers], dtype=np.intp)
        self._instead = np.array([_instead_of(missing, is_left=is_left) for _, missing, is_left in numbers])
        self._is_zero_missing = np.array([missing == _ZERO_TOO for _, missing, _ in numbers], dtype=np.bool_)
        self._has_zeros = bool(self._is_zero_missing.any())
        places, parts = list(slots.numbers.values()), []
        for column in sorted({column for column, _ in slots.categories}):
            its = {codes: slot for (of, codes), slot in slots.categories.items() if of == column}
            parts.append((column, _sides_of(list(its))))
            places += its.values()
        self._categories = parts
        self.place_of = {slot: place for place, slot in enumerate([*places, ALWAYS])}

    def read(self, row: Sequence[float]) -> Floats:
        """Return what each slot reads, shape (slots + 1,).

        Parameters
        ----------
        row
            All columns, NaN where missing.
        """
        numbers = np.array(row)[self._columns]
        if math.inf in row:
            numbers = np.minimum(numbers, LARGEST)
        is_missing = np.isnan(numbers)
        if self._has_zeros:
            is_missing |= self._is_zero_missing & (np.abs(numbers) <= ZERO)
        parts = [np.where(is_missing, self._instead, numbers)]
        for column, sides in self._categories:
            code = row[column]
            parts.append(sides[int(code) if -1 < code < len(sides) - 1 else -1])
        return np.concatenate((*parts, _ONE))


def _instead_of(missing: int, *, is_left: bool) -> float:
    """Return what stands for a missing value; where nothing counts as missing, NaN is read as zero."""
    if missing not in (_NAN, _ZERO_TOO):
        return 0.0
    return -np.inf if is_left else np.inf


def _sides_of(sets: Sequence[frozenset[int]]) -> Floats:
    """Return by code what the sets read, shape (codes + 1, sets); the last row is that of all other codes."""
    sides = np.ones((max(max(codes, default=-1) for codes in sets) + 2, len(sets)))
    for place, codes in enumerate(sets):
        sides[list(codes), place] = 0.0
    return sides
