"""Fewer people than the minimum of whom some combination of shown groups speaks, though they are no group.

A combination of shown groups speaks of some columns alone exactly if what the shown groups leave open does
not let these columns move independently: the correlations of their open parts then make a singular matrix.
One, two and three columns are searched in full. A singular matrix of three or four needs a correlation of
1/2 or 1/3, which leaves few pairs to start from; four are searched as long as that is cheap.
"""

import numpy as np

from training.disclosure.groups import multiply
from training.statistics import Bools, Floats, Ints

_NOTHING = 1e-7
_MOST_COLUMNS = 3000  # above, one column is searched only
_MOST_STEPS = 30_000_000  # products of columns to look at for four


def find_combinations(member: Bools, people: Ints, minimum: int) -> list[tuple[int, ...]]:
    """Return sets of columns, together fewer people than the minimum, that shown groups give away.

    Parameters
    ----------
    member
        Shape (shown, alike): the shown groups.
    people
        Shape (alike,): how many people are alike.
    minimum
        Fewest people of whom something is told.
    """
    places = np.flatnonzero(people < minimum)
    if not len(member) or not places.size:
        return []
    base = _span(member)[:, places]
    left = 1.0 - np.einsum("da,da->a", base, base)
    found: list[tuple[int, ...]] = [(int(place),) for place in places[left < _NOTHING]]
    kept = left >= _NOTHING
    if kept.sum() > _MOST_COLUMNS:
        return found
    base, places, scale = base[:, kept], places[kept], np.sqrt(left[kept])
    together = -(base.T @ base) / np.outer(scale, scale)
    np.fill_diagonal(together, 1.0)
    sets = [*_find_more(together, people[places], minimum)]
    return found + [tuple(places[list(one)].tolist()) for one in sets]


def express(member: Bools, columns: tuple[int, ...]) -> Floats:
    """Return shape (shown,): how shown groups are added up to speak of given columns alone.

    Parameters
    ----------
    member
        Shape (shown, alike): the shown groups.
    columns
        One of the sets that were found.
    """
    dense = member.astype(np.float64)
    base = _span(member)[:, columns]
    weights = np.linalg.eigh(np.eye(len(columns)) - base.T @ base)[1][:, 0]
    spoken = np.zeros(member.shape[1])
    spoken[list(columns)] = weights
    return np.asarray(np.linalg.lstsq(dense.T, spoken, rcond=None)[0], dtype=np.float64)


def _span(member: Bools) -> Floats:
    """Return shape (rank, alike): an orthonormal basis of what shown groups tell."""
    strength, vectors = np.linalg.eigh(multiply(member, np.ones(member.shape[1], dtype=np.int64)))
    kept = strength > 1e-9 * max(1.0, float(strength[-1]))
    return np.asarray((vectors[:, kept] / np.sqrt(strength[kept])).T @ member, dtype=np.float64)


def _find_more(together: Floats, people: Ints, minimum: int) -> list[tuple[int, ...]]:
    """Return sets of two, three and four columns of which the correlations are singular."""
    few = people[:, None] + people < minimum
    close = np.triu(few, 1) & (np.abs(together) > 1 - _NOTHING)
    found: list[tuple[int, ...]] = [(int(one), int(other)) for one, other in np.argwhere(close)]
    starts = np.argwhere(np.triu(few, 1) & ~close & (np.abs(together) > 0.5 - _NOTHING))
    found += [one for start in starts for one in _find_third(together, people, minimum, start)]
    starts = np.argwhere(np.triu(few, 1) & ~close & (np.abs(together) > 1 / 3 - _NOTHING))
    if len(starts) * people.size**2 <= _MOST_STEPS:
        found += [one for start in starts for one in _find_fourth(together, people, minimum, start)]
    return found


def _find_third(together: Floats, people: Ints, minimum: int, start: Ints) -> list[tuple[int, ...]]:
    """Return sets of a pair and one more column."""
    beside = together[:, start]
    solved = np.linalg.solve(together[np.ix_(start, start)], beside.T)
    left = 1.0 - np.einsum("as,sa->a", beside, solved)
    third = (left < _NOTHING) & (people + people[start].sum() < minimum)
    third[start] = False
    return [(*start.tolist(), int(one)) for one in np.flatnonzero(third)]


def _find_fourth(together: Floats, people: Ints, minimum: int, start: Ints) -> list[tuple[int, ...]]:
    """Return sets of a pair and two more columns, neither of which does alone."""
    left = _take_out(together, start)
    own = np.diag(left).copy()
    own[start] = 0.0
    places = np.flatnonzero((own >= _NOTHING) & (people + people[start].sum() < minimum))
    inner = left[np.ix_(places, places)]
    few = people[start].sum() + people[places][:, None] + people[places] < minimum
    is_given = np.triu(few, 1) & (inner**2 > (1 - _NOTHING) * np.outer(own[places], own[places]))
    return [(*start.tolist(), int(places[one]), int(places[other])) for one, other in np.argwhere(is_given)]


def _take_out(together: Floats, start: Ints) -> Floats:
    """Return what is left open of all columns when a pair is held still."""
    beside = together[:, start]
    return together - beside @ np.linalg.solve(together[np.ix_(start, start)], beside.T)
