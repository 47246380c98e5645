"""Shares of answers as a reader may see them: bounds instead of 0 % and 100 %, so that no answer is told.

That all of a group said yes tells what each of them said. So a share near the ends is told as a bound ("under
10 %"), and the bound is wide enough that it holds for one person more or less as well. A bound is worth
nothing where the exact share follows from other shown ones; there some of those are told as ranges too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Literal

import numpy as np

from training.disclosure.cells import Key
from training.disclosure.groups import Groups
from training.disclosure.programs import Limits, Program
from training.disclosure.released import Released
from training.statistics import Bools, Ints

Form = Literal["exact", "under", "over", "between", "hidden"]
_STEPS = 10  # bounds are whole tenths
_ROUNDING = 1e-6


@dataclass(frozen=True)
class ShownShare:
    """Hold a share as it may be told: exactly, or between two bounds.

    Attributes
    ----------
    low, high
        Bounds between 0 and 1; equal where the share is told exactly, 0 and 1 where it is not told at all.

    Examples
    --------
    >>> ShownShare(0.0, 0.1).form, ShownShare(0.9, 1.0).form, ShownShare(0.42, 0.42).form
    ('under', 'over', 'exact')
    """

    low: float
    high: float

    @property
    def form(self) -> Form:
        """Return how a text says it: ``under`` takes the high bound, ``over`` the low one."""
        if self.low == self.high:
            return "exact"
        if (self.low, self.high) == (0.0, 1.0):
            return "hidden"
        if self.low == 0:
            return "under"
        return "over" if self.high == 1 else "between"

    def counts(self, n: int) -> tuple[int, int]:
        """Return the fewest and the most of a group that it allows."""
        if self.form == "exact":
            return round(self.low * n), round(self.low * n)
        low, high = (Fraction(round(_STEPS * bound), _STEPS) * n for bound in (self.low, self.high))
        fewest = int(low) + 1 if self.form == "over" else ceil(low)
        return fewest, ceil(high) - 1 if self.form == "under" else int(high)

    def to_json(self) -> dict[str, float | str]:
        """Return plain values."""
        return {"form": self.form, "low": self.low, "high": self.high}


def bound_share(count: int, n: int) -> ShownShare:
    """Return how a share of a group may be told by itself.

    From 10 % to 90 % it is exact. Outside it is a bound in whole tenths, wider in small groups, so that it
    holds for at least two numbers of people.

    Examples
    --------
    >>> [bound_share(count, 50).form for count in (0, 4, 5, 46)]
    ['under', 'under', 'exact', 'over']
    >>> bound_share(0, 5)
    ShownShare(low=0.0, high=0.3)
    """
    if n < 2 or not 0 <= count <= n:
        message = f"{count} of {n} is no share of a group; pass 0 to n of at least 2 people"
        raise ValueError(message)
    tenths = next(step for step in range(1, _STEPS) if step * n > _STEPS)
    if _STEPS * count < tenths * n:
        return ShownShare(0.0, tenths / _STEPS)
    if _STEPS * (n - count) < tenths * n:
        return ShownShare((_STEPS - tenths) / _STEPS, 1.0)
    return ShownShare(count / n, count / n)


def show_shares(
    released: Released, wave: str, is_yes: Sequence[bool], limits: Limits | None = None
) -> dict[tuple[str, Key], ShownShare]:
    """Return how the share of yes may be told in each shown cell of a wave.

    Parameters
    ----------
    released
        The cells.
    wave
        Name of the wave.
    is_yes
        The answer of each person of the wave, in its order.
    limits
        What one program may cost.

    Returns
    -------
    dict
        By table and key, for shown cells alone.

    Raises
    ------
    ReleaseRefusedError
        If a program fails: then it is not known what follows from the shares.
    """
    cells = [one.cell for one in released.cells if one.cell.wave == wave and one.state == "shown"]
    if not cells:
        return {}
    groups = Groups.of(cells, len(is_yes))
    answer = np.array(is_yes, dtype=np.int64)
    first = {
        int(place): cell for cell, place in reversed(list(zip(groups.cells, groups.of_cell, strict=True)))
    }
    count = np.array([answer[first[place].members].sum() for place in range(len(groups.member))])
    told = _Told(groups, count, limits or Limits())
    told.protect()
    return {
        (cell.table, cell.key): told.shares[place]
        for cell, place in zip(groups.cells, groups.of_cell.tolist(), strict=True)
    }


class _Told:
    """Hold how the share of each group is told so far."""

    def __init__(self, groups: Groups, count: Ints, limits: Limits) -> None:
        self._member, self._people, self._limits = groups.member.astype(np.float64), groups.people, limits
        self._size, self._count, self._near = groups.size, count, groups.neighbours()
        self.shares = [bound_share(int(one), int(n)) for one, n in zip(count, self._size, strict=True)]

    def protect(self) -> None:
        """Tell more shares as ranges until none shows that all of a group, or nobody, said yes.

        Wider ranges allow all that narrower ones did: a group that is safe stays so.
        """
        is_open = (self._count == 0) | (self._count == self._size)
        self._clear(is_open, is_open)
        for place in np.flatnonzero(is_open).tolist():
            self._clear(is_open, is_open & (np.arange(is_open.size) == place))
            while is_open[place]:
                at = self._choose(place)
                self.shares[at] = _widen(self.shares[at], int(self._count[at]), int(self._size[at]))
                self._clear(is_open, np.arange(is_open.size) == place)

    def _clear(self, is_open: Bools, chosen: Bools) -> None:
        """Find answers that fit all that is told, far off in chosen groups; clear the groups that differ."""
        if not chosen.any():
            return
        counts = np.array([one.counts(int(n)) for one, n in zip(self.shares, self._size, strict=True)])
        exact = counts[:, 0] == counts[:, 1]
        ranges = self._member[~exact]
        program = Program(
            self._member[exact],
            counts[exact, 0].astype(np.float64),
            np.concatenate([ranges, -ranges]),
            np.concatenate([counts[~exact, 1], -counts[~exact, 0]]).astype(np.float64),
            self._limits,
            self._people.astype(np.float64),
        )
        answers = program.least(np.where(self._count == 0, -1.0, 1.0)[chosen] @ self._member[chosen])
        is_open &= np.abs(self._member @ answers - self._count) < 1 - _ROUNDING

    def _choose(self, place: int) -> int:
        """Return the smallest group to be told less exactly: of the same row or column, or overlapping."""
        near = self._near[place]
        overlaps = set(np.flatnonzero((self._member * self._member[place]).any(axis=1)).tolist()) - {place}
        for group in (near, overlaps):
            for forms in ({"exact"}, {"under", "over", "between"}):
                free = [one for one in group if self.shares[one].form in forms]
                if free:
                    return min(free, key=lambda one: (self._size[one], one))
        return place


def _widen(share: ShownShare, count: int, n: int) -> ShownShare:
    """Return a less exact share: a range of tenths that holds for more numbers of people, then nothing."""
    if share.form != "exact":
        return ShownShare(0.0, 1.0)
    low, high = ceil(Fraction(_STEPS * count, n)) - 1, int(Fraction(_STEPS * count, n)) + 1
    while high * n // _STEPS - ceil(Fraction(low * n, _STEPS)) < 2:
        low, high = max(0, low - 1), min(_STEPS, high + 1)
    return ShownShare(max(0, low) / _STEPS, min(_STEPS, high) / _STEPS)
