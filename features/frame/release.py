"""Which values of anonymous answers may be shown: no two whose difference would be the answers of a few.

Sums over two sets of answers can be subtracted: a mean of 6 answers and, a month later, a mean of the same
ones without that of somebody who left give away his answer. So a set is shown only if it has at least
``minimum`` answers, and differs from every set of the same unit and column that was shown before by none or
by at least ``minimum`` of them (answers that came and answers that went, together). Where a set differs by
fewer from the one that its window showed last, the earlier value stays; it moves on once enough has changed.

Snapshots are gone through in time, so what a snapshot shows never depends on a later one. Sums of three and
more sets are not looked at: some combinations may still lead to fewer than ``minimum`` answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
HIDDEN = -1


@dataclass(frozen=True)
class AnswerDays:
    """Hold the days of the answers of one unit that have a value, as :func:`features.columns.list_days`."""

    event: Integers
    visible: Integers
    gone: Integers

    def inside(self, day: int, window_days: int) -> Booleans:
        """Return which answers lie in the window before a snapshot and were known at it."""
        is_known = (self.visible <= day) & (day < self.gone)
        return np.asarray(is_known & (day - self.event <= window_days), dtype=np.bool_)


@dataclass
class _Release:
    """Hold the different sets that have been shown, each as a row of flags over the answers."""

    size: int
    minimum: int
    sets: list[Booleans] = field(default_factory=list)

    def admits(self, chosen: Booleans) -> bool:
        """Tell whether a set may be shown beside the others."""
        apart = self._count_apart(chosen)
        is_apart = (apart == 0) | (apart >= self.minimum)
        return bool(chosen.sum() >= self.minimum and is_apart.all())

    def add(self, chosen: Booleans) -> None:
        """Remember a set, once."""
        if not (self._count_apart(chosen) == 0).any():
            self.sets.append(chosen)

    def _count_apart(self, chosen: Booleans) -> Integers:
        """Return how many answers are in one of two sets alone, for each set shown so far."""
        shown = np.array(self.sets, dtype=np.bool_).reshape(len(self.sets), self.size)
        return np.asarray((shown != chosen).sum(axis=1), dtype=np.int64)


def plan_release(
    answers: AnswerDays, snapshot_days: Sequence[int], windows: Sequence[int], minimum: int
) -> Integers:
    """Return which snapshot's value each snapshot and window shows.

    Parameters
    ----------
    answers
        The answers of one unit that have a value in one column.
    snapshot_days
        Days since 1970-01-01, in order of time.
    windows
        Days, shortest first.
    minimum
        Least number of answers, and of answers by which two sets differ.

    Returns
    -------
    numpy.ndarray
        Places in ``snapshot_days``, one row per snapshot, one column per window: its own place, that of an
        earlier snapshot whose value stays, or :data:`HIDDEN`.
    """
    release = _Release(len(answers.event), minimum)
    plan = np.full((len(snapshot_days), len(windows)), HIDDEN, dtype=np.int64)
    newest: dict[int, tuple[int, Booleans]] = {}
    for place, day in enumerate(snapshot_days):
        for column, window in enumerate(windows):
            chosen = answers.inside(day, window)
            if release.admits(chosen):
                release.add(chosen)
                newest[column] = (place, chosen)
                plan[place, column] = place
            elif column in newest and chosen.sum() >= minimum:
                earlier, shown = newest[column]
                is_near = (shown != chosen).sum() < minimum
                plan[place, column] = earlier if is_near else HIDDEN
    return plan
