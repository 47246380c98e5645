"""What must never follow from shown groups: too few people, alone or as a difference or union of groups."""

from itertools import combinations, islice

import numpy as np

from training.disclosure.groups import Groups
from training.statistics import Floats, Ints

_UNION_SIZES = (2, 3, 4)
_SPREAD = 3  # a union of so many more people than groups, at one at least in each, tells the size of each
_MOST_UNIONS = 2000  # per table; the interval check and the attacker look further


def list_targets(groups: Groups, minimum: int) -> Floats:
    """Return shape (targets, groups): how each target is put together from groups.

    Three kinds: a group of fewer people than the minimum; two groups that differ by fewer people than the
    minimum, such as the drop of one person; two to four small groups of one table that are few together.

    Parameters
    ----------
    groups
        The groups of a wave.
    minimum
        Fewest people of whom something is told.
    """
    size = groups.size
    alone = np.flatnonzero((size > 0) & (size < minimum))
    rows = [_combine(len(size), (place,), (1.0,)) for place in alone.tolist()]
    rows += [_combine(len(size), pair, (1.0, -1.0)) for pair in _near_pairs(groups, minimum)]
    rows += [_combine(len(size), union, (1.0,) * len(union)) for union in _small_unions(groups, minimum)]
    return np.stack(rows) if rows else np.zeros((0, len(size)))


def _combine(n_groups: int, places: tuple[int, ...], signs: tuple[float, ...]) -> Floats:
    """Return the coefficients of one target."""
    row = np.zeros(n_groups)
    row[list(places)] = signs
    return row


def _near_pairs(groups: Groups, minimum: int) -> list[tuple[int, int]]:
    """Return pairs of groups, large enough each, that differ by too few people."""
    size = groups.size
    apart = size[:, None] + size[None, :] - 2 * groups.shared
    large = size >= minimum
    near = (apart > 0) & (apart < minimum) & large[:, None] & large[None, :]
    return [(int(one), int(other)) for one, other in zip(*np.nonzero(np.triu(near)), strict=True)]


def _small_unions(groups: Groups, minimum: int) -> list[tuple[int, ...]]:
    """Return small groups of one table, not overlapping, that are few people together."""
    size, shared = groups.size, groups.shared
    found: dict[tuple[int, ...], None] = {}
    for places in _small_by_table(groups, minimum).values():
        unions = (union for n in _UNION_SIZES for union in combinations(places, n))
        for union in islice(unions, _MOST_UNIONS):
            few = max(minimum, len(union) + _SPREAD)
            if sum(size[place] for place in union) < few and _is_disjoint(shared, union):
                found.setdefault(union)
    return list(found)


def _small_by_table(groups: Groups, minimum: int) -> dict[tuple[str, int], list[int]]:
    """Return by table and depth the groups below the minimum, smallest first."""
    size = groups.size
    found: dict[tuple[str, int], set[int]] = {}
    for cell, place in zip(groups.cells, groups.of_cell.tolist(), strict=True):
        if size[place] < minimum:
            found.setdefault((cell.table, cell.depth), set()).add(place)
    return {table: sorted(places, key=lambda place: (size[place], place)) for table, places in found.items()}


def _is_disjoint(shared: Ints, union: tuple[int, ...]) -> bool:
    """Tell whether no two of some groups have people in common."""
    return all(shared[one, other] == 0 for one, other in combinations(union, 2))
