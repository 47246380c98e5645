"""Columns of staged files as arrays, brought to the rows of the main table."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from features.errors import ContractError
from features.flat.rows import Values
from features.reading import Staged, is_numeric, to_moment, to_number, to_text

_NUMBER = re.compile(r"[+-]?(\d+([.]\d*)?|[.]\d+)")


@dataclass(frozen=True)
class Cells:
    """Point at one column of a staged file.

    Parameters
    ----------
    staged
        The file.
    name
        Column in it.
    places
        For each row of the main table the row in ``staged``, -1 for none; ``None`` for the main table itself.
    recode
        Texts that are read as other texts; such a column holds categories.
    """

    staged: Staged
    name: str
    places: NDArray[np.int64] | None = None
    recode: Mapping[str, str] = field(default_factory=dict)

    def texts(self) -> NDArray[np.object_]:
        """Return the values as texts, ``None`` where missing."""
        found = self._fetch(to_text(self.staged, self.name))
        texts = np.ma.getdata(found).astype(object)
        texts[np.ma.getmaskarray(found)] = None
        if self.recode:
            texts = np.array([self.recode.get(text, text) for text in texts], object)
        return self._place(texts, None)

    def numbers(self) -> NDArray[np.float64]:
        """Return the values as numbers, NaN where missing.

        Raises
        ------
        SourceError
            If a value is not a number.
        ContractError
            If a text is not one after it was recoded.
        """
        if self.recode:
            return self._recoded_numbers()
        found = self._fetch(to_number(self.staged, self.name))
        numbers = np.ma.getdata(found).astype(np.float64)
        numbers[np.ma.getmaskarray(found)] = np.nan
        return self._place(numbers, np.nan)

    def moments(self) -> NDArray[np.datetime64]:
        """Return the values as moments in UTC, NaT where missing.

        Raises
        ------
        SourceError
            If a value is no date of the declared form, or has a time of day without a zone.
        """
        found = self._fetch(to_moment(self.staged, self.name))
        moments = np.ma.getdata(found).astype("datetime64[us]")
        never = np.datetime64("NaT", "us")
        moments[np.ma.getmaskarray(found)] = never
        return self._place(moments, never)

    def values(self, *, is_category: bool) -> Values:
        """Return numbers if every value is one and the column is not declared a category, else texts."""
        if is_category or self.recode or not is_numeric(self.staged, self.name):
            return self.texts()
        return self.numbers()

    def _recoded_numbers(self) -> NDArray[np.float64]:
        """Return the values as numbers where words stand for some of them."""
        texts = self.texts()
        numbers = np.full(len(texts), np.nan)
        for row, text in enumerate(texts):
            if text is not None and _NUMBER.fullmatch(text) is None:
                problem = f"row {row + self.staged.first_row}: '{text}' is not a number"
                hint = "write under table.recode which number it stands for"
                raise ContractError(f"table.{self.name}", problem, hint)
            numbers[row] = np.nan if text is None else float(text)
        return numbers

    def _fetch(self, value: str) -> NDArray[Any]:
        """Return one column in file order; masked where missing."""
        query = f"SELECT {value} AS cell FROM {self.staged.table} ORDER BY rowid"
        return cast("NDArray[Any]", self.staged.connection.execute(query).fetchnumpy()["cell"])

    def _place(self, values: NDArray[Any], missing: object) -> NDArray[Any]:
        """Bring values of the staged file to the rows of the main table."""
        if self.places is None:
            return values
        placed = np.full(len(self.places), missing, values.dtype)
        found = self.places >= 0
        placed[found] = values[self.places[found]]
        return placed
