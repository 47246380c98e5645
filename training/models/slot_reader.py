"""One row read as the nodes of trees read it: one number per way of looking at a column."""

import numpy as np

from training.models.leaf_patches import LARGEST, Slots
from training.models.odds import Floats

_ZERO = float(np.float32(1e-35))  # what LightGBM takes for zero
_NAN, _ZERO_TOO = 2, 1  # LightGBM's numbers for what counts as missing


class SlotReader:
    """Turn a row into numbers that only have to be compared.

    Missing values become minus infinity where they go left and infinity where they go right, categories 0
    where they go left and 1 where they go right.

    Parameters
    ----------
    slots
        The ways of looking at columns.
    n_columns
        Columns of a row.

    Attributes
    ----------
    always
        A slot that reads 1 of every row.
    """

    def __init__(self, slots: Slots, n_columns: int) -> None:
        self.always = len(slots.columns)
        numbers = list(slots.numbers)
        self._number_slots = np.array([*slots.numbers.values()], dtype=np.intp)
        self._number_columns = np.array([column for column, _, _ in numbers], dtype=np.intp)
        self._instead = np.array([_instead_of(missing, is_left) for _, missing, is_left in numbers])
        self._is_zero_missing = np.array([missing == _ZERO_TOO for _, missing, _ in numbers], dtype=np.bool_)
        self._has_zeros = bool(self._is_zero_missing.any())
        self._categories = [
            (column, *_table_of(slots, column))
            for column in range(n_columns)
            if any(column == its for its, _ in slots.categories)
        ]

    def read(self, row: Floats) -> Floats:
        """Return what each slot reads, shape (slots + 1,).

        Parameters
        ----------
        row
            All columns, shape (columns,), NaN where missing.
        """
        read = np.ones(self.always + 1)
        numbers = row[self._number_columns]
        is_missing = np.isnan(numbers)
        if self._has_zeros:
            is_missing |= self._is_zero_missing & (np.abs(numbers) <= _ZERO)
        read[self._number_slots] = np.where(is_missing, self._instead, np.minimum(numbers, LARGEST))
        for column, slots, sides in self._categories:
            code = row[column]
            read[slots] = sides[int(code) if -1 < code < len(sides) - 1 else -1]
        return read


def _instead_of(missing: int, is_left: bool) -> float:
    """Return what stands for a missing value; where nothing counts as missing, NaN is read as zero."""
    if missing not in (_NAN, _ZERO_TOO):
        return 0.0
    return -np.inf if is_left else np.inf


def _table_of(slots: Slots, column: int) -> tuple[np.ndarray, Floats]:
    """Return the slots of a category, and by code what they read; the last row is that of all other codes."""
    of_column = [(codes, slot) for (its, codes), slot in slots.categories.items() if its == column]
    sides = np.ones((max(max(codes, default=0) for codes, _ in of_column) + 2, len(of_column)))
    for place, (codes, _) in enumerate(of_column):
        sides[list(codes), place] = 0.0
    return np.array([slot for _, slot in of_column], dtype=np.intp), sides
