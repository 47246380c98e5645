"""Other worlds that look the same: what the size of a hidden group could be as well.

A reader sees the sizes of shown groups and knows that a hidden group is not empty. A world is one set of
sizes that fits both. If two worlds differ by three people in a hidden group, nobody who adds up can tell its
size more closely than that. Where such worlds are not found the group counts as told too closely, and where a
program fails nothing is published.
"""

import numpy as np

from training.disclosure.programs import Limits, Program
from training.statistics import Bools, Floats, Ints

WIDTH = 3
_ROUNDING = 1e-6
_MOST_FREE = 1500  # kinds of people; a program over all 20,000 of a large firm takes minutes
_BLOCK = 500
_JOINT = 6  # programs that push all groups at once, before each is looked at by itself


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
        self._member = member.astype(np.float64)
        self._people = people.astype(np.float64)
        self._truth = self._member @ people
        self._limits = limits
        self._most = float(2 * people.sum() + 2 * WIDTH)
        self._sizes = self._truth[None, :]  # of all groups in each world; the truth is a world as well

    def narrow(self, shown: Bools) -> Ints:
        """Return the hidden groups whose size can be told within less than three people."""
        hidden = np.flatnonzero(~shown)
        if not shown.any() or not hidden.size:
            return hidden[:0]
        free = self._choose_free(shown)
        fixed = np.where(np.isin(np.arange(self._people.size), free), 0.0, self._people)
        search = _Search(
            self._member[np.ix_(shown, free)],
            self._member[np.ix_(hidden, free)],
            self._truth[shown] - self._member[shown] @ fixed,
            self._member[hidden] @ fixed,
            self._most,
            self._limits,
        )
        fits = np.all(np.abs(self._sizes[:, shown] - self._truth[shown]) <= _ROUNDING, axis=1)
        search.widen(self._sizes[fits][:, hidden])
        found = search.explore()
        found = found @ self._member[:, free].T + self._member @ fixed
        self._sizes = np.concatenate([self._sizes, found])
        return hidden[search.is_open()]

    def _choose_free(self, shown: Bools) -> Ints:
        """Return who may be more or fewer: all, or in a large firm those nearest to hidden groups.

        The others stay as they are. That leaves fewer worlds, so more may seem told closely, never less.
        Near are people in hidden groups, and who shares most shown groups with one of them.
        """
        n_columns = self._people.size
        if n_columns <= _MOST_FREE:
            return np.arange(n_columns)
        inside = np.flatnonzero(self._member[~shown].any(axis=0))[:_MOST_FREE]
        near = np.zeros(n_columns)
        for start in range(0, inside.size, _BLOCK):
            block = self._member[np.ix_(shown, inside[start : start + _BLOCK])]
            near = np.maximum(near, (block.T @ self._member[shown]).max(axis=0, initial=0.0))
        near[inside] = np.inf
        return np.sort(np.argsort(-near, kind="stable")[:_MOST_FREE])


class _Search:
    """Look for worlds that fit one state of what is shown.

    Parameters
    ----------
    shown, hidden
        Shape (groups, alike): 0/1 rows.
    sums
        Shape (shown groups,): their sizes, without people who stay as they are.
    fixed
        Shape (hidden groups,): people in them who stay as they are.
    most_people
        More people than are alike in any world that is looked for; no total need be shown.
    limits
        What one program may cost.
    """

    def __init__(
        self,
        shown: Floats,
        hidden: Floats,
        sums: Floats,
        fixed: Floats,
        most_people: float,
        limits: Limits,
    ) -> None:
        self._hidden, self._fixed = hidden, fixed
        told = shown.any(axis=1)
        most = np.full(hidden.shape[1], most_people)
        self._program = Program(shown[told], sums[told], -hidden, fixed - 1, limits, most)
        self._low, self._high = np.full(len(hidden), np.inf), np.full(len(hidden), -np.inf)

    def widen(self, sizes: Floats) -> None:
        """Learn from shape (worlds, hidden) what sizes are possible; empty hidden groups make no world."""
        possible = sizes[np.all(sizes >= 1 - _ROUNDING, axis=1)]
        self._low = np.minimum(self._low, possible.min(axis=0, initial=np.inf))
        self._high = np.maximum(self._high, possible.max(axis=0, initial=-np.inf))

    def is_open(self) -> Bools:
        """Return shape (hidden,): whether fewer than three people lie between the sizes seen so far."""
        between = np.floor(self._high + _ROUNDING) - np.ceil(self._low - _ROUNDING)
        return np.asarray(between < WIDTH, dtype=np.bool_)

    def explore(self) -> Floats:
        """Return shape (worlds, alike): worlds at the edge of all open groups jointly, then of each alone."""
        rng, found = np.random.default_rng(0), []
        for _ in range(_JOINT):
            is_open = self.is_open()
            if is_open.sum() < 2:
                break
            signs = rng.choice([-1.0, 1.0], is_open.size) * is_open
            found += [self._visit(signs @ self._hidden), self._visit(-signs @ self._hidden)]
        for place in np.flatnonzero(self.is_open()):
            if self.is_open()[place]:
                found += [self._visit(self._hidden[place]), self._visit(-self._hidden[place])]
        return np.array(found).reshape(-1, self._hidden.shape[1])

    def _visit(self, objective: Floats) -> Floats:
        """Return the world with the least of something."""
        world = self._program.least(objective)
        self.widen((self._hidden @ world + self._fixed)[None, :])
        return world
