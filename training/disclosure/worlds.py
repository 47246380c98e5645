"""Other worlds that look the same: what the size of a hidden group could be as well.

A reader sees the sizes of shown groups and knows that a hidden group is not empty. A world is one set of sizes
that fits both. If two worlds differ by three people in a hidden group, nobody can tell its size more closely
than that. Worlds are whole numbers and each is checked by adding up, so that nothing rests on a solver: where
no such worlds are found, the group counts as told too closely.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from training.disclosure.moves import list_moves
from training.disclosure.refusals import ReleaseRefusedError
from training.statistics import Bools, Floats, Ints

WIDTH = 3
_SOLVED = 0
_BASES = 4
_WALKS = 3
_STEPS = 30


@dataclass(frozen=True)
class Limits:
    """Hold what a search may cost.

    Attributes
    ----------
    seconds
        Longest time of one linear program; one that needs longer has failed.
    rounds
        Most rounds of hiding one more neighbour of each group that is told too closely.
    """

    seconds: float = 20.0
    rounds: int = 200


class Worlds:
    """Hold the worlds found so far, through all states of what is shown.

    Parameters
    ----------
    member
        Shape (groups, alike): who is in which group.
    people
        Shape (alike,): the true world.
    limits
        What one program may cost.
    """

    def __init__(self, member: Bools, people: Ints, limits: Limits) -> None:
        self._member = member.astype(np.int64)
        self._people = people
        self._limits = limits
        self._truth = self._member @ people
        self._sizes = self._truth[None, :]  # of all groups in each world; the truth is a world as well

    def narrow(self, shown: Bools) -> Ints:
        """Return the hidden groups whose size can be told within less than three people."""
        hidden = np.flatnonzero(~shown)
        if not shown.any() or not hidden.size:
            return hidden[:0]
        fits = np.all(self._sizes[:, shown] == self._truth[shown], axis=1) & np.all(self._sizes > 0, axis=1)
        search = _Search(self._member, self._people, shown, self._sizes[fits], self._limits)
        search.walk()
        narrow = [place for place in search.open() if not search.is_wide(place)]
        self._sizes = np.concatenate([self._sizes, search.found()])
        return hidden[narrow]


class _Search:
    """Look for worlds that fit one state of what is shown; places are those of hidden groups."""

    def __init__(self, member: Ints, people: Ints, shown: Bools, sizes: Ints, limits: Limits) -> None:
        self._member, self._people, self._limits = member, people, limits
        self._shown, self._hidden = member[shown], member[~shown]
        self._sums = self._shown @ people
        known = sizes[:, ~shown]
        self._low, self._high = known.min(axis=0), known.max(axis=0)
        self._found: list[Ints] = []
        self._rng = np.random.default_rng(0)

    def found(self) -> Ints:
        """Return shape (worlds, groups): the sizes in worlds that widened what a group could be."""
        return np.array(self._found, dtype=np.int64).reshape(-1, len(self._member))

    def open(self) -> list[int]:
        """Return the hidden groups for which worlds are still too near to each other."""
        return np.flatnonzero(self._high - self._low < WIDTH).tolist()

    def walk(self) -> None:
        """Walk from the truth by moves, towards more and towards fewer people in each group in turn."""
        for _ in range(_BASES):
            if not self.open():
                return
            moves = list_moves(self._shown, self._hidden, self._people, self._rng)
            for place in self.open():
                for walk in range(2 * _WALKS):
                    self._walk_towards(place, 1 - 2 * (walk % 2), moves, moves @ self._hidden.T)

    def _walk_towards(self, place: int, sign: int, moves: Ints, effects: Ints) -> None:
        """Take steps that never lead back, until a group is wide or no step is left."""
        world = self._people
        for _ in range(_STEPS):
            if self._high[place] - self._low[place] >= WIDTH:
                return
            sizes = self._hidden @ world
            is_open = (sign * effects[:, place] >= 0) & np.all(sizes + effects >= 1, axis=1)
            is_open[is_open] = np.all(world + moves[is_open] >= 0, axis=1)
            steps = np.flatnonzero(is_open & (effects[:, place] != 0))
            steps = steps if steps.size else np.flatnonzero(is_open)
            if not steps.size:
                return
            world = world + moves[self._rng.choice(steps)]
            self._keep(world)

    def is_wide(self, place: int) -> bool:
        """Go to the worlds with the most and the fewest people in a group, and tell whether that is enough."""
        for sign in (-1.0, 1.0):
            found = linprog(
                sign * self._hidden[place],
                A_eq=csr_array(self._shown.astype(np.float64)),
                b_eq=self._sums,
                A_ub=-csr_array(self._hidden.astype(np.float64)),
                b_ub=-np.ones(len(self._hidden)),
                method="highs",
                options={"time_limit": self._limits.seconds},
            )
            if found.status != _SOLVED:
                problem = f"the interval check of a hidden group failed: {found.message}"
                hint = "show fewer tables at once, or allow more seconds for one program"
                raise ReleaseRefusedError("disclosure control", problem, hint)
            self._keep(np.rint(found.x).astype(np.int64))
        return bool(self._high[place] - self._low[place] >= WIDTH)

    def _keep(self, world: Ints) -> None:
        """Remember a world if it adds up to all that is shown and tells something new."""
        sizes = self._hidden @ world
        is_world = world.min() >= 0 and sizes.min() >= 1 and np.array_equal(self._shown @ world, self._sums)
        if is_world and np.any((sizes < self._low) | (sizes > self._high)):
            np.minimum(self._low, sizes, out=self._low)
            np.maximum(self._high, sizes, out=self._high)
            self._found.append(self._member @ world)
