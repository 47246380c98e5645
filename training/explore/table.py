"""A table as questions are asked of it: columns with their kinds, scales and privacy."""

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from features.errors import InputError
from training.disclosure import shown_groups
from training.statistics import Bools, Floats, Ints

Kind = Literal["number", "rating", "yes-no", "category", "date", "text", "id"]
Texts: TypeAlias = NDArray[np.object_]
ORDERED: Final = frozenset({"number", "rating", "date"})
GROUPS: Final = frozenset({"yes-no", "category"})
_MOST_NUMBERS_AS_GROUPS: Final = 12


@dataclass(frozen=True)
class TableColumn:
    """Hold one column.

    Parameters
    ----------
    name, kind
        Name in the file, and what it holds.
    numbers
        ``[n]`` values of a number, a rating or a date (days since 1970); NaN where missing. None for all
        other kinds.
    texts
        ``[n]`` the words of categories, yes-no columns, texts and ids; None where missing. None for the
        kinds with numbers.
    yes
        Of a yes-no column the word that stands for yes.
    scale
        Declared lowest and highest value of a rating.
    metric
        Which metric a rating is declared to be: nps, enps, csat, ces.
    unit
        Declared unit, as it is shown behind a number.
    survey
        Name of the survey that the answers come from; None for what is no answer.
    remarks
        What reading found odd, a sentence each.
    """

    name: str
    kind: Kind
    numbers: Floats | None = None
    texts: Texts | None = None
    yes: str | None = None
    scale: tuple[float, float] | None = None
    metric: str | None = None
    unit: str | None = None
    survey: str | None = None
    remarks: tuple[str, ...] = ()

    @property
    def is_known(self) -> Bools:
        """Return which rows have a value."""
        if self.numbers is not None:
            return ~np.isnan(self.numbers)
        return np.array([text is not None for text in self.words()], dtype=np.bool_)

    @property
    def has_order(self) -> bool:
        """Tell whether its values have an order."""
        return self.kind in ORDERED

    @property
    def has_groups(self) -> bool:
        """Tell whether its values are groups."""
        return self.kind in GROUPS

    @property
    def is_order_only(self) -> bool:
        """Tell whether steps between its values need not be equal."""
        return self.kind in {"rating", "date"}

    def amounts(self) -> Floats:
        """Return the numbers of a column that has some.

        Raises
        ------
        ValueError
            If it holds texts.
        """
        if self.numbers is None:
            message = f"'{self.name}' holds words, not numbers"
            raise ValueError(message)
        return self.numbers

    def words(self) -> Texts:
        """Return the texts of a column that has some.

        Raises
        ------
        ValueError
            If it holds numbers.
        """
        if self.texts is None:
            message = f"'{self.name}' holds numbers, not words"
            raise ValueError(message)
        return self.texts

    def known_values(self) -> list[Any]:
        """Return the values that are there, numbers or words."""
        values = self.numbers if self.numbers is not None else self.words()
        return list(values[self.is_known].tolist())

    def as_share(self) -> Floats:
        """Return the values as numbers that have a mean: those of a yes-no column as 1 and 0."""
        if self.numbers is not None:
            return self.numbers
        return np.array([np.nan if text is None else float(text == self.yes) for text in self.words()])

    def show(self, value: float) -> str:
        """Return a value of the column as people write it: with its unit, a date as a day."""
        if self.kind == "date":
            return str(np.datetime64(round(value), "D")) if np.isfinite(value) else "none"
        text = write_number(value)
        return f"{text} {self.unit}" if self.unit else text


@dataclass(frozen=True)
class Table:
    """Hold the rows that are asked.

    Parameters
    ----------
    name
        What messages call it: the name of the file or source.
    columns
        By name, in the order of the file.
    n_rows
        Number of rows.
    minimum_group
        Fewest rows of a group that may be shown; 0 where every group may be.
    remarks
        What holds for the table as a whole, a sentence each.
    """

    name: str
    columns: Mapping[str, TableColumn]
    n_rows: int
    minimum_group: int = 0
    remarks: tuple[str, ...] = field(default=())

    @property
    def hides(self) -> bool:
        """Tell whether small groups are hidden."""
        return self.minimum_group > 0

    def column(self, name: str) -> TableColumn:
        """Return a column by name.

        Raises
        ------
        InputError
            If it is not there (with the names nearest to it), or holds no value at all.
        """
        if name not in self.columns:
            hint = f"the nearest columns are {', '.join(_nearest(name, list(self.columns)))}"
            raise InputError(f"{self.name}: column '{name}'", "is not there", hint)
        column = self.columns[name]
        if not column.is_known.any():
            hint = "leave it out, or check which texts stand for a missing value"
            raise self.problem(name, f"is empty in all {self.n_rows:,} rows", hint)
        return column

    def only(self, kept: Bools) -> "Table":
        """Return the table with the rows that are kept."""
        columns = {
            name: replace(
                column,
                numbers=None if column.numbers is None else column.numbers[kept],
                texts=None if column.texts is None else column.texts[kept],
            )
            for name, column in self.columns.items()
        }
        return replace(self, columns=columns, n_rows=int(kept.sum()))

    def problem(self, name: str, found: str, hint: str) -> InputError:
        """Return an error that names the table and one of its columns."""
        return InputError(f"{self.name}: column '{name}'", found, hint)

    def usable(self, names: Iterable[str] = ()) -> tuple[list[TableColumn], list[str]]:
        """Return columns that questions can be asked of, and why others are left out.

        Parameters
        ----------
        names
            Columns that were named: each has to be there; all columns when empty.
        """
        chosen = list(dict.fromkeys(names))
        kept, left = [], []
        for column in [self.column(name) for name in chosen] or self.columns.values():
            reason = self._refuse(column)
            if reason is None:
                kept.append(column)
            else:
                left.append(f"'{column.name}' is left out: {reason}.")
        return kept, left

    def _refuse(self, column: TableColumn) -> str | None:
        """Return why a column tells nothing; None where it does."""
        known = column.is_known
        if not known.any():
            return "it is empty"
        if column.kind in {"text", "id"}:
            return (
                "it holds free text" if column.kind == "text" else "nearly every row has a value of its own"
            )
        values = column.known_values()
        if len(set(values)) == 1:
            value = column.show(values[0]) if column.texts is None else values[0]
            return f"all {len(values):,} values are '{value}'"
        return None


@dataclass(frozen=True)
class Groups:
    """Hold which group each row belongs to.

    Attributes
    ----------
    names
        Names of the groups: those of ordered values in their order, others the largest first.
    codes
        ``[n]`` place of each row's group in ``names``, -1 where the value is missing.
    """

    names: tuple[str, ...]
    codes: Ints

    @property
    def sizes(self) -> Ints:
        """Return the number of rows of each group."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.names)).astype(np.int64)

    def only(self, names: Sequence[str]) -> "Groups":
        """Return the same groups without those that are not named; their rows belong to none."""
        place = np.full(len(self.names) + 1, -1)
        for new, name in enumerate(names):
            place[self.names.index(name)] = new
        return Groups(tuple(names), place[self.codes])


def large_groups(table: Table, groups: Groups, fewest: int, known: Bools) -> Groups:
    """Return the groups with at least so many rows, counting those that are known elsewhere alone.

    Where small groups are hidden, more are left out if those left out could be counted by subtraction.
    """
    sizes = np.bincount(groups.codes[known & (groups.codes >= 0)], minlength=len(groups.names))
    by_name = dict(zip(groups.names, sizes.tolist(), strict=True))
    if table.hides:
        return groups.only(shown_groups(by_name, max(fewest, table.minimum_group)))
    return groups.only([name for name, size in by_name.items() if size >= fewest])


def group_rows(table: Table, column: TableColumn) -> Groups:
    """Return the groups that the values of a column make.

    Raises
    ------
    InputError
        If it has one group only, or too many numbers to be groups.
    """
    known = column.is_known
    values = column.known_values()
    distinct = set(values)
    if column.kind in {"id", "text"} or (column.texts is None and len(distinct) > _MOST_NUMBERS_AS_GROUPS):
        hint = f"name a column with categories, or with at most {_MOST_NUMBERS_AS_GROUPS} different numbers"
        raise table.problem(column.name, f"has {len(distinct):,} different values, too many for groups", hint)
    if column.texts is None:
        ordered = sorted(distinct)
        names = [column.show(value) for value in ordered]
    else:
        counts = Counter(values)
        ordered = names = sorted(counts, key=lambda name: (-counts[name], name))
    place = {value: at for at, value in enumerate(ordered)}
    places = np.array([place[value] for value in values], dtype=np.int64)
    if len(names) < 2:
        hint = "groups need at least two values; name another column under --by"
        raise table.problem(column.name, f"has the one group '{names[0]}'", hint)
    codes = np.full(table.n_rows, -1, dtype=np.int64)
    codes[known] = places
    return Groups(tuple(names), codes)


def write_number(value: float) -> str:
    """Return a number with as many digits as people read: three that count, thousands with commas.

    Examples
    --------
    >>> write_number(1234.567), write_number(0.0123456), write_number(5.0), write_number(-2.345)
    ('1,235', '0.0123', '5', '-2.35')
    """
    if not np.isfinite(value):
        return "none" if np.isnan(value) else str(value)
    if value == round(value) and abs(value) < 1e15:
        return f"{value:,.0f}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _nearest(name: str, present: Sequence[str]) -> list[str]:
    """Return up to three names that look like ``name``, or the first five of all."""
    by_lower = {found.lower(): found for found in present}
    close = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)
    return [f"'{by_lower[found]}'" for found in close] or [f"'{found}'" for found in present[:5]]
