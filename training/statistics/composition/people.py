"""Who answered which wave, and who stayed, left or joined in between."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from training.statistics.arrays import Bools, Floats, Ints, as_weight

REPEATED: Final = 0
"""Stayed and answered both waves; A in the formulas."""
FELL_SILENT: Final = 1
"""Stayed and answered only the first wave; B0."""
NEWLY_ANSWERING: Final = 2
"""Stayed and answered only the second wave; B1."""
LEFT: Final = 3
"""Answered the first wave, is no longer a member at the second; L."""
JOINED: Final = 4
"""Answers the second wave, was no member at the first; J."""


@dataclass(frozen=True)
class GroupCounts:
    """Count the people behind each part.

    Attributes
    ----------
    repeated, fell_silent, newly_answering, left, joined
        The five groups; together everybody who answered at least one of the two waves.
    repeated_with_earlier, before_with_earlier
        Those of ``repeated``, and of all who answered the first wave, who also answered the wave before it.
    n_unknown
        Counted among those who stayed only because their status at the other wave is unknown.
    n_contradicting
        Answered a wave at which they are said to be no member. The answer counts, for it is in the metric.
    """

    repeated: int
    fell_silent: int
    newly_answering: int
    left: int
    joined: int
    repeated_with_earlier: int
    before_with_earlier: int
    n_unknown: int
    n_contradicting: int


@dataclass(frozen=True)
class People:
    """Hold the people who answered, equal ones in one row, sorted by what they are and said.

    The order of the input is forgotten here, so that no figure, drawn or not, depends on it.

    Parameters
    ----------
    group
        ``[rows]`` one of the five groups.
    before, after, earlier
        ``[rows]`` answers, less ``centre``; 0 where there is none.
    has_earlier
        ``[rows]`` whether the first wave and the wave before it were answered.
    weight, number
        ``[rows]`` weight of one person, and how many equal people the row stands for.
    centre
        Middle of the range of the answers; parts do not depend on it, and small numbers lose fewer digits.
    n_unknown, n_contradicting
        As in :class:`GroupCounts`.
    """

    group: Ints
    before: Floats
    after: Floats
    earlier: Floats
    has_earlier: Bools
    weight: Floats
    number: Ints
    centre: float
    n_unknown: int
    n_contradicting: int

    @classmethod
    def of(
        cls,
        before: npt.ArrayLike,
        after: npt.ArrayLike,
        *,
        was_member: npt.ArrayLike,
        is_member: npt.ArrayLike,
        earlier: npt.ArrayLike | None,
        weight: npt.ArrayLike | None,
    ) -> Self:
        """Put everybody who answered into a group.

        Raises
        ------
        ValueError
            If columns differ in length, an answer is infinite, a status is not 0, 1 or NaN, or a weight is
            negative or not finite.
        """
        first = _answers("before", before)
        second = _answers("after", after, first.size)
        third = np.full(first.size, np.nan) if earlier is None else _answers("earlier", earlier, first.size)
        was, now = _status("was_member", was_member, first.size), _status("is_member", is_member, first.size)
        share = as_weight(weight, first.size)
        counts = ~(np.isnan(first) & np.isnan(second)) & (share > 0)
        answers = np.stack([first, second, third])[:, counts]
        was, now, share = was[counts], now[counts], share[counts]
        is_first, is_second, is_third = ~np.isnan(answers)
        centre = _middle(answers[:2])
        columns = np.where(np.isnan(answers), 0.0, answers - centre)
        has_earlier = is_first & is_third
        columns[2, ~has_earlier] = 0.0
        group = _groups(is_first, is_second, was, now)
        rows, number = _merge_equal(np.column_stack([group, *columns, has_earlier, share]))
        is_unknown = np.where(is_second, ~is_first & np.isnan(was), np.isnan(now))
        is_contradicting = (is_first & (was == 0)) | (is_second & (now == 0))
        return cls(
            group=rows[:, 0].astype(np.int64),
            before=rows[:, 1],
            after=rows[:, 2],
            earlier=rows[:, 3],
            has_earlier=rows[:, 4] == 1,
            weight=rows[:, 5],
            number=number,
            centre=centre,
            n_unknown=int(is_unknown.sum()),
            n_contradicting=int(is_contradicting.sum()),
        )

    def counts(self) -> GroupCounts:
        """Count the people of each group."""

        def count(where: Bools) -> int:
            return int(self.number[where].sum())

        return GroupCounts(
            repeated=count(self.in_groups(REPEATED)),
            fell_silent=count(self.in_groups(FELL_SILENT)),
            newly_answering=count(self.in_groups(NEWLY_ANSWERING)),
            left=count(self.in_groups(LEFT)),
            joined=count(self.in_groups(JOINED)),
            repeated_with_earlier=count(self.has_three),
            before_with_earlier=count(self.has_earlier),
            n_unknown=self.n_unknown,
            n_contradicting=self.n_contradicting,
        )

    def in_groups(self, *groups: int) -> Bools:
        """Return which rows belong to one of the groups."""
        found: Bools = np.logical_or.reduce([self.group == group for group in groups])
        return found

    @property
    def answered_before(self) -> Bools:
        """Return which rows answered the first wave."""
        return self.in_groups(REPEATED, FELL_SILENT, LEFT)

    @property
    def answered_after(self) -> Bools:
        """Return which rows answered the second wave."""
        return self.in_groups(REPEATED, NEWLY_ANSWERING, JOINED)

    @property
    def has_three(self) -> Bools:
        """Return which rows answered all three waves."""
        found: Bools = self.has_earlier & self.in_groups(REPEATED)
        return found

    @property
    def effective_repeats(self) -> float:
        """Return how many equal people are worth as much as those with all three answers (Kish 1965)."""
        weight, number = self.weight[self.has_three], self.number[self.has_three]
        return float((number @ weight) ** 2 / (number @ weight**2)) if weight.size else 0.0


def _middle(answers: Floats) -> float:
    """Return the middle of the range of answers: like a mean, but of no order of rows; 0 of no answers."""
    found = answers[~np.isnan(answers)]
    return float(found.min() / 2 + found.max() / 2) if found.size else 0.0


def _merge_equal(rows: Floats) -> tuple[Floats, Ints]:
    """Return the different rows in sorted order, and how many there are of each."""
    ordered = rows[np.lexsort(rows.T[::-1])]
    is_new = np.ones(len(ordered), dtype=np.bool_)
    is_new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    number: Ints = np.diff(np.append(np.flatnonzero(is_new), len(ordered))).astype(np.int64)
    return ordered[is_new], number


def _groups(is_first: Bools, is_second: Bools, was: Floats, now: Floats) -> Ints:
    """Return the group of each person who answered at least once.

    Who answered both times is compared with himself or herself, whatever the status says: nobody else speaks
    of that change. Everybody else has left or joined only if the status at the silent wave says so.
    """
    only_first = np.where(now == 0, LEFT, FELL_SILENT)
    only_second = np.where(was == 0, JOINED, NEWLY_ANSWERING)
    found: Ints = np.where(is_first & is_second, REPEATED, np.where(is_first, only_first, only_second))
    return found


def _answers(name: str, values: npt.ArrayLike, n_rows: int | None = None) -> Floats:
    """Return one answer per person, NaN for none."""
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1 or (n_rows is not None and column.size != n_rows):
        needed = "one dimension" if n_rows is None else f"the shape ({n_rows},) of before"
        message = f"{name} has the shape {column.shape}; {needed} is needed, one row per person"
        raise ValueError(message)
    if np.isinf(column).any():
        row = int(np.flatnonzero(np.isinf(column))[0])
        message = f"{name} is {column[row]} in row {row}; an answer is finite, or NaN where there is none"
        raise ValueError(message)
    return column


def _status(name: str, values: npt.ArrayLike, n_rows: int) -> Floats:
    """Return the status of each person: 1 a member, 0 none, NaN unknown."""
    column = _answers(name, values, n_rows)
    is_odd = ~np.isnan(column) & (column != 0) & (column != 1)
    if is_odd.any():
        row = int(np.flatnonzero(is_odd)[0])
        message = f"{name} is {column[row]:g} in row {row}; 1 is a member, 0 none, NaN unknown"
        raise ValueError(message)
    return column
