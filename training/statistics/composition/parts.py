"""The parts of a change, from sums over groups: exact, and the same for people and for each resample."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from training.statistics.arrays import Bools, Floats
from training.statistics.composition.people import (
    FELL_SILENT,
    JOINED,
    LEFT,
    NEWLY_ANSWERING,
    REPEATED,
    People,
)

_CELLS_PER_BLOCK: Final = 1_000_000


@dataclass(frozen=True)
class Parts:
    """Hold the parts of a change, one value per resample.

    Start plus parts is end: ``before + within + leavers + joiners + mix_after - mix_before == after``. The
    start and the end are those of the answers less their common centre.

    Attributes
    ----------
    within
        Mean change of those who answered both times; NaN where a resample holds none of them.
    leavers, joiners
        What it did to the mean that they went, or came.
    mix_before, mix_after
        How far the answers of stayers who answered only that wave moved its mean; mix is after less before.
    within_corrected
        Mean change of those who answered all three waves, from the wave before to the second one, less the
        rise to the first wave of all who answered both of these; NaN where nobody has three answers.
    """

    before: Floats
    after: Floats
    within: Floats
    leavers: Floats
    joiners: Floats
    mix_before: Floats
    mix_after: Floats
    within_corrected: Floats

    @property
    def chance_swing(self) -> Floats:
        """Return what is left of the change within people, so that the sum stays exact."""
        return self.within - self.within_corrected

    @classmethod
    def of(cls, people: People) -> Self:
        """Return the parts of the change itself, each ``[1]``."""
        return cls._from_sums(people.number[None].astype(np.float64) @ _summands(people))

    @classmethod
    def resampled(cls, people: People, n_draws: int, seed: int) -> Self:
        """Return the parts under a Poisson bootstrap of people, each ``[n_draws]``.

        Each person counts as often as a Poisson number of mean 1 says. Equal people are drawn together: the
        sum of their numbers is Poisson too, with their count as mean.
        """
        summands = _summands(people)
        return cls._from_sums(
            np.concatenate([counts @ summands for counts in _poisson_counts(people, n_draws, seed)])
        )

    @classmethod
    def _from_sums(cls, sums: Floats) -> Self:
        """Apply the formulas to sums ``[draws, 15]`` in the order of :func:`_summands`."""
        w_a, a0, a1, w_b0, b0, w_b1, b1, w_l, left, w_j, joined, w_ap, ap, w_r0p, r0p = sums.T
        mean_a0, mean_a1 = _mean(a0, w_a), _mean(a1, w_a)
        w_s0, w_s1 = w_a + w_b0, w_a + w_b1
        stayed_before, stayed_after = _mean(a0 + b0, w_s0), _mean(a1 + b1, w_s1)
        return cls(
            before=_mean(a0 + b0 + left, w_s0 + w_l),
            after=_mean(a1 + b1 + joined, w_s1 + w_j),
            within=mean_a1 - mean_a0,
            leavers=_pull(w_l, w_s0 + w_l, stayed_before - _mean(left, w_l)),
            joiners=_pull(w_j, w_s1 + w_j, _mean(joined, w_j) - stayed_after),
            mix_before=_pull(w_b0, w_s0, _mean(b0, w_b0) - mean_a0),
            mix_after=_pull(w_b1, w_s1, _mean(b1, w_b1) - mean_a1),
            within_corrected=_mean(ap, w_ap) - _mean(r0p, w_r0p),
        )


def _summands(people: People) -> Floats:
    """Return what one person of each row adds to the sums, ``[rows, 15]``: weights and weighted answers."""

    def column(where: Bools, *values: Floats) -> list[Floats]:
        return [np.where(where, people.weight * value, 0.0) for value in (np.ones(where.size), *values)]

    repeated = people.in_groups(REPEATED)
    return np.column_stack(
        [
            *column(repeated, people.before, people.after),
            *column(people.in_groups(FELL_SILENT), people.before),
            *column(people.in_groups(NEWLY_ANSWERING), people.after),
            *column(people.in_groups(LEFT), people.before),
            *column(people.in_groups(JOINED), people.after),
            *column(people.has_three, people.after - people.earlier),
            *column(people.has_earlier, people.before - people.earlier),
        ]
    )


def _poisson_counts(people: People, n_draws: int, seed: int) -> Iterator[Floats]:
    """Yield how often the people of each row were drawn, ``[draws, rows]``, some draws at a time."""
    random = np.random.default_rng(seed)
    step = max(1, _CELLS_PER_BLOCK // max(1, people.number.size))
    for first in range(0, n_draws, step):
        size = (min(step, n_draws - first), people.number.size)
        yield random.poisson(people.number, size).astype(np.float64)


def _mean(total: Floats, weight: Floats) -> Floats:
    """Return the mean, NaN of an empty group."""
    found: Floats = total / np.where(weight > 0, weight, np.nan)
    return found


def _pull(weight: Floats, of_weight: Floats, gap: Floats) -> Floats:
    """Return the share of a group times its gap, 0 of an empty group."""
    found: Floats = np.where(weight > 0, _mean(weight, of_weight) * gap, 0.0)
    return found
