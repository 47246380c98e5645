"""Where a cell keeps what: one row of 64-bit words, made for the measures of one source."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray

from features.measures import Function, Measure, Shape
from features.panes.texts import hash_text

# What Layout.table tells of a column: where each part of a cell begins that its measures need (-1 for none),
# whether it holds texts, and which words of a first or last value hold its known time and its id.
COUNT, SUM, EXTREMES, SPREAD, SLOPE, FIRST, LAST, SKETCH, IS_TEXT, KNOWN, IDENTITY = range(11)
# The first words of every cell: key, number of events, days of the first and the last of them.
KEY, EVENTS, FIRST_DAY, LAST_DAY = range(4)
_HEADER = 4
SKETCH_BITS = 1024
_WORDS = {SUM: 2, EXTREMES: 2, SPREAD: 2, SLOPE: 5, SKETCH: SKETCH_BITS // 64}
_PARTS: dict[Function, int] = {
    "sum": SUM,
    "mean": SUM,
    "delta": SUM,
    "min": EXTREMES,
    "max": EXTREMES,
    "std": SPREAD,
    "slope": SLOPE,
    "first": FIRST,
    "last": LAST,
    "distinct": SKETCH,
}
COMPARISONS = ("<", "<=", "=", ">=", ">")
NO_TIME = np.iinfo(np.int64).max
_NO_DAY = np.iinfo(np.int32).max
_NOTHING = -1


@dataclass(frozen=True)
class Column:
    """Name a column of a source and how it is read."""

    name: str
    shape: Shape


@dataclass(frozen=True)
class Condition:
    """Say which values of a column a share counts.

    Attributes
    ----------
    column
        Place of the column among those of the layout.
    comparison
        Place among :data:`COMPARISONS`.
    bound
        What values are compared with: the bits of a float64, or the hash of a text.
    """

    column: int
    comparison: int
    bound: int


@dataclass(frozen=True)
class Layout:
    """Hold what a cell of one source remembers.

    Attributes
    ----------
    columns
        Columns that any measure reads, each once.
    conditions
        Conditions of the shares, each once.
    parts
        For each column the parts of a cell that its measures need, beside the number of its values.
    sums_days
        Whether the days of the events are added up, for the slope of counts.
    orders_by_known, orders_by_id
        Whether events of the same moment are put in order by the known time, and by their id.
    """

    columns: tuple[Column, ...]
    conditions: tuple[Condition, ...]
    parts: tuple[frozenset[int], ...]
    sums_days: bool
    orders_by_known: bool
    orders_by_id: bool

    @classmethod
    def of(
        cls, measures: Sequence[Measure], *, orders_by_known: bool = True, orders_by_id: bool = False
    ) -> "Layout":
        """Return the layout that holds what the measures need."""
        read = [measure for measure in measures if measure.column is not None]
        columns = tuple(dict.fromkeys(Column(str(measure.column), measure.shape) for measure in read))
        places = {column: place for place, column in enumerate(columns)}
        conditions = dict.fromkeys(
            _read_condition(measure, places) for measure in read if measure.condition is not None
        )
        parts: list[set[int]] = [set() for _ in columns]
        for measure in read:
            if measure.function in _PARTS:
                parts[places[Column(str(measure.column), measure.shape)]].add(_PARTS[measure.function])
        return cls(
            columns=columns,
            conditions=tuple(conditions),
            parts=tuple(map(frozenset, parts)),
            sums_days=any(measure.function == "count_slope" for measure in measures),
            orders_by_known=orders_by_known,
            orders_by_id=orders_by_id,
        )

    def find_count(self, measure: Measure) -> int:
        """Return the word with the number of values of a measure's column; of events without a column."""
        if measure.column is None:
            return EVENTS
        return int(self.table[self._places[Column(measure.column, measure.shape)], COUNT])

    def find_part(self, measure: Measure) -> int:
        """Return the word with what a measure needs beside that; -1 for nothing."""
        if measure.function == "count_slope":
            return self.day_sum
        if measure.condition is not None:
            return int(self.rules[self.conditions.index(_read_condition(measure, self._places)), 3])
        if measure.function not in _PARTS:
            return _NOTHING
        column = self._places[Column(str(measure.column), measure.shape)]
        return int(self.table[column, _PARTS[measure.function]])

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Return what the columns hold."""
        return tuple(column.shape for column in self.columns)

    @property
    def day_sum(self) -> int:
        """Return the word with the sum of the days of the events; -1 for none."""
        return _HEADER if self.sums_days else _NOTHING

    @cached_property
    def table(self) -> NDArray[np.int64]:
        """Return what a cell remembers of each column, as the constants of this module name it."""
        found = np.full((len(self.columns), IDENTITY + 1), _NOTHING, np.int64)
        word = _HEADER + self.sums_days + len(self.conditions)
        for place, parts in enumerate(self.parts):
            found[place, COUNT] = word
            word += 1
            for part in sorted(parts):
                found[place, part] = word
                word += self._measure(part)
        found[:, IS_TEXT] = [column.shape == "text" for column in self.columns]
        found[:, KNOWN] = 2 if self.orders_by_known else _NOTHING
        found[:, IDENTITY] = 2 + self.orders_by_known if self.orders_by_id else _NOTHING
        return found

    def choose(self, measures: Iterable[Measure]) -> NDArray[np.int64]:
        """Return the table with no more of each column than some measures need."""
        needed = {self.find_part(measure) for measure in measures}
        table = self.table.copy()
        parts = table[:, SUM : SKETCH + 1]
        parts[~np.isin(parts, list(needed))] = _NOTHING
        return table

    @cached_property
    def rules(self) -> NDArray[np.int64]:
        """Return one row per condition: column, comparison, bound, word of its count; shape (C, 4)."""
        first = _HEADER + self.sums_days
        rows = [
            [condition.column, condition.comparison, condition.bound, first + place]
            for place, condition in enumerate(self.conditions)
        ]
        return np.array(rows, np.int64).reshape(-1, 4)

    @cached_property
    def blank(self) -> NDArray[np.int64]:
        """Return the cell of no event."""
        cell = np.zeros(self.width, np.int64)
        cell[FIRST_DAY], cell[LAST_DAY] = _NO_DAY, -_NO_DAY
        for offsets in self.table:
            if (at := offsets[EXTREMES]) >= 0:
                cell[at : at + 2] = np.array([np.inf, -np.inf]).view(np.int64)
            for part, never in ((FIRST, NO_TIME), (LAST, -NO_TIME)):
                if (at := offsets[part]) >= 0:
                    cell[at] = never
        return cell

    @property
    def width(self) -> int:
        """Return the number of 64-bit words of a cell."""
        sizes = (self._measure(part) for parts in self.parts for part in parts)
        return _HEADER + self.sums_days + len(self.conditions) + len(self.columns) + sum(sizes)

    @cached_property
    def _places(self) -> dict[Column, int]:
        """Return the place of each column."""
        return {column: place for place, column in enumerate(self.columns)}

    def _measure(self, part: int) -> int:
        """Return the words of a part; a first or last value has time, value, and what orders equal times."""
        return _WORDS.get(part, 2 + self.orders_by_known + self.orders_by_id)


def _read_condition(measure: Measure, places: dict[Column, int]) -> Condition:
    """Return the condition of a share with its bound as bits."""
    comparison, bound = cast("tuple[str, str]", measure.condition)
    column = Column(str(measure.column), measure.shape)
    bits = hash_text(bound) if measure.shape == "text" else int(np.float64(bound).view(np.int64))
    return Condition(places[column], COMPARISONS.index(comparison), bits)
