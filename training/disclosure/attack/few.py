"""Search all combinations of shown figures for one that speaks of fewer people than the minimum.

Let each column be people who are alike, and let ``changes`` say how far random changes that no shown figure
notices move each of them. Some combination of shown figures speaks of a few columns alone exactly if their
rows are linearly dependent. One and two columns are searched in full, three and four to a fixed effort.
"""

from collections.abc import Iterator
from itertools import combinations, islice

import numpy as np

from training.disclosure.attack.modular import PRIME, invert
from training.statistics import Ints

Found = set[tuple[int, ...]]
_MOST_FIRST = 400
_MOST_PAIRS = 100
_MOST_IN_A_RUN = 1000


def find_few(changes: Ints, people: Ints, minimum: int, rng: np.random.Generator) -> Found:
    """Return sets of columns, fewer people than the minimum together, of which some combination speaks alone.

    Parameters
    ----------
    changes
        Shape (columns, draws): from :func:`~training.disclosure.attack.modular.draw_open`, at least 5 draws.
    people
        Shape (columns,): people in each.
    minimum
        Fewest people of whom something may be told.
    rng
        Chooses where not all can be searched.
    """
    found: Found = set()
    for fixed in _fix(people, minimum, rng):
        left = _take_out(changes, fixed)
        places = np.flatnonzero(people + people[list(fixed)].sum() < minimum)
        places = places[~np.isin(places, fixed)]
        is_given = ~np.any(left[places], axis=1)
        found |= {tuple(sorted((*fixed, int(place)))) for place in places[is_given]}
        for one, other in _find_parallel(left, places[~is_given]):
            if people[[*fixed, one, other]].sum() < minimum:
                found.add(tuple(sorted((*fixed, one, other))))
    return {one for one in found if not any(set(other) < set(one) for other in found)}


def _fix(people: Ints, minimum: int, rng: np.random.Generator) -> Iterator[tuple[int, ...]]:
    """Yield columns to which two more are looked for: none, then each, then some pairs."""
    yield ()
    first = np.flatnonzero(people <= minimum - 3)
    for place in rng.permutation(first)[:_MOST_FIRST].tolist():
        yield (place,)
    single = np.flatnonzero(people <= minimum - 4)
    for _ in range(_MOST_PAIRS if single.size > 3 else 0):
        yield tuple(rng.choice(single, 2, replace=False).tolist())


def _take_out(changes: Ints, fixed: tuple[int, ...]) -> Ints:
    """Return what is left of all rows after multiples of the fixed ones are taken out."""
    left = changes
    for place in fixed:
        row = left[place]
        lead = np.flatnonzero(row)
        if lead.size:
            share = left[:, lead[0]] * pow(int(row[lead[0]]), -1, PRIME) % PRIME
            left = (left - share[:, None] * row) % PRIME
    return left


def _find_parallel(left: Ints, places: Ints) -> Iterator[tuple[int, int]]:
    """Yield pairs of rows that are multiples of each other; none of the rows is 0."""
    if places.size < 2:
        return
    rows = left[places]
    lead = rows[np.arange(places.size), np.argmax(rows != 0, axis=1)]
    scaled = rows * invert(lead)[:, None] % PRIME
    order = np.lexsort(scaled.T)
    same = np.all(scaled[order[1:]] == scaled[order[:-1]], axis=1)
    runs = np.split(places[order], np.flatnonzero(~same) + 1)
    for run in runs:
        if run.size > 1:
            yield from islice(combinations(run.tolist(), 2), _MOST_IN_A_RUN)
