"""Rows of the same people: one line per person with a value for each group."""

import numpy as np

from features.errors import InputError
from training.explore.table import Groups, Table
from training.statistics import Floats, Ints
from training.statistics.testing.paired import FEWEST_PAIRS


def number_people(table: Table, name: str) -> tuple[Ints, int]:
    """Return whose row each is, as numbers from 0, -1 where it is not known; and how many people there are.

    Raises
    ------
    InputError
        If the column is not there or empty.
    """
    column = table.column(name)
    known = column.is_known
    distinct, places = np.unique([str(value) for value in column.known_values()], return_inverse=True)
    codes = np.full(table.n_rows, -1, dtype=np.int64)
    codes[known] = places
    return codes, len(distinct)


def pair_rows(table: Table, amounts: Floats, groups: Groups, name: str) -> tuple[Floats, int]:
    """Return a line per person who has a value in every group, and how many people have not.

    Of several rows of a person in one group the mean is taken.

    Returns
    -------
    ndarray
        ``[people, groups]``.

    Raises
    ------
    InputError
        If fewer people than a test needs have a value in every group.
    """
    people, n_people = number_people(table, name)
    used = (people >= 0) & (groups.codes >= 0) & ~np.isnan(amounts)
    size = len(groups.names)
    flat = people[used] * size + groups.codes[used]
    counts = np.bincount(flat, minlength=n_people * size).reshape(n_people, size)
    sums = np.bincount(flat, weights=amounts[used], minlength=n_people * size).reshape(n_people, size)
    is_whole = (counts > 0).all(axis=1)
    fewest = max(FEWEST_PAIRS, table.minimum_group)
    if is_whole.sum() < fewest:
        found = f"fewer than {fewest}" if table.hides else str(int(is_whole.sum()))
        problem = f"says that {found} people have a value in every group; {fewest} are the least"
        hint = "leave out --person to compare groups of different people"
        raise InputError(f"{table.name}: column '{name}'", problem, hint)
    return sums[is_whole] / counts[is_whole], int((counts.any(axis=1) & ~is_whole).sum())
