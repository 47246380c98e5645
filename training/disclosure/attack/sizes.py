"""How closely the sizes of hidden groups can be told: two whole worlds as far apart as they can be."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, csr_array

from training.statistics import Ints

NARROW = 3
_ROUNDING = 1e-6
MOST_WHOLE = 150  # columns; above, people are taken as divisible, which finds a little less


@dataclass(frozen=True)
class SizeFindings:
    """Hold how many hidden groups can be told exactly, within three people, or could not be judged."""

    exact: int
    narrow: int
    untested: int


class Pairs:
    """Look for pairs of worlds: moves away from the truth that no shown size notices.

    Parameters
    ----------
    shown, hidden
        Shape (groups, columns): 0/1 rows.
    people
        Shape (columns,): people in each column.
    seconds
        Longest time of one program.
    """

    def __init__(self, shown: Ints, hidden: Ints, people: Ints, seconds: float) -> None:
        self._hidden, self._people, self._seconds = hidden, people, seconds
        self._is_whole = people.size <= MOST_WHOLE
        self._truth = hidden @ people
        self._low, self._high = self._truth.astype(np.float64), self._truth.astype(np.float64)
        quiet = csr_array(shown.astype(np.float64))
        filled = csr_array(hidden.astype(np.float64))
        zeros, least = np.zeros(len(shown)), 1.0 - self._truth
        self._rules = [
            LinearConstraint(
                block_array([[quiet, None], [None, quiet]]), np.tile(zeros, 2), np.tile(zeros, 2)
            ),
            LinearConstraint(block_array([[filled, None], [None, filled]]), np.tile(least, 2), np.inf),
        ]

    def judge(self, places: Ints) -> SizeFindings:
        """Judge some of the hidden groups."""
        widths = [self._width(place) for place in places.tolist()]
        return SizeFindings(
            exact=sum(width == 0 for width in widths),
            narrow=sum(width is not None and 0 < width < NARROW for width in widths),
            untested=sum(width is None for width in widths),
        )

    def _width(self, place: int) -> int | None:
        """Return how far two worlds can be apart in a group, at most what is wide; None where that failed."""
        if self._seen(place) >= NARROW:
            return NARROW
        row = np.concatenate([self._hidden[place], -self._hidden[place]]).astype(np.float64)
        enough = (
            NARROW if self._is_whole else NARROW + 1
        )  # of fractions the whole numbers between are counted
        found = milp(
            -row,
            integrality=np.full(row.size, int(self._is_whole)),
            bounds=Bounds(-np.tile(self._people, 2).astype(np.float64), np.inf),
            constraints=[*self._rules, LinearConstraint(csr_array(row[None, :]), -np.inf, enough)],
            options={"time_limit": self._seconds},
        )
        if found.status != 0 or found.x is None:
            return None
        for move in np.split(found.x, 2):
            sizes = self._truth + self._hidden @ move
            self._low, self._high = np.minimum(self._low, sizes), np.maximum(self._high, sizes)
        return min(NARROW, self._seen(place))

    def _seen(self, place: int) -> int:
        """Return how many people lie between the worlds seen so far in a group."""
        return int(np.floor(self._high[place] + _ROUNDING) - np.ceil(self._low[place] - _ROUNDING))
